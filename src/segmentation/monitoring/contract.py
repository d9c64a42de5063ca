"""Hold a later file against what the table was like when its settings were written."""

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from segmentation.artifacts.contract import Contract, Held

FACTOR = 9.0
"""So many times more, or less, is no growth but another unit: cents for euros."""
MORE_MISSING = 0.2
FEW_KNOWN = 0.5
"""Share of the customers whom an earlier run has had, below which their ids are doubted."""
NEW_LEVEL, LOST_LEVEL = 0.01, 0.05  # shares from which on a category is worth a line
_NEARLY = 1.25  # times a power of ten, which is told instead
_MOST = 3  # categories in a line


@dataclass(frozen=True)
class Now:
    """What a column of the later file is like.

    Attributes
    ----------
    missing : float
        Share of the rows.
    mean : float or None
        Of a number.
    levels : mapping of str to float
        Of a text the shares of its levels, of all that have any.
    """

    missing: float
    mean: float | None = None
    levels: Mapping[str, float] | None = None


@dataclass(frozen=True)
class Difference:
    """Something that is not as it was."""

    column: str
    what: str
    was: str
    now: str

    def __str__(self) -> str:
        """Say it in one line."""
        return f"'{self.column}': {self.what}, {self.now} instead of {self.was}"


def differences(
    contract: Contract,
    header: Collection[str],
    now: Mapping[str, Now],
    seen: float | None = None,
) -> list[Difference]:
    """List what differs, in the order of the columns.

    Parameters
    ----------
    contract : Contract
    header : collection of str
        The columns of the later file.
    now : mapping of str to Now
        Those of them that are used, by their names in the file.
    seen : float, optional
        Share of the customers whom the last run had, too.
    """
    found = []
    for name, held in contract.columns.items():
        if name not in header:
            found.append(Difference(name, "the column is missing", "there", "not there"))
        elif held.role == "id" and seen is not None and seen < FEW_KNOWN:
            what = "most ids are new: are they written as before?"
            others = f"{1 - seen:.0%} others"
            found.append(Difference(name, what, "the customers of the last run", others))
        elif name in now and held.role != "ignore":
            found += _of_column(name, held, now[name])
    found += [
        Difference(name, "a new column", "not there", "there, and not used")
        for name in header
        if name and name not in contract.columns
    ]
    return found


def about_another(contract: Contract, header: Collection[str]) -> bool:
    """Whether a file is another table: less than half of the columns are there."""
    return sum(name in header for name in contract.columns) < len(contract.columns) / 2


def _of_column(name: str, held: Held, now: Now) -> list[Difference]:
    found = []
    if now.missing > held.missing + MORE_MISSING:
        was, share = f"{held.missing:.0%}", f"{now.missing:.0%}"
        found.append(Difference(name, "more cells are missing", was, share))
    if held.mean is not None and now.mean is not None:
        found += _of_number(name, held, held.mean, now.mean)
    if now.levels is not None and held.levels:
        found += _of_levels(name, held, now.levels)
    return found


def _of_number(name: str, held: Held, was: float, now: float) -> list[Difference]:
    ratio = now / was if was else math.inf
    told = (f"{was:.4g} on average", f"{now:.4g}")
    if ratio >= FACTOR or 0 < ratio <= 1 / FACTOR:
        size = ratio if ratio > 1 else 1 / ratio
        way = "more" if ratio > 1 else "less"
        if math.isfinite(size):
            power = 10.0 ** round(math.log10(size))  # of units, and the mean was rounded
            size = power if max(size / power, power / size) < _NEARLY else size
            return [Difference(name, f"{size:,.3g} times {way}: is it another unit?", *told)]
    if held.low is not None and held.high is not None and not held.low <= now <= held.high:
        limits = f"{held.low:.4g} to {held.high:.4g} for 98% of the customers"
        return [Difference(name, "the average is where hardly anybody was", limits, told[1])]
    return []


def _of_levels(name: str, held: Held, now: Mapping[str, float]) -> list[Difference]:
    before = {_folded(level) for level in held.levels}
    here = {_folded(level) for level in now}
    found = []
    new = [level for level, share in now.items()
           if share >= NEW_LEVEL and _folded(level) not in before]  # fmt: skip
    if new and not held.open:
        shares = sum(now[level] for level in new)
        told = f"{_listed(new)} ({shares:.0%} of the customers)"
        found.append(Difference(name, "new categories", _listed(list(held.levels)), told))
    gone = [level for level, share in held.levels.items()
            if share >= LOST_LEVEL and _folded(level) not in here]  # fmt: skip
    if gone:
        shares = sum(held.levels[level] for level in gone)
        told = f"{_listed(gone)} ({shares:.0%} of the customers)"
        found.append(Difference(name, "categories that nobody has", told, "none"))
    return found


def _folded(level: str) -> str:
    return " ".join(level.casefold().split())


def _listed(levels: list[str]) -> str:
    more = f" and {len(levels) - _MOST} more" if len(levels) > _MOST else ""
    return ", ".join(f"'{level}'" for level in levels[:_MOST]) + more


def page(
    contract: Contract, file: str, found: Collection[Difference], seen: float | None = None
) -> str:
    """Write what differs as a page of Markdown."""
    known = "" if seen is None else f"The last run had {seen:.0%} of its customers, too.\n\n"
    rows = "\n".join(
        f"| {_cell(each.column)} | {_cell(each.what)} | {_cell(each.was)} | {_cell(each.now)} |"
        for each in found
    )
    return (
        f"# {_cell(file)} is not as {_cell(contract.file)} was\n\n"
        f"The settings were written for {_cell(contract.file)} ({contract.rows:,} rows; "
        f"`{contract.path}`).\n\n"
        f"{known}"
        f"| column | what differs | was | is |\n|---|---|---|---|\n{rows}\n\n"
        "If all of that is meant, `segmentation init` with the new file makes it the contract.\n"
    )


def _cell(text: str) -> str:
    """Keep a name from being a cell's end, a tag, or a picture that the page's reader fetches."""
    return re.sub(r"[\\|`\[\]]", r"\\\g<0>", " ".join(text.split())).replace("<", "&lt;")
