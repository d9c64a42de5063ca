"""Turn a table of text cells into typed customers, keeping every rejected row with its reason."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from segmentation import paths
from segmentation.artifacts.privacy import as_level
from segmentation.artifacts.quality import Lines, Quality
from segmentation.engines.header import BLANK
from segmentation.engines.numbers import (
    PLAUSIBLE,
    Numbers,
    are_dates,
    doubt,
    hint,
    read_numbers,
)
from segmentation.engines.schema import outside_limits
from segmentation.errors import InputError
from segmentation.settings.prepare import Prepare
from segmentation.settings.shared.data import Data

MISSING_WORDS = (
    *("", "-", "--", ".", "?", "n/a", "na", "nan", "none", "null", "unknown"),
    *("#n/a", "#value!", "#div/0!", "#ref!", "#name?", "#num!"),  # of spreadsheets
    *("<na>", "(null)", "\\n"),  # of pandas and databases
)
TOTALS = ("total", "totals", "grand total", "sum", "summe", "gesamt", "insgesamt", "totale", "suma")
# What a spreadsheet makes of a long id. Its digits are lost; 1E5 may be an id as it is.
_SCIENTIFIC = r"\d(?:[.,]\d+)?[eE]\+\d{2,}"
_LONGEST = 60  # characters of a cell in a message
_FAR = 100  # times the next largest value: no customer, however rich, but a code or a slip
_COPY, _CONFLICT, _BEYOND = "exact copy", "conflicting id", "outside limits"
_DIRT = (_COPY, _CONFLICT, _BEYOND, "not a number", "id is missing", "too many cells are missing")
# What the report calls repairs.
_SPACES, _SEPARATORS, _PERCENTS = "spaces around a cell", "thousands separators", "percent signs"
_SPELLINGS, _BLANKED = "spellings of a category", "outside limits, made blank"
_LEDGER = ("line", "reason", "text")  # columns of the rejected rows beside their cells


@dataclass(frozen=True)
class Cleaned:
    """What cleaning made of a table.

    Attributes
    ----------
    kept : DataFrame
        Id (text), numeric columns (float64) and categorical columns (text), a row per customer.
    rejected : DataFrame
        The other rows: their line in the file, the reason, and the cells as they were read, or
        the ``text`` of a line that is no row.
    repaired : dict of str to int
        How many cells each repair changed.
    missing : dict of str to int
        Missing cells of each column before cleaning.
    lines : Index
        Where each customer stands in the file.
    """

    kept: pd.DataFrame
    rejected: pd.DataFrame
    repaired: dict[str, int]
    missing: dict[str, int]
    lines: pd.Index

    @property
    def rows(self) -> int:
        """Rows read."""
        return len(self.kept) + len(self.rejected)

    def rules(self) -> pd.Series:
        """How many rows each rule rejected, most first."""
        return self.rejected.reason.str.split(":").str[0].value_counts()

    def quality(self, lines: Lines) -> Quality:
        """Count what happened. Rows in are rows kept and rows rejected, always."""
        return Quality(
            lines=lines,
            rows_in=self.rows,
            rows_kept=len(self.kept),
            rows_rejected=len(self.rejected),
            rejected=self.rules().to_dict(),
            repaired=self.repaired,
            missing=self.missing,
        )


def clean(
    text: pd.DataFrame, *, data: Data, rules: Prepare, damaged: pd.DataFrame | None = None
) -> Cleaned:
    """Clean a table whose cells are all text.

    Parameters
    ----------
    text : DataFrame of str
        The declared columns as they stand in the file, a row per customer, indexed by line.
    data : Data
        Roles, limits and aliases of the columns.
    rules : Prepare
        What to do with rows that break a rule.
    damaged : DataFrame, optional
        What is no row of the file: ``line``, ``reason`` and ``text``. It is among the rejected.

    Returns
    -------
    Cleaned

    Raises
    ------
    InputError
        A numeric column holds mostly text, or numbers that can be read in two ways.
    """
    text = text[[data.id, *data.columns]]
    cells = text.apply(lambda column: column.str.strip(BLANK))
    repaired = {_SPACES: _changed(text, cells)}
    cells = cells.mask(cells.apply(lambda column: column.str.lower().isin(MISSING_WORDS)))

    # The first reason held against a row stands; later checks look at the rows still open.
    ids = cells[data.id]
    reason = _reason(ids.isna(), "id is missing")
    reason = reason.fillna(
        _reason(
            ids.str.fullmatch(_SCIENTIFIC).fillna(False).astype(bool),
            "id has lost its digits: a spreadsheet wrote it as '" + ids + "'",
        )
    )
    reason = reason.fillna(_copies(cells[reason.isna()]))

    table = cells[[data.id]].copy()
    repaired[_SEPARATORS] = 0
    for name in data.numeric:
        read = read_numbers(cells[name], data.decimal)
        _check_numbers(name, cells[name], read, data=data, most=rules.max_unreadable)
        table[name] = read.parsed
        reason = reason.fillna(_cells_with("not a number", name, cells[name], read.unreadable))
        reason = reason.fillna(
            _cells_with("no plausible number", name, cells[name], read.implausible)
        )
        repaired[_SEPARATORS] += read.separated
        if read.percents:
            repaired[_PERCENTS] = repaired.get(_PERCENTS, 0) + read.percents
    repaired[_SPELLINGS] = 0
    for name in data.categorical:
        table[name] = _categories(cells[name], data.aliases(name))
        repaired[_SPELLINGS] += _changed(cells[name], table[name])

    totals = _sums(table[list(data.numeric)], ids.str.lower().isin(TOTALS))
    reason = _reason(totals, "totals: the line sums up others").fillna(reason)

    beyond = outside_limits(table, data)
    if rules.outside_limits == "reject":
        reason_of = beyond.groupby("row").reason.first()
        reason = reason.fillna(reason_of.reindex(reason.index).astype("str"))
    else:
        repaired[_BLANKED] = len(beyond)
        for column, rows in beyond.groupby("column").row:
            table.loc[rows, str(column)] = np.nan

    empty = table[data.columns].isna().mean(axis=1) > rules.max_missing
    reason = reason.fillna(_reason(empty, "too many cells are missing"))
    reason = reason.fillna(_repeated_ids(table.loc[reason.isna(), data.id], rules.duplicate_ids))

    open_rows = reason.isna()
    return Cleaned(
        kept=table[open_rows].reset_index(drop=True),
        rejected=_ledger(text[~open_rows], reason[~open_rows], damaged),
        repaired=repaired,
        missing={name: int(cells[name].isna().sum()) for name in data.columns},
        lines=table.index[open_rows],
    )


def check_rejected(cleaned: Cleaned, *, data: Data, rules: Prepare) -> None:
    """Raise `InputError` if no row, or a smaller share of them than allowed, is left."""
    rows, rejected = cleaned.rows, len(cleaned.rejected)
    if len(cleaned.kept) and rejected <= rules.max_rejected * rows:
        return
    counts = cleaned.rules()
    if cleaned.kept.empty:
        listed = ", ".join(f"{name} ({count})" for name, count in counts.items())
        message = f"all {rejected} rows of {data.path} were rejected: {listed}"
    else:
        message = (
            f"{rejected:,} of {rows:,} rows of {data.path} were rejected ({rejected / rows:.1%}; "
            f"prepare.max_rejected allows {rules.max_rejected:.0%}), {counts.iloc[0]:,} of them "
            f"({counts.iloc[0] / rows:.1%} of all rows) for '{counts.index[0]}'"
        )
    first = cleaned.rejected[_of_rule(cleaned.rejected, str(counts.index[0]))].iloc[0]
    message += f"; the first is line {first['line']}: {_short(first['reason'], 200)}"
    raise InputError(f"{message}; {_mend(cleaned, str(counts.index[0]), data)}")


def _mend(cleaned: Cleaned, rule: str, data: Data) -> str:
    """What to do about the rule that rejected the most."""
    if rule in (_CONFLICT, _COPY):
        ids = pd.concat([cleaned.kept[data.id], cleaned.rejected[data.id].str.strip()])
        ids = ids[ids.notna() & (ids != "")]
        different = ids.nunique()
        if different == 1:
            return (
                f"every row has the same {data.id}, '{_short(ids.iloc[0])}': name another column "
                "in data.id"
            )
        if rule == _CONFLICT:
            return (
                f"{different:,} different values of {data.id} in {len(ids):,} rows look like "
                "purchases or events, several rows a customer; sum them up to a row per customer "
                "first, or name another column in data.id"
            )
    if rule == _BEYOND:
        return "mend the limits under data.numeric, or the file"
    return f"all of them are in {paths.REJECTED}, each with its reason"


def damage(cleaned: Cleaned) -> list[str]:
    """Tell of rows that are no dirt but damage, or no customers: the first of each kind."""
    told = []
    for rule, count in cleaned.rules().items():
        if rule not in _DIRT:
            first = cleaned.rejected[_of_rule(cleaned.rejected, str(rule))].iloc[0]
            rows = "1 row was" if count == 1 else f"{count:,} rows were"
            told.append(f"{rows} rejected, line {first['line']}: {_short(first['reason'], 200)}")
    return told


def doubts(cleaned: Cleaned, data: Data) -> list[str]:
    """Tell of columns that can be used, but hardly as they are meant, a line for each."""
    kept, told = cleaned.kept, []
    for name in data.columns:
        missing = int(kept[name].isna().sum())
        if missing > len(kept) / 2:
            told.append(
                f"column '{name}' is missing for {missing:,} of {len(kept):,} customers; whatever "
                "is said of it rests on the others"
            )
    for name in data.numeric:
        sizes = kept[name].abs()
        largest = sizes.max()
        others = sizes[sizes < largest]
        if largest >= _FAR * others.max() > 0 and others.nunique() > 2:
            row = int(sizes.argmax())
            told.append(
                f"column '{name}' holds {kept[name].iloc[row]:.15g} in line {cleaned.lines[row]}, "
                f"{largest / others.max():,.0f} times the next largest value; if that says that "
                "the value is missing, set limits for the column under data.numeric"
            )
    return told


def _of_rule(rejected: pd.DataFrame, rule: str) -> pd.Series:
    return rejected.reason.str.split(":").str[0] == rule


def check_usable(cleaned: Cleaned, data: Data) -> None:
    """Raise `InputError` if there is one customer, or nothing that tells customers apart."""
    kept = cleaned.kept
    if len(kept) == 1:
        raise InputError(
            f"{data.path} has one customer, '{_short(kept[data.id].iloc[0])}'; segments need a row "
            "for each of many"
        )
    for name in data.columns:
        role = "numeric" if name in data.numeric else "categorical"
        mend = f"take it out of data.{role} in params.yaml"
        if kept[name].isna().all():
            raise InputError(f"column '{name}' of {data.path} is missing in every row; {mend}")
        if len(kept[name].dropna().unique()) == 1:
            value = kept[name].dropna().iloc[0]
            raise InputError(f"column '{name}' of {data.path} is '{value}' in every row; {mend}")


def _ledger(cells: pd.DataFrame, reason: pd.Series, damaged: pd.DataFrame | None) -> pd.DataFrame:
    """All rejected rows in the order of the file."""
    cells = cells.rename(columns={name: f"{name} (cell)" for name in _LEDGER})
    rejected = cells.assign(line=cells.index, reason=reason, text=pd.Series(dtype="str"))
    if damaged is not None:
        rejected = pd.concat([rejected, damaged])
    front = ["line", "reason", *cells.columns, "text"]
    return rejected[front].sort_values("line", ignore_index=True)


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
    return _reason(first != cells.index, f"{_COPY}: of line " + first.astype("str"))


def _sums(numbers: pd.DataFrame, named: pd.Series) -> pd.Series:
    """Which rows sum up others: `named` like a total, and last or the largest in some number.

    A customer may be called Total as well.
    """
    if not named.any():
        return named
    rows = numbers[named]
    largest = (rows > numbers[~named].max()).any(axis=1) | rows.isna().all(axis=1)
    totals = named.copy()
    totals[named] = largest | (rows.index == numbers.index[-1])
    return totals


def _repeated_ids(ids: pd.Series, keep: Literal["first", "last", "reject"]) -> pd.Series:
    """Reasons for rows that share their id with a row that says something else."""
    copies = ids.duplicated(keep=False if keep == "reject" else keep)
    return _reason(copies, f"{_CONFLICT}: another row has the same id")


def _cells_with(rule: str, name: str, cells: pd.Series, rows: pd.Series) -> pd.Series:
    """Reasons that name column and cell."""
    return _reason(rows, f"{rule}: {name} is '" + cells.str.slice(0, _LONGEST) + "'")


def _short(text: str, longest: int = _LONGEST) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…"


def _check_numbers(name: str, cells: pd.Series, read: Numbers, *, data: Data, most: float) -> None:
    """Refuse a column that is not what it is declared to be."""
    present = int(cells.notna().sum())
    wrong = read.unreadable | read.implausible
    doubtful = doubt(cells, data.decimal)
    if doubtful:
        raise InputError(f"column '{name}' of {data.path}: {doubtful}")
    if are_dates(read.parsed):
        raise InputError(
            f"column '{name}' of {data.path} holds dates written as numbers "
            f"({read.parsed.dropna().iloc[0]:.0f}); declare the days or years since then, or leave "
            "the column out"
        )
    if wrong.sum() <= most * present:
        return
    rows = read.unreadable if read.unreadable.any() else read.implausible
    line, cell = cells.index[rows][0], cells[rows].iloc[0]
    where = f"line {line} holds '{_short(cell)}' ({int(wrong.sum())} of {present} cells"
    if read.unreadable.any():
        raise InputError(
            f"column '{name}' is not numeric: {where} are no numbers); {hint(cell, data.decimal)}"
        )
    raise InputError(
        f"column '{name}' holds no plausible numbers: {where} are {PLAUSIBLE:g} or more); take it "
        "out of data.numeric"
    )


def _categories(cells: pd.Series, aliases: dict[str, str]) -> pd.Series:
    """Merge spellings: declared aliases, and variants that differ in case or spaces only.

    The most frequent spelling stands for the others.
    """

    def folded(text: pd.Series) -> pd.Series:
        # é is one character, or an e and an accent: the same to people.
        return text.str.normalize("NFC").str.replace(r"\s+", " ", regex=True).str.lower()

    known = {folded(pd.Series([alias]))[0]: right for alias, right in aliases.items()}
    # Where no alias is met, what map gives is a column of floats.
    renamed = folded(cells).map(known).astype("str").fillna(cells)
    counts = renamed.value_counts().rename_axis("spelling").reset_index(name="count")
    counts["key"] = folded(counts["spelling"])
    counts = counts.sort_values(["count", "spelling"], ascending=[False, True])
    chosen = counts.drop_duplicates("key").set_index("key")["spelling"]
    return folded(renamed).map(chosen.map(as_level)).astype("str")
