"""How often the number of clusters is right, and noise is called noise.

    python benchmarks/known_k.py [--seeds 0 1] [--sets FOLDER] [--rows answers.jsonl]

Made clusters and made clouds of one population, and, if a folder is given, its .npz sets (X, and
any number of arrays labels*, each a right answer; 0 is noise where it says so). Clusters count only
where k-means at the true k agrees with them (adjusted Rand 0.75 or more). The rules of today are
run beside ours; every rate has its 95% Wilson interval.
"""

import argparse
import json
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from made import Made, clouds, clusters, standardise
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import (
    adjusted_rand_score,
    calinski_harabasz_score,
    davies_bouldin_score,
    silhouette_score,
)

from segmentation.clustering import gap_statistic, select_k

Rule = Callable[[NDArray[np.float64], range], tuple[int, bool]]


def best_of(score: Callable[..., float], sign: int) -> Rule:
    """The k with the best index after five restarts of k-means: what most people do."""

    def choose(X: NDArray[np.float64], ks: range) -> tuple[int, bool]:
        labels = {k: KMeans(k, n_init=5, random_state=0).fit_predict(X) for k in ks}
        return max(ks, key=lambda k: sign * score(X, labels[k])), True

    return choose


def silhouette(X: NDArray[np.float64], labels: NDArray[np.intp]) -> float:
    return float(silhouette_score(X, labels, sample_size=min(len(X), 3000), random_state=0))


def gap(X: NDArray[np.float64], ks: range) -> tuple[int, bool]:
    found = gap_statistic(X, k_range=ks, draws=10)
    return found.k_hat, found.k_hat > 1


def ours(X: NDArray[np.float64], ks: range) -> tuple[int, bool]:
    choice = select_k(X, k_range=ks, seed=0)
    return choice.k, choice.structured


RULES: dict[str, Rule] = {
    "select_k": ours,
    "silhouette": best_of(silhouette, 1),
    "Davies-Bouldin": best_of(davies_bouldin_score, -1),
    "Calinski-Harabasz": best_of(calinski_harabasz_score, 1),
    "gap statistic": gap,
}


def found_by_kmeans(made: Made, labels: NDArray[np.intp]) -> bool:
    fit = KMeans(made.truth[0], n_init=10, random_state=0).fit_predict(made.X)
    return adjusted_rand_score(fit, labels) >= 0.75


def public_sets(folder: Path) -> Iterator[Made]:
    for path in sorted(folder.glob("*.npz")):
        with np.load(path) as z:
            X = z["X"].astype(np.float64)
            ks = {len(np.unique(z[name][z[name] > 0])) for name in z.files if name != "X"}
        yield Made(path.stem, standardise(X), tuple(sorted(ks)))


def wilson(hits: int, n: int) -> str:
    """Rate with its 95% interval."""
    if n == 0:
        return "-"
    p, z = hits / n, 1.96
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return f"{p:.2f} [{max(middle - half, 0):.2f}, {min(middle + half, 1):.2f}]"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--sets", type=Path)
    parser.add_argument("--rules", nargs="+", choices=RULES, default=list(RULES))
    parser.add_argument("--rows", type=Path, help="every answer, one JSON object a line")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    groups: dict[str, list[Made]] = {"made clusters": [], "clouds": []}
    for seed in options.seeds:
        groups["clouds"] += clouds(seed)
        groups["made clusters"] += [m for m, y in clusters(seed) if found_by_kmeans(m, y)]
    if options.sets:
        groups = {"public sets": list(public_sets(options.sets)), **groups}
    answers = []
    for rule in options.rules:
        for group, sets in groups.items():
            for made in sets:
                start = time.perf_counter()
                k, structured = RULES[rule](made.X, range(2, max(10, 2 * made.truth[-1]) + 1))
                answers.append(
                    {
                        "rule": rule,
                        "group": group,
                        "kind": made.kind,
                        "rows": len(made.X),
                        "truth": made.truth,
                        "k": k,
                        "structured": structured,
                        "seconds": round(time.perf_counter() - start, 3),
                    }
                )
    for group, sets in groups.items():
        print(f"\n{group}: {len(sets)}")
        for rule in options.rules:
            mine = [a for a in answers if a["rule"] == rule and a["group"] == group]
            seen = wilson(sum(a["structured"] for a in mine), len(mine))
            seconds = np.median([a["seconds"] for a in mine])
            if group == "clouds":
                print(f"  {rule:18} false structure {seen}; median {seconds:.2f} s")
                continue
            exact = wilson(sum(a["k"] in a["truth"] for a in mine), len(mine))
            print(f"  {rule:18} exact k {exact}; structure seen {seen}; median {seconds:.2f} s")
    if options.rows:
        options.rows.write_text("".join(json.dumps(a) + "\n" for a in answers))


if __name__ == "__main__":
    main()
