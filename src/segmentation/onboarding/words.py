"""Words for the columns of a table, by which its segments are named."""

from typing import Any

from segmentation.onboarding import lexicon
from segmentation.onboarding.plan import Plan
from segmentation.onboarding.roles import Column, title

_NOUNS = ("buyers", "visitors", "spenders", "users")
_MOST = 14  # categories that get words
# What a yes or no says of a person: instead of with and without.
_PERSONS = {
    "senior citizen": ("senior", "younger"), "senior": ("senior", "younger"),
    "active member": ("active", "inactive"), "active": ("active", "inactive"),
    "married": ("married", "unmarried"), "smoker": ("smoking", "non-smoking"),
    "employed": ("employed", "unemployed"), "retired": ("retired", "working-age"),
    "homeowner": ("home-owning", "renting"), "vip": ("VIP", "ordinary"),
    "housing": ("with home loan", "without home loan"),
    "default": ("in default", "without default"),
    "churn": ("leaving", "staying"), "churned": ("leaving", "staying"),
    "exited": ("leaving", "staying"), "attrition": ("leaving", "staying"),
    "response": ("responding", "unresponsive"), "y": ("agreeing", "declining"),
    "complain": ("with complaints", "without complaints"),
    "complained": ("with complaints", "without complaints"),
    "dependents": ("with dependents", "without dependents"),
}  # fmt: skip
_ADJECTIVES = frozenset(
    """
    gender sex marital married relationship job occupation profession work employment status
    """.split()
)
_PLACES = frozenset("city town country state region district location area territory".split())
_WAYS = frozenset("device platform app browser".split())
_PAYING = frozenset("payment pay paying".split())
_WARES = frozenset(
    """
    category categories product brand item department favourite favorite preferred goods
    """.split()
)


def words(plan: Plan) -> dict[str, dict[str, Any]]:
    """Words for each column, as `playbook.yaml` takes them."""
    columns = (*plan.numbers, *plan.categories)
    said = {column.becomes_column: _words(column) for column in columns}
    return {name: word for name, word in said.items() if word}


def _words(column: Column) -> dict[str, Any]:
    if column.code:
        return {"quiet": True}
    if column.role == "flag":
        return _of_flag(column)
    if column.role in ("categorical", "scale"):
        return _of_levels(column)
    return _of_number(column)


def _of_number(column: Column) -> dict[str, Any]:
    meaning = column.meaning
    thing = lexicon.thing_of(column.name, meaning)
    if column.role == "date" and meaning is None:
        return {"high": f"with early {thing}", "low": f"with recent {thing}", "about": thing}
    if meaning is None or not meaning.high:
        thing = _few(thing or title(column.name).lower())
        return {"high": f"with high {thing}", "low": f"with low {thing}", "about": thing}
    if meaning.key == "payments" and "full-payment" in lexicon.tokens(column.name):
        return {"high": "paying in full", "low": "rarely paying in full", "about": "full payment"}
    if meaning.key == "frequency" and thing == "balance":
        return {"high": "with active balance", "low": "with idle balance", "about": "idle balance"}
    if meaning.key == "share" and "full-payment" in lexicon.tokens(column.name):
        return {"high": "paying in full", "low": "rarely paying in full", "about": "full payment"}
    high, low = (_put(phrase, thing) for phrase in (meaning.high, meaning.low))
    if "cash-advance" in lexicon.tokens(column.name) and meaning.key == "frequency":
        high = "frequent cash-advance users"
        low = "using few cash advances"
    about = thing if "{thing}" in meaning.high and thing else meaning.key
    if meaning.key == "advance":
        about = "cash-advance"
    found: dict[str, Any] = {"high": high, "low": low, "about": about}
    if high.endswith(_NOUNS):
        found["noun"] = True
    return found


def _put(phrase: str, thing: str) -> str:
    with_thing, _, without = phrase.partition("|")
    if thing or not without:
        return " ".join(with_thing.replace("{thing}", thing).split())
    return without


def _of_flag(column: Column) -> dict[str, Any]:
    words = [w for w in lexicon.tokens(column.name) if w not in ("is", "has", "have", "flag")]
    thing = _few(" ".join(words) or title(column.name).lower())
    if words[:1] in (["accepted"], ["accept"]):
        rest = _few(" ".join(words[1:]) or "an offer")
        yes, no = f"accepting {rest}", f"declining {rest}"
    elif thing in _PERSONS:
        yes, no = _PERSONS[thing]
    else:
        yes, no = f"with {thing}", f"without {thing}"
    return {"levels": {"Yes": yes, "No": no}, "about": thing}


def _of_levels(column: Column) -> dict[str, Any]:
    words = set(lexicon.tokens(column.name))
    thing = _few(lexicon.thing_of(column.name) or title(column.name).lower())
    levels = {level: _level(level, thing, words) for level in column.levels[:_MOST]}
    found: dict[str, Any] = {"levels": levels, "about": thing}
    if len(column.levels) > _MOST:
        found["level"] = _level("{level}", thing, words)
    if words & _WARES:
        found["noun"] = True
    return found


def _level(level: str, thing: str, words: set[str]) -> str:
    plain = level if _is_name(level) else level.lower()
    folded = level.casefold()
    if folded in ("yes", "y", "true"):
        return f"with {thing}"
    if folded in ("no", "n", "false", "none"):
        return f"without {thing}"
    if folded.startswith(("no ", "without ")):
        absent = folded.split(" ", 1)[1].removesuffix(" service")
        return f"without {absent}"
    if level.isdigit():
        return f"with {thing} {level}"
    if words & _PLACES:
        return f"from {level}"
    if words & _PAYING:
        return f"paying by {plain.split(' (')[0]}"
    if words & _WARES:
        return f"{level} buyers"
    if words & _WAYS:
        return f"using {plain}"
    if words & _ADJECTIVES:
        return plain.rstrip(".")
    return f"with {plain}" if thing in plain else f"with {plain} {thing}"


def _is_name(level: str) -> bool:
    """Whether capitals belong to a text: ``DSL``, ``PhD``, ``{level}``."""
    return any(sign.isupper() for sign in level[1:]) and not level.istitle()


def _few(text: str) -> str:
    """At most three words; a service is called by what it serves."""
    return " ".join(text.removesuffix(" service").split()[:3])
