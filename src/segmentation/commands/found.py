"""What a stage found, in the one line that it ends with.

Models are imported where they are read: a stage waits for none but its own.
"""

from collections.abc import Callable

from segmentation import artifacts, paths
from segmentation.errors import printable
from segmentation.insight.numbers import counted, number, percent


def found(stage: str, seconds: float) -> str:
    """Return the line: what the stage found, read from what it wrote, and how long it took.

    A stage that has nothing to say is done.
    """
    took = f"{seconds:.1f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
    return printable(f"{stage}: {_SAYS[stage]() if stage in _SAYS else 'done'} ({took})")


def _prepare() -> str:
    from segmentation.artifacts.quality import Quality

    quality = artifacts.read(Quality)
    mended = sum(quality.repaired.values())
    return (
        f"{quality.rows_kept:,} of {quality.rows_in:,} rows kept, "
        f"{quality.rows_rejected:,} rejected, {mended:,} cells mended"
    )


def _explore() -> str:
    from segmentation.artifacts.summary import Summary

    summary = artifacts.read(Summary)
    numbers, categories = len(summary.numeric), len(summary.categorical)
    return f"{counted(numbers, 'number')}, {counted(categories, 'category')}"


def _featurize() -> str:
    from segmentation.artifacts.features import Features

    features = artifacts.read(Features)
    return f"{features.rows:,} customers as points of {counted(len(features.features), 'feature')}"


def _select_k() -> str:
    from segmentation.artifacts.choice import Choice
    from segmentation.artifacts.structure import IN_WORDS

    choice = artifacts.read(Choice)
    agreeing = sum(vote == choice.k for vote in choice.votes.values())
    votes = f"{agreeing} of {len(choice.votes)} criteria"
    speak = "speaks" if agreeing == 1 else "speak"
    return f"{IN_WORDS[choice.structure]}; k = {choice.k}, for which {votes} {speak}"


def _train() -> str:
    from segmentation.artifacts.clustering import Clustering

    clustering = artifacts.read(Clustering)
    said = f"{counted(clustering.k, clustering.group)} by {clustering.algorithm}"
    if clustering.stability.minimum is not None:
        said += (
            f"; drawn again, the least stable overlaps by {percent(clustering.stability.minimum)}"
        )
    return said


def _evaluate() -> str:
    from segmentation.artifacts.metrics import Metrics

    metrics = artifacts.read(Metrics)
    return f"silhouette {number(metrics.silhouette)}, {percent(metrics.noise_share)} in no segment"


def _profile() -> str:
    from segmentation.artifacts.segments import Segments

    facts = artifacts.read(Segments)
    kind = "group" if facts.structure == "one" else "segment"
    plays = sum(bool(segment.plays) for segment in facts.segments)
    return f"{counted(len(facts.segments), kind)} described, {plays} with a play"


def _report() -> str:
    return str(paths.REPORT)


def _track() -> str:
    return "the run of this state is in MLflow"


def _customers() -> str:
    from segmentation.artifacts.purchases import PurchaseLines

    lines = artifacts.read(PurchaseLines)
    return f"{lines.customers:,} customers from {lines.lines_used:,} of {lines.lines_in:,} lines"


def _clv() -> str:
    from segmentation.artifacts.lifetime import LifetimeValue

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
