"""Short names in plain words, from a segment's strongest traits."""

import itertools
import re
from collections.abc import Collection, Iterator, Mapping

from segmentation.artifacts.privacy import OTHER
from segmentation.insight.playbook import Playbook, Words
from segmentation.insight.traits import Trait

_LONGEST = 40  # letters of a category inside a name
_LOOK_FOR_NOUN = 4  # among so many of the strongest traits
_LOOK_FOR_OTHERS = 6  # among so many, for a name that is not taken
_WORDS = 6  # of a name
_NOTHING = 10.0  # points of an index, up to which a segment has next to nothing of a number
_HAVING = ("with ", "without ", "in ")  # what is joined by an "and"
_OPPOSITE = ({"occasional", "frequent"}, {"infrequent", "frequent"}, {"heavy", "light"})
_ONE = (0.9, 1.2)  # of a mean: hardly anybody has another number than one
# What begins so stands behind the noun.
_BEHIND = (
    "with ", "without ", "from ", "in ", "by ", "using ", "paying ", "spending ", "accepting ",
    "declining ", "on ", "at ", "rarely paying ", "who ", "via ", "reached by ", "contacted ",
    "living ", "giving ", "earning ", "choosing ", "buying ", "aged ", "not ", "rating ", "coming ",
    "staying ", "often paying ",
)  # fmt: skip


def name_segments(
    traits: Mapping[int, list[Trait]],
    playbook: Playbook,
    *,
    reference: Mapping[int, str] | None = None,
    average: Collection[int] = (),
    faint: Mapping[int, list[Trait]] | None = None,
    value: Mapping[int, float | None] | None = None,
) -> dict[int, str]:
    """Name every segment, each with other words, whatever their order and case of the letters.

    A name given by hand comes first, then the reference's: a segment that was matched to one of
    the reference holds the same customers, so it keeps the name people know, even if its traits
    have moved. The other names are made from the two strongest traits, and from more where that
    tells two segments apart: from fainter ones that the other does not share, and from what
    customers are worth, before a number has to do.

    Parameters
    ----------
    traits : mapping of int to list of Trait
        Each segment's traits, strongest first.
    playbook : Playbook
        Its names given by hand, and the words that make the others.
    reference : mapping of int to str, optional
        Names of an earlier run, by segment id. No other segment gets one of them.
    average : collection of int
        Segments large enough that one without traits is known to be near the average.
    faint : mapping of int to list of Trait, optional
        What marks a segment less, strongest first; said only to tell it from another.
    value : mapping of int to float or None, optional
        What a customer of each segment is worth on average.

    Returns
    -------
    dict of int to str
    """
    reference = reference or {}
    names: dict[int, str] = {}
    taken = {_key(name) for name in playbook.names.values()}
    for segment in traits:
        if segment in playbook.names:
            names[segment] = playbook.names[segment]
    for segment in traits:
        if segment in reference and segment not in names:
            names[segment] = _free([_plain(reference[segment])], taken)
            taken.add(_key(names[segment]))
    taken |= {_key(name) for name in reference.values()}
    for segment, these in traits.items():
        if segment not in names:
            plain = "Average customers" if segment in average else "Other customers"
            wished = list(_wishes(these, playbook.words)) or [plain]
            faintly = faint or {}
            marked = {i: [*traits[i], *faintly.get(i, [])] for i in names if i in traits}
            own, shared = _fainter(these, faintly.get(segment, []), marked, playbook.words)
            one = len(_told(these, playbook.words)) == 1  # which alone says little
            wished = [*own, *shared, *wished] if one else [*wished, *own]
            alike = [traits[other] for other in marked]
            wished[1:1] = _unlike(these, alike, playbook.words)
            wished += _by_worth(segment, wished[0], names, value or {})
            wished += [] if one else shared
            names[segment] = _free(wished, taken)
            taken.add(_key(names[segment]))
    return {segment: names[segment] for segment in traits}


def name_groups(traits: Mapping[int, list[Trait]]) -> dict[int, str]:
    """Name groups that divide customers for convenience only: a number and a plain comparison.

    Data without segments get no name that would make a group sound like one, not even one that
    was given by hand.
    """
    names = {}
    said: set[str] = set()
    for segment, these in traits.items():
        # With a reference, groups keep its numbers, which need not count from 1.
        name = f"Group {segment}"
        if list(traits) == list(range(1, len(traits) + 1)):
            name += f" of {len(traits)}"
        for phrase in map(_comparison, these):
            if phrase not in said:
                said.add(phrase)
                name += f": {phrase}"
                break
        names[segment] = name
    return names


