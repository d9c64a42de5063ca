"""Settings, code and metrics of two revisions."""

from typing import Any

import pandas as pd
import pytest

from segmentation.review.changes import (
    code_changes,
    metric_changes,
    parameter_changes,
)


def outcome(name: str, base: float, head: float, **facts: Any) -> str:
    before = {"k": 4, name: base}
    after = {"k": facts.pop("k", 4), name: head}
    for metrics in (before, after):
        if "se" in facts:
            metrics[f"{name}_se"] = facts["se"]
    facts.pop("se", None)
    facts = {"same_points": True, **facts}
    changes = metric_changes(before, after, **facts)
    assert [c.name for c in changes if c.name.endswith("_se")] == []
    return {change.name: change.outcome for change in changes}[name]


def test_settings_that_differ_are_listed_by_dotted_name() -> None:
    base = {"seed": 1, "train": {"k": "auto", "kmeans": {"n_init": 10}}, "old": [1, 2]}
    head = {"seed": 1, "train": {"k": 5, "kmeans": {"n_init": 10}}, "new": {"a": None, "b": False}}
    found = {c.name: (c.base, c.head) for c in parameter_changes(base, head)}
    assert found == {"train.k": ("auto", 5), "old": ([1, 2], None), "new.b": (None, False)}


def test_an_empty_group_becomes_a_full_one() -> None:
    found = {c.name for c in parameter_changes({"a": {}}, {"a": {"b": 1}})}
    assert found == {"a", "a.b"}


@pytest.mark.parametrize(
    ("name", "base", "head", "expected"),
    [
        ("silhouette", 0.30, 0.34, "better"),
        ("silhouette", 0.34, 0.30, "worse"),
        ("silhouette", 0.31, 0.33, "within noise"),
        ("davies_bouldin", 1.3, 1.1, "better"),
        ("dominance", 0.3, 0.4, "worse"),
        ("stability_min", 0.5, 0.7, "better"),
        ("structure_p_value", 0.5, 0.001, ""),
        ("noise_share", 0.1, 0.3, ""),
        ("silhouette", 0.3, 0.3, "same"),
    ],
)
def test_each_metric_has_its_direction(name: str, base: float, head: float, expected: str) -> None:
    assert outcome(name, base, head, se=0.01) == expected


def test_two_combined_standard_errors_are_noise() -> None:
    error = 0.01  # of each: the difference has 0.01414, and two of those are 0.02828
    assert outcome("silhouette", 0.3, 0.3282, se=error) == "within noise"
    assert outcome("silhouette", 0.3, 0.3284, se=error) == "better"


def test_without_a_known_error_nothing_is_said() -> None:
    assert outcome("davies_bouldin", 1.3, 1.1) == ""


def test_the_error_of_the_curve_is_that_of_the_metric_if_it_is_the_same_number() -> None:
    curve = pd.DataFrame({"k": [4], "davies_bouldin": [1.3], "davies_bouldin_se": [0.01]})
    other = curve.assign(davies_bouldin=[1.1])
    facts = {"base_curve": curve, "head_curve": other}
    assert outcome("davies_bouldin", 1.3, 1.1, **facts) == "better"
    assert outcome("davies_bouldin", 1.3, 1.2, **facts) == ""  # another algorithm than the curve's


def test_other_points_make_metrics_incomparable() -> None:
    assert outcome("silhouette", 0.3, 0.5, se=0.01, same_points=False) == "not comparable"
    assert outcome("noise_share", 0.3, 0.5, same_points=False) == ""


def test_inertia_compares_at_one_k_only() -> None:
    assert outcome("inertia", 900.0, 800.0, se=1.0, k=5) == "not comparable"
    assert outcome("inertia", 900.0, 800.0, se=1.0) == "better"


def test_the_answer_of_the_structure_test_has_no_error_of_its_own() -> None:
    assert outcome("structured", 1, 0) == "worse"


def test_a_metric_of_one_revision_has_no_outcome() -> None:
    (change,) = metric_changes({}, {"silhouette": 0.3}, same_points=True)
    assert (change.base, change.head, change.change, change.outcome) == (None, 0.3, None, "")


def stage(params: dict[str, object], **deps: str) -> dict[str, object]:
    return {
        "params": {"params.yaml": params},
        "deps": [{"path": f"src/{name}.py", "md5": md5} for name, md5 in deps.items()],
    }


def test_changed_code_is_named() -> None:
    base = {"a": stage({}, one="1", two="2", old="3")}
    head = {"a": stage({}, one="1", two="x", new="3")}
    assert code_changes(base, head) == ("src/two.py",)
