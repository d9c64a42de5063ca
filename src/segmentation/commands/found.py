"""What a stage found, in the one line that it ends with."""

from collections.abc import Callable

from segmentation import artifacts, paths
from segmentation.artifacts.choice import Choice
from segmentation.artifacts.clustering import Clustering
from segmentation.artifacts.features import Features
from segmentation.artifacts.lifetime import LifetimeValue
from segmentation.artifacts.metrics import Metrics
from segmentation.artifacts.purchases import PurchaseLines
from segmentation.artifacts.quality import Quality
from segmentation.artifacts.segments import Segments
from segmentation.artifacts.structure import IN_WORDS
from segmentation.artifacts.summary import Summary
from segmentation.errors import printable
from segmentation.insight.numbers import number, percent


def found(stage: str, seconds: float) -> str:
    """Return the line: what the stage found, read from what it wrote, and how long it took.

    A stage that has nothing to say is done.
    """
    took = f"{seconds:.1f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
    return printable(f"{stage}: {_SAYS[stage]() if stage in _SAYS else 'done'} ({took})")


def _prepare() -> str:
    quality = artifacts.read(Quality)
    mended = sum(quality.repaired.values())
    return (
        f"{quality.rows_kept:,} of {quality.rows_in:,} rows kept, "
        f"{quality.rows_rejected:,} rejected, {mended:,} cells mended"
    )


def _explore() -> str:
    summary = artifacts.read(Summary)
    return (
        f"{_count(len(summary.numeric), 'number')}, {_count(len(summary.categorical), 'category')}"
    )


def _featurize() -> str:
    features = artifacts.read(Features)
    return f"{features.rows:,} customers as points of {_count(len(features.features), 'feature')}"


def _select_k() -> str:
    choice = artifacts.read(Choice)
    agreeing = sum(vote == choice.k for vote in choice.votes.values())
    votes = f"{agreeing} of {len(choice.votes)} criteria"
    return f"{IN_WORDS[choice.structure]}; k = {choice.k}, for which {votes} speak"


def _train() -> str:
    clustering = artifacts.read(Clustering)
    said = f"{_count(clustering.k, clustering.group)} by {clustering.algorithm}"
    if clustering.stability.minimum is not None:
        said += (
            f"; drawn again, the least stable overlaps by {percent(clustering.stability.minimum)}"
        )
    return said


def _evaluate() -> str:
    metrics = artifacts.read(Metrics)
    return f"silhouette {number(metrics.silhouette)}, {percent(metrics.noise_share)} in no segment"


def _profile() -> str:
    facts = artifacts.read(Segments)
    kind = "group" if facts.structure == "one" else "segment"
    plays = sum(bool(segment.plays) for segment in facts.segments)
    return f"{_count(len(facts.segments), kind)} described, {plays} with a play"


def _report() -> str:
    return str(paths.REPORT)


def _track() -> str:
    return "the run of this state is in MLflow"


def _customers() -> str:
    lines = artifacts.read(PurchaseLines)
    return f"{lines.customers:,} customers from {lines.lines_used:,} of {lines.lines_in:,} lines"


def _clv() -> str:
    value = artifacts.read(LifetimeValue)
    return value.why_not or value.why_no_value or f"lifetime value as of {value.as_of}"


_SAYS: dict[str, Callable[[], str]] = {
    "prepare": _prepare,
    "explore": _explore,
    "featurize": _featurize,
    "select_k": _select_k,
    "train": _train,
    "evaluate": _evaluate,
    "profile": _profile,
    "report": _report,
    "track": _track,
    "customers": _customers,
    "clv": _clv,
}


def _count(number: int, what: str) -> str:
    if number == 1:
        return f"1 {what}"
    return (
        f"{number:,} {what.removesuffix('y')}ies" if what.endswith("y") else f"{number:,} {what}s"
    )
