import pytest

from segmentation import sweep
from segmentation.errors import SettingsError


def result(name: str, scaler: str, structured: int, silhouette: float) -> sweep.Result:
    candidate = sweep.Candidate(name, {"featurize.scaler": scaler})
    metrics = {"structured": structured, "silhouette": silhouette, "silhouette_se": 0.01}
    return sweep.Result(candidate, metrics)


def test_the_grid_is_every_combination_once() -> None:
    candidates = sweep.grid(["kmeans"], [3, 4], ["standard", "robust"])
    assert [candidate.name for candidate in candidates] == [
        "kmeans-k3-standard", "kmeans-k3-robust", "kmeans-k4-standard", "kmeans-k4-robust",
    ]  # fmt: skip
    assert candidates[1].settings == {
        "train.algorithm": "kmeans", "train.k": 3, "featurize.scaler": "robust",
    }  # fmt: skip


def test_algorithms_that_find_k_run_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "ALGORITHMS", ("kmeans", "hdbscan"))
    (candidate,) = sweep.grid(["hdbscan"], [3, 4], ["standard"])
    assert candidate.name == "hdbscan-standard"
    assert "train.k" not in candidate.settings


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((["kmean"], [3], ["standard"]), "did you mean 'kmeans'"),
        ((["kmeans"], [1], ["standard"]), "train.k"),
        ((["kmeans"], [3], ["robost"]), "did you mean 'robust'"),
    ],
)
def test_the_grid_takes_what_params_would(
    arguments: tuple[list[str], list[int], list[str]], message: str
) -> None:
    with pytest.raises(SettingsError, match=message):
        sweep.grid(*arguments)


def test_ranks_are_inside_a_feature_space_structure_first() -> None:
    ranked = sweep.rank(
        [
            result("a", "standard", 1, 0.30),
            result("b", "robust", 1, 0.90),
            result("c", "standard", 0, 0.60),
            result("d", "standard", 1, 0.35),
            result("e", "standard", 1, 0.34),
            sweep.Result(sweep.Candidate("f", {"featurize.scaler": "robust"}), None),
        ]
    )
    assert [r.candidate.name for r in ranked] == ["d", "e", "a", "c", "b", "f"]
    assert {r.candidate.name for r in ranked if r.leader} == {"d", "e", "b"}


def test_algorithms_without_a_metric_show_a_dash() -> None:
    shown = sweep.cells({"k": 3.0, "structured": 1, "silhouette": 0.3, "silhouette_se": 0.01})
    assert shown == ["3", "yes", "0.300 ± 0.010", "-", "0%"]
