"""What the columns of customers' tables usually mean, by the words in their names."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from segmentation.onboarding import tongues


@dataclass(frozen=True)
class Meaning:
    """What a name says about a column.

    Attributes
    ----------
    key : str
        ``spend``, ``frequency``, ``recency``, ….
    high, low : str
        What customers are called who have far more, or less, than others. ``{thing}`` is replaced
        by what else the name says, and only said where it says something (after the bar: where
        it says nothing). What ends in a noun stands last in a name.
    unit : str
        Of the numbers, if only one is usual.
    minimum, maximum : float or None
        What is possible at all.
    worth : int
        How well it says what a customer is worth; 0: not at all.
    """

    key: str
    words: frozenset[str]
    high: str = ""
    low: str = ""
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    worth: int = 0


def _meaning(key: str, words: str, high: str = "", low: str = "", **more: object) -> Meaning:
    return Meaning(key, frozenset(words.split()), high, low, **more)  # type: ignore[arg-type]


_FREQUENCY = _meaning(
    "frequency",
    "frequency freq orders order trx transactions transaction trans trips purchasecount stays "
    "bookings flights rentals rides",
    "frequent {thing} buyers|frequent",
    "infrequent {thing} buyers|occasional",
    minimum=0,
)
_DEALS = _meaning(
    "deals",
    "deals deal discount discounts discounted coupon coupons promo promos promotion promotions "
    "voucher vouchers",
    "deal-seeking",
    "full-price",
    minimum=0,
)
_SPEND = _meaning(
    "spend",
    "spend spent spending amount amt mnt revenue sales turnover umsatz purchases purchase "
    "charges charge billing billed fee fees fare price value sum cost expenditure gross net "
    "dollar dollars euro gmv",
    "big {thing} spenders|big-spending",
    "light {thing} spenders|low-spending",
    minimum=0,
    worth=7,
)
# The first that fits is taken, so what is said with more certainty stands first.
MEANINGS = (
    _meaning("birth", "birth birthday birthdate dob yob born geburtsdatum nacimiento naissance"),
    _meaning("age", "age alter edad", "older", "younger", unit="years", minimum=0, maximum=120),
    _meaning(
        "trend", "chng change changes growth hike increase delta trend diff difference",
        "with rising {thing}|growing", "with falling {thing}|shrinking",
    ),
    _meaning("contacted", "pdays", "contacted long ago", "contacted lately", minimum=0),
    _meaning(
        "recency", "recency inactive inactivity dayssince", "lapsed", "recently active", minimum=0,
    ),
    _meaning(
        "tenure",
        "tenure membership seniority vintage membershipyears loyaltyyears customersince inception",
        "long-standing", "new", minimum=0,
    ),
    _meaning("spending", "spendingscore", "big-spending", "low-spending", minimum=0),
    _meaning("satisfaction", "satisfaction nps csat", "satisfied", "dissatisfied"),
    _meaning(
        "rating", "rating ratings review reviews stars", "giving high ratings",
        "giving low ratings", minimum=0,
    ),
    _meaning(
        "score", "score grade rank", "with high {thing} score", "with low {thing} score",
        minimum=0,
    ),
    _meaning(
        "income", "income salary wage wages earnings einkommen gehalt ingreso revenu",
        "high-income", "modest-income", worth=3,
    ),
    _meaning("limit", "limit", "high-limit", "low-limit", minimum=0, worth=2),
    _meaning("open-credit", "opentobuy", "with much open credit", "with little open credit"),
    _meaning(
        "rewards", "cashback points rewards miles", "earning many rewards",
        "earning few rewards", minimum=0,
    ),
    _DEALS,
    _meaning(
        "returns", "return returns returned refund refunds refunded retoure",
        "with many {thing}", "with few {thing}", minimum=0,
    ),
    _meaning(
        "cancelling", "cancelled canceled cancellation cancellations", "often-cancelling",
        "rarely-cancelling", minimum=0,
    ),
    _meaning(
        "complaints", "complaint complaints complain complained ticket tickets",
        "often-complaining", "rarely-complaining", minimum=0,
    ),
    _meaning("opinion", "", "rating {thing} high", "rating {thing} low", minimum=0),
    _meaning("claimed", "", "without recent claims", "with recent claims", minimum=0),
    _meaning("claims", "claim claims", "with high claims", "with low claims", minimum=0),
    _meaning("premium", "premium premiums", "paying high premiums", "paying low premiums",
             minimum=0, worth=6),
    _meaning("items", "items units pieces", "buying many items", "buying few items", minimum=0),
    _meaning("calls", "calls", "often calling", "rarely calling", minimum=0),
    _meaning("giving", "giving gift gifts donation donations donated given", "generous",
             "small-giving", minimum=0, worth=7),
    _meaning("recurring", "arr mrr acv recurring", "high-paying", "low-paying", worth=9),
    _meaning("rate", "dailyrate adr", "paying high rates", "paying low rates", minimum=0,
             worth=5),
    _meaning("interval", "interval intervals gap gaps", "with long intervals",
             "with short intervals", minimum=0),
    _meaning("staying", "nights night overnights", "staying long", "staying briefly", minimum=0),
    _meaning("lead", "leadtime", "early-booking", "late-booking", minimum=0),
    _meaning("experience", "experience", "with long {thing} experience",
             "with little {thing} experience", minimum=0),
    _meaning("distance", "distance km warehouse", "living far away", "living nearby", minimum=0),
    _meaning(
        "loan", "loanamount", "with large loans", "with small loans", minimum=0, worth=4,
    ),
    _meaning(
        "share", "ratio rate pct prc percent percentage share proportion utilization utilisation",
        "with high {thing}", "with low {thing}", minimum=0,
    ),
    _meaning(
        "logins", "login logins logon logons signin signins",
        "frequent {thing} users", "infrequent {thing} users", minimum=0,
    ),
    _meaning(
        "usage", "usage apicalls", "heavy {thing} users", "light {thing} users", minimum=0,
    ),
    _meaning(
        "visits", "visit visits session sessions pageviews views clicks opens",
        "frequent {thing} visitors", "infrequent {thing} visitors", minimum=0,
    ),
    _meaning(
        "basket", "basket aov avgorder averageorder ticketsize", "big-basket", "small-basket",
        minimum=0, worth=5,
    ),
    _FREQUENCY,
    _meaning(
        "breadth", "categories breadth variety assortment distinct unique", "many-sided",
        "single-minded", minimum=0,
    ),
    _meaning("before", "previous", "contacted before", "rarely contacted before", minimum=0),
    _meaning(
        "campaign", "campaign campaigns contacts contacted emails",
        "often contacted", "rarely contacted", minimum=0,
    ),
    _meaning(
        "household",
        "kids kid children child teens teenagers dependents dependants",
        "with {thing}", "with fewer {thing}", minimum=0, maximum=30,
    ),
    _meaning(
        "family", "family household familysize", "with large families", "with small families",
        minimum=0, maximum=30,
    ),
    _meaning(
        "balance", "balance saldo savings deposits assets", "high-balance", "low-balance", worth=4
    ),
    _meaning("debt", "debt debts mortgage arrears outstanding overdue", "indebted", "debt-free"),
    _meaning("arrears", "", "often paying late", "paying on time", minimum=0),
    _meaning(
        "payments", "payment payments paid full-payment instalment instalments",
        "with high {thing} payments|high-paying",
        "with low {thing} payments|low-paying", minimum=0, worth=5,
    ),
    _meaning(
        "advance", "cash-advance", "heavy cash-advance users", "using few cash advances", minimum=0
    ),
    _meaning(
        "worth", "clv ltv cltv lifetimevalue monetary monetaryvalue", "valuable", "low-value",
        worth=10,
    ),
    _SPEND,
    _meaning(
        "duration", "duration minutes seconds hours time", "with long duration",
        "with short duration", minimum=0,
    ),
)  # fmt: skip
_BY_KEY = {meaning.key: meaning for meaning in MEANINGS}
_BRIEF = "call calls session sessions visit visits video videos"
_BUYING = "purchases purchase orders order transactions transaction trips"
# What words say together, whatever each would say alone.
_TOGETHER = tuple(
    (key, tuple(frozenset(words.split()) for words in together))
    for key, *together in (
        ("frequency", "previous past prior", _BUYING),
        ("spend", "amount amt", "trans trx transaction transactions"),
        ("duration", "hour hours minutes", "spend spent"),
        ("arrears", "late overdue missed delayed", "payment payments invoices bills instalments"),
        ("duration", "duration length time minutes seconds min mins sec", _BRIEF),
        ("spend", "monthly total average avg", "invoice invoices bill bills"),
        ("loan", "credit loan loans", "amount amt sum"),
        ("contacted", "contact contacted call campaign", "dayssince since"),
        ("distance", "warehouse store shop", "home"),
        ("spending", "spending spend", "score scale index"),
        ("staying", "stay stays stayed", "length duration nights days"),
        ("tenure", "since dayssince", "policy account contract signup registration first"),
        ("claimed", "claim claims", "dayssince since"),
    )
)

_TIME = frozenset("years months days".split())
_STAYED = frozenset("insured member customer client subscriber subscribed enrolled".split())
LASTING = frozenset(
    """
    duration length spent minutes seconds hours long session sessions call calls watch watched
    sleep workout training stay usage use talk online average avg mean total elapsed played
    listening viewing
    """.split()
)
"""In the name of a time that passed."""
CLOCK = frozenset(
    """
    at start end begin opening closing login logon arrival departure clock hour checkin checkout
    preferred usual wakeup
    """.split()
)
"""In the name of a time of the day."""
BRIEF = frozenset(f"{_BRIEF} page pages site website song track talk pace".split())
"""In the name of what lasts minutes and seconds."""
AREA = frozenset("region market territory area geography zone continent geo country".split())
REGIONS = frozenset(
    """
    eu emea apac latam mea anz row uk us usa ca sa as af oc eur asia europe africa oceania americas
    dach nordics cee apj cala
    """.split()
)
"""Beside which NA is North America."""

ID = frozenset(
    """
    id ids uuid guid custid customerid clientid userid memberid accountid kundennummer kundennr
    clientnum rfid
    """.split()
)
_WHO = frozenset(
    """
    customer cust client user member account card person subscriber passenger donor guest
    respondent patient
    """.split()
)
_SIGNED = frozenset("contract policy agreement subscription".split())
_NUMBERED = frozenset("number no num nr key code nummer".split())
INDEX = frozenset("index idx row rownum rownumber unnamed rowid".split()) | {"record"}
OUTCOME = frozenset(
    """
    churn churned churner exited attrition attrited response responded target label outcome
    converted conversion y subscribed cluster clusters segment segments segmentation cancelled
    canceled renewed terminated
    """.split()
)
RESULT = OUTCOME - {"cancelled", "canceled", "renewed"}
"""Of numbers, what says what became of customers."""
PARTIAL = frozenset(
    """
    gross net average avg mean median max maximum min minimum largest smallest highest lowest first
    last latest previous prior current monthly annual yearly weekly daily total overall lifetime sum
    year month week day quarter budget planned expected unit list
    """.split()
)
"""Of amounts, what tells of the same money in another way."""
JUDGED = frozenset("classifier prediction predicted probability propensity uplift".split())
_ECONOMY = (
    frozenset("euribor libor inflation gdp cpi unemployment".split()),
    frozenset("idx index price conf confidence".split()),
)
LEAVING = frozenset(
    "terminated attrited churned left exited lost cancelled canceled inactive leaver".split()
)
STAYING = frozenset("existing retained stayed active current loyal kept stayer".split())
PERSONAL = frozenset(
    """
    name surname firstname lastname fullname email mail phone telephone mobile fax address
    street ssn passport iban comment comments note notes remark remarks description feedback url
    website
    """.split()
)
CALLED = frozenset("surname firstname lastname fullname".split())
CODE = frozenset(
    """
    code type region channel category class zone area branch store shop location group status
    zip zipcode postcode plz postal state country city district territory department plan
    product brand gender sex education marital job occupation device platform source method mode
    kind tier
    """.split()
)
# Of these, 0 and 1 are codes of which nobody knows which is which.
EITHER = frozenset("sex gender marital married type group class kind region education".split())
SCALE = frozenset(
    """
    score rating satisfaction nps stars level grade rank index loyalty likelihood importance
    quality scale
    """.split()
)
COUNT = frozenset("num number nr no n count cnt ct qty quantity anzahl numof nb".split())
CHANNELS = frozenset(
    """
    web online offline store shop catalog catalogue app mobile phone mail email social branch
    bank
    """.split()
)
GOODS = frozenset(
    """
    fresh milk grocery groceries frozen detergents paper delicassen delicatessen wine wines
    fruit fruits meat fish sweet sweets gold food drinks beverages toys books electronics
    clothing clothes sports beauty home garden bakery dairy vegetables snacks furniture shoes
    cosmetics music video games alcohol household pets
    """.split()
)
JOINED = frozenset(
    """
    joined join signup signed registered registration enrolled enrollment enrolment opened
    opening since created start first acquisition activation subscribed member customer
    onboarding customersince
    """.split()
)
ENDS = frozenset("expiry expires end ends due".split())
LAST = frozenset("last latest recent ended end expiry expires".split())
CALENDAR = frozenset("day month weekday dayofweek quarter hour week".split())
"""Words of which a name consists that tells of the calendar."""
# Levels from the lowest; what stands between bars means the same.
_ORDERS = (
    (
        "none|no|zero, very low|minimal, low|small|minor|light|poor|bad|basic, "
        "medium|mid|middle|moderate|normal|average|fair|standard, "
        "high|large|big|heavy|good|premium, very high|extra large|very good|excellent"
    ),
    "xxs, xs, s, m, l, xl, xxl, 3xl",
    "never, rarely|seldom, sometimes|occasionally, often|frequently|regularly, always",
    (
        "never, annually|yearly|once a year, quarterly|every 3 months, monthly|once a month, "
        "fortnightly|bi-weekly|biweekly|every 2 weeks, weekly|once a week, daily|every day"
    ),
    "strongly disagree, disagree, neutral|neither, agree, strongly agree",
    "very dissatisfied, dissatisfied|unsatisfied, neutral, satisfied, very satisfied",
    (
        "none|illiterate|uneducated, basic|primary|primary school|elementary|basic.4y|basic 4y, "
        "basic.6y, basic.9y, secondary|high school|highschool|high.school, "
        "some college|college|professional.course|vocational, "
        "graduation|graduate|bachelor|bachelors|tertiary|university|university.degree, "
        "post-graduate|postgraduate|2n cycle|master|masters, phd|doctorate|doctoral"
    ),
    "month-to-month|monthly|month to month, one year|1 year|yearly, two year|two years|2 years",
    "none|blue|green|basic, bronze, silver, gold, platinum, diamond|black",
    "new, active, loyal|vip",
    "little, moderate, quite rich, rich",
    (
        "sehr schlecht|sehr niedrig, schlecht|niedrig|gering|klein, "
        "mittel|durchschnittlich|befriedigend, gut|hoch|groß|gross, sehr gut|sehr hoch"
    ),
    "nie, selten, manchmal|gelegentlich, oft|häufig, immer",
    "nie, jährlich, vierteljährlich|quartalsweise, monatlich, wöchentlich, täglich",
    (
        "muy bajo|muy baja|muy malo|muy mala, bajo|baja|malo|mala|pequeño|pequeña, "
        "medio|media|regular|mediano|mediana, alto|alta|bueno|buena|grande, "
        "muy alto|muy alta|muy bueno|muy buena|excelente"
    ),
    "très faible, faible|bas|basse|petit|petite, moyen|moyenne, élevé|élevée|haut|grand|fort",
    "basso|bassa|piccolo|piccola, medio|media, alto|alta|grande",
)
_BELOW = ("less", "under", "below", "up to", "<", "bis", "unter")
_ABOVE = ("more", "over", "above", "+", ">", "plus", "older", "and up", "über")


def in_order(levels: Iterable[str]) -> tuple[str, ...]:
    """Put levels in their order where that is known: words of a scale, or ranges of numbers.

    Examples
    --------
    >>> in_order(["PhD", "Basic", "Graduation"])
    ('Basic', 'Graduation', 'PhD')
    >>> in_order(["$40K - $60K", "Less than $40K", "60K+"])
    ('Less than $40K', '$40K - $60K', '60K+')
    >>> in_order(["Bonn", "Low", "Ulm"])
    ()
    """
    names = list(levels)
    if not 3 <= len(names) <= 12:
        return ()
    for order in _ORDERS:
        places = {
            word: (i, j)
            for i, step in enumerate(order.split(", "))
            for j, word in enumerate(step.split("|"))
        }
        found = [places.get(name.casefold()) for name in names]
        steps = {place[0] for place in found if place}
        if None not in found and len(steps) >= 3:
            return tuple(sorted(names, key=lambda name: places[name.casefold()]))
    ranges = {name: _range(name) for name in names}
    if None in ranges.values() or len(set(ranges.values())) < len(names):
        return ()
    return tuple(sorted(names, key=lambda name: ranges[name] or (0.0, 0)))


def is_range(text: str) -> bool:
    """Whether a level is a range of numbers, such as ``18-25`` or ``Less than $40K``."""
    return _range(text) is not None


def _range(text: str) -> tuple[float, int] | None:
    """Where ``Less than $40K``, ``18-25`` or ``65+`` stands among others of its kind."""
    plain = text.casefold().replace(",", "")
    numbers = re.findall(r"\d+(?:\.\d+)?", plain)
    words = re.findall(r"[^\W\d_]{3,}", plain)
    below = any(word in plain for word in _BELOW)
    above = any(word in plain for word in _ABOVE)
    known = " ".join((*_BELOW, *_ABOVE, "than years year usd eur and from to"))
    if any(word not in known for word in words):
        return None
    if len(numbers) == 2 and not (below or above):
        return float(numbers[0]), 1
    if len(numbers) == 1 and below != above:
        return float(numbers[0]), 0 if below else 2
    return None


FILLERS = frozenset(
    """
    the of a an in at on by for per to and is has have had was total tot avg average mean sum
    num number nr no n count cnt qty amount amt mnt k usd eur gbp value status flag ind
    indicator yn current cur monthly annual yearly month year years months days day last first
    week weeks daily weekly yr yrs ytd
    latest my cust customer customers client user account ltm m mths mon trx dt date prc pct
    binary history made level type product products ct category class group applied used
    preferred prefered ever since from fromlast wise who whom which registered held owned open
    kwh mwh gb mb sqm
    """.split()
)
_EXPANDED = {
    "cr": "credit", "tx": "transactions", "txn": "transactions", "txns": "transactions",
    "oneoff": "one-off", "cmp": "campaign", "cat": "category", "edu": "education",
    "mort": "mortgage", "bal": "balance", "trxs": "trx", "addr": "address", "tel": "phone",
    "prod": "product", "lim": "limit", "installments": "installment", "kidhome": "kids",
    "teenhome": "teenagers", "kid": "kids", "child": "children", "wines": "wine",
    "fruits": "fruit", "sweets": "sweet", "fnb": "food", "prods": "products", "purch": "purchases",
    "dependent": "dependents", "sess": "sessions",
}  # fmt: skip
# Two words that mean one thing.
_PAIRS = {
    "api calls": "apicalls", "api requests": "apicalls", "f b": "food",
    "no claims": "no-claims", "closed won": "wins", "won deals": "wins", "deals won": "wins",
    "one off": "one-off", "cash advance": "cash-advance", "days since": "dayssince",
    "day since": "dayssince", "months since": "dayssince", "months on": "tenure",
    "days as": "tenure", "months as": "tenure", "years as": "tenure",
    "customer since": "customersince", "member since": "customersince", "avg order": "avgorder",
    "average order": "averageorder", "order value": "aov", "basket size": "basket",
    "lifetime value": "ltv", "year birth": "birth", "zip code": "zipcode",
    "postal code": "zipcode", "full payment": "full-payment", "row number": "rownumber",
    "credit limit": "limit", "membership years": "membershipyears", "day of": "weekday",
    "weekday week": "weekday", "open to": "opento", "opento buy": "opentobuy",
    "family size": "familysize", "saving accounts": "savings", "savings account": "savings",
    "saving account": "savings", "household size": "familysize", "days sem": "dayssince",
    "ticket average": "basket", "average ticket": "basket", "avg ticket": "basket",
    "estado marital": "marital", "etat marital": "marital", "stato marital": "marital",
    "daily rate": "dailyrate", "room rate": "dailyrate", "lead time": "leadtime",
    "days between": "interval", "last to": "lastto", "lastto end": "dayssince",
}  # fmt: skip


def humanly(name: str) -> str:
    """A column's name with spaces.

    Examples
    --------
    >>> humanly("NumWebPurchases"), humanly("PAYMENTS_total"), humanly("Annual Income (k$)")
    ('Num Web Purchases', 'PAYMENTS total', 'Annual Income (k$)')
    """
    name = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return " ".join(name.replace("_", " ").replace(".", " ").split())


def tokens(name: str) -> list[str]:
    """Split a name into words as people say them.

    Examples
    --------
    >>> tokens("NumWebPurchases"), tokens("ONEOFF_PURCHASES"), tokens("Número de compras")
    (['num', 'web', 'purchases'], ['one-off', 'purchases'], ['number', 'purchases'])
    """
    plain = tongues.plain(re.sub(r"\([^)]*\)", " ", humanly(name)))
    words = tongues.in_english(re.findall(r"[^\W\d_]+|\d+", plain))
    words = [_EXPANDED.get(word, word) for word in words]
    joined: list[str] = []
    for word in words:
        pair = _PAIRS.get(f"{joined[-1]} {word}") if joined else None
        if pair:
            joined[-1] = pair
        else:
            joined.append(word)
    return joined


def of(key: str) -> Meaning:
    """The meaning of this key."""
    return _BY_KEY[key]


def meaning_of(name: str) -> Meaning | None:
    """What a column of numbers means, by its name; None where it does not say."""
    words = tokens(name)
    counted = bool(COUNT & set(words))
    stayed = _TIME & set(words) and _STAYED & set(words)
    if stayed and set(words) <= _TIME | _STAYED | FILLERS | {"as"}:
        return _BY_KEY["tenure"]  # years insured
    for key, together in _TOGETHER:
        if all(each & set(words) for each in together):
            return _BY_KEY[key]
    if counted and COUNTED & set(words):
        return _DEALS if _DEALS.words & set(words) else _FREQUENCY
    found = [meaning for meaning in MEANINGS if meaning.words & set(words)]
    if found:
        return found[0]
    return _SPEND if GOODS & set(words) and not counted else None


def thing_of(name: str, meaning: Meaning | None = None) -> str:
    """What else a name says, in at most three words: ``web``, ``one-off``, ``phone service``.

    Examples
    --------
    >>> thing_of("NumWebPurchases", meaning_of("NumWebPurchases")), thing_of("PhoneService")
    ('web', 'phone service')
    """
    words = [word for word in tokens(name) if word not in FILLERS and not word.isdigit()]
    words = [word for word in words if len(word) > 1] or words  # Q1_price is about the price
    told = [word for word in words if len(word) > 3 or word in _SHORT or set(word) & _VOWELS]
    words = told if meaning or told else words  # bp and ffp are codes to a reader
    said = meaning.words if meaning else frozenset()
    if meaning and meaning.key in ("frequency", "spend"):
        said |= _SPEND.words | _FREQUENCY.words | {"previous", "past", "prior"}
        said |= COUNTED | {"invoice", "invoices", "bill", "bills"}
    if meaning and meaning.key in ("household", "rewards"):
        said = frozenset()
    if meaning and meaning.key == "items":
        return ""
    if meaning and meaning.key == "returns":  # who brings goods back, not who comes back
        return "refunds" if {"refund", "refunds", "refunded"} & set(words) else "returns"
    if meaning and meaning.key == "share":
        said = frozenset("ratio rate pct prc percent percentage share proportion".split())
    if meaning and meaning.key == "trend":
        words = [_CHANGED.get(word, word) for word in tokens(name)]
        words = [word for word in words if word not in FILLERS and len(word) > 2]
        words = ["spending"] if "spending" in words else words
    rest = [word for word in words if word not in said]
    if not rest and meaning is None:
        rest = [w for w in tokens(name) if not w.isdigit() and w not in COUNT | {"of", "total"}]
    return " ".join(rest[:3])


_VOWELS = frozenset("aeiouy")
_SHORT = frozenset("tv pc sms mms dvd cd dsl vr gb mb km kg vpn www pdf crm nps ltd bbq".split())
_CHANGED = {
    "amt": "spending", "amount": "spending", "ct": "activity", "cnt": "activity",
    "count": "activity", "order": "orders",
}  # fmt: skip


COUNTED = frozenset(
    """
    purchases purchase orders order gifts gift donations donation stays stay bookings booking
    flights flight rentals rental rides ride
    """.split()
)
"""What a number of is how often somebody came."""


def alike_but_for_numbers(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Columns of which there are several, told apart by a number: months, quarters, years.

    Returns
    -------
    dict of str to tuple of str
        Of each such name, all that are like it.

    Examples
    --------
    >>> alike_but_for_numbers(["sales_1", "sales_2", "visits_1", "age"])
    {'sales_1': ('sales_1', 'sales_2'), 'sales_2': ('sales_1', 'sales_2')}
    """
    series: dict[tuple[str, ...], list[str]] = {}
    for name in names:
        words = tokens(name)
        rest = tuple(word for word in words if not word.isdigit())
        if rest and len(rest) < len(words):
            series.setdefault(rest, []).append(name)
    return {name: tuple(each) for each in series.values() if len(each) > 1 for name in each}


