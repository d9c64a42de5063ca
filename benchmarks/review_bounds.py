"""Count what the rules of a review say where nothing changed but the draw of the customers.

    python benchmarks/review_bounds.py [--changes 40]

Customers of five made-up populations are clustered; then a tenth, or a half, of them are taken for
others of the same population, and the rest are compared as `segmentation review` does. Whatever
moves there moves by chance: a rule that often turns amber, or ever red, is too strict.
"""

import argparse
from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation.algorithms import ALGORITHMS
from segmentation.clustering.identity.matching import NOISE
from segmentation.clustering.stability import bootstrap_stability
from segmentation.monitoring.drift import stability_index
from segmentation.monitoring.migration import migrate
from segmentation.review.stakes import elsewhere
from segmentation.settings.review import Review

Matrix = NDArray[np.float64]
Draw = Callable[[int, np.random.Generator], Matrix]
ROWS = 1000
RULES = Review()


def heaps(apart: float) -> Draw:
    """Four round heaps on a square with sides of so many standard deviations."""

    def draw(n: int, rng: np.random.Generator) -> Matrix:
        corners = apart * np.array([(0, 0), (0, 1), (1, 0), (1, 1)], float)
        return corners[rng.integers(4, size=n)] + rng.normal(size=(n, 2))

    return draw


def slope(n: int, rng: np.random.Generator) -> Matrix:
    """A continuum: what is spent spreads with income."""
    income = 4 * rng.random(n)
    return np.column_stack([income, (1 + income) * rng.normal(size=n)])


def cloud(n: int, rng: np.random.Generator) -> Matrix:
    """One round cloud in four dimensions."""
    return rng.normal(size=(n, 4))


POPULATIONS: dict[str, tuple[Draw, int]] = {
    "heaps 6 apart": (heaps(6), 4),
    "heaps 4 apart": (heaps(4), 4),
    "heaps 3 apart": (heaps(3), 4),
    "continuum": (slope, 3),
    "one cloud": (cloud, 4),
}


def labelled(algorithm: str, X: Matrix, k: int, seed: int) -> NDArray[np.intp]:
    """Cluster rows as `train` does; segments count from 1."""
    made = ALGORITHMS[algorithm]
    found = made(
        X, k=k if made.needs_k else None, seed=seed, options=made.options(),
        category_blocks=(), least=1,
    ).labels  # fmt: skip
    return np.where(found < 0, NOISE, found + 1)


def changes(algorithm: str, draw: Draw, k: int, replaced: float, times: int) -> pd.DataFrame:
    """Return a row for each change: what moved, was lost and drifted, as shares."""
    rows = []
    for seed in range(times // 10):
        rng = np.random.default_rng(seed)
        X = draw(ROWS, rng)
        base = labelled(algorithm, X, k, seed)
        stable = bootstrap_stability(
            X, np.where(base < 0, -1, base - 1),
            lambda some, s: np.asarray(labelled(algorithm, some, k, s)) - 1,
            seed=seed, resamples=50,
        )  # fmt: skip
        chance = elsewhere(
            (int((base == each.label + 1).sum()), each.jaccard) for each in stable.segments
        )
        for _ in range(10):
            kept = np.sort(rng.permutation(ROWS)[: round((1 - replaced) * ROWS)])
            new = np.vstack([X[kept], draw(ROWS - len(kept), rng)])
            head = labelled(algorithm, new, k, seed)
            before = pd.Series(base, index=range(ROWS))
            after = pd.Series(head, index=[*kept, *range(ROWS, 2 * ROWS - len(kept))])
            found = migrate(before, after, base_names={}, head_names={})
            one, other = before.loc[kept], after.loc[kept]
            ended = {each.base for each in found.segments if each.kind == "gone"}
            gone = one.map(lambda segment, ended=ended: segment in ended)
            psi, by_chance = stability_index(*_binned(X[:, 0], new[:, 0]))
            rows.append(
                {
                    "moved": found.moved / len(kept),
                    "by chance": chance / len(kept),
                    "lost": ((one != NOISE) & (gone | (other == NOISE))).mean(),
                    "noise": (head == NOISE).mean() - (base == NOISE).mean(),
                    "psi": psi if psi > by_chance else 0.0,
                }
            )
    return pd.DataFrame(rows)


def _binned(base: Matrix, head: Matrix) -> tuple[Matrix, Matrix]:
    cuts = np.quantile(base, np.linspace(0, 1, 11)[1:-1])
    one, other = (np.bincount(np.digitize(each, cuts), minlength=10) for each in (base, head))
    return one.astype(float), other.astype(float)


def told(found: pd.DataFrame) -> dict[str, object]:
    """Return how often each rule speaks, and the figures behind it."""
    over = {
        "moved": found.moved > found["by chance"],
        "moved red": found.moved > RULES.moved.red,
        "lost": found.lost > RULES.lost.amber,
        "lost red": found.lost > RULES.lost.red,
        "noise": found.noise > RULES.noise.amber,
        "noise red": found.noise > RULES.noise.red,
        "drift": found.psi > RULES.drift.amber,
    }
    return {
        "moved": f"{found.moved.median():.1%} ({found.moved.quantile(0.95):.1%})",
        "by chance": f"{found['by chance'].median():.1%}",
        "lost, 95%": f"{found.lost.quantile(0.95):.1%}",
        "noise, 95%": f"{100 * found.noise.quantile(0.95):.1f}",
        **{f"over {rule}": f"{each.mean():.0%}" for rule, each in over.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--changes", type=int, default=40)
    options = parser.parse_args()
    for algorithm in ("kmeans", "hdbscan"):
        for replaced in (0.1, 0.5):
            table = {
                name: told(changes(algorithm, draw, k, replaced, options.changes))
                for name, (draw, k) in POPULATIONS.items()
            }
            print(f"\n{algorithm}, {replaced:.0%} of the customers are others\n")
            print(pd.DataFrame(table).T.to_string(), flush=True)


if __name__ == "__main__":
    main()
