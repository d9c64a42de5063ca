"""One fit of k-means against ten restarts of scikit-learn's: wrong clusters, inertia, time.

    python benchmarks/restarts.py [--seeds 0 1 2] [--kinds Birch1 ...]

A cluster is wrong where the centroid index of Fränti and Sieranoja (2018) counts it: a true centre
that is no found centre's nearest, or the other way round. Inertia is told as a ratio to that of
k-means started from the true centres, time as a ratio to the ten restarts'. Both in one thread.
"""

import argparse
import time
import warnings

import numpy as np
from numpy.typing import NDArray
from sets import known
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from segmentation.clustering.kmeans.fit import kmeans_fit


def centroid_index(A: NDArray[np.float64], B: NDArray[np.float64]) -> int:
    """Return how many centres of one set are nobody's nearest in the other."""
    gaps = ((A[:, None] - B) ** 2).sum(axis=2)
    orphans = [len(gaps) - len(np.unique(gaps.argmin(axis=axis))) for axis in (0, 1)]
    return max(orphans)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--kinds", nargs="+", help="only these sets")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    rows: dict[tuple[str, int], list[tuple[float, ...]]] = {}
    with threadpool_limits(limits=1):
        for seed in options.seeds:
            for name, X, centres in known(seed):
                if options.kinds and name not in options.kinds:
                    continue
                k = len(centres)
                best = KMeans(k, init=centres, n_init=1).fit(X).inertia_
                start = time.perf_counter()
                theirs = KMeans(k, n_init=10, random_state=seed).fit(X)
                middle = time.perf_counter()
                ours = kmeans_fit(X, k=k, seed=seed)
                end = time.perf_counter()
                rows.setdefault((name, k), []).append(
                    (
                        centroid_index(theirs.cluster_centers_, centres) / k,
                        centroid_index(ours.centres, centres) / k,
                        theirs.inertia_ / best,
                        ours.inertia / best,
                        (end - middle) / (middle - start),
                    )
                )
    print("| set | k | wrong, restarts | wrong, ours | inertia, restarts | inertia, ours | time |")
    print("|---|---|---|---|---|---|---|")
    for (name, k), found in rows.items():
        print(f"| {name} | {k} | {_told(np.array(found))} |")
    print(f"| all | | {_told(np.array([row for found in rows.values() for row in found]))} |")


def _told(found: NDArray[np.float64]) -> str:
    a, b, c, d = found[:, :4].mean(axis=0)
    ratio = np.exp(np.log(found[:, 4]).mean())
    return f"{a:.1%} | {b:.1%} | {c:.4f} | {d:.4f} | {ratio:.2f}"


if __name__ == "__main__":
    main()