def says_economy(name: str) -> bool:
    """Whether a name is that of a figure about the economy, the same for all of a day.

    Examples
    --------
    >>> says_economy("euribor3m"), says_economy("cons.price.idx"), says_economy("price")
    (True, True, False)
    """
    words = set(tokens(name))
    known, figure = _ECONOMY
    employed = words & {"emp", "employment", "employed"} and words & {"var", "nr", "rate"}
    asked = words & {"cons", "consumer"} and len(words & figure) > 1
    return bool(words & known or employed or asked)


def said(name: str) -> str:
    """A name in words for people: in English where its words are known, else as it is.

    Examples
    --------
    >>> said("Umsatz_gesamt"), said("TotalCharges")
    ('total revenue', 'total charges')
    """
    words = re.findall(r"[^\W\d_]+|\d+", tongues.plain(humanly(name)))
    english = tongues.in_english(words)
    if english == words:
        return humanly(name).lower()
    first = [word for word in english if word in ("total", "average", "last", "first")]
    return " ".join([*first, *(word for word in english if word not in first)])


def is_plural(name: str) -> bool:
    """Whether a name ends in things that can be counted: ``Missed Appointments``, ``Classes``.

    Examples
    --------
    >>> is_plural("special_requests"), is_plural("Group Classes"), is_plural("region_status")
    (True, True, False)
    """
    last = (re.findall(r"[^\W\d_]+", re.sub(r"\([^)]*\)", " ", humanly(name)).lower()) or [""])[-1]
    return len(last) > 3 and last.endswith("s") and not last.endswith(("ss", "us", "is"))


