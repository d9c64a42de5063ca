"""What differs between two revisions in parameters, code and metrics, and what that means."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import hypot
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from segmentation import paths
from segmentation.repository import lock
from segmentation.settings.shared.base import leaves

Outcome = Literal["", "same", "better", "worse", "within noise", "not comparable"]

ORDER = (
    "k",
    "k_confidence",
    "silhouette",
    "davies_bouldin",
    "calinski_harabasz",
    "inertia",
    "stability",
    "stability_min",
    "structured",
    "structure_level",
    "structure_p_value",
    "separate_p_value",
    "dominance",
    "smallest_segment_share",
    "noise_share",
    "border_share",
    "reference_ari",
)

BETTER = {
    "silhouette": +1,
    "davies_bouldin": -1,
    "calinski_harabasz": +1,
    "inertia": -1,
    "stability": +1,
    "stability_min": +1,
    "structured": +1,
    "structure_level": +1,
    "dominance": -1,
}
"""Which way a metric gets better; a metric that is not listed here has no better and worse."""

OF_DISTANCES = {"silhouette", "davies_bouldin", "calinski_harabasz", "inertia"}
OF_ASSIGNED = OF_DISTANCES | {"stability", "stability_min", "dominance"}
"""Those that are told of the customers in segments: leaving out the doubtful ones mends them."""
NOISE_APART = 0.05  # shares in no segment that differ by more: it is not the same customers
AT_ONE_K = {"inertia"}  # falls with every further segment, whatever the data
CERTAIN = {"structured", "structure_level"}  # the answer of a test: its error is the test's level
OUT_OF_ONE = {"silhouette", "stability", "stability_min", "dominance"}
LEAST = 0.01  # of these: what is less changes no decision, however small its error
STANDARD_ERRORS = 2.0  # combined ones that are noise (docs/review.md, "Noise")


@dataclass(frozen=True)
class ParameterChange:
    """One setting; None where a revision leaves it out."""

    name: str
    base: Any
    head: Any


@dataclass(frozen=True)
class MetricChange:
    """One metric in both revisions, with its standard errors as far as they are known.

    Attributes
    ----------
    outcome : str
        Empty where nothing can be said: the metric has no better and worse, its uncertainty is
        not known, or one revision does not have it.
    """

    name: str
    base: float | None
    head: float | None
    base_se: float | None
    head_se: float | None
    outcome: Outcome

    @property
    def change(self) -> float | None:
        """Head minus base."""
        return None if self.base is None or self.head is None else self.head - self.base


def parameter_changes(
    base: Mapping[str, Any], head: Mapping[str, Any]
) -> tuple[ParameterChange, ...]:
    """List the settings that differ, by dotted name.

    Examples
    --------
    >>> parameter_changes({"train": {"k": 4}}, {"train": {"k": 5}})
    (ParameterChange(name='train.k', base=4, head=5),)
    """
    before, after = leaves(base), leaves(head)
    return tuple(
        ParameterChange(name, before.get(name), after.get(name))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    )


def code_changes(base: lock.Stages, head: lock.Stages) -> tuple[str, ...]:
    """List the files beside data and parameters that stages of both `dvc.lock` read differently."""
    before, after = _read_files(base), _read_files(head)
    return tuple(
        sorted(name for name in before.keys() & after.keys() if before[name] != after[name])
    )


def same_output(base: lock.Stages, head: lock.Stages, path: Path) -> bool:
    """Whether both `dvc.lock` name the same content for an output."""
    one, other = (lock.hashes(stages, "outs").get(path.as_posix()) for stages in (base, head))
    return one is not None and one == other


def metric_changes(
    base: Mapping[str, Any],
    head: Mapping[str, Any],
    *,
    base_curve: pd.DataFrame | None = None,
    head_curve: pd.DataFrame | None = None,
    same_points: bool,
) -> tuple[MetricChange, ...]:
    """Compare all metrics of two revisions.

    Parameters
    ----------
    base, head : mapping of str to number
        Metrics; ``x_se`` is the standard error of ``x``.
    base_curve, head_curve : DataFrame, optional
        Criteria by ``k``. Where the metric is the criterion at its k, the criterion's standard
        error is the metric's too.
    same_points : bool
        Whether both revisions cluster the same points: the same customers and features.

    Returns
    -------
    tuple of MetricChange
        The usual metrics in their usual order, then others by name.
    """
    known = {name for name in base.keys() | head.keys() if not name.endswith("_se")}
    names = [name for name in ORDER if name in known] + sorted(known - set(ORDER))
    same_k = base.get("k") == head.get("k")
    apart = OF_ASSIGNED if noise_apart(base, head) else set() if same_points else OF_DISTANCES
    changes = []
    for name in names:
        before, after = base.get(name), head.get(name)
        ses = _error(name, base, base_curve), _error(name, head, head_curve)
        outcome = _outcome(name, before, after, ses, apart=apart, same_k=same_k)
        changes.append(MetricChange(name, before, after, *ses, outcome))
    return tuple(changes)


def noise_apart(base: Mapping[str, Any], head: Mapping[str, Any]) -> bool:
    """Whether one revision leaves so many more customers out that it tells of others."""
    before, after = base.get("noise_share"), head.get("noise_share")
    return before is not None and after is not None and abs(after - before) > NOISE_APART


def _outcome(
    name: str,
    base: float | None,
    head: float | None,
    errors: tuple[float | None, float | None],
    *,
    apart: Collection[str],
    same_k: bool,
) -> Outcome:
    if base is None or head is None:
        return ""
    if base == head:
        return "same"
    if name not in BETTER:
        return ""
    if name in apart or (name in AT_ONE_K and not same_k):
        return "not comparable"
    one, other = (0.0, 0.0) if name in CERTAIN else errors
    if one is None or other is None:
        return ""
    least = LEAST if name in OUT_OF_ONE else 0.0
    if abs(head - base) <= max(least, STANDARD_ERRORS * hypot(one, other)):
        return "within noise"
    return "better" if (head > base) == (BETTER[name] > 0) else "worse"


def _error(name: str, metrics: Mapping[str, Any], curve: pd.DataFrame | None) -> float | None:
    if metrics.get(f"{name}_se") is not None:
        return float(metrics[f"{name}_se"])
    if curve is None or not {name, f"{name}_se"} <= set(curve.columns):
        return None
    row = curve[curve.k == metrics.get("k")]
    value = metrics.get(name)
    if row.empty or value is None or abs(float(row[name].iloc[0]) - value) > 1e-4 * abs(value):
        return None
    return float(row[f"{name}_se"].iloc[0])


def _read_files(stages: lock.Stages) -> dict[str, str]:
    return {
        name: md5
        for name, md5 in lock.hashes(stages, "deps").items()
        if name.startswith("src/") or name == paths.PLAYBOOK.as_posix()
    }
