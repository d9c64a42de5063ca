"""How often the number of segments is right, gaps are seen, and noise is called noise.

    python benchmarks/known_k.py run answers.jsonl [--suites clouds groups] [--seeds 0:10]
    python benchmarks/known_k.py table answers.jsonl

`run` adds one answer a line and leaves out what is there already, so that it can be cut short and
go on. `table` prints every rate with its exact 95% interval (Clopper and Pearson). Suites: `clouds`
(one heap), `continua` (no gaps), `groups`, `blobs`, `clusters`, `large`; `public` (a folder of .npz
sets: X, and any number of arrays labels*, each a right answer; 0 is noise where it says so) with
`--sets`; `tables` (any .parquet matrices as `featurize` writes them) with `--tables`, with as many
seeds of the rule. Clusters count where k-means at the true k agrees with them (adjusted Rand .75).
"""

import argparse
import json
import os
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from made import Made, clouds, clusters, continua, five, groups, standardise
from numpy.typing import NDArray
from scipy.stats import beta
from sklearn.cluster import KMeans
from sklearn.metrics import (
    adjusted_rand_score,
    calinski_harabasz_score,
    davies_bouldin_score,
    silhouette_score,
)
from sklearn.mixture import GaussianMixture

from segmentation.clustering import gap_statistic, select_k, structure_test

Matrix = NDArray[np.float64]


class Answer(NamedTuple):
    """What a rule says; `k` is None where only the structure was asked for."""

    k: int | None
    structure: str
    more: dict[str, Any] = {}


Rule = Callable[[Matrix, range, int], Answer]


def ours(X: Matrix, ks: range, seed: int) -> Answer:
    choice = select_k(X, k_range=ks, seed=seed)
    sure = choice.certainty
    more = {
        "p": [choice.p_structure, choice.p_separate],
        "open": sure.open,
        "between": [k for k, _ in sure.alternatives],
        "possible": choice.test.possible,
        "small": None if choice.test.small_group is None else choice.test.small_group.size,
    }
    return Answer(choice.k, choice.structure, more)


def structure_only(X: Matrix, ks: range, seed: int) -> Answer:
    found = structure_test(X, k_range=ks, seed=seed)
    small = None if found.small_group is None else found.small_group.size
    more = {
        "p": [found.p_value, found.p_separate],
        "possible": found.possible,
        "small": small,
        "draws": found.draws,
    }
    return Answer(None, found.structure, more)


def best_of(score: Callable[..., float], sign: int) -> Rule:
    """The k with the best index after five restarts of k-means: what most people do."""

    def choose(X: Matrix, ks: range, seed: int) -> Answer:
        labels = {k: KMeans(k, n_init=5, random_state=seed).fit_predict(X) for k in ks}
        return Answer(max(ks, key=lambda k: sign * score(X, labels[k])), "separate")

    return choose


def silhouette(X: Matrix, labels: NDArray[np.intp]) -> float:
    return float(silhouette_score(X, labels, sample_size=min(len(X), 3000), random_state=0))


def gap(X: Matrix, ks: range, seed: int) -> Answer:
    found = gap_statistic(X, k_range=ks, draws=10, seed=seed)
    return Answer(found.k_hat, "separate" if found.k_hat > 1 else "one")


def bic(X: Matrix, ks: range, seed: int) -> Answer:
    def fitted(k: int) -> float:
        model = GaussianMixture(k, n_init=2, reg_covar=1e-4, random_state=seed).fit(X)
        return float(model.bic(X))

    k = min((1, *ks), key=fitted)
    return Answer(k, "separate" if k > 1 else "one")


RULES: dict[str, Rule] = {
    "select_k": ours,
    "silhouette": best_of(silhouette, 1),
    "Davies-Bouldin": best_of(davies_bouldin_score, -1),
    "Calinski-Harabasz": best_of(calinski_harabasz_score, 1),
    "gap statistic": gap,
    "mixture, BIC": bic,
}


def found_by_kmeans(made: Made, labels: NDArray[np.intp]) -> bool:
    fit = KMeans(made.truth[0], n_init=10, random_state=0).fit_predict(made.X)
    return bool(adjusted_rand_score(fit, labels) >= 0.75)


def made_clusters(seed: int) -> list[Made]:
    return [m for m, y in clusters(seed) if m.kind != "blobs" and found_by_kmeans(m, y)]


def public_sets(folder: Path) -> Iterator[Made]:
    for path in sorted(folder.glob("*.npz")):
        with np.load(path) as z:
            X = z["X"].astype(np.float64)
            ks = {len(np.unique(z[name][z[name] > 0])) for name in z.files if name != "X"}
        yield Made(path.stem, standardise(X), tuple(sorted(ks)))


def tables(folder: Path) -> Iterator[Made]:
    for path in sorted(folder.glob("*.parquet")):
        yield Made(path.stem, pd.read_parquet(path).to_numpy(np.float64), (0,))


