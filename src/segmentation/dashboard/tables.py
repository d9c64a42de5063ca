"""Tables and sentences that pages show, of what the stages worked out."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from segmentation.artifacts.choice import Choice
from segmentation.artifacts.map import Map
from segmentation.artifacts.privacy import OTHER
from segmentation.insight.numbers import number, percent

if TYPE_CHECKING:  # the first page is shown without what counts, scores and tracks
    from segmentation.commands.moved import Moved
    from segmentation.scoring.stream import Counts
    from segmentation.tracking.compared import Tracked

MOST_FEATURES = 20
LEFT_OUT = "few"


@dataclass(frozen=True)
class Table:
    """A table as it is shown; the first cell of a row is its heading.

    Attributes
    ----------
    names : tuple of str
    rows : tuple of tuple of str
    at_once : int
        How many columns a phone shows; those behind them unfold row by row.
    """

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    at_once: int = 4


def how_many(choice: Choice, used: int) -> str:
    """Say how many there are and how that came about."""
    agreeing = sum(vote == choice.k for vote in choice.votes.values())
    prefer = "prefers" if agreeing == 1 else "prefer"
    votes = f"{agreeing} of {len(choice.votes)} criteria {prefer} {choice.k}"
    if used != choice.k:
        return f"{used} are used; the rule would choose {choice.k}: {votes}"
    return f"{used} {'groups' if choice.structure == 'one' else 'segments'}: {votes}"


def another_number(curve: pd.DataFrame, choice: Choice, *, used: int, looked_at: int) -> Table:
    """Put the criteria at the number that is used beside those at another one."""
    by_k = curve.set_index("k")
    ks = [k for k in dict.fromkeys((used, looked_at)) if k in by_k.index]
    rows = [
        (
            each.label,
            *(_known(by_k.loc[k, each.column]) for k in ks),
            str(choice.votes[each.name]),
            each.reading,
        )
        for each in choice.criteria
    ]
    names = ("criterion", *(f"at {k}" for k in ks), "prefers", "how it is read")
    return Table(names, tuple(rows), at_once=1 + len(ks))


def loadings(flat: Map) -> Table:
    """Say what the two axes of the map are made of, the strongest first."""
    ordered = sorted(
        flat.loadings.items(), key=lambda each: -max(abs(each[1].pc1), abs(each[1].pc2))
    )
    rows = [(_feature(name), number(place.pc1), number(place.pc2)) for name, place in ordered]
    return Table(("feature", "first component", "second component"), tuple(rows[:MOST_FEATURES]))


def run_label(run: "Tracked") -> str:
    """Return what tells a run from the others."""
    mark = ", champion" if run.champion else ""
    return f"{run.name} ({run.started:%Y-%m-%d %H:%M}, {run.run_id[:6]}{mark})"


def metrics_of(one: "Tracked", other: "Tracked") -> Table:
    """Put the metrics of two runs beside each other."""
    names = sorted({*one.metrics, *other.metrics})
    rows = []
    for name in names:
        a, b = one.metrics.get(name), other.metrics.get(name)
        apart = None if a is None or b is None else a - b
        called = name.replace("_", " ")  # a phone breaks lines between words
        rows.append((called, number(a), number(b), "=" if apart == 0 else number(apart)))
    return Table(("metric", "one", "other", "difference"), tuple(rows))


def settings_of(one: "Tracked", other: "Tracked") -> Table:
    """List the settings in which two runs differ."""
    names = sorted({*one.settings, *other.settings})
    rows = [(name, one.settings.get(name, "–"), other.settings.get(name, "–")) for name in names]
    return Table(("setting", "one", "other"), tuple(row for row in rows if row[1] != row[2]))


def moved(found: "Moved") -> Table:
    """Put where customers are in one run against where they are in another."""
    rows = [
        (name, *(f"{n:,}" if ok else LEFT_OUT for n, ok in zip(counts, told, strict=True)))
        for name, counts, told in zip(found.before, found.counts, found.told, strict=True)
    ]
    return Table(("one / other", *found.after), tuple(rows), at_once=1)


def scored_in_short(counts: "Counts", by: str) -> str:
    """Say how many rows were scored and by which model."""
    return f"{counts.scored:,} of {counts.rows:,} rows scored by {by}"


def scored_segments(counts: "Counts", called: Callable[[int], str]) -> Table:
    """Count scored customers by segment."""
    rows = [
        (
            f"{i}  {called(i)}" if i > 0 else called(i),
            f"{n:,}",
            percent(n / counts.scored),
        )
        for i, n in sorted(counts.segments.items(), key=lambda each: (each[0] < 1, each[0]))
    ]
    return Table(("segment", "customers", "share"), tuple(rows))


def met(counts: "Counts", damaged: int, first_damage: str) -> list[str]:
    """Say what was met in a file while it was scored."""
    told = [f"Not scored, {why}: {n:,} rows." for why, n in counts.not_scored.most_common()]
    told += [f"No value in {name}: {n:,} cells." for name, n in counts.missing.items() if n]
    told += [
        f"A category of {name} that the training had not, or had too rarely: {n:,} cells."
        for name, n in counts.unseen.items()
        if n
    ]
    if counts.unlike:
        told.append(f"Unlike any customer of the training: {counts.unlike:,}.")
    if damaged:
        told.append(f"Lines that are no rows and were left out: {damaged:,}; {first_damage}.")
    return told


def preview(added: Sequence[str], rows: tuple[tuple[str, ...], ...]) -> Table:
    """Show what was added to the first rows."""
    return Table(("row", *added), rows, at_once=3)


def _known(value: object) -> str:
    figure = float(str(value))
    return "–" if math.isnan(figure) else number(figure)


def _feature(name: str) -> str:
    """Return what people call a feature: the encoder has a word of its own for rare categories."""
    column = name.removesuffix("_infrequent_sklearn")
    return column.replace("_", " ") + (f" {OTHER}" if column != name else "")
