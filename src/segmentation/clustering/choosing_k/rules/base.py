"""What a rule is, and what it chooses from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Candidates:
    """What a rule chooses from.

    Attributes
    ----------
    curve : pandas.DataFrame
        A row per k.
    votes : mapping of str to int
        The k that each criterion prefers.
    k : int or None
        The number of clusters that was asked for.
    """

    curve: "pd.DataFrame"
    votes: Mapping[str, int]
    k: int | None

    @property
    def ks(self) -> NDArray[np.intp]:
        """The numbers of clusters."""
        return self.curve.k.to_numpy(dtype=np.intp)


@dataclass(frozen=True)
class Rule:
    """One way to choose.

    Attributes
    ----------
    name : str
        What `select_k.rule` calls it.
    choose : callable
        Takes `Candidates`, returns one of their k.
    sentence : str
        How its choice is told, with `{k}` in it.
    score : callable, optional
        Takes the curve and returns the score of every k, which becomes a column of the curve under
        the rule's name.
    check : callable, optional
        Takes the candidate numbers and the k asked for; raises `InputError` before anything is
        computed.
    """

    name: str
    choose: Callable[[Candidates], int]
    sentence: str
    score: "Callable[[pd.DataFrame], NDArray[np.float64]] | None" = None
    check: Callable[[list[int], int | None], None] | None = None
