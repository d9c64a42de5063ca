"""Valleys of density along lines: how many there are too few rows for one mode to explain them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from segmentation.clustering.kmeans.lloyd import lloyd, seed_centres

Interval = tuple[float, float]

# docs/choosing-k.md, "The valley", tells what these rest on.
_WIDTHS = (0.15, 0.25, 0.4, 0.6, 0.8)  # of the kernel, in standard deviations of the line
_LINEAR = 3.5  # standard deviations from the middle to which a line keeps its scale
_END = 7.0
_BINS = 224
_STEP = 2 * _END / _BINS
_KERNELS = tuple(
    np.exp(-0.5 * ((np.arange(_BINS)[:, None] - np.arange(_BINS)) * _STEP / width) ** 2)
    for width in _WIDTHS
)
# A kernel sum of Poisson counts has 2 ** -0.5 times its mean as variance, so the root of one has
# the standard deviation 2 ** -1.25 whatever its mean, and the difference of two root 2 times that.
_UNIT = 2**0.75
_TINY = np.finfo(np.float64).tiny
_BORDER = 0.1  # share of the smaller side that is nearest to the border
_REACH = 4  # rows of either side that are looked at, in sizes of the smaller one
_TUBES = 25  # parts in which the directions across the line are divided
_PATCHES = 6  # parts of either side
_PART = 15  # rows in a part, at least
_REPEATS = 3  # divisions in parts, which are averaged
_OPEN, _CLOSED = 0.5, 0.3  # share of the depth left where the border is: full and no weight
_SIDES_OPEN, _SIDES_CLOSED = 0.4, 0.2  # the same, of the parts of both sides by themselves


class Valleys(NamedTuple):
    """The deepest valley of every line.

    Attributes
    ----------
    z : NDArray[np.float64] of shape (m,)
        By how many standard deviations the density is lower than on both sides; 0 without any.
    bin : NDArray[np.intp] of shape (m,)
        Where: the bin of `bins`.
    width : NDArray[np.intp] of shape (m,)
        With which kernel.
    depth : NDArray[np.float64] of shape (m,)
        Share of the lower of both sides that is missing.
    """

    z: NDArray[np.float64]
    bin: NDArray[np.intp]
    width: NDArray[np.intp]
    depth: NDArray[np.float64]


def bins(lines: Sequence[NDArray[np.float64]]) -> list[NDArray[np.intp]]:
    """Return the bin of every row of every line.

    The middle of a line keeps its scale; far out the bins widen, or each row of a long tail would
    stand alone.
    """
    out = []
    for line in lines:
        ordered = np.sort(line)
        n = len(ordered)
        low, middle, high = ordered[[n // 10, n // 2, n - 1 - n // 10]]
        scale = min(float(line.std()), float(high - low) / 2.56)
        z = (line - middle) / (scale or 1.0)
        size = np.abs(z)
        far = np.sign(z) * (_LINEAR + np.log1p(np.maximum(size - _LINEAR, 0.0)))
        z = np.clip(np.where(size > _LINEAR, far, z), -_END, _END - _STEP / 2)
        # Rounded, since on another processor the last digits differ.
        out.append(np.floor(np.round((z + _END) / _STEP, 6)).astype(np.intp))
    return out


def valleys(
    placed: Sequence[NDArray[np.intp]],
    sides: Sequence[Sequence[Interval]],
    *,
    finest: Sequence[int],
) -> list[Valleys]:
    """Find the deepest valley of every line.

    Parameters
    ----------
    placed : sequence of NDArray[np.intp]
        The rows of each line, in `bins`.
    sides : sequence of sequence of (low, high)
        Kinds of valleys: for each kind, by line, what share of its rows the smaller side of a
        valley has.
    finest : sequence of int
        For each kind the narrowest kernel, from 0: few rows are uneven in a narrow one.

    Returns
    -------
    list of Valleys
        One for each kind.
    """
    counts = np.array([np.bincount(b, minlength=_BINS) for b in placed], dtype=np.float64)
    below = np.cumsum(counts, axis=1) - counts / 2
    smaller = np.minimum(below, counts.sum(axis=1)[:, None] - below)
    smaller /= counts.sum(axis=1)[:, None]
    inside = []
    for kind in sides:
        low, high = np.array(kind, dtype=np.float64).T
        inside.append((smaller >= low[:, None]) & (smaller < high[:, None]))
    m, each = len(placed), np.arange(len(placed))
    found = [
        Valleys(np.zeros(m), np.zeros(m, dtype=np.intp), np.zeros(m, dtype=np.intp), np.zeros(m))
        for _ in sides
    ]
    for width, kernel in enumerate(_KERNELS):
        density = counts @ kernel
        rim = _rim(density)
        z = np.round(_UNIT * (np.sqrt(rim) - np.sqrt(density)), 6)
        for best, where, first in zip(found, inside, finest, strict=True):
            if width < first:
                continue
            here = np.where(where, z, 0.0)
            place = here.argmax(axis=1)
            better = here[each, place] > best.z
            best.z[better] = here[each, place][better]
            best.bin[better] = place[better]
            best.width[better] = width
            best.depth[better] = (
                1 - (density[each, place] / np.maximum(rim[each, place], _TINY))[better]
            )
    return found


def openness(
    X: NDArray[np.float64],
    placed: NDArray[np.intp],
    axis: NDArray[np.float64],
    *,
    at: int,
    width: int,
    seed: int,
) -> float:
    """Say how much of a valley is left where the two sides are nearest, from 0 to 1.

    The halves of a ring or of a wave leave a valley on the line through both, but no gap where
    they meet. So the valley is looked at again with each row weighted by how many rows at the
    border are near it: in the directions across the line, and in the parts of its own side.

    Parameters
    ----------
    X : NDArray[np.float64] of shape (n, d)
        Rows.
    placed : NDArray[np.intp] of shape (n,)
        Their bins on the line.
    axis : NDArray[np.float64] of shape (d,)
        Direction of the line.
    at, width : int
        The valley, and the kernel that showed it.
    seed : int
        Of the parts.
    """
    left = np.flatnonzero(placed < at)
    right = np.flatnonzero(placed >= at)
    least = min(len(left), len(right))
    if least < 2:
        return 0.0
    border = max(int(_BORDER * least), 5)
    # By the distance from the valley, rows of one bin in their order.
    near_left = left[np.argsort(-placed[left], kind="stable")][: _REACH * least]
    near_right = right[np.argsort(placed[right], kind="stable")][: _REACH * least]
    rows = np.concatenate((near_left, near_right))
    at_border = np.zeros(len(rows))
    at_border[:border] = at_border[len(near_left) : len(near_left) + border] = 1.0
    depth = _depth(placed[rows], np.ones(len(rows)), at, width)
    if depth <= 0:
        return 0.0
    along = axis / np.sqrt((axis**2).sum())
    across = X[rows] - np.outer(X[rows] @ along, along)
    ends = slice(0, len(near_left)), slice(len(near_left), None)
    by_tubes: list[float] = []
    by_patches: list[float] = []
    for repeat in range(_REPEATS):
        tubes = _near_the_border(across, at_border, _TUBES, (seed, repeat))
        patches = np.concatenate(
            [_near_the_border(X[rows[e]], at_border[e], _PATCHES, (seed, repeat)) for e in ends]
        )
        for weights, left_over in ((tubes, by_tubes), (patches, by_patches)):
            part = _depth(placed[rows], weights, at, width) / depth
            left_over.append(min(max(part, 0.0), 1.0))
    across_it, of_sides = sum(by_tubes) / _REPEATS, sum(by_patches) / _REPEATS
    # A thin bridge fills a tube little, but where it leaves a side there is no valley.
    weights_of = (
        ((across_it + of_sides) / 2 - _CLOSED) / (_OPEN - _CLOSED),
        (of_sides - _SIDES_CLOSED) / (_SIDES_OPEN - _SIDES_CLOSED),
    )
    return round(float(min(max(min(weights_of), 0.0), 1.0)), 6)


def _rim(density: NDArray[np.float64]) -> NDArray[np.float64]:
    """The lower of the highest densities on both sides."""
    left = np.maximum.accumulate(density, axis=1)
    right = np.maximum.accumulate(density[:, ::-1], axis=1)[:, ::-1]
    return np.asarray(np.minimum(left, right), dtype=np.float64)


def _depth(placed: NDArray[np.intp], weights: NDArray[np.float64], at: int, width: int) -> float:
    density = np.bincount(placed, weights, minlength=_BINS) @ _KERNELS[width]
    rim = min(density[: at + 1].max(), density[at:].max())
    return float(1 - density[at] / rim) if rim > 0 else 0.0


def _near_the_border(
    X: NDArray[np.float64], at_border: NDArray[np.float64], parts: int, seeds: tuple[int, int]
) -> NDArray[np.float64]:
    """Weight each row by the share of its part that is at the border."""
    k = min(parts, max(2, len(X) // _PART))
    A = np.round(X - X.mean(axis=0), 9)
    norms = np.einsum("ij,ij->i", A, A)
    start = seed_centres(A, norms, k, np.random.default_rng([*seeds, 4]))
    labels = lloyd(A, norms, start, max_iter=8).labels
    sizes = np.bincount(labels, minlength=k)
    share = np.bincount(labels, at_border, minlength=k) / np.maximum(sizes, 1)
    return np.asarray(share[labels], dtype=np.float64)
