"""Words for the columns of a table, by which its segments are named."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace

from segmentation.artifacts.features import having
from segmentation.insight.numbers import plural
from segmentation.onboarding import lexicon
from segmentation.onboarding.plan import Plan
from segmentation.onboarding.roles import Column
from segmentation.settings.shared.columns import NO, YES

_NOUNS = ("things", "buyers", "visitors", "spenders", "users")
_MOST = 14  # categories that get words
# What a yes or no says of a person: instead of with and without.
_PERSONS = {
    "senior citizen": ("senior", "younger"), "senior": ("senior", "younger"),
    **dict.fromkeys(("active member", "active", "active customer", "customer active"),
                    ("active", "inactive")),
    "married": ("married", "unmarried"), "ever married": ("married", "unmarried"),
    "smoker": ("smoking", "non-smoking"),
    "employed": ("employed", "unemployed"), "retired": ("retired", "working-age"),
    "graduated": ("with degree", "without degree"),
    "homeowner": ("home-owning", "renting"), "vip": ("VIP", "ordinary"),
    "housing": ("with home loan", "without home loan"),
    "default": ("in default", "without default"),
    "churn": ("leaving", "staying"), "churned": ("leaving", "staying"),
    "exited": ("leaving", "staying"), "attrition": ("leaving", "staying"),
    "response": ("responding", "unresponsive"), "y": ("agreeing", "declining"),
    "complain": ("with complaints", "without complaints"),
    "complained": ("with complaints", "without complaints"),
    "dependents": ("with dependents", "without dependents"),
    "subscribed": ("subscribed", "not subscribed"),
    "subscriber": ("subscribed", "not subscribed"),
    "cancelled": ("leaving", "staying"), "canceled": ("leaving", "staying"),
    "terminated": ("leaving", "staying"),
    **dict.fromkeys(
        (f"{word}{who}" for word in ("repeat", "repeated", "returning")
         for who in ("", " guest", " customer", " buyer", " client", " visitor")),
        ("returning", "first-time"),
    ),
}  # fmt: skip
# Words of a yes or no that say nothing but that it is one.
_EMPTY = frozenset("is has have flag status applied used indicator enabled".split())
# plan_basic: a category spread out, one column a level.
_SPREAD = frozenset("plan tier package membership card device channel contract".split())
_ADJECTIVES = frozenset(
    """
    gender sex marital married relationship job occupation profession work employment status
    attrition churn satisfaction
    """.split()
)
_PLACES = frozenset(
    "city town country state region district location area territory geography nation".split()
)
_WAYS = frozenset("device platform app browser".split())
_STAFF = frozenset("company companysize firm organisation organization employees staff".split())
_PAYING = frozenset("payment pay paying".split())
_CHANNEL = frozenset("channel channels".split())
WARES = frozenset(
    """
    category categories product brand item department favourite favorite preferred prefered goods
    items
    """.split()
)
# What may stand beside those, and still it is about what is bought.
BOUGHT = WARES | frozenset(
    "order orders purchase purchases purchased bought main top interested in shopping".split()
)
# What a level says of a person where its column is about it, and how.
_SAYINGS = (
    (frozenset("gender sex".split()), {
        "f": "female", "m": "male", "w": "female", "woman": "female", "man": "male",
        "women": "female", "men": "male", "frau": "female", "herr": "male", "weiblich": "female",
        "männlich": "male", "femme": "female", "homme": "male", "mujer": "female",
        "hombre": "male", "donna": "female", "uomo": "male", "mulher": "female", "homem": "male",
        "vrouw": "female", "女": "female", "男": "male",
    }),
    (frozenset("marital relationship married".split()), {
        "widow": "widowed", "together": "living together", "alone": "single",
    }),
    (frozenset("education edu schooling degree qualification".split()), {
        "none": "without schooling", "illiterate": "without schooling",
        "uneducated": "without schooling", "basic": "with basic schooling",
        "primary": "with primary schooling", "primary school": "with primary schooling",
        "elementary": "with primary schooling", "basic.4y": "with four school years",
        "basic.6y": "with six school years", "basic.9y": "with nine school years",
        "secondary": "with secondary schooling", "high school": "with high school",
        "high.school": "with high school", "highschool": "with high school",
        "high school or below": "with high school at most", "college": "with college",
        "some college": "with some college", "vocational": "with vocational training",
        "professional.course": "with vocational training", "graduation": "with degree",
        "graduate": "with degree", "bachelor": "with bachelor's degree",
        "bachelors": "with bachelor's degree", "tertiary": "with university degree",
        "university": "with university degree", "university.degree": "with university degree",
        "master": "with master's degree", "masters": "with master's degree",
        "2n cycle": "with second-cycle degree", "post-graduate": "with postgraduate degree",
        "postgraduate": "with postgraduate degree", "phd": "with PhD", "doctorate": "with PhD",
        "doctor": "with PhD",
    }),
    (frozenset("job occupation profession work employment".split()), {
        field: f"in {field.rstrip('.')}"
        for field in (
            "management", "services", "sales", "marketing", "healthcare", "entertainment",
            "education", "finance", "retail", "administration", "admin.", "admin", "engineering",
        )
    } | {"medical leave": "on medical leave"}),
    (frozenset("housing home residence property dwelling".split()), {
        "flat": "living in flats", "apartment": "living in apartments",
        "house": "living in houses",
        "own": "home-owning", "owner": "home-owning", "rent": "renting",
        "free": "living rent-free", "mortgage": "with mortgage",
    }),
    (frozenset("frequency".split()), {
        "daily": "daily buyers", "weekly": "weekly buyers", "fortnightly": "fortnightly buyers",
        "bi-weekly": "every-two-weeks buyers", "biweekly": "every-two-weeks buyers",
        "monthly": "monthly buyers", "quarterly": "quarterly buyers",
        "every 3 months": "every-three-months buyers", "annually": "yearly buyers",
        "yearly": "yearly buyers",
    }),
    (frozenset(["poutcome"]), {
        "success": "who answered", "failure": "who declined",
        "nonexistent": "not asked before",
    }),
    (frozenset("spending spend".split()), {
        "low": "low-spending", "average": "average-spending", "medium": "average-spending",
        "high": "big-spending",
    }),
    (_PLACES | {"settlement", "residence"}, {
        "urban": "urban", "rural": "rural", "suburban": "suburban", "semiurban": "semi-urban",
    }),
)  # fmt: skip
# By meaning: what is said of those who have next to nothing of it, and of those who have much where
# another column gave the noun.
_NONE_ALSO = {
    "frequency": ("without {thing} purchases", "with {thing} purchases"),
    "spend": ("without {thing} purchases", "with {thing} purchases"),
    "visits": ("without {thing} visits", "with {thing} visits"),
    "logins": ("without {thing} logins", "with {thing} logins"),
    "usage": ("without {thing} usage", "with {thing} usage"),
    "advance": ("without cash advances", "with cash advances"),
    "campaign": ("never contacted", ""),
    "before": ("not contacted before", ""), "household": ("without {thing}", ""),
    "complaints": ("without complaints", ""), "returns": ("without {thing}", ""),
    "calls": ("never calling", ""), "loan": ("without loans", ""),
    "cancelling": ("without cancellations", ""),
    "balance": ("without balance", ""),
}  # fmt: skip
# By meaning: what those are called whose number says anything but never, and the others.
_NEVER = {
    "contacted": ("contacted before", "not contacted before"),
    "recency": ("once active", "never active"),
    "claimed": ("with claims", "without claims"),
}
_SIZES = frozenset("xxs xs s m l xl xxl 3xl".split())
_CODED = re.compile(r"[a-z]{1,5}[ _-]?\d{1,4}|[a-z]", re.IGNORECASE)


@dataclass(frozen=True)
class Said:
    """How a column speaks of a segment (`insight.playbook.Words`), in the order of the file."""

    high: str = ""
    low: str = ""
    levels: Mapping[str, str] = field(default_factory=dict)
    about: str = ""
    level: str = ""
    one: str = ""
    none: str = ""
    also: str = ""
    noun: bool = False
    quiet: bool = False

    def __iter__(self) -> Iterator[tuple[str, str | bool | Mapping[str, str]]]:
        """Give what is said, by name; nothing that is not."""
        told = ((each.name, getattr(self, each.name)) for each in fields(self))
        return ((name, what) for name, what in told if what)


def words(plan: Plan) -> dict[str, Said]:
    """Words for each column, as `playbook.yaml` takes them."""
    columns = (*plan.numbers, *plan.categories)
    said = _told_apart({column.becomes_column: _words(column) for column in columns})
    said |= {
        having(column.name): Said(levels=dict(zip((YES, NO), _NEVER[key], strict=True)), about=key)
        for column in columns
        if column.never and (key := column.meaning.key if column.meaning else "") in _NEVER
    }
    if any(c.meaning and c.meaning.key in ("campaign", "contacted") for c in columns):
        said = {  # where people are called, what lasts is a call
            name: replace(word, high="with long calls", low="with short calls")
            if word.about == "duration"
            else word
            for name, word in said.items()
        }
    return said


def _told_apart(said: Mapping[str, Said]) -> dict[str, Said]:
    """Where words leave out what alone tells columns apart, such as a number, say it."""
    high = Counter(word.high for word in said.values())
    series = lexicon.alike_but_for_numbers(said)
    found = dict(said)
    for name, word in said.items():
        months = word.high == "big-spending" or re.search(r"(19|20)\d\d", name)
        if months and len(series.get(name, ())) == high[word.high]:
            continue  # of twelve months, it is said once that somebody spends much
        # Who is new has spent little in total, and may spend much a month.
        if high[word.high] > 1 and word.high.startswith(("with high ", "big-spending")):
            whole = lexicon.said(name)
            found[name] = replace(
                word,
                high=f"with high {whole}",
                low=f"with low {whole}",
                about=whole,
                none=f"without {whole}" if word.none else "",
            )
    return found


def _words(column: Column) -> Said:
    if column.code:
        return Said(quiet=True)
    if column.role == "flag":
        return _of_flag(column)
    if column.role in ("categorical", "scale"):
        return _of_levels(column)
    return _of_number(column)


def _of_number(column: Column) -> Said:
    meaning = column.meaning
    thing = lexicon.thing_of(column.name, meaning)
    if column.role == "date" and meaning is None:
        later = "late" if lexicon.ENDS & set(lexicon.tokens(column.name)) else "recent"
        return Said(high=f"with early {thing}", low=f"with {later} {thing}", about=thing)
    if meaning is None or not meaning.high:
        return _of_measure(column, thing)
    tokens = lexicon.tokens(column.name)
    if meaning.key in ("payments", "share") and "full-payment" in tokens:
        return Said(high="paying in full", low="rarely paying in full", about="full payment")
    if meaning.key == "frequency" and thing == "balance":
        return Said(high="with active balance", low="with idle balance", about="idle balance")
    if meaning.key == "share" and "rate" in tokens and thing:
        thing = f"{thing} rate"
    lasting = [word for word in tokens if word in lexicon.BRIEF]
    if meaning.key == "duration" and lasting:
        what = plural(lasting[0])
        return Said(high=f"with long {what}", low=f"with short {what}", about="duration")
    high, low = (_put(phrase, thing) for phrase in (meaning.high, meaning.low))
    if "cash-advance" in tokens and meaning.key == "frequency":
        high = "frequent cash-advance users"
        low = "using few cash advances"
    about = thing if "{thing}" in meaning.high and thing else meaning.key
    if meaning.key == "advance":
        about = "cash-advance"
    none = also = ""
    if meaning.key in _NONE_ALSO:
        none, also = (_put(phrase, thing) for phrase in _NONE_ALSO[meaning.key])
        if thing in lexicon.GOODS:
            none, also = f"without {thing}", ""
        if thing == "cash-advance":
            none, also = "without cash advances", "with cash advances"
    noun = high.endswith(_NOUNS)
    return Said(
        high=high,
        low=low,
        about=about,
        one="one-time" if meaning.key == "frequency" and not thing else "",
        none=none,
        also=also if noun else "",
        noun=noun,
    )


def _of_measure(column: Column, thing: str) -> Said:
    """Words for a number of which nothing is known but its name: a count of things, or so high."""
    tokens = lexicon.tokens(column.name)
    thing = _few(thing or lexicon.said(column.name))
    if "size" in tokens:
        thing = thing.removesuffix(" size")
        return Said(high=f"with large {thing}", low=f"with small {thing}", about=thing)
    if lexicon.COUNT & {*tokens} or (
        thing.endswith("s") and not thing.endswith(("ss", "us", "is"))
    ):
        thing = plural(thing)
        few, none = f"with few {thing}", f"without {thing}"
        return Said(high=f"with many {thing}", low=few, none=none, about=thing)
    return Said(high=f"with high {thing}", low=f"with low {thing}", about=thing)


def _put(phrase: str, thing: str) -> str:
    with_thing, _, without = phrase.partition("|")
    if thing or not without:
        return " ".join(with_thing.replace("{thing}", thing).split())
    return without


def _of_flag(column: Column) -> Said:
    words = [w for w in lexicon.tokens(column.name) if w not in _EMPTY]
    thing = _few(" ".join(words) or lexicon.said(column.name))
    if len(words) == 2 and words[0] in _SPREAD:
        thing = " ".join(words[::-1])
    if words[:1] in (["accepted"], ["accept"]):
        rest = _few(" ".join(words[1:]) or "an offer")
        yes, no = f"accepting {rest}", f"declining {rest}"
    elif words[1:] and words[0] in lexicon.EITHER:  # marital_Married, of a category spread out
        yes = _level(" ".join(words[1:]), words[0], {words[0]})
        no = f"without {yes.removeprefix('with ')}" if yes.startswith("with ") else f"not {yes}"
    elif words[1:] and words[-1] == "supported":  # ad-supported
        yes, no = "-".join(words), f"not {'-'.join(words)}"
    elif thing in _PERSONS:
        yes, no = _PERSONS[thing]
    else:
        yes, no = f"with {thing}", f"without {thing}"
    return Said(levels={YES: yes, NO: no}, about=thing)


def _of_levels(column: Column) -> Said:
    words = {word for word in lexicon.tokens(column.name) if not word.isdigit()}
    thing = _few(lexicon.thing_of(column.name) or lexicon.said(column.name))
    size = {"size"} & words
    coded = sum(bool(_CODED.fullmatch(level)) for level in column.levels)
    if coded > len(column.levels) / 2 and not size and not _SAYINGS[0][0] & words:
        return Said(quiet=True)
    levels = {level: _level(level, thing, words) for level in column.levels[:_MOST]}
    return Said(
        levels=levels,
        about=thing,
        level=_level("{level}", thing, words) if len(column.levels) > _MOST else "",
        noun=any(word.endswith(_NOUNS) for word in levels.values()),
    )


def _level(level: str, thing: str, words: set[str]) -> str:
    level = level.strip("[]{}()'\" ") or level if level != "{level}" else level
    plain = " ".join((level if _is_name(level) else level.lower()).split()[:4])
    folded = level.casefold()
    for about, sayings in _SAYINGS:
        if words & about and folded in sayings:
            return sayings[folded]
    if folded in words and "vs" in words:  # returning, of new_vs_returning
        return plain
    if folded in ("yes", "y", "true"):
        return f"with {thing}"
    if folded in ("no", "n", "false", "none", "[]"):
        return f"without {thing}"
    if folded.startswith(("no ", "without ")):
        absent = folded.split(" ", 1)[1].removesuffix(" service")
        return f"without {absent}"
    if level.isdigit() and "size" not in words:
        return f"with {thing} {level}"
    if lexicon.is_range(level):
        span = " ".join(word.lower() if word.isalpha() else word for word in level.split())
        if words & _STAFF:
            return f"with {span} employees"
        return f"aged {span}" if "age" in words else f"with {thing} {span}"
    if words & _PLACES:
        return f"from {level}"
    if words & _PAYING:
        return f"paying by {plain.split(' (')[0]}"
    if words & _CHANNEL and folded == "direct":
        return "coming directly"
    if words & _CHANNEL:
        return f"via {plain}"
    if words == {"contact"}:
        return f"reached by {plain}"
    if "season" in words:
        return f"in {plain}"
    if "size" in words and (folded in _SIZES or level.isdigit()):
        return f"with size {level}"
    if "size" in words:
        return f"with {plain} {thing.removesuffix(' size')}"
    if words & {"color", "colour"}:
        return f"choosing {plain}"
    if words & WARES and words <= BOUGHT and folded in ("other", "others", "misc"):
        return "buyers of other things"
    if words & WARES and words <= BOUGHT:
        return f"{level if 'brand' in words else plain} buyers"
    if words & _WAYS:
        return f"using {plain}"
    if words & _ADJECTIVES or (plain[:6] == thing[:6] and " " not in plain):
        return plain.rstrip(".")
    return f"with {plain}" if thing in plain else f"with {plain} {thing}"


def _is_name(level: str) -> bool:
    """Whether capitals belong to a text: ``DSL``, ``PhD``, ``{level}``."""
    return any(sign.isupper() for sign in level[1:]) and not level.istitle()


def _few(text: str) -> str:
    """At most three words; a service is called by what it serves."""
    return " ".join(text.removesuffix(" service").split()[:3])
