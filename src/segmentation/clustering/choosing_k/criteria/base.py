"""What a criterion is, and what it is worked out from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from segmentation.clustering.sampling import seeds

if TYPE_CHECKING:
    from segmentation.clustering.choosing_k.halves import Halves
    from segmentation.clustering.metrics.silhouette import Silhouette
    from segmentation.clustering.partition import Partition
    from segmentation.clustering.structure.homogeneity import Structure

_REPEATS = 4  # of what hangs on a seed
_ROWS_REPEATED = 40_000  # in all repeats


@dataclass(frozen=True, eq=False)
class Fits:
    """k-means at every k, and what several criteria need of it; worked out when first asked for.

    Attributes
    ----------
    X : NDArray[np.float64] of shape (n, d)
        The rows.
    path : list of Partition
        Their partitions, in increasing k.
    structure : Structure
        The structure test, which knows the silhouettes of one population.
    seed : int
        Seed of everything random.
    draws : int
        Clouds to draw for a comparison.
    resamples : int
        Splits of the rows in halves.
    everything : NDArray[np.float64] of shape (n_all, d), optional
        All rows there are, where `X` is a sample of them.
    """

    X: NDArray[np.float64]
    path: "list[Partition]"
    structure: "Structure"
    seed: int
    draws: int
    resamples: int
    everything: NDArray[np.float64] | None = None

    @property
    def ks(self) -> list[int]:
        """The numbers of clusters."""
        return [p.k for p in self.path]

    @cached_property
    def seeds(self) -> list[int]:
        """Seeds of what is repeated: what hangs on one is averaged, and tells how much does.

        Of many rows little does, and each takes its time.
        """
        rows = len(self.X if self.everything is None else self.everything)
        repeats = min(_REPEATS, self.resamples, max(1, _ROWS_REPEATED // rows))
        return seeds(self.seed, repeats)

    @cached_property
    def silhouettes(self) -> "list[Silhouette]":
        """Of every partition."""
        from segmentation.clustering.metrics.silhouette import silhouettes

        return silhouettes(self.X, [p.labels for p in self.path])

    @cached_property
    def silhouettes_of_halves(self) -> NDArray[np.float64]:
        """Mean silhouette of every partition of every half."""
        from segmentation.clustering.metrics.silhouette import silhouette_samples

        def means(half: NDArray[np.float64], path: "list[Partition]") -> list[float]:
            return [float(s.mean()) for s in silhouette_samples(half, [p.labels for p in path])]

        return self.halves.values(means, long=True)

    @cached_property
    def halves(self) -> "Halves":
        """Random halves of the rows, clustered apart."""
        from segmentation.clustering.choosing_k.halves import split_halves

        return split_halves(self.X, k_range=self.ks, seed=self.seed, splits=self.resamples)

    @cached_property
    def jittered(self) -> list[NDArray[np.float64]]:
        """The rows, with the values of grids spread over their cells, once for every seed.

        Only one where no column is a grid: there is nothing to spread.
        """
        from segmentation.clustering.structure.discrete import jittered

        first = jittered(self.X, seed=self.seed)
        if np.array_equal(first, self.X):
            return [first]
        return [first, *(jittered(self.X, seed=seed) for seed in self.seeds[1:])]


@dataclass(frozen=True, eq=False)
class Scores:
    """What a criterion says.

    Attributes
    ----------
    by_k : array of shape (m,)
        The criterion at every k.
    se : array of shape (m,), optional
        Its standard error.
    prefers : int, optional
        The k it votes for; without one, that of the best value.
    halves : array of shape (h, m), optional
        The criterion in each of the random halves, of the size that it has for all rows.
    beside : mapping of str to array of shape (m,)
        Further columns of the curve, by name.
    """

    by_k: NDArray[np.float64]
    se: NDArray[np.float64] | None = None
    prefers: int | None = None
    halves: NDArray[np.float64] | None = None
    beside: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)


@dataclass(frozen=True)
class Criterion:
    """One criterion for the number of clusters.

    Attributes
    ----------
    name : str
        Of its vote, its rule and its module.
    label : str
        Title of its panel and of its row in tables.
    phrase : str
        What it is called in a sentence.
    better : {"higher", "lower"}
        Which values are better.
    compute : callable
        Takes `Fits`, returns `Scores`.
    column : str
        Its column in the curve; the name, unless it judges a curve that has a name of its own.
    reading : str
        How its curve is read, in a few words.
    pick : callable, optional
        Takes the numbers of clusters and the values, returns the best k where that is not the first
        at the best value.
    """

    name: str
    label: str
    phrase: str
    better: Literal["higher", "lower"]
    compute: Callable[[Fits], Scores]
    column: str = ""
    reading: str = ""
    pick: Callable[[NDArray[np.intp], NDArray[np.float64]], int] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "column", self.column or self.name)
        object.__setattr__(self, "reading", self.reading or f"{self.better} is better")

    def best(self, ks: NDArray[np.intp], values: NDArray[np.float64]) -> int:
        """Return the k that the values speak for."""
        if self.pick is not None:
            return self.pick(ks, values)
        return int(ks[int(values.argmax() if self.better == "higher" else values.argmin())])