def _comparison(trait: Trait) -> str:
    column = _plain(trait.column.replace("_", " "))
    if trait.level is not None:
        return f"more often {column} {_short(trait.level)}"
    return f"{'higher' if trait.difference > 0 else 'lower'} {column}"


def _free(wished: list[str], taken: set[frozenset[str]]) -> str:
    """The first name that is not taken yet; the last wish gets a number if all are."""
    for name in wished:
        if _key(name) not in taken:
            return name
    number = 2
    while _key(f"{wished[0]} ({number})") in taken:
        number += 1
    return f"{wished[0]} ({number})"


def _key(name: str) -> frozenset[str]:
    """What tells two names apart: their words, whatever the order and the case of the letters."""
    return frozenset(_plain(name).casefold().split())


def _wishes(traits: list[Trait], words: Mapping[str, Words]) -> Iterator[str]:
    """Names for a segment, best first: of its strongest traits, then of others of them."""
    told = _told(traits, words)
    for many in range(2, 6) if told else ():
        yield _name(told, words, many)
    for pair in itertools.combinations(told[:_LOOK_FOR_OTHERS], 2):
        yield _name(list(pair), words, 2)


def _unlike(
    traits: list[Trait], others: list[list[Trait]], words: Mapping[str, Words]
) -> Iterator[str]:
    """Names for a segment by what those do not have that share its strongest trait."""
    told = _told(traits, words)
    if not told:
        return
    theirs = {_side(each) for other in others for each in other
              if _side(told[0]) in map(_side, other)}  # fmt: skip
    for trait in told:
        if theirs and _side(trait) not in theirs:
            yield _name([*told[:2], trait], words, 3)
            yield _name([told[0], trait], words, 2)


def _side(trait: Trait) -> tuple[str, str | None, bool]:
    return trait.column, trait.level, trait.difference > 0


def _fainter(
    traits: list[Trait],
    faint: list[Trait],
    marked: Mapping[int, list[Trait]],
    words: Mapping[str, Words],
) -> tuple[list[str], list[str]]:
    """Names for a segment whose traits are another's, too: with one that marks it less.

    First those by what no segment with the same strongest trait shares, then the rest: of two that
    spend much, the one that spends less is not to be called the big-spending one.
    """
    told = _told([*traits, *faint], words)
    strong = [trait for trait in told if trait in traits][:2]
    theirs = {
        _side(each)
        for other in marked.values()
        for each in other
        if strong and _side(strong[0]) in map(_side, other)
    }
    own: list[str] = []
    shared: list[str] = []
    for trait in told:
        if trait not in traits:
            names = shared if _side(trait) in theirs else own
            names += (_name([*others, trait], words, len(others) + 1)
                      for others in (strong, strong[:1]))  # fmt: skip
    return own, shared


def _by_worth(
    segment: int, name: str, names: Mapping[int, str], value: Mapping[int, float | None]
) -> Iterator[str]:
    """The same name with what customers are worth beside those of the segment that has it."""
    own = value.get(segment)
    end = f"{name[0].lower() if name[1:2].islower() else name[0]}{name[1:]}"
    known = [each for each in value.values() if each is not None]
    for other, taken in names.items():
        worth = value.get(other)
        if own is None or worth in (None, own) or len(name.split()) == _WORDS:
            continue
        if _key(taken) == _key(name) and worth is not None:
            yield f"{'Higher' if own > worth else 'Lower'}-value {end}"
            if own == min(known):
                yield f"Lowest-value {end}"


def _told(traits: list[Trait], words: Mapping[str, Words]) -> list[Trait]:
    """Leave out what no name should say: codes, rare categories, the same thing again."""
    told = []
    about: set[str] = set()
    for trait in sorted(traits, key=lambda trait: trait.near_average):  # the vaguest last
        known = words.get(trait.column, Words())
        topics = {known.about or trait.column, _word(trait, words) or _generic(trait)}
        if not known.quiet and trait.level != OTHER and not topics & about:
            about |= topics
            told.append(trait)
    return told


