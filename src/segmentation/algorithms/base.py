"""What an algorithm is, what every one of them takes, and what it returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import BaseModel, ConfigDict, Field

from segmentation.errors import InputError

NOISE = -1
"""The label of a row that belongs to no segment."""

ROUND = "prefers round {kind}s of similar width and cuts long ones"
"""The `taste` of algorithms that go by the distance to a centre."""

Natural = Annotated[int, Field(ge=1)]
Blocks = Sequence[Sequence[int]]
"""The columns of each one-hot category."""


class AlgorithmOptions(BaseModel):
    """The options of an algorithm, each with its range and its default."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


@dataclass(frozen=True, eq=False)
class Dendrogram:
    """The tree behind an agglomerative clustering.

    Attributes
    ----------
    linkage : array of shape (m - 1, 4)
        Merges in the format of `scipy.cluster.hierarchy.linkage`, over the ``m`` rows clustered.
    height : float
        A height that cuts the tree into the segments.
    """

    linkage: NDArray[np.float64]
    height: float

    def of_branches(self, fewest: int) -> Dendrogram:
        """Return the tree without branches of fewer rows: what one of them joins goes on alone."""
        rows = len(self.linkage) + 1
        whole = np.concatenate([np.ones(rows), self.linkage[:, 3]]) >= fewest
        left, right = self.linkage[:, :2].astype(np.intp).T
        leaf = whole[rows:] & ~whole[left] & ~whole[right]  # becomes large enough here
        fork = whole[left] & whole[right]
        place = np.full(len(whole), -1)  # in the new tree
        first, leaves = int(whole[:rows].sum()), int(whole[:rows].sum() + leaf.sum())
        place[:rows][whole[:rows]] = np.arange(first)
        place[rows:][leaf] = np.arange(first, leaves)
        place[rows:][fork] = np.arange(leaves, leaves + fork.sum())
        for i in np.flatnonzero(whole[rows:] & ~leaf & ~fork):  # in order: what joins comes before
            place[rows + i] = max(place[left[i]], place[right[i]])
        tree = self.linkage[fork].copy()
        tree[:, 0], tree[:, 1] = place[left[fork]], place[right[fork]]
        return Dendrogram(tree, self.height)

    def top(self, leaves: int) -> Dendrogram:
        """Return the tree of the last merges, with at most `leaves` branches as its leaves."""
        merges = len(self.linkage)
        kept = min(merges, leaves - 1)
        first = merges + 1 + merges - kept  # the id of the first cluster made by a kept merge
        tree = self.linkage[merges - kept :].copy()
        ids = tree[:, :2].astype(np.intp)
        old = np.unique(ids[ids < first])
        tree[:, :2] = np.where(ids < first, np.searchsorted(old, ids), ids - first + len(old))
        branches = np.ones(2 * kept + 1)
        for i, (left, right) in enumerate(tree[:, :2].astype(np.intp)):
            tree[i, 3] = branches[len(old) + i] = branches[left] + branches[right]
        return Dendrogram(tree, self.height)


