"""The results as a star of tables for tools such as Power BI and Tableau, with what they mean."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from segmentation.algorithms import NOISE
from segmentation.artifacts.metrics import Metrics
from segmentation.artifacts.segments import NO_SEGMENT, Segments

Row = tuple[str | float | int | None, ...]


class Described(NamedTuple):
    """A column: its type and what it means."""

    kind: str
    meaning: str


DICTIONARY: Mapping[str, Mapping[str, Described]] = {
    "customers": {
        "customer_id": Described("text", "tells customers apart; one row each"),
        "segment_id": Described("number", "the customer's segment, in segments; -1 is in none"),
        "confidence": Described("number", "how firmly the customer belongs, from 0 to 1"),
        "value": Described("number", "what the customer is worth, the settings' data.value"),
    },
    "segments": {
        "segment_id": Described("number", "tells segments apart; one row each"),
        "name": Described("text", "what people call it"),
        "customers": Described("number", "how many are in it"),
        "share": Described("number", "of all customers, from 0 to 1"),
        "value_mean": Described("number", "what one of its customers is worth on average"),
        "share_of_value": Described("number", "of the worth of all customers, from 0 to 1"),
        "stability": Described("number", "how alike it is when customers are drawn again, 0 to 1"),
        "play": Described("text", "what to do first"),
        "channel": Described("text", "by which way"),
    },
    "profile_facts": {
        "segment_id": Described("number", "in segments"),
        "column_name": Described("text", "a column of the customers' table"),
        "level": Described("text", "the category; empty for a number"),
        "figure": Described("text", "mean, median or index (100 is everyone) of a number; share or "
                            "lift (1 is everyone) of a category"),
        "value": Described("number", "the figure; of too few customers there is none"),
    },
    "run_facts": {
        "metric": Described("text", "a figure of the run, by the name that DVC and MLflow show"),
        "value": Described("number", "as in reports/evaluate/metrics.json"),
    },
}  # fmt: skip


def segments(facts: Segments) -> Iterator[Row]:
    """Yield a row for each segment, and one for customers in none."""
    for each in facts.segments:
        play = each.plays[0] if each.plays else None
        yield (
            each.id, each.name, each.size, each.share, each.value_mean, each.share_of_value,
            each.stability.jaccard, play.name if play else None, play.channel if play else None,
        )  # fmt: skip
    if facts.unassigned:
        share = facts.unassigned / facts.customers
        yield (NOISE, NO_SEGMENT, facts.unassigned, share, None, None, None, None, None)


def profile_facts(facts: Segments) -> Iterator[Row]:
    """Yield a row for each figure that is told of a segment."""
    for each in facts.segments:
        for column, number in each.numeric.items():
            for figure in ("mean", "median", "index"):
                value = getattr(number, figure)
                if value is not None:
                    yield each.id, column, None, figure, value
        for column, levels in each.categorical.items():
            for level, category in levels.items():
                for figure in ("share", "lift"):
                    value = getattr(category, figure)
                    if value is not None:
                        yield each.id, column, level, figure, value


def run_facts(metrics: Metrics) -> Iterator[Row]:
    """Yield a row for each metric."""
    yield from metrics.figures().items()


def dictionary() -> Iterator[Row]:
    """Yield a row for each column of each table."""
    for table, columns in DICTIONARY.items():
        for name, described in columns.items():
            yield table, name, described.kind, described.meaning
