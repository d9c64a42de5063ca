"""Write the files that DVC tracks so that the same content always gives the same bytes."""

import hashlib
import json
import math
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segmentation.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

DIGITS = 6  # significant digits of a number in JSON and CSV; more would only show a machine's noise
POSITION_DIGITS = (
    12  # of a position on an axis: 2021-01-31 as 20210131 is not to become a whole month
)

# What makes a spreadsheet run a cell, in full width too, behind signs that nobody sees.
_UNSEEN = (
    r"[\s\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    r"\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb]"
)
_FORMULA = rf"^{_UNSEEN}*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r]"


def rounded(value: Any, digits: int = DIGITS) -> Any:
    """Round every float inside nested dicts and lists to significant digits; NaN becomes None."""
    if isinstance(value, dict):
        return {str(k): rounded(v, digits) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(v, digits) for v in value]
    if hasattr(value, "item"):  # a NumPy scalar
        value = value.item()
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return float(f"{value:.{digits}g}") + 0.0  # + 0.0 turns -0.0 into 0.0
    return value


def write_json(
    path: Path, content: dict[str, Any], *, digits: int = DIGITS, sort_keys: bool = True
) -> None:
    """Write `content` with rounded floats, sorted keys, and lists of numbers on one line."""
    content = rounded(content, digits)
    text = json.dumps(content, indent=2, sort_keys=sort_keys, ensure_ascii=False)
    # A line end inside brackets is never part of a text, where JSON writes it as \\n.
    text = re.sub(r"\[\n([-+.\deE,\s]+)\]", lambda row: f"[{' '.join(row[1].split())}]", text)
    write_text(path, text + "\n")


def read_bytes(path: Path) -> bytes:
    """Read a file that an earlier stage wrote."""
    must_exist(path)
    return path.read_bytes()


def is_parquet(path: Path) -> bool:
    """Whether a file is Parquet, by its name."""
    return path.suffix.lower() in (".parquet", ".pq")


def md5(path: Path) -> str:
    """Return the MD5 hash of a file's content; of a folder, over those of its files by name."""
    if path.is_dir():
        lines = [
            f"{md5(file)} {file.relative_to(path).as_posix()}\n"
            for file in sorted(path.rglob("*"))
            if file.is_file()
        ]
        return hashlib.md5("".join(lines).encode(), usedforsecurity=False).hexdigest()
    with path.open("rb") as content:
        return hashlib.file_digest(content, partial(hashlib.md5, usedforsecurity=False)).hexdigest()


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON file that an earlier stage wrote."""
    must_exist(path)
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def write_csv(path: Path, table: "pd.DataFrame", *, digits: int = DIGITS) -> None:
    """Write a table with rounded floats and one kind of line end on every system."""
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(path, index=False, float_format=f"%.{digits}g", lineterminator="\n")


def for_spreadsheets(table: "pd.DataFrame") -> "pd.DataFrame":
    """Put an apostrophe before cells and names that a spreadsheet would run as formulas.

    References
    ----------
    OWASP, CSV Injection.
    """
    safe = table.copy()
    for name in safe.select_dtypes(include=["object", "str"]).columns:
        risky = safe[name].str.contains(_FORMULA, regex=True).fillna(False).astype(bool)
        safe[name] = safe[name].mask(risky, "'" + safe[name])
    return safe.rename(columns=for_spreadsheet)


def for_spreadsheet(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would run as a formula."""
    return f"'{text}" if re.search(_FORMULA, text) else text


def read_csv(path: Path) -> "pd.DataFrame":
    """Read a small table that an earlier stage wrote."""
    import pandas as pd

    must_exist(path)
    try:
        return pd.read_csv(path, keep_default_na=False, na_values=[""])  # None may be a category
    except ValueError as error:  # also what pandas raises for an empty or a torn file
        raise unreadable(path, error) from error


def write_parquet(path: Path, table: "pd.DataFrame") -> None:
    """Write a table of customers."""
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_parquet(path, index=False, compression="zstd")


def read_parquet(path: Path) -> "pd.DataFrame":
    """Read a table of customers that an earlier stage wrote."""
    import pandas as pd

    must_exist(path)
    try:
        return pd.read_parquet(path)
    except (ValueError, OSError) as error:
        raise unreadable(path, error) from error


def write_text(path: Path, text: str) -> None:
    """Write text in UTF-8 with Unix line ends, whatever the machine's locale is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def unreadable(path: Path, error: Exception) -> InputError:
    """Say that a file is there and cannot be read."""
    return InputError(f"{path} cannot be read ({error}); make it again with `dvc repro`")


def must_exist(path: Path) -> None:
    """Raise `InputError` with the mend where a file is missing."""
    if not path.exists():
        raise InputError(
            f"{path} is missing; make it with `dvc repro`, or fetch it with `dvc pull`"
        )
