"""Plays that fit any table, by what its columns mean: value, recency, frequency, tenure."""

from typing import Any

from segmentation.onboarding import lexicon
from segmentation.onboarding.plan import Plan

_LEFT = frozenset("churn churned exited attrition cancelled canceled".split())
_ANSWERED = frozenset("response responded converted conversion subscribed deposit y".split())
_CHANNELS = frozenset("web online app store shop catalog catalogue".split())
_AGAIN = "share who buy again within 90 days against a group left alone"

# Name, action, channel, measure.
_KEEP = (
    "Keep those who leave",
    "Call before they go, ask what is wrong and mend it; offer a better plan, not only a discount.",
    "phone, personal e-mail",
    "share who leave within six months against a group left alone",
)
_ASK = (
    "Ask those who answer",
    "Invite them first to the next campaign, and stop asking those who never answer.",
    "the channel of the last campaign",
    "answers per contact against a group drawn at random",
)
_WIN_BACK_BEST = (
    "Win back good customers",
    "Write personally, ask why they stayed away, and make one generous offer.",
    "personal e-mail, phone",
    _AGAIN,
)
_BEST = (
    "Look after the best",
    "Give a contact of their own, early access and thanks; no discounts that they do not need.",
    "personal e-mail, phone",
    "value per customer and share who stay, over 12 months",
)
_WIN_BACK = (
    "Win back",
    "Remind them of what they bought, with one offer that ends soon; then leave them alone.",
    "e-mail",
    _AGAIN,
)
_HABIT = (
    "Reward the habit",
    "Thank regulars with points or small surprises, and offer a subscription for what returns.",
    "loyalty card, app, e-mail",
    "purchases per customer and quarter",
)
_WELCOME = (
    "Welcome the new",
    "Help with the first steps, and lead to the second purchase within a month.",
    "e-mail series, app",
    "share with a second purchase within 60 days",
)
_THANK = (
    "Thank the loyal",
    "Mark anniversaries, and ask for a recommendation.",
    "letter, e-mail",
    "recommendations and share who stay, over 12 months",
)
_RANGE = (
    "Show the rest of the range",
    "Recommend what others buy with their usual products.",
    "product pages, e-mail",
    "categories per customer after six months",
)
_DEALS = (
    "Offers for those who wait for them",
    "Send price-led offers with a clear end, and test a smaller discount each time.",
    "e-mail, app",
    "margin after discount per customer",
)
_CHEAPLY = (
    "Serve at low cost",
    "Lead to self-service and larger orders; spend no expensive channel on them.",
    "e-mail, website",
    "cost of service and value per customer",
)
_BEST_VALUE = {"value_index": {"min": 130}}


def plays(plan: Plan) -> list[dict[str, Any]]:
    """Plays for which the table has the columns, the most telling first."""
    made = [
        _play(_KEEP if words & _LEFT else _ASK, _often(column.becomes_column))
        for column in plan.of("flag")
        if (words := set(lexicon.tokens(column.name))) & (_LEFT | _ANSWERED)
    ]
    recency, frequency, tenure = (_column(plan, key) for key in ("recency", "frequency", "tenure"))
    breadth, deals = _column(plan, "breadth"), _column(plan, "deals")
    worth = [column for column in plan.numbers if column.name in plan.value]
    valued = bool(worth) and all(
        column.minimum is not None and column.minimum >= 0 for column in worth
    )
    if recency and valued:
        made.append(_play(_WIN_BACK_BEST, _high(recency), _BEST_VALUE))
    if valued:
        made.append(_play(_BEST, _BEST_VALUE))
    if recency:
        made.append(_play(_WIN_BACK, _high(recency)))
    if frequency:
        made.append(_play(_HABIT, _high(frequency)))
    if tenure:
        made += [_play(_WELCOME, _low(tenure)), _play(_THANK, _high(tenure))]
    if breadth:
        made.append(_play(_RANGE, _low(breadth)))
    if deals:
        made.append(_play(_DEALS, _high(deals)))
    made += _channels(plan)
    if valued:
        made.append(_play(_CHEAPLY, {"value_index": {"max": 70}}))
    return made


def _channels(plan: Plan) -> list[dict[str, Any]]:
    made = []
    for column in plan.numbers:
        where = _CHANNELS & set(lexicon.tokens(column.name))
        if where and column.meaning and column.meaning.key == "frequency":
            channel = lexicon.thing_of(column.name, column.meaning)
            texts = (
                f"Meet them in their channel ({channel})",
                f"Put offers and service first where they buy most ({channel}).",
                channel,
                "orders through this channel, and orders in all",
            )
            made.append(_play(texts, _high(column.name)))
    return made


def _column(plan: Plan, key: str) -> str | None:
    """The column of a meaning, best the one whose name says nothing else."""
    found = [
        column
        for column in plan.numbers
        if column.meaning and column.meaning.key == key and (column.minimum or 0) >= 0
    ]
    plain = [column for column in found if not lexicon.thing_of(column.name, column.meaning)]
    return (plain or found)[0].becomes_column if found else None


def _high(column: str) -> dict[str, Any]:
    return {"column": column, "index": {"min": 130}}


def _low(column: str) -> dict[str, Any]:
    return {"column": column, "index": {"max": 70}}


def _often(column: str) -> dict[str, Any]:
    return {"column": column, "level": "Yes", "lift": {"min": 1.3}}


def _play(texts: tuple[str, str, str, str], *when: dict[str, Any]) -> dict[str, Any]:
    name, action, channel, measure = texts
    return {
        "name": name, "when": list(when), "action": action, "channel": channel, "measure": measure,
    }  # fmt: skip
