"""Segments of a least size: inertia and time beside the package k-means-constrained.

    uv run --with k-means-constrained python benchmarks/smallest.py [--rows 500 1000 3000 1000000]

Both start ten times, in one thread; the package is left out above 5,000 rows, where its flow takes
too long, and where it is not installed.
"""

import argparse
import importlib.util
import time

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from segmentation.algorithms import ALGORITHMS

SHARE = 0.12
KINDS = {
    "skewed": lambda r, n: r.exponential(size=(n, 5)),
    "round": lambda r, n: r.normal(size=(n, 5)),
    "one large": lambda r, n: (
        r.normal(size=(n, 3)) + 5 * np.eye(4, 3)[r.choice(4, n, p=[0.03, 0.05, 0.12, 0.8])]
    ),
}


def inertia(X: NDArray[np.float64], labels: NDArray[np.intp]) -> float:
    groups = [X[labels == j] for j in np.unique(labels)]
    return float(sum(((rows - rows.mean(axis=0)) ** 2).sum() for rows in groups))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[200, 1000, 3000, 1_000_000])
    options = parser.parse_args()
    package = importlib.util.find_spec("k_means_constrained")
    print("| kind | rows | k | smallest | inertia: theirs = 1 | time: theirs = 1 | seconds |")
    print("|---|---|---|---|---|---|---|")
    for n in options.rows:
        for kind, draw in KINDS.items():
            for k in (4, 7):
                X, least = draw(np.random.default_rng(n + k), n), int(SHARE * n)
                start = time.perf_counter()
                ours = ALGORITHMS["kmeans"](X, k=k, seed=0, least=least)
                seconds = time.perf_counter() - start
                beside = "| "
                if package and n <= 5000:
                    from k_means_constrained import KMeansConstrained

                    start = time.perf_counter()
                    with threadpool_limits(limits=1):
                        theirs = KMeansConstrained(
                            k, size_min=least, n_init=10, random_state=0
                        ).fit_predict(X)
                    ratio = seconds / (time.perf_counter() - start)
                    beside = f"{inertia(X, ours.labels) / inertia(X, theirs):.4f} | {ratio:.2f}"
                size = np.bincount(ours.labels).min()
                print(f"| {kind} | {n:,} | {k} | {size:,} | {beside} | {seconds:.1f} |", flush=True)


if __name__ == "__main__":
    main()
