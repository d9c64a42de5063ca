"""Plays that fit any table, by what its columns mean: value, recency, frequency, tenure."""

from typing import Any

from segmentation.onboarding import lexicon
from segmentation.onboarding.plan import Plan
from segmentation.onboarding.words import BOUGHT, WARES

_LEFT = frozenset("terminated churn churned exited attrition cancelled canceled".split())
_ANSWERED = frozenset("response responded converted conversion subscribed deposit y".split())
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
_COULD_SPEND = (
    "Win more of what they spend",
    "They could spend more: ask a few what keeps them, and make one offer that answers it.",
    "personal e-mail, phone",
    "value per customer against a group left alone, after six months",
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
_WELCOME_TO_SERVICE = (
    "Welcome the new",
    "Help with the first steps, and call after a month to ask what is missing.",
    "e-mail series, app, phone",
    "share still active after six months",
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
_UNHAPPY = (
    "Mend what went wrong",
    "Ask what disappointed them, put it right within days, and tell them what was changed.",
    "phone, personal e-mail",
    "satisfaction and share who stay, after three months",
)
_DISSATISFIED = (
    "Ask what disappoints them",
    "Ask a few of them in person, mend what they name first, and tell all of them.",
    "phone, e-mail survey",
    "satisfaction after three months",
)
_MEND = (
    "Mend what they rate low",
    "Ask a few of them what is wrong, mend what they name first, and tell all of them.",
    "phone, e-mail survey",
    "the same question again after three months",
)
_CALLING = (
    "Answer before they call",
    "Find out what they call about, and put the answers where they look first.",
    "website, app, e-mail after a call",
    "calls per customer and quarter",
)
_GROW = (
    "Help the active to more",
    "They came lately and are worth less than the best: show what those have and they have not.",
    "e-mail, app, personal contact",
    "value per customer against a group left alone, after six months",
)
_REST = (
    "Contact them less",
    "Pause campaigns for a quarter, then write only with what they asked for.",
    "e-mail",
    "answers per contact, and share who unsubscribe",
)
_FAMILY = (
    "Offers for families",
    "Lead with family packs, school terms and prices for larger households.",
    "e-mail, website",
    "spend per customer against a group left alone",
)
_CHEAPER_CREDIT = (
    "Offer cheaper credit",
    "Offer a loan or installments at a lower rate than cash from the card.",
    "app, letter, phone",
    "share who take it, and arrears after six months",
)
_SECOND_PRODUCT = (
    "Offer one product more",
    "Recommend the one product that those most like them have.",
    "app, e-mail, branch",
    "products per customer after six months",
)
_CONTRACT = (
    "Offer a longer contract",
    "Offer a better price or service for a year's commitment, before a competitor does.",
    "phone, app, e-mail",
    "share who take a longer contract, and share who leave within six months",
)
_SELF_SERVICE = (
    "Serve at low cost",
    "Lead to self-service, and spend no expensive channel on them.",
    "app, website",
    "cost of service and value per customer",
)
_REMIND = (
    "Win back",
    "Remind them of what they have and do not use, with one offer; then leave them alone.",
    "e-mail, app",
    "share active again within 90 days against a group left alone",
)
_WIN_BACK_DONORS = (
    "Win back",
    "Tell them what their last gift achieved, and ask for a small one; then leave them alone.",
    "letter, e-mail",
    "share who give again within a year against a group left alone",
)
_GIVE_REGULARLY = (
    "Reward the habit",
    "Tell them each quarter what their gifts achieve, and offer to give monthly.",
    "letter, e-mail",
    "gifts per donor and year",
)
_REASON = (
    "Give them a reason to come",
    "Ask a few what keeps them away, and show the rest what is new for them, once a month at most.",
    "e-mail, app",
    "how often they come in a quarter, against a group left alone",
)
_FIRST_CALL = (
    "Ask those who were never asked",
    "Try one offer on a few hundred of them, drawn at random, before asking all.",
    "phone, e-mail",
    "answers per contact against those asked before",
)
_NO_VISIT = frozenset("payment payments invoice contact complaint ticket claim".split())
_BUYING = frozenset("frequency deals basket items breadth returns".split())
_FEW_LEVELS = 8
_REGULAR = ("frequency", "logins", "visits")
_RETURNING = frozenset("repeat repeated returning loyal".split())
_DEAR = ("rate", "premium", "basket", "payments")  # who is high in it is nobody to be spared money
_BEST_VALUE = {"value_index": {"min": 130}}


def plays(plan: Plan) -> list[dict[str, Any]]:
    """Plays for which the table has the columns, the most telling first."""
    made = [
        _play(_KEEP if words & _LEFT else _ASK, _often(column.becomes_column))
        for column in plan.of("flag")
        if (words := set(lexicon.tokens(column.name))) & (_LEFT | _ANSWERED)
    ]
    made += [
        _play(_UNHAPPY, _often(column.becomes_column))
        for column in plan.of("flag")
        if set(lexicon.tokens(column.name)) & {"complain", "complained", "complaint", "complaints"}
    ]
    recency, tenure, deals = (_column(plan, key) for key in ("recency", "tenure", "deals"))
    recency = _column(plan, "recency", besides=_NO_VISIT) or recency
    frequency = next(
        filter(None, (_column(plan, key, besides=lexicon.CHANNELS) for key in _REGULAR)), None
    )
    breadth = _column(plan, "breadth")
    bought = any(
        column.meaning
        and (column.meaning.key in _BUYING or "purchases" in lexicon.tokens(column.name))
        for column in plan.numbers
    )
    worth = [column for column in plan.numbers if column.name in plan.value]
    valued = bool(worth) and all(
        column.minimum is not None and column.minimum >= 0 for column in worth
    )
    if recency and valued:
        made.append(_play(_WIN_BACK_BEST, _high(recency), _BEST_VALUE))
    if valued:
        made.append(_play(_BEST, _BEST_VALUE))
    given = any(column.meaning and column.meaning.key == "giving" for column in plan.numbers)
    if recency:
        back = _WIN_BACK_DONORS if given else _WIN_BACK if bought else _REMIND
        made.append(_play(back, _high(recency)))
    income = _column(plan, "income")
    if income and valued and income not in plan.value:
        made.append(_play(_COULD_SPEND, _high(income), {"value_index": {"max": 70}}))
    spending = None if valued else _column(plan, "spending")
    if spending:
        made.append(_play(_BEST, _high(spending)))
        if income:
            made.append(_play(_COULD_SPEND, _high(income), _low(spending)))
    made += _others(plan)
    if frequency:
        made.append(_play(_GIVE_REGULARLY if given else _HABIT, _high(frequency)))
    if tenure:
        welcome = _WELCOME if bought else _WELCOME_TO_SERVICE
        made += [_play(welcome, _low(tenure)), _play(_THANK, _high(tenure))]
    made += [
        _play(_THANK, _often(column.becomes_column))
        for column in plan.of("flag")
        if set(lexicon.tokens(column.name)) & _RETURNING
    ]
    if breadth:
        made.append(_play(_RANGE, _low(breadth)))
    made += [
        _play((f"{_MEND[0]} ({thing})", *_MEND[1:]), {"column": column.name, "index": {"max": 85}})
        for column in plan.numbers
        if column.meaning and column.meaning.key == "opinion"
        and (thing := lexicon.thing_of(column.name, column.meaning))
    ]  # fmt: skip
    if deals:
        made.append(_play(_DEALS, _high(deals)))
    made += _channels(plan, bought=bought)
    cheaply = _CHEAPLY if bought else _SELF_SERVICE
    if valued:
        # Who is new has had no time to be worth more.
        for_long = [{"column": tenure, "index": {"min": 70}}] if tenure else []
        if recency:
            made.append(_play(_GROW, _low(recency), {"value_index": {"max": 110}}, *for_long))
        found = {_column(plan, key) for key in _DEAR} - {None, *plan.value}
        dear = [{"column": c, "index": {"max": 110}} for c in sorted(filter(None, found))]
        made.append(_play(cheaply, {"value_index": {"max": 70}}, *for_long, *dear))
    if spending:
        made.append(_play(cheaply, _low(spending)))
    for column in () if valued else plan.of("scale"):
        if set(lexicon.tokens(column.name)) & {"spending", "spend", "value", "worth"}:
            made.append(_play(_BEST, _often(column.becomes_column, column.levels[-1])))
            made.append(_play(cheaply, _often(column.becomes_column, column.levels[0])))
    if frequency:
        made.append(_play(_REASON, _low(frequency)))
    return [*made, *_levels(plan)]


def _levels(plan: Plan) -> list[dict[str, Any]]:
    """Plays by what customers prefer: goods, and ways to reach them."""
    made = []
    for column in plan.of("categorical"):
        words = set(lexicon.tokens(column.name))
        if column.code or column.describe or len(column.levels) > _FEW_LEVELS:
            continue
        for level in column.levels:
            if words & WARES and words <= BOUGHT:
                texts = (
                    f"Lead with {level}",
                    f"Show what is new in {level} first, then what others buy with it.",
                    "e-mail, product pages",
                    f"orders in {level}, and orders beside it",
                )
            elif words & {"channel", "device", "platform"}:
                texts = (
                    f"Meet them where they are ({level})",
                    f"Make offers and service good here first: {level}.",
                    level,
                    "orders or visits this way, and in all",
                )
            else:
                break
            made.append(_play(texts, _often(column.becomes_column, level)))
    return made


def _others(plan: Plan) -> list[dict[str, Any]]:
    """Plays for what only some tables tell of."""
    made = []
    for key, texts, side in (
        ("complaints", _UNHAPPY, _high), ("satisfaction", _DISSATISFIED, _low),
        ("rating", _DISSATISFIED, _low), ("calls", _CALLING, _high),
        ("advance", _CHEAPER_CREDIT, _high),
        ("campaign", _REST, _high), ("before", _FIRST_CALL, _low),
        ("household", _FAMILY, _high), ("family", _FAMILY, _high),
    ):  # fmt: skip
        found = _column(plan, key)
        if found:
            made.append(_play(texts, side(found)))
    made += [
        _play(_DISSATISFIED, _often(column.becomes_column, column.levels[0]))
        for column in plan.of("scale")
        if "satisfaction" in lexicon.tokens(column.name)
    ]
    for column in plan.categories:
        words = set(lexicon.tokens(column.name))
        monthly = [level for level in column.levels if level.casefold().startswith("month")]
        if "contract" in words and monthly:
            made.append(_play(_CONTRACT, _often(column.becomes_column, monthly[0])))
    for column in plan.numbers:
        words = set(lexicon.tokens(column.name))
        if column.meaning is None and words & {"product", "products", "policies", "services"}:
            made.append(_play(_SECOND_PRODUCT, _low(column.becomes_column)))
    return made


def _channels(plan: Plan, *, bought: bool) -> list[dict[str, Any]]:
    made = []
    for column in plan.numbers:
        where = lexicon.CHANNELS & set(lexicon.tokens(column.name))
        if where and column.meaning and column.meaning.key in ("frequency", "visits"):
            channel = lexicon.thing_of(column.name, column.meaning)
            buying = column.meaning.key == "frequency"
            texts = (
                f"Meet them in their channel ({channel})",
                f"Put offers first where they {'buy' if buying else 'come'} most ({channel}).",
                channel,
                f"{'orders' if buying else 'visits'} through this channel, and in all",
            )
            if bought and not buying:
                texts = (
                    f"Turn visits into orders ({channel})",
                    f"Put offers where they come most ({channel}), and ask why they buy little.",
                    channel,
                    "orders per visit through this channel, against a group left alone",
                )
            made.append(_play(texts, _high(column.becomes_column)))
    return made


def _column(plan: Plan, key: str, *, besides: frozenset[str] = frozenset()) -> str | None:
    """The column of a meaning, best the one whose name says nothing else."""
    found = [
        column
        for column in plan.numbers
        if column.meaning
        and column.meaning.key == key
        and column.minimum is not None  # below zero the average is no yardstick
        and column.minimum >= 0
        and not besides & set(lexicon.tokens(column.name))
    ]
    plain = [column for column in found if not lexicon.thing_of(column.name, column.meaning)]
    return (plain or found)[0].becomes_column if found else None


def _high(column: str) -> dict[str, Any]:
    return {"column": column, "index": {"min": 130}}


def _low(column: str) -> dict[str, Any]:
    return {"column": column, "index": {"max": 70}}


def _often(column: str, level: str = "Yes") -> dict[str, Any]:
    return {"column": column, "level": level, "lift": {"min": 1.3}}


def _play(texts: tuple[str, str, str, str], *when: dict[str, Any]) -> dict[str, Any]:
    name, action, channel, measure = texts
    return {
        "name": name, "when": list(when), "action": action, "channel": channel, "measure": measure,
    }  # fmt: skip
