"""Turn a table of text cells into typed customers, keeping every rejected row with its reason."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from segmentation.artifacts.quality import Quality
from segmentation.config import Data, Prepare
from segmentation.engines.schema import outside_limits
from segmentation.errors import InputError, did_you_mean

MISSING_WORDS = ("", "-", "--", "?", "n/a", "na", "nan", "none", "null", "unknown")
FIRST_LINE = 2  # of a file whose header is line 1


@dataclass(frozen=True)
class Cleaned:
    """What cleaning made of a table.

    Attributes
    ----------
    kept : DataFrame
        Id (text), numeric columns (float64) and categorical columns (text), a row per customer.
    rejected : DataFrame
        The other rows: their line in the file, the reason, and the cells as they were read.
    repaired : dict of str to int
        How many cells each repair changed.
    missing : dict of str to int
        Missing cells of each column before cleaning.
    """

    kept: pd.DataFrame
    rejected: pd.DataFrame
    repaired: dict[str, int]
    missing: dict[str, int]

    def quality(self) -> Quality:
        """Count what happened."""
        rule = self.rejected["reason"].str.split(":").str[0]
        return Quality(
            rows_in=len(self.kept) + len(self.rejected),
            rows_kept=len(self.kept),
            rows_rejected=len(self.rejected),
            rejected=rule.value_counts().to_dict(),
            repaired=self.repaired,
            missing=self.missing,
        )


def clean(text: pd.DataFrame, *, data: Data, rules: Prepare) -> Cleaned:
    """Clean a table whose cells are all text.

    Parameters
    ----------
    text : DataFrame of str
        The file as it is, a row per line under the header.
    data : Data
        Roles, limits and aliases of the columns.
    rules : Prepare
        What to do with rows that break a rule.

    Returns
    -------
    Cleaned

    Raises
    ------
    InputError
        A declared column is missing from the header, or a numeric column holds mostly text.
    """
    text = _declared_columns(text, data)
    cells = text.apply(lambda column: column.str.strip())
    repaired = {"spaces around a cell": _changed(text, cells)}
    cells = cells.mask(cells.apply(lambda column: column.str.lower().isin(MISSING_WORDS)))

    # The first reason held against a row stands; later checks look at the rows still open.
    reason = _reason(cells[data.id].isna(), "id is missing")
    reason = reason.fillna(_copies(cells[reason.isna()]))

    table = cells[[data.id]].copy()
    repaired["thousands separators"] = 0
    for name in data.numeric:
        table[name], unreadable, separated = _numbers(cells[name], data.decimal)
        _mostly_numbers(name, cells[name], unreadable, rules.max_unreadable)
        reason = reason.fillna(
            _reason(unreadable, f"not a number: {name} is '" + cells[name] + "'")
        )
        repaired["thousands separators"] += separated
    repaired["spellings of a category"] = 0
    for name in data.categorical:
        table[name] = _categories(cells[name], data.aliases(name))
        repaired["spellings of a category"] += _changed(cells[name], table[name])

    beyond = outside_limits(table, data)
    if rules.outside_limits == "reject":
        found = beyond.groupby("row")["reason"].first()
        reason = reason.fillna(found.reindex(reason.index).astype("str"))
    else:
        repaired["outside limits, made blank"] = len(beyond)
        for column, rows in beyond.groupby("column")["row"]:
            table.loc[rows, str(column)] = np.nan

    empty = table[data.columns].isna().mean(axis=1) > rules.max_missing
    reason = reason.fillna(_reason(empty, "too many cells are missing"))
    reason = reason.fillna(_repeated_ids(table.loc[reason.isna(), data.id], rules.duplicate_ids))

    open_rows = reason.isna()
    rejected = text[~open_rows]
    rejected.insert(0, "line", rejected.index + FIRST_LINE)
    rejected.insert(1, "reason", reason[~open_rows])
    return Cleaned(
        kept=table[open_rows].reset_index(drop=True),
        rejected=rejected.reset_index(drop=True),
        repaired=repaired,
        missing={name: int(cells[name].isna().sum()) for name in data.columns},
    )


def check_usable(cleaned: Cleaned, data: Data) -> None:
    """Raise `InputError` if no customer, or nothing that tells customers apart, is left."""
    kept = cleaned.kept
    if kept.empty:
        rule = cleaned.rejected["reason"].str.split(":").str[0].value_counts()
        counts = ", ".join(f"{name} ({count})" for name, count in rule.items())
        raise InputError(f"all {len(cleaned.rejected)} rows of {data.path} were rejected: {counts}")
    for name in data.columns:
        role = "numeric" if name in data.numeric else "categorical"
        mend = f"take it out of data.{role} in params.yaml"
        if kept[name].isna().all():
            raise InputError(f"column '{name}' of {data.path} is missing in every row; {mend}")
        if len(kept[name].dropna().unique()) == 1:
            value = kept[name].dropna().iloc[0]
            raise InputError(f"column '{name}' of {data.path} is '{value}' in every row; {mend}")


def _declared_columns(text: pd.DataFrame, data: Data) -> pd.DataFrame:
    text = text.rename(columns=lambda name: str(name).strip())
    missing = [name for name in (data.id, *data.columns) if name not in text]
    if len(text.columns) == 1 and missing:
        raise InputError(
            f"{data.path} has a single column, '{text.columns[0]}'; set data.delimiter in "
            "params.yaml to what separates its columns"
        )
    if missing:
        near = "; ".join(
            f"no column '{name}' ({_setting(name, data)}){did_you_mean(name, text.columns)}"
            for name in missing
        )
        raise InputError(f"{data.path} has {near}")
    return text[[data.id, *data.columns]]


def _setting(name: str, data: Data) -> str:
    """Where in `params.yaml` a column is named."""
    if name == data.id:
        return "data.id"
    return "data.numeric" if name in data.numeric else "data.categorical"


def _reason(rows: pd.Series, reason: "str | pd.Series") -> pd.Series:
    """Give each of `rows` (a mask) its reason; the others have none."""
    return pd.Series(reason, index=rows.index, dtype="str").where(rows)


def _changed(old: "pd.DataFrame | pd.Series", new: "pd.DataFrame | pd.Series") -> int:
    """Count the cells that a repair changed."""
    return int(((old != new) & old.notna() & new.notna()).to_numpy().sum())


def _copies(cells: pd.DataFrame) -> pd.Series:
    """Reasons for rows that repeat an earlier row cell for cell."""
    group = cells.groupby(list(cells.columns), dropna=False, sort=False)
    first = pd.Series(cells.index, index=cells.index).groupby(group.ngroup()).transform("first")
    line = (first + FIRST_LINE).astype("str")
    return _reason(first != cells.index, "exact copy: of line " + line)


def _repeated_ids(ids: pd.Series, keep: Literal["first", "last", "reject"]) -> pd.Series:
    """Reasons for rows that share their id with a row that says something else."""
    copies = ids.duplicated(keep=False if keep == "reject" else keep)
    return _reason(copies, "conflicting id: another row has the same id")


def _numbers(cells: pd.Series, decimal: str) -> tuple[pd.Series, pd.Series, int]:
    """Read numbers as people write them.

    Returns
    -------
    numbers : Series of float64
        NaN where a cell is missing or unreadable.
    unreadable : Series of bool
        Cells that hold something other than a finite number.
    separated : int
        How many cells had thousands separators, which count only between groups of three digits:
        ``1,234`` is a number, ``1,2`` is not.
    """
    thousands = "," if decimal == "." else "."
    plain = cells.str.replace(r"^([+-]?)\s*[$€£¥]\s*|\s*[$€£¥]$", r"\1", regex=True)
    grouped = plain.str.fullmatch(
        rf"[+-]?\d{{1,3}}(?:[{thousands}\s']\d{{3}})+(?:[{decimal}]\d+)?"
    ).fillna(False)
    plain = plain.mask(grouped, plain.str.replace(rf"[{thousands}\s']", "", regex=True))
    if decimal == ",":
        plain = plain.mask(plain.str.contains(".", regex=False).fillna(False), "?")
        plain = plain.str.replace(",", ".", regex=False)
    numbers = pd.to_numeric(plain, errors="coerce").astype(np.float64)
    numbers = numbers.mask(np.isinf(numbers))
    return numbers, cells.notna() & numbers.isna(), int(grouped.sum())


def _mostly_numbers(name: str, cells: pd.Series, unreadable: pd.Series, most: float) -> None:
    present = int(cells.notna().sum())
    if unreadable.sum() > most * present:
        first = int(np.flatnonzero(unreadable)[0])
        raise InputError(
            f"column '{name}' is not numeric: line {first + FIRST_LINE} holds "
            f"'{cells.iloc[first]}' ({int(unreadable.sum())} of {present} cells are no "
            "numbers); mend the file or declare it under data.categorical"
        )


def _categories(cells: pd.Series, aliases: dict[str, str]) -> pd.Series:
    """Merge spellings: declared aliases, and variants that differ in case or spaces only.

    The most frequent spelling stands for the others.
    """

    def folded(text: pd.Series) -> pd.Series:
        return text.str.replace(r"\s+", " ", regex=True).str.lower()

    known = {folded(pd.Series([alias]))[0]: right for alias, right in aliases.items()}
    renamed = folded(cells).map(known).fillna(cells)
    counts = renamed.value_counts().rename_axis("spelling").reset_index(name="count")
    counts["key"] = folded(counts["spelling"])
    counts = counts.sort_values(["count", "spelling"], ascending=[False, True])
    chosen = counts.drop_duplicates("key").set_index("key")["spelling"]
    return folded(renamed).map(chosen).astype("str")
