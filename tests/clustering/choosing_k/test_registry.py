"""A criterion or a rule is one module and one line; everything else follows."""

import re
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from segmentation import paths
from segmentation.__main__ import run_stage
from segmentation.artifacts import files
from segmentation.clustering import select_k
from segmentation.clustering.choosing_k import registry
from segmentation.clustering.choosing_k.criteria import Criterion, Fits, Scores, load_criteria
from segmentation.clustering.choosing_k.rules import Candidates, Rule
from segmentation.errors import InputError
from segmentation.settings.params import load_params
from segmentation.settings.select_k import SelectK
from segmentation.views import curves

ROOT = Path(__file__).parents[3]
QUICK = {"k_range": range(2, 6), "draws": 10, "resamples": 3}


def three_blobs() -> np.ndarray:
    rng = np.random.default_rng(0)
    return np.vstack([centre + rng.normal(size=(60, 2)) for centre in (0, 9, 18)])


def mean_size(fits: Fits) -> Scores:
    return Scores(np.array([len(fits.X) / p.k for p in fits.path]), np.ones(len(fits.path)))


TOY = Criterion("mean_size", "Mean size", "the mean size", "lower", mean_size)


@pytest.fixture
def with_toys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Register a criterion and a rule the way the documentation says: a module and a line."""
    rooms = "segmentation.clustering.choosing_k"
    rule = Rule("second", lambda c: int(c.ks[1]), "The second number, {k}, was taken.")
    monkeypatch.setitem(sys.modules, f"{rooms}.criteria.mean_size", SimpleNamespace(CRITERION=TOY))
    monkeypatch.setitem(sys.modules, f"{rooms}.rules.second", SimpleNamespace(RULE=rule))
    monkeypatch.setattr(registry, "CRITERIA", (*registry.CRITERIA, "mean_size"))
    monkeypatch.setattr(registry, "RULES", (*registry.RULES, "second"))


@pytest.mark.slow
@pytest.mark.usefixtures("with_toys")
def test_a_new_criterion_is_in_curve_votes_sentences_and_picture() -> None:
    choice = select_k(three_blobs(), **QUICK)
    assert choice.curve["mean_size"].is_monotonic_decreasing
    assert (choice.curve["mean_size_se"] == 1).all()
    assert choice.votes["mean_size"] == 5
    assert any("the mean size prefers 5" in sentence for sentence in choice.why)
    picture = curves.criteria(choice.curve, choice.criteria, chosen=3, votes=choice.votes)
    panel = {axes.get_title(loc="left"): axes for axes in picture.axes}["Mean size: k = 5"]
    assert panel.get_xlabel() == "lower is better"
    drawn = panel.lines[0].get_ydata()
    np.testing.assert_array_equal(drawn, choice.curve["mean_size"])
    assert len(picture.axes) == len(registry.CRITERIA)


@pytest.mark.slow
@pytest.mark.usefixtures("with_toys")
def test_a_new_criterion_reaches_what_the_stage_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    params = load_params(ROOT / "params.yaml")
    settings = params.select_k.model_copy(update={"k_max": 5, "draws": 10, "rule": "mean_size"})
    monkeypatch.chdir(tmp_path)
    points = pd.DataFrame(three_blobs(), columns=["a", "b"])
    files.write_parquet(paths.MATRIX, points)
    files.write_parquet(paths.PREPARED, points.assign(id=points.index.astype(str))[["id"]])
    run_stage("select_k", params.model_copy(update={"select_k": settings}))
    assert {"mean_size", "mean_size_se"} <= set(files.read_csv(paths.CURVE).columns)
    choice = files.read_json(paths.CHOICE)
    assert choice["votes"]["mean_size"] == choice["k"] == 5
    assert {"name": "mean_size", "column": "mean_size", "label": "Mean size"}.items() <= (
        choice["criteria"][-1].items()
    )


@pytest.mark.slow
@pytest.mark.usefixtures("with_toys")
def test_new_names_are_rules_in_the_settings_too() -> None:
    assert SelectK(rule="mean_size").rule == "mean_size"
    choice = select_k(three_blobs(), rule=SelectK(rule="second").rule, **QUICK)
    assert choice.k == 3
    assert "The second number, 3, was taken." in choice.why


def test_without_its_line_a_rule_is_unknown() -> None:
    with pytest.raises(ValueError, match="no rule is called 'second'; allowed: consensus, fixed"):
        SelectK(rule="second")
    with pytest.raises(InputError, match="no rule is called 'second'"):
        select_k(three_blobs(), rule="second", **QUICK)


def test_a_rule_of_earlier_versions_is_told_by_its_new_name() -> None:
    with pytest.raises(ValueError, match="'stability' is called 'split_agreement' now"):
        SelectK(rule="stability")


def test_every_criterion_has_its_own_name_and_module() -> None:
    found = load_criteria()
    assert tuple(c.name for c in found) == registry.CRITERIA
    assert len({c.column for c in found}) == len({c.label for c in found}) == len(found)


def test_a_gap_that_prefers_one_cluster_still_gives_the_best_split() -> None:
    from segmentation.clustering.choosing_k.rules import load_rules

    curve = pd.DataFrame({"k": [2, 3], "gap": [0.1, 0.4]})
    assert load_rules()["gap"].choose(Candidates(curve, {"gap": 1}, None)) == 3


def test_the_documentation_lists_every_criterion() -> None:
    text = (ROOT / "docs/choosing-k.md").read_text(encoding="utf-8")
    rows = [f"| {c.label} | `{c.column}` | `{c.name}` | {c.reading} |" for c in load_criteria()]
    table = re.findall(r"^\| criterion .*\n(?:\|.*\n)+", text, re.MULTILINE)
    assert table, "the table of criteria is gone"
    assert table[0].splitlines()[2:] == rows, "the table should be:\n" + "\n".join(rows)


@pytest.mark.parametrize(
    ("evidence", "counts"),
    [((0.0, 0.1, 1 / 3), False), ((0.0, 0.1, 1.0), True), ((0.1, 1 / 3, 0.2), True)],
    ids=["still rising", "it fits", "below the last"],
)
def test_evidence_that_rises_to_the_last_k_without_a_fit_says_nothing(
    evidence: tuple[float, ...], counts: bool
) -> None:
    from segmentation.clustering.choosing_k.rules.consensus import score

    columns = ("excess", "excess_z", "split_agreement", "separation")
    curve = pd.DataFrame({**{name: [0.5, 0.4, 0.3] for name in columns}, "evidence": evidence})
    without = score(curve.assign(evidence=0.0))
    assert (score(curve) != without).any() == counts
