"""What a partition's groups are called, or what processor it was found on, changes nothing."""

import os
import signal
import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from conftest import cases
from segmentation.clustering.dominance import dominance
from segmentation.clustering.kmeans.path import kmeans_path
from segmentation.clustering.metrics.measures import measure
from segmentation.clustering.metrics.scatter import Scatter
from segmentation.clustering.metrics.silhouette import silhouettes
from segmentation.clustering.partition import by_first_row, partition_of
from segmentation.clustering.stability import bootstrap_stability

RNG = np.random.default_rng(4)
X = np.vstack([centre + RNG.normal(size=(n, 3)) for centre, n in ((0, 300), (4, 500), (8, 60))])
LABELS = np.repeat(np.arange(3), (300, 500, 60))
LABELS[RNG.choice(860, 30, replace=False)] = -1


def renamed(names: tuple[int, ...]) -> NDArray[np.intp]:
    return np.where(LABELS < 0, -1, np.asarray(names)[LABELS])


def results(labels: NDArray[np.intp]) -> dict[str, Any]:
    exact, sampled = (silhouettes(X, [labels], max_rows=rows)[0] for rows in (None, 200))

    def fit(rows: NDArray[np.float64], seed: int) -> NDArray[np.intp]:
        return kmeans_path(rows, k_range=[3], seed=seed)[0].labels

    stable = bootstrap_stability(X, labels, fit, seed=1, resamples=4, max_rows=300)
    table = pd.DataFrame(X, columns=["a", "b", "c"])
    return {
        "silhouettes": (exact.score, exact.se, sampled.score, sampled.se),
        "samples": sampled.samples.tobytes(),
        "measures": measure(Scatter.of(X, labels), silhouette=exact),
        "stability": sorted(part.jaccard for part in stable.segments),
        "adjusted_rand": stable.adjusted_rand,
        "dominance": dominance(table, labels, seed=0, max_rows=400).scores,
    }


@pytest.mark.parametrize("names", [(2, 0, 1), (1, 2, 0), (7, 3, 5)])
def test_another_numbering_is_the_same_partition(names: tuple[int, ...]) -> None:
    assert results(renamed(names)) == results(LABELS)


def test_a_partition_has_one_form() -> None:
    kept, labels = X[LABELS >= 0], LABELS[LABELS >= 0]
    centres = np.array([kept[labels == i].mean(axis=0) for i in range(3)])
    order = np.array([2, 0, 1])
    one = partition_of(kept, labels, centres)
    other = partition_of(kept, order[labels].astype(np.intp), centres[np.argsort(order)])
    assert one.labels.tobytes() == other.labels.tobytes()
    assert one.centres.tobytes() == other.centres.tobytes()
    assert one.inertia == other.inertia
    np.testing.assert_array_equal(one.labels, by_first_row(labels))


def test_an_empty_cluster_comes_last_and_keeps_its_centre() -> None:
    rows = np.array([[1.0], [1.0], [5.0]])
    found = partition_of(rows, np.array([2, 2, 1]), np.array([[9.0], [5.0], [1.0]]))
    assert found.labels.tolist() == [0, 0, 1]
    assert found.centres.ravel().tolist() == [1.0, 5.0, 9.0]


WORK = """
import sys, numpy as np, pandas as pd
from segmentation.algorithms import ALGORITHMS, models
from segmentation.artifacts.files import rounded
from segmentation.clustering.choosing_k.select import select_k
from segmentation.engines.features import build_features, matrix
from segmentation.settings.featurize import Featurize
from segmentation.settings.shared.data import Data
rng = np.random.default_rng(0)
X = np.vstack([c + rng.normal(size=(70, 6)) for c in (0, 2, 4, 7)])
found = select_k(X, k_range=range(2, 6), draws=4, resamples=3)
print(found.structure, rounded(found.p_separate), rounded(found.test.gap), found.test.valley)
print(found.k, found.structured, [[rounded(float(x)) for x in row] for row in found.curve.values])
table = pd.DataFrame(np.exp(X), columns=list("abcdef"))
data = Data(path="a.csv", id="id", value="a", numeric={name: {} for name in table})
settings = Featurize(transform="log", skew_above=0)
features = build_features(table, data=data, settings=settings).fit(table)
print(hash(matrix(features, table).to_numpy().tobytes()))
for name, algorithm in ALGORITHMS.items():
    city = np.eye(3)[rng.integers(3, size=len(X))]
    rows, blocks = (np.hstack([X, city]), [(6, 7, 8)]) if algorithm.uses_categories else (X, ())
    made = algorithm(rows, k=4, seed=0, category_blocks=blocks)
    print(name, made.labels.tolist(), hash(models.dumps(made.assigner)))
    if algorithm.bounds_sizes:
        made = algorithm(rows, k=6, seed=0, least=40)
        print(made.labels.tolist(), hash(models.dumps(made.assigner)))
"""


def worked(**kernel: str) -> str:
    """Run the core in a process of its own: the library of matrices is chosen when it is loaded."""
    env = {**os.environ, "PYTHONHASHSEED": "0", **kernel}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", WORK],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == -signal.SIGILL:
        pytest.skip("this processor has not what that kernel needs")
    assert not done.returncode, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def here() -> str:
    return worked(OPENBLAS_NUM_THREADS="1")


@pytest.mark.slow
@pytest.mark.parametrize(
    "core", cases(("Haswell", "SkylakeX", "Prescott"), rarely=("SkylakeX", "Prescott"))
)
def test_the_processor_changes_nothing(here: str, core: str) -> None:
    assert worked(OPENBLAS_CORETYPE=core, OPENBLAS_NUM_THREADS="2", OMP_NUM_THREADS="2") == here


@pytest.mark.slow
def test_an_older_processor_changes_nothing(here: str) -> None:
    """NumPy's own logarithms differ between processors in their last bits."""
    extensions: Any = np.show_config(mode="dicts")
    found = extensions["SIMD Extensions"]["found"]
    assert worked(OPENBLAS_NUM_THREADS="1", NPY_DISABLE_CPU_FEATURES=" ".join(found)) == here
