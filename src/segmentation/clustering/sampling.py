"""Seeds, and seeded samples of rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def stratified_rows(
    labels: NDArray[np.intp], max_rows: int, rng: np.random.Generator, *, least: int = 5
) -> NDArray[np.intp]:
    """Return sorted row numbers of a sample in proportion to the labels; all if few enough.

    A small segment keeps at least `least` rows (all it has, if fewer), so it cannot vanish.
    """
    n = len(labels)
    if n <= max_rows:
        return np.arange(n)
    chosen = []
    # In the order of their first rows, so that another numbering draws the same rows.
    for label in labels[np.sort(np.unique(labels, return_index=True)[1])]:
        members = np.flatnonzero(labels == label)
        size = max(round(max_rows * len(members) / n), min(least, len(members)))
        chosen.append(rng.choice(members, size, replace=False))
    return np.sort(np.concatenate(chosen))


def draw_rows(n: int, *, most: int, seed: int) -> NDArray[np.intp]:
    """Return the numbers of at most `most` of `n` rows, ascending; all of them if they are few."""
    if n <= most:
        return np.arange(n)
    return np.sort(np.random.default_rng(seed).choice(n, size=most, replace=False))


def seeds(seed: int, many: int) -> list[int]:
    """Return so many seeds, of which the one given is the first."""
    others = np.random.default_rng(seed).integers(2**31, size=many - 1)
    return [seed, *(int(other) for other in others)]
