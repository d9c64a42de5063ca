"""The Jaccard similarity of clusters."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def jaccard_table(
    one: NDArray[np.intp], other: NDArray[np.intp], *, rows: ArrayLike, columns: ArrayLike
) -> NDArray[np.float64]:
    """Return the Jaccard similarity of each group of `one` with each group of `other`.

    Parameters
    ----------
    one, other : int arrays of shape (n,)
        Two labellings of the same customers.
    rows, columns : int arrays of shape (r,) and (c,)
        The groups to compare, of `one` and of `other`.

    Returns
    -------
    array of shape (r, c)
        Size of the intersection over size of the union; 0 for two empty groups.

    Examples
    --------
    >>> import numpy as np
    >>> one, other = np.array([0, 0, 0, 1, 1]), np.array([5, 5, 6, 6, 6])
    >>> jaccard_table(one, other, rows=[0, 1], columns=[5, 6]).round(2).tolist()
    [[0.67, 0.2], [0.0, 0.67]]
    """
    first = (one[:, None] == np.asarray(rows, dtype=np.intp)).astype(np.float64)
    second = (other[:, None] == np.asarray(columns, dtype=np.intp)).astype(np.float64)
    both = first.T @ second
    either = first.sum(axis=0)[:, None] + second.sum(axis=0) - both
    table: NDArray[np.float64] = np.zeros(both.shape)
    np.divide(both, either, out=table, where=either > 0)
    return table
