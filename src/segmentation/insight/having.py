"""What stands beside an amount full of zeros, or a number that says never: who has any.

Segments are found in it through its number (`engines.features`); here it is described and named.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation.artifacts.features import Flag, having
from segmentation.columns import Columns
from segmentation.insight.names import in_plain_words
from segmentation.insight.playbook import Words
from segmentation.insight.traits import Trait
from segmentation.settings.shared.columns import NO, YES

_OF_MUCH = ("high ", "many ", "much ", "large ", "long ", "more ")


class WithFlags:
    """A table of customers with a yes or no more for each of some numbers.

    Parameters
    ----------
    customers : DataFrame or Columns
    flags : mapping of str to Flag
        By the number.
    """

    def __init__(self, customers: pd.DataFrame | Columns, flags: Mapping[str, Flag]) -> None:
        self._customers = customers
        self._of = {having(name): (name, flag.of) for name, flag in flags.items()}

    @property
    def columns(self) -> Any:
        """The names of the columns."""
        return [*self._customers.columns, *self._of]

    def __len__(self) -> int:
        return len(self._customers)

    def __getitem__(self, name: str, /) -> pd.Series:
        """Return a column. Of a zero, a missing cell stays missing."""
        if name not in self._of:
            return self._customers[name]
        number, of = self._of[name]
        cells = self._customers[number]
        missing = cells.isna().to_numpy()
        none = missing if of == "never" else cells.eq(0).to_numpy()
        told = pd.Series(np.where(none, NO, YES), index=cells.index, dtype=object)
        return told if of == "never" else told.mask(missing)

    def take(self, rows: NDArray[np.intp], /) -> pd.DataFrame:
        """Return some rows, without these columns: rules speak of the number."""
        return self._customers.take(rows)


def described(flags: Mapping[str, Flag], taken: Collection[str]) -> dict[str, Flag]:
    """Leave out those whose name is a column's already."""
    return {name: flag for name, flag in flags.items() if having(name) not in taken}


def tell_once(traits: Sequence[Trait], flags: Collection[str]) -> list[Trait]:
    """Leave out that customers have any of what they have much of; say it last of the rest."""
    much = {having(trait.column) for trait in traits if trait.difference > 0 and not trait.level}
    some = [trait for trait in traits if trait.column in flags and trait.level == YES]
    others = [trait for trait in traits if trait not in some]
    return [*others, *(trait for trait in some if trait.column not in much)]


def words_for(words: Mapping[str, Words], flags: Mapping[str, Flag]) -> dict[str, Words]:
    """Return the words with those for what stands beside numbers: with it and without it.

    What is said of a number is not said again of its yes or no.

    Examples
    --------
    >>> spent = {"MntWines": Words(high="big wine spenders", none="without wine", about="wine")}
    >>> words_for(spent, {"MntWines": Flag(of="zero", share=0.4)})["has MntWines"].levels
    {'Yes': 'with wine', 'No': 'without wine'}
    """
    made = {}
    for name in flags:
        known = words.get(name, Words())
        none = known.none or f"without {_thing(name, known)}"
        made[having(name)] = Words(
            levels={YES: _with(none), NO: none},
            about=known.about or name,
            quiet=known.quiet,
        )
    return made | dict(words)


def _thing(name: str, known: Words) -> str:
    if known.high and known.high.startswith("with "):
        thing = known.high.removeprefix("with ")
        for much in _OF_MUCH:
            thing = thing.removeprefix(much)
        return thing
    return known.about or in_plain_words(name)


def _with(none: str) -> str:
    """The opposite of ``without loans``, ``never contacted`` or ``not contacted before``."""
    for nothing, any_ in (("without ", "with "), ("never ", ""), ("not ", ""), ("no ", "with ")):
        if none.startswith(nothing):
            return any_ + none.removeprefix(nothing)
    return f"not {none}"