@dataclass(frozen=True, eq=False)
class KDistances:
    """The k-distance plot behind a density method.

    Attributes
    ----------
    distances : array of shape (m,)
        Distance of each clustered row to its ``neighbours``-th nearest, itself included; ascending.
    neighbours : int
        The ``min_samples`` of the method.
    eps : float or None
        The distance at which the rows were cut; None for a method that needs no such cut.
    """

    distances: NDArray[np.float64]
    neighbours: int
    eps: float | None = None

    def thinned(self, most: int, *, fewest: int) -> KDistances:
        """Return the curve as medians of at most `most` equal parts, of at least `fewest` rows."""
        parts = min(most, len(self.distances) // fewest)
        each = np.array_split(self.distances, parts) if parts else []
        return KDistances(np.array([np.median(part) for part in each]), self.neighbours, self.eps)


@dataclass(frozen=True, eq=False)
class Clustering:
    """A partition of rows, and a classifier that carries it over to new rows.

    Attributes
    ----------
    labels : int array of shape (n,)
        0..k-1, every one of them used; -1 is noise.
    assigner : fitted scikit-learn classifier
        A plain one (no custom class), so skops loads it without being asked for trust.
    confidence : float array of shape (n,)
        How firmly a row belongs to its segment, in [0, 1]; 0 for noise. Its meaning is the
        algorithm's: a posterior, a margin between centres, or the agreement of neighbours.
    picture : Dendrogram, KDistances or None
        Data for the picture that explains the main parameter.
    notes : tuple of str
        Sentences on what the algorithm decided by itself; nothing is decided in silence.
    """

    labels: NDArray[np.intp]
    assigner: Any
    confidence: NDArray[np.float64]
    picture: Dendrogram | KDistances | None = None
    notes: tuple[str, ...] = ()

    @property
    def k(self) -> int:
        """Number of segments; noise is none."""
        return int(self.labels.max(initial=NOISE)) + 1

    @property
    def noise_share(self) -> float:
        """Share of rows in no segment."""
        return float(np.mean(self.labels == NOISE))


@dataclass(frozen=True)
class Algorithm:
    """One algorithm: how it clusters, and everything that is said of it.

    Attributes
    ----------
    name : str
        What `train.algorithm` calls it, and its module.
    fit : callable
        Takes the matrix, `k`, `seed` and `options` by name, and returns a `Clustering`.
    options : type of AlgorithmOptions
    finds : str
        What its segments are, in a few words.
    suits : str
        When to choose it, in a few words.
    needs_k : bool
        False for a method that finds its own number of segments.
    keeps_rows : bool
        True if the assigner holds rows of `X` to compare new ones with.
    uses_categories : bool
        True if `fit` takes the one-hot columns of each category too, as `category_blocks`.
    bounds_sizes : bool
        True if `fit` takes the least number of rows that a segment may have, as `least`.
    rounds : callable, optional
        Of a method whose segments are those nearest to their means: takes the options, and returns
        the most of Lloyd's iterations that finish on all rows what was found on a sample.
    group : str
        What it looks for, in the singular.
    taste : str
        Which segments it prefers whatever the data, as the rest of a sentence that its name
        starts; `{kind}` is what segments are called. Empty if it has no such taste.
    """

    name: str
    fit: Callable[..., Clustering]
    options: type[AlgorithmOptions]
    finds: str
    suits: str
    needs_k: bool = True
    keeps_rows: bool = False
    uses_categories: bool = False
    bounds_sizes: bool = False
    rounds: Callable[[Any], int] | None = None
    group: str = "group"
    taste: str = ""

    def __call__(
        self,
        X: ArrayLike,
        *,
        k: int | None,
        seed: int,
        options: AlgorithmOptions | Mapping[str, Any] | None = None,
        category_blocks: Blocks = (),
        least: int = 1,
    ) -> Clustering:
        """Cluster the rows of `X`.

        Parameters
        ----------
        X : array-like of shape (n, p)
            Features on comparable scales; at least two rows and two columns, all finite.
        k : int or None
            Number of segments, 1..n; a density method ignores it.
        seed : int
            The same seed gives the same bits, whatever the number of threads.
        options : AlgorithmOptions or mapping, optional
            The algorithm's own; what is not among them has its default.
        category_blocks : sequence of sequence of int
            The columns of each one-hot category, for algorithms that use them.
        least : int, default 1
            Rows that every segment has at least; more than 1 only where `bounds_sizes`.

        Returns
        -------
        Clustering

        Raises
        ------
        InputError
            If `X`, `k` or `least` cannot be used.

        Examples
        --------
        >>> from segmentation.algorithms import ALGORITHMS
        >>> X = [[0, 0], [0, 1], [9, 9], [9, 8]]
        >>> pairs = ALGORITHMS["kmeans"](X, k=2, seed=0, options={"n_init": 3})
        >>> pairs.k, bool(pairs.labels[0] == pairs.labels[1] != pairs.labels[2])
        (2, True)
        """
        from threadpoolctl import threadpool_limits

        matrix = check_matrix(X)
        number = check_k(k, len(matrix)) if self.needs_k else None
        chosen = self.options.model_validate({} if options is None else options)
        more: dict[str, Any] = {}
        if self.uses_categories:
            more["category_blocks"] = category_blocks
        if least > 1:
            if not self.bounds_sizes:
                raise InputError(f"{self.name} cannot keep segments above a size")
            more["least"] = check_least(least, number or 1, len(matrix))
        # Threads add up partial sums in the order in which they finish, so with several of them
        # the last bits of the centres, and with them the model file, change from run to run.
        with threadpool_limits(limits=1):
            return self.fit(matrix, k=number, seed=seed, options=chosen, **more)


def check_matrix(X: ArrayLike) -> NDArray[np.float64]:
    """Return `X` as a C-ordered float matrix of at least two rows and two columns.

    Raises
    ------
    InputError
        If `X` is not such a matrix, or holds a missing or infinite value.
    """
    try:
        matrix = np.ascontiguousarray(X, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"the feature matrix is not numeric: {error}") from error
    if matrix.ndim != 2:
        raise InputError(f"the feature matrix must have 2 dimensions, not {matrix.ndim}")
    rows, columns = matrix.shape
    if rows < 2:
        raise InputError(f"clustering needs at least 2 rows, got {rows}")
    if columns < 2:
        raise InputError(f"clustering needs at least 2 columns, got {columns}")
    bad = int(np.size(matrix) - np.count_nonzero(np.isfinite(matrix)))
    if bad:
        raise InputError(f"the feature matrix holds {bad} missing or infinite values")
    return matrix


def check_k(k: int | None, rows: int) -> int:
    """Return `k` if it lies in 1..rows."""
    if k is None:
        raise InputError("this algorithm needs a number of segments")
    if isinstance(k, bool) or not isinstance(k, int | np.integer):
        raise InputError(f"the number of segments must be a whole number, not {k!r}")
    if not 1 <= k <= rows:
        raise InputError(f"the number of segments must lie in 1..{rows} (the rows), got {k}")
    return int(k)


def check_least(least: int, k: int, rows: int) -> int:
    """Return `least` if `k` segments can have as many rows each."""
    if least * k > rows:
        raise InputError(
            f"{rows:,} customers cannot make {k} segments of at least {least:,} each; "
            "lower train.smallest or train.k"
        )
    return least


def reachable_k(X: NDArray[np.float64], k: int) -> tuple[int, tuple[str, ...]]:
    """Lower `k` to the number of distinct rows, with a note when it had to be lowered."""
    # Nearly always the first few rows already show k distinct ones; sort the rest only if not.
    if len(np.unique(X[: 10 * k], axis=0)) >= k:
        return k, ()
    distinct = len(np.unique(X, axis=0))
    if distinct >= k:
        return k, ()
    return distinct, (f"{k} segments were asked for, but only {distinct} rows are distinct.",)


def used_only(
    labels: NDArray[np.intp], k: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], tuple[str, ...]]:
    """Renumber `labels` so that every one of 0..k'-1 is used.

    Returns
    -------
    labels : int array of shape (n,)
    kept : int array of shape (k',)
        The old labels in their new order.
    notes : tuple of str
    """
    kept = np.unique(labels[labels != NOISE])
    renumbered = np.where(labels == NOISE, NOISE, np.searchsorted(kept, labels)).astype(np.intp)
    if len(kept) == k:
        return renumbered, kept, ()
    return renumbered, kept, (f"{k - len(kept)} of {k} segments came out empty and were dropped.",)


def sample_rows(n: int, max_rows: int, seed: int) -> tuple[NDArray[np.intp], tuple[str, ...]]:
    """Return sorted row numbers of a seeded sample of at most `max_rows`, and a note if it is one.

    Methods whose memory or time grows faster than the rows cluster this sample; their assigner
    then labels every row.
    """
    if n <= max_rows:
        return np.arange(n), ()
    rows = np.sort(np.random.default_rng(seed).choice(n, max_rows, replace=False))
    note = f"Clustered on a random sample of {max_rows:,} of {n:,} rows; the rest were assigned."
    return rows, (note,)
