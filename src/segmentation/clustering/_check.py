"""Checks that every function of this package makes of its input."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentation.errors import InputError


def as_matrix(X: ArrayLike, *, min_rows: int = 2) -> NDArray[np.float64]:
    """Return `X` as a finite float array of shape (n, d), or raise `InputError`."""
    try:
        A = np.asarray(X, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError("X must be numeric") from error
    if A.ndim != 2:
        raise InputError(f"X must have two dimensions (rows, columns), not {A.ndim}")
    if A.shape[0] < min_rows:
        raise InputError(f"X has {A.shape[0]} row(s); at least {min_rows} are needed")
    if A.shape[1] < 1:
        raise InputError("X has no columns")
    if not np.isfinite(A).all():
        raise InputError(f"X holds {int((~np.isfinite(A)).sum())} NaN or infinite value(s)")
    return A


def as_k_range(k_range: Iterable[int], *, n_rows: int) -> list[int]:
    """Return the candidate numbers of clusters, sorted, or raise `InputError`."""
    ks = sorted({int(k) for k in k_range})
    if not ks:
        raise InputError("k_range is empty")
    if ks[0] < 2:
        raise InputError(f"k_range starts at {ks[0]}; at least 2 clusters are needed")
    if ks[-1] > n_rows - 1:
        raise InputError(f"k_range reaches {ks[-1]}, but {n_rows} rows allow at most {n_rows - 1}")
    return ks