NAMES = ("rule", "suite", "kind", "seed", "number")
"""What is different in every answer."""
SUITES: dict[str, Callable[[int], list[Made]]] = {
    "clouds": lambda seed: list(clouds(seed)),
    "continua": lambda seed: list(continua(seed)),
    "groups": lambda seed: list(groups(seed)),
    "blobs": lambda seed: [m for m, _ in clusters(seed) if m.kind == "blobs"],
    "clusters": made_clusters,
    "large": lambda seed: [five(seed)],
}
"""What is made from a seed; `public` and `tables` are read."""


def seconds() -> float:
    """Of all processors, by this process and those that it started."""
    return sum(os.times()[:4])


def run(options: argparse.Namespace) -> None:
    first, last = map(int, options.seeds.split(":"))
    done = set()
    if options.answers.exists():
        lines = options.answers.read_text().splitlines()
        done = {tuple(json.loads(line)[x] for x in NAMES) for line in lines}
    with options.answers.open("a") as out:
        for seed in range(first, last):
            for suite in options.suites:
                if suite == "public":
                    sets = list(public_sets(options.sets))
                elif suite == "tables":
                    sets = list(tables(options.tables))
                else:
                    sets = SUITES[suite](seed)
                for number, made in enumerate(sets):
                    if options.kinds and not any(word in made.kind for word in options.kinds):
                        continue
                    for name in options.rules:
                        if (name, suite, made.kind, seed, number) in done:
                            continue
                        only = options.only_structure or suite in ("clouds", "continua")
                        rule = structure_only if only and name == "select_k" else RULES[name]
                        ks = range(2, max(10, 2 * max(made.truth)) + 1)
                        # The rule's own chance is tried by tables; elsewhere data are drawn anew.
                        start = seconds()
                        answer = rule(made.X, ks, seed if suite == "tables" else 0)
                        line = {
                            "rule": name,
                            "suite": suite,
                            "kind": made.kind,
                            "held_out": made.held_out,
                            "seed": seed,
                            "number": number,
                            "rows": len(made.X),
                            "truth": made.truth,
                            "k": answer.k,
                            "structure": answer.structure,
                            **answer.more,
                            "seconds": round(seconds() - start, 2),
                        }
                        out.write(json.dumps(line) + "\n")
                        out.flush()


def rate(hits: list[bool]) -> str:
    """Rate with its exact 95% interval."""
    n, x = len(hits), sum(hits)
    low = beta.ppf(0.025, x, n - x + 1) if x else 0.0
    high = beta.ppf(0.975, x + 1, n - x) if x < n else 1.0
    return f"{x}/{n} = {x / n:.2f} [{low:.2f}, {high:.2f}]"


def show(options: argparse.Namespace) -> None:
    answers = [json.loads(line) for line in options.answers.read_text().splitlines()]
    by_group: dict[tuple[str, bool, str], list[dict[str, Any]]] = defaultdict(list)
    for answer in answers:
        for kind in (answer["kind"], "all kinds"):
            by_group[answer["suite"], answer["held_out"], kind, answer["rule"]].append(answer)
    heads = ("suite", "kind", "held out", "rule", "separate", "more than one", "exact k")
    heads = (*heads, "open", "seeds", "median s")
    print(f"| {' | '.join(heads)} |\n{'|---' * len(heads)}|")
    for (suite, held_out, kind, rule), here in by_group.items():
        if options.short and kind != "all kinds" and suite not in ("groups", "tables"):
            continue
        if suite == "tables":
            if kind == "all kinds":
                continue
            seen = pd.Series([f"{a['structure']} {a['k']}" for a in here]).value_counts()
            told = ", ".join(f"{what}: {times}" for what, times in seen.items())
            said = sum(a["open"] or len(a["possible"]) > 1 for a in here)
            print(f"| {suite} | {kind} | | {rule} | {told} | | | {said} | {len(here)} | |")
            continue
        known = [a for a in here if a["k"] is not None]
        seeds = sorted({a["seed"] for a in here})
        print(
            f"| {suite} | {kind} | {'yes' if held_out else 'no'} | {rule} "
            f"| {rate([a['structure'] == 'separate' for a in here])} "
            f"| {rate([a['structure'] != 'one' for a in here])} "
            f"| {rate([a['k'] in a['truth'] for a in known]) if known else ''} "
            f"| {sum(a.get('open', False) for a in known)} | {seeds[0]}-{seeds[-1]} "
            f"| {np.median([a['seconds'] for a in here]):.1f} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["run", "table"])
    parser.add_argument("answers", type=Path)
    suites = [*SUITES, "public", "tables"]
    parser.add_argument("--suites", nargs="+", choices=suites, default=list(SUITES))
    parser.add_argument("--seeds", default="0:1")
    parser.add_argument("--kinds", nargs="*", help="only kinds with one of these words in the name")
    parser.add_argument("--rules", nargs="+", choices=RULES, default=["select_k"])
    parser.add_argument("--only-structure", action="store_true", help="leave out the choice of k")
    parser.add_argument("--sets", type=Path)
    parser.add_argument("--tables", type=Path)
    parser.add_argument("--short", action="store_true", help="leave out what single kinds gave")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    (run if options.what == "run" else show)(options)


if __name__ == "__main__":
    main()