def is_who(name: str) -> bool:
    """Whether a name says nothing but that its cells are customers: ``Member``, ``Donor``."""
    words = tokens(name)
    return len(words) == 1 and words[0] in _WHO


def says_id(name: str) -> bool:
    """Whether a name is that of the customer's number."""
    words = set(tokens(name))
    if words & ID:
        return True
    signed = words & _SIGNED and words & (_NUMBERED - {"key", "code"})
    return bool(words & _WHO and words & _NUMBERED) or bool(signed)


_CURRENCIES = frozenset(
    "eur usd gbp chf cad aud nzd jpy cny inr pln czk huf nok dkk brl zar".split()
)
_SIGNS = {"dollar": "$", "dollars": "$", "euro": "€", "euros": "€", "yen": "¥"}


def unit_of(name: str, meaning: Meaning | None) -> str | None:
    """The unit that the name says: in brackets, as a word or a sign, or by what it means.

    Examples
    --------
    >>> unit_of("Annual Income (k$)", None), unit_of("tenure_months", None), unit_of("x", None)
    ('k$', 'months', None)
    >>> unit_of("dollar_value", None), unit_of("spend_eur", None), unit_of("income_k_usd", None)
    ('$', 'EUR', 'k USD')
    >>> unit_of("Income_k$", None), unit_of("money back €", None)
    ('k$', '€')
    """
    inside = re.search(r"\(([^)\d]{1,12})\)", name)
    if inside:
        return inside[1].strip()
    sign = re.search(r"((?<![^\W_])k)?([$€£¥])( ?000)?", name, re.IGNORECASE)
    if sign:
        return f"k{sign[2]}" if sign[1] or sign[3] else sign[2]
    before = ""
    for word in tokens(name):
        if word in ("days", "months", "years", "minutes", "hours"):
            return word
        if word in _SIGNS:
            return _SIGNS[word]
        if word in _CURRENCIES:
            return f"k {word.upper()}" if before == "k" else word.upper()
        before = word
    return (meaning.unit or None) if meaning else None
