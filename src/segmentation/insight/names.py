"""Short names in plain words, from a segment's strongest traits."""

from collections.abc import Mapping

from segmentation.insight.playbook import Playbook, Words
from segmentation.insight.traits import Trait


def name_segments(traits: Mapping[int, list[Trait]], playbook: Playbook) -> dict[int, str]:
    """Name every segment, each differently.

    Parameters
    ----------
    traits : mapping of int to list of Trait
        Each segment's traits, strongest first.
    playbook : Playbook
        Names given by hand come first; its words make the others.

    Returns
    -------
    dict of int to str
    """
    names: dict[int, str] = {}
    for segment, found in traits.items():
        if segment in playbook.names:
            names[segment] = playbook.names[segment]
            continue
        taken = set(names.values()) | set(playbook.names.values())
        for adjectives in range(1, 4):
            name = _name(found, playbook.words, adjectives)
            if name not in taken:
                break
        names[segment] = name if name not in taken else f"{name} ({segment})"
    return names


def _name(traits: list[Trait], words: Mapping[str, Words], adjectives: int) -> str:
    before: list[str] = []
    noun = ""
    for trait in traits:
        word, is_noun = _word(trait, words)
        if is_noun and not noun:
            noun = word
        elif not is_noun and len(before) < adjectives:
            before.append(word)
    if not before and not noun:
        return "Average customers"
    name = " ".join([*before, noun or "customers"])
    return name[0].upper() + name[1:]


def _word(trait: Trait, words: Mapping[str, Words]) -> tuple[str, bool]:
    """Return the word for a trait, and whether it is a noun."""
    word = words.get(trait.column, Words())
    column = trait.column.replace("_", " ").strip()
    if trait.level is not None:
        return (word.level or "{level} customers").format(level=trait.level), (
            word.noun or word.level is None
        )
    high = trait.difference > 0
    given = word.high if high else word.low
    return given or f"{'high' if high else 'low'}-{column}".replace(" ", "-"), (
        word.noun and given is not None
    )
