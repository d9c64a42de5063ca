"""An algorithm is one module and one line; everything else follows."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from sklearn.compose import make_column_transformer
from sklearn.preprocessing import FunctionTransformer

import factories
from segmentation import artifacts, paths
from segmentation.__main__ import run_stage
from segmentation.algorithms import ALGORITHMS, Algorithm, AlgorithmOptions, Clustering, models
from segmentation.algorithms.assigners import confidence_of, nearest_centroid
from segmentation.artifacts import files
from segmentation.artifacts.clustering import Clustering as Found
from segmentation.commands import sweep
from segmentation.errors import SettingsError
from segmentation.insight.trust import limits, trust
from segmentation.settings.params import load_params
from segmentation.settings.shared.base import validate
from segmentation.settings.train import train_settings

ROOT = Path(__file__).parents[2]


class Options(AlgorithmOptions):
    """Where the column is cut."""

    at: float = 0.0


def fit(X: NDArray[np.float64], *, k: int | None, seed: int, options: Options) -> Clustering:
    labels = (X[:, 0] > options.at).astype(np.intp)
    assigner = nearest_centroid(np.array([X[labels == i].mean(axis=0) for i in (0, 1)]))
    return Clustering(labels, assigner, confidence_of(assigner, X))


TOY = Algorithm(
    "halves",
    fit=fit,
    options=Options,
    finds="two halves",
    suits="one column tells all",
    needs_k=False,
    group="half",
    taste="cuts every {kind} straight",
)


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ALGORITHMS, "halves", TOY)


@pytest.mark.usefixtures("registered")
def test_it_has_settings_with_messages_of_their_own() -> None:
    settings = train_settings(ALGORITHMS)
    chosen = validate(settings, {"algorithm": "halves", "halves": {"at": 2}}, "params.yaml")
    assert chosen.options.model_dump() == {"at": 2.0}
    # The default algorithm, and the options of those that nothing is said of, stay what they are.
    assert settings().options.model_dump() == ALGORITHMS["kmeans"].options().model_dump()
    for content, told in (
        ({"algorithm": "halfs"}, "'algorithm' is 'halfs'; allowed: .* or 'halves'"),
        ({"halves": {"att": 2}}, "unknown setting 'halves.att'; did you mean 'at'?"),
        ({"halves": {"at": "x"}}, "'halves.at' is 'x'; allowed: a valid number"),
        ({"halves": {"at": True}}, "'halves.at': true is a yes or no to YAML"),
    ):
        with pytest.raises(SettingsError, match=told):
            validate(settings, content, "params.yaml")


@pytest.mark.usefixtures("registered")
def test_a_sweep_takes_it_once_where_it_finds_its_own_number() -> None:
    (candidate,) = sweep.grid(["halves"], [3, 4], ["standard"])
    assert candidate.settings == {"train.algorithm": "halves", "featurize.scaler": "standard"}


@pytest.mark.usefixtures("registered")
def test_it_is_trained_and_told_in_its_own_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    params = load_params(ROOT / "params.yaml")
    train = train_settings(ALGORITHMS).model_validate(
        {"algorithm": "halves", "halves": {"at": 2.0}, "stability": {"resamples": 3}}
    )
    X = np.random.default_rng(0).normal(size=(60, 2)) + np.repeat([[0, 0], [9, 9]], 30, axis=0)
    matrix = pd.DataFrame(X, columns=["a", "b"])
    files.write_parquet(paths.MATRIX, matrix)
    customers = pd.DataFrame(dict.fromkeys(params.data.numeric, X[:, 0]) | {"id": range(60)})
    customers[list(params.data.categorical)] = "any"
    files.write_parquet(paths.PREPARED, customers)
    features = make_column_transformer((FunctionTransformer(), ["a", "b"])).fit(matrix)
    files.write_bytes(paths.FEATURES_MODEL, models.dumps(features))
    files.write_json(paths.REFERENCE, {"segments": [], "next_id": 1})

    run_stage("train", params.model_copy(update={"train": train}))
    segment = files.read_parquet(paths.ASSIGNMENTS)["segment"]
    assert segment.tolist() == [2] * 30 + [1] * 30
    found = artifacts.read(Found)
    assert (found.algorithm, found.k, found.finds_k) == ("halves", 2, True)

    told = limits(factories.results([1, 2], clustering=found), scaling="")
    assert any("halves cuts every segment straight." in sentence for sentence in told)
    none = factories.results([], clustering=found, metrics=factories.metrics(k=1))
    assert any("halves found only one half." in answer.why for answer in trust(60, none))


def test_no_room_but_the_registry_knows_an_algorithm_by_name() -> None:
    """What depends on an algorithm is said by the algorithm."""
    names = re.compile(rf"""["']({"|".join(ALGORITHMS)})["']""")
    for path in (ROOT / "src").rglob("*"):
        if path.suffix in (".py", ".j2") and path.parent.name != "algorithms":
            found = names.findall(path.read_text(encoding="utf-8"))
            # The default, and the one that shows a small group.
            assert set(found) <= {"kmeans", "gaussian_mixture"}, path


def test_the_page_on_algorithms_has_a_row_for_each() -> None:
    page = (ROOT / "docs/algorithms.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \| (.*?) \|$", page, re.MULTILINE)
    assert rows == [
        (a.name, a.finds, "k" if a.needs_k else "–", a.suits) for a in ALGORITHMS.values()
    ]
