from pathlib import Path

import pytest

import factories
from segmentation import paths
from segmentation.artifacts import files
from segmentation.artifacts.structure import structure_at
from segmentation.commands import sweep
from segmentation.errors import SettingsError
from segmentation.repository.git import git


def result(name: str, scaler: str, level: int, silhouette: float | None) -> sweep.Result:
    candidate = sweep.Candidate(name, {"featurize.scaler": scaler})
    se = None if silhouette is None else 0.01
    metrics = factories.metrics(
        structure=structure_at(level), silhouette=silhouette, silhouette_se=se
    )
    return sweep.Result(candidate, metrics)


def test_the_grid_is_every_combination_once() -> None:
    candidates = sweep.grid(["kmeans"], [3, 4], ["standard", "robust"])
    assert [candidate.name for candidate in candidates] == [
        "kmeans-k3-standard", "kmeans-k3-robust", "kmeans-k4-standard", "kmeans-k4-robust",
    ]  # fmt: skip
    assert candidates[1].settings == {
        "train.algorithm": "kmeans", "train.k": 3, "featurize.scaler": "robust",
    }  # fmt: skip


def test_algorithms_that_find_k_run_once() -> None:
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


def test_a_result_without_a_silhouette_stands_last_and_leads_nobody() -> None:
    ranked = sweep.rank(
        [
            result("a", "robust", 1, None),
            result("b", "standard", 1, None),
            result("c", "standard", 0, 0.60),
            result("d", "standard", 1, 0.30),
        ]
    )
    assert [r.candidate.name for r in ranked] == ["a", "d", "b", "c"]
    assert [r.candidate.name for r in ranked if r.leader] == ["d"]


def test_figures_that_do_not_apply_show_a_dash() -> None:
    found = factories.metrics(k=3, silhouette=0.3, silhouette_se=0.01, noise_share=0.1)
    assert sweep.cells(found) == ["3", "separate groups", "10%", "-", "0.300 ± 0.010"]
    none = factories.metrics(k=0, structure="one", noise_share=1.0)
    assert sweep.cells(none) == ["0", "one population", "100%", "-", "-"]
    assert sweep.cells(factories.metrics(stability_min=0.8))[3] == "0.80, valid"


def test_who_leaves_half_of_the_customers_out_does_not_win() -> None:
    def found(name: str, **figures: float) -> sweep.Result:
        metrics = factories.metrics(structure="separate", silhouette_se=0.01, **figures)
        return sweep.Result(sweep.Candidate(name, {"featurize.scaler": "standard"}), metrics)

    ranked = sweep.rank(
        [
            found("half", noise_share=0.54, stability_min=0.95, silhouette=0.8),
            found("doubtful", noise_share=0.0, stability_min=0.65, silhouette=0.7),
            found("tenth", noise_share=0.1, stability_min=0.9, silhouette=0.6),
            found("all", noise_share=0.0, stability_min=0.9, silhouette=0.4),
        ]
    )
    assert [r.candidate.name for r in ranked] == ["all", "tenth", "doubtful", "half"]
    assert [r.candidate.name for r in ranked if r.leader] == ["all"]


def test_results_are_those_of_experiments_on_the_present_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def commit(k: int) -> str:
        files.write_json(tmp_path / paths.METRICS, factories.metrics(k=k).content())
        git("add", "-A", folder=tmp_path)
        git("commit", "-q", "-m", f"k={k}", folder=tmp_path)
        return git("rev-parse", "HEAD", folder=tmp_path)

    def experiment(name: str, baseline: str, commit: str) -> None:
        ref = f"refs/exps/{baseline[:2]}/{baseline[2:]}/{name}"
        git("update-ref", ref, commit, folder=tmp_path)

    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "t")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "t@example.com")
    git("init", "-q", folder=tmp_path)
    before, here = commit(2), commit(3)
    experiment("older", before, commit(4))
    experiment("none", here, commit(0))
    git("reset", "-q", "--hard", here, folder=tmp_path)

    candidates = [sweep.Candidate(name, {}) for name in ("failed", "none", "older")]
    found = sweep.results(candidates, tmp_path)
    assert [r.metrics for r in found] == [None, factories.metrics(k=0), None]
