"""How customers that came later differ from those of the training, and what to do about it."""

from pathlib import Path
from typing import ClassVar, Literal

from segmentation.artifacts.base import Artifact, Figure, Known, Pair, Part

Verdict = Literal["steady", "watch", "retrain"]


class FeatureDrift(Part):
    """One column.

    Attributes
    ----------
    psi : float
        Population stability index.
    p_value : float
        Of the test that both sets of customers are of one population, after Holm's correction for
        all tests.
    strength : str
    base_missing, missing : float
        Shares of cells without a value.
    base_mean, mean : float or None
        Of a number.
    new_levels : tuple of str
        Categories of at least ten customers that the training had not.
    """

    column: str
    psi: Figure
    p_value: Figure
    strength: Literal["within noise", "small", "moderate", "strong"]
    base_missing: Figure
    missing: Figure
    base_mean: Known = None
    mean: Known = None
    new_levels: tuple[str, ...] = ()


class ShareDrift(Part):
    """The share of customers in one segment, with its interval of 95%."""

    segment: int
    name: str
    customers: int
    base_share: Figure
    share: Figure
    interval: Pair


class Drift(Artifact):
    """What `segmentation drift` found.

    Attributes
    ----------
    verdict : {"steady", "watch", "retrain"}
    reasons : tuple of str
    model, data, md5 : str
        The model, the file, and the hash of what it holds.
    rows, scored : int
    not_scored : dict of str to int
        Rows by why they were not scored.
    features : tuple of FeatureDrift
        The most drifted first.
    segments : tuple of ShareDrift
    segments_psi, segments_p_value : float
    confidence, base_confidence, confidence_p_value : float
        Mean of how firmly customers belong.
    unlike, base_unlike, unlike_p_value : float
        Share of customers unlike any in training.
    """

    path: ClassVar = Path("reports/drift/drift.json")
    mend: ClassVar = "run `segmentation drift FILE` again"
    schema_version: Literal[1] = 1
    verdict: Verdict
    reasons: tuple[str, ...]
    model: str
    data: str
    md5: str
    rows: int
    scored: int
    not_scored: dict[str, int]
    features: tuple[FeatureDrift, ...]
    segments: tuple[ShareDrift, ...]
    segments_psi: Figure
    segments_p_value: Figure
    base_confidence: Figure
    confidence: Figure
    confidence_p_value: Figure
    base_unlike: Figure
    unlike: Figure
    unlike_interval: Pair
    unlike_p_value: Figure