def _name(traits: list[Trait], words: Mapping[str, Words], many: int) -> str:
    """Put so many traits into at most six words: ``Young frequent buyers with high rent``."""
    nouns = [trait for trait in traits[:_LOOK_FOR_NOUN] if _is_noun(trait, words)]
    # What they do comes before what they seldom do.
    noun = next((trait for trait in nouns if trait.difference > 0), nouns[0] if nouns else None)
    said = _word(noun, words) if noun else None
    others = [
        trait
        for trait in traits
        if trait is not noun
        and not (_is_noun(trait, words) and _also(trait, words) is None)
        and not (said and _against(_word(trait, words) or "-", said))
    ][: many - (noun is not None)]
    chosen = [trait for trait in traits if trait is noun or trait in others]
    name = _put_together(chosen, noun, words)
    while len(name.split()) > _WORDS and len(chosen) > 1:
        chosen.pop()
        name = _put_together(chosen, noun, words)
    return name[0].upper() + name[1:]


def _against(word: str, noun: str) -> bool:
    """Whether a word is part of a noun, or gainsays it: ``occasional``, of frequent card users."""
    said = {word, *noun.split()}
    return word in noun or any(pair <= said for pair in _OPPOSITE)


def _put_together(traits: list[Trait], noun: Trait | None, words: Mapping[str, Words]) -> str:
    last, before, having, behind = "customers", [], [], []
    for trait in traits:
        word = _word(trait, words) or f"with {_generic(trait)}"
        if trait is not noun and _is_noun(trait, words):
            word = _also(trait, words) or word
        if trait is noun:
            last = word
        elif word.startswith("with "):
            having.append(word.removeprefix("with "))
        elif word.startswith(_BEHIND):
            behind.append(word)
        else:
            before.append(word)
    tails = ([f"with {_listed(having)}"] if having else []) + behind
    return " ".join([*before, last, _joined(tails)]).strip()


def _joined(tails: list[str]) -> str:
    """``with a card and without loan``, but ``from Bonn without loan``: where one does nothing."""
    # Where they are from stands next to them, and "who declined" behind all else.
    joined, *rest = sorted(tails, key=_place) or [""]
    for tail in rest:
        of_one_kind = tail.startswith(_HAVING) and joined.startswith(_HAVING)
        joined += f"{' and ' if of_one_kind else ' '}{tail}"
    return joined


def _place(tail: str) -> int:
    return tail.startswith("who ") - tail.startswith("from ")


def _is_noun(trait: Trait, words: Mapping[str, Words]) -> bool:
    word = _word(trait, words)
    return word is not None and words[trait.column].noun and not word.startswith(_BEHIND)


def _also(trait: Trait, words: Mapping[str, Words]) -> str | None:
    """What is said of a trait whose word is a noun where another stands in its place."""
    return words[trait.column].also if trait.difference > 0 else None


def _listed(items: list[str]) -> str:
    return " and ".join([", ".join(items[:-1]), items[-1]] if items[1:] else items)


def _word(trait: Trait, words: Mapping[str, Words]) -> str | None:
    """The playbook's word for a trait, if it has one."""
    known = words.get(trait.column, Words())
    if trait.level is not None:
        own = known.levels.get(trait.level)
        return own or (known.level and known.level.replace("{level}", _short(trait.level)))
    if trait.near_average:
        return None
    if known.none and trait.index is not None and trait.index <= _NOTHING:
        return known.none
    if known.one and trait.difference < 0 and _ONE[0] <= trait.typical <= _ONE[1]:
        return known.one
    return known.high if trait.difference > 0 else known.low


def in_plain_words(name: str) -> str:
    """A column's name as it is said: without its unit, underlines and capitals only."""
    column = _plain(re.sub(r"\([^)]*\)\s*$", "", name.replace("_", " "))) or name
    return column.lower() if column.isupper() and len(column) > 3 else column


def _generic(trait: Trait) -> str:
    """A trait in words that fit any column: ``high income``, ``lower height``, ``town Bonn``."""
    column = in_plain_words(trait.column)
    if trait.level is not None:
        return f"{column} {_short(trait.level)}"
    return f"{'high' if trait.difference > 0 else 'low'}{'er' * trait.near_average} {column}"


def _short(level: str) -> str:
    level = _plain(level)
    return level if len(level) <= _LONGEST else level[: _LONGEST - 1] + "…"


def _plain(text: str) -> str:
    """One line, without spaces around it."""
    return " ".join(text.split())
