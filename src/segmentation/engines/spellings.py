"""Merge the spellings of a category: aliases, and variants that differ in case or spaces only."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import narwhals as nw
import pyarrow as pa
import pyarrow.compute as pc

from segmentation.artifacts.privacy import OTHER
from segmentation.engines import arrow
from segmentation.engines.base import Engine, Frame
from segmentation.engines.rows import unpacked
from segmentation.settings.shared.columns import NO_WORDS, YES_WORDS

_SCHEMA = pa.schema(
    [("cell", pa.string()), ("count", pa.int64()), ("spelling", pa.string()), ("key", pa.string())]
)


@dataclass(frozen=True)
class _Counts:
    """Different cells of a column, and how often each is there."""

    cell: pa.Array
    count: pa.Array


def spellings(engine: Engine, counts: Frame, aliases: dict[str, str], name: str) -> Frame:
    """Return the level of each cell: the most frequent spelling stands for the others.

    Parameters
    ----------
    engine : Engine
    counts : Frame
        Each different ``cell`` of the column, as text, with its ``count``.
    aliases : dict of str to str
        Other spellings, each with the right one.
    name : str
        Of the table that is kept.

    Returns
    -------
    Frame
        ``cell``, ``count``, ``level``.
    """
    col = nw.col
    known = dict(zip(folded(arrow.texts(aliases)).to_pylist(), aliases.values(), strict=True))
    keys = arrow.texts(known)
    right = arrow.texts(known.values())

    def judged(batch: pa.RecordBatch) -> pa.RecordBatch:
        counted, _ = unpacked(batch, _Counts)
        cell = counted.cell.cast(pa.string())
        spelling = cell
        if known:
            renamed = right.take(pc.index_in(folded(cell), value_set=keys))
            spelling = pc.coalesce(renamed, cell)
        return pa.RecordBatch.from_arrays(
            [cell, counted.count, spelling, folded(spelling)], schema=_SCHEMA
        )

    found = counts.select("cell", col("count").cast(nw.Int64))
    table = engine.mapped(found, judged, _SCHEMA, f"{name}_spelt")
    each = table.group_by("key", "spelling").agg(col("count").sum().alias("of"))
    most = each.group_by("key").agg(col("of").max().alias("most"))
    chosen = (
        each.join(most, on="key", how="inner")
        .filter(col("of") == col("most"))
        .group_by("key")
        .agg(col("spelling").min().alias("level"))
    )
    # Nobody's cell is to be mistaken for what stands for rare ones (`as_level`).
    level = nw.when(col("level").str.to_lowercase() == OTHER).then(
        col("level").str.slice(1, len(OTHER) - 2)
    ).otherwise(col("level"))  # fmt: skip
    return engine.keep(
        table.join(chosen, on="key", how="inner").select("cell", "count", level.alias("level")),
        name,
    )


def folded(text: pa.Array) -> pa.Array:
    """Return texts without what tells mere variants apart: case, spaces, how accents are put."""
    # é is one character, or an e and an accent: the same to people.
    same = pc.utf8_normalize(text, form="NFC")
    return pc.utf8_lower(pc.replace_substring_regex(same, pattern=r"\s+", replacement=" "))


def alike(levels: Iterable[str]) -> dict[str, str]:
    """Return how programs write levels that are whole numbers, or a yes and a no.

    A column of 1, 2 and 3 becomes one of 1.0, 2.0 and 3.0 in many a program as soon as a cell is
    missing; databases and JSON know true, which a table of texts has as Yes.

    Parameters
    ----------
    levels : iterable of str
        All of a column that are known.

    Returns
    -------
    dict of str to str
        Of each such spelling that is no level itself the level that it stands for.

    Examples
    --------
    >>> alike(["1", "2.0", "many"])
    {'1.0': '1', '2': '2.0'}
    >>> sorted(alike(["Yes", "No"]))
    ['0', '0.0', '1', '1.0', 'False', 'True', 'false', 'true']
    """
    known = [level for level in levels if level.lower() != OTHER]
    found: dict[str, str] = {}
    for level in known:
        if re.fullmatch(r"-?(0|[1-9]\d*)(\.0+)?", level, re.ASCII):
            whole, _, decimals = level.partition(".")
            found.setdefault(whole if decimals else f"{whole}.0", level)
    words = {level.lower(): level for level in known}
    yes, no = words.keys() & YES_WORDS, words.keys() & NO_WORDS
    if len(known) == 2 and len(yes) == len(no) == 1:
        for spelt, (level,) in ((("true", "True", "1", "1.0"), yes),
                                (("false", "False", "0", "0.0"), no)):  # fmt: skip
            found |= dict.fromkeys(spelt, words[level])
    return {spelt: level for spelt, level in found.items() if spelt not in known}
