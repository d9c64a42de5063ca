"""Choose the number of segments."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation.clustering.silhouette import silhouettes


@dataclass(frozen=True)
class Choice:
    """A number of segments with its evidence.

    Attributes
    ----------
    k : int
    curve : DataFrame
        A row per k: ``k``, ``inertia``, ``silhouette``, ``silhouette_se``,
        ``calinski_harabasz``, ``davies_bouldin``.
    why : tuple of str
        Sentences that give the reasons.
    """

    k: int
    curve: pd.DataFrame
    why: tuple[str, ...]


def select_k(
    X: NDArray[np.float64],
    *,
    k_range: Iterable[int],
    seed: int,
    restarts: int = 10,
    max_rows: int = 20_000,
) -> Choice:
    """Choose the k with the highest silhouette."""
    from sklearn.cluster import KMeans
    from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score

    ks = [k for k in k_range if k < len(X)]
    fits = [KMeans(k, n_init=restarts, random_state=seed).fit(X) for k in ks]
    found = silhouettes(X, [fit.labels_ for fit in fits], max_rows=max_rows, seed=seed)
    curve = pd.DataFrame(
        {
            "k": ks,
            "inertia": [fit.inertia_ for fit in fits],
            "silhouette": [s.score for s in found],
            "silhouette_se": [s.se for s in found],
            "calinski_harabasz": [calinski_harabasz_score(X, fit.labels_) for fit in fits],
            "davies_bouldin": [davies_bouldin_score(X, fit.labels_) for fit in fits],
        }
    )
    k = ks[int(np.argmax(curve["silhouette"]))]
    return Choice(k=k, curve=curve, why=(f"The silhouette is highest at k = {k}.",))
