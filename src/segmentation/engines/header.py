"""Hold the first line of a file against the declared columns, and say what does not fit."""

import csv
from collections.abc import Sequence

from segmentation.engines.records import older
from segmentation.errors import InputError, absent, did_you_mean, lacking, shortened
from segmentation.settings.shared.data import Data

DELIMITERS = (",", ";", "\t", "|")
_SHOWN = 8  # names in a message

# Spaces of every kind, and marks without width, which stay where text was joined or pasted.
BLANK = (
    "".join(chr(c) for c in range(0x3001) if chr(c).isspace()) + "\u200b\u200c\u200d\u2060\ufeff"
)


class ColumnsError(InputError):
    """A file has not all of the columns.

    Attributes
    ----------
    of_a_file : str
        The same for whoever has a file to be scored, not settings to be changed.
    """

    def __init__(self, message: str, *, of_a_file: str) -> None:
        super().__init__(message)
        self.of_a_file = of_a_file


def tidy(name: str) -> str:
    """A column's name without what cannot be seen."""
    return name.strip(BLANK)


def declared(data: Data) -> list[str]:
    """The columns that the file must have: the id, if there is one, and those that are used."""
    return ([] if data.id is None else [data.id]) + data.cells


def check(header: Sequence[str], data: Data, *, top: Sequence[str], line: int) -> list[str]:
    """Return the columns' names if every declared one is there, once.

    Parameters
    ----------
    header : sequence of str
        The cells of the header.
    data : Data
    top : sequence of str
        The first lines of the file as they stand there, to see what went wrong.
    line : int
        Which of them the header is, from 1.

    Raises
    ------
    InputError
        A name is missing or stands twice, or this line is no header in this delimiter.
    """
    names = [tidy(name) for name in header]
    wanted = declared(data)
    missing = [name for name in wanted if name not in names]
    if missing:
        _must_be_text(names, data, line)
        told = f"{data.path} has {_why(missing, wanted, names, data, top, line)}"
        other = len(names) == 1 and names[0] not in wanted
        if other or _elsewhere(set(wanted), data, top, line):
            raise InputError(told)
        raise ColumnsError(
            told, of_a_file=f"{data.path} has {_of_a_file(wanted, names, data, line)}"
        )
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        listed = ", ".join(f"'{name}'" for name in twice[:_SHOWN])
        raise InputError(
            f"{data.path} has more than one column {listed}; give each column a name of its own "
            f"in line {line}"
        )
    return names


def _why(
    missing: list[str],
    declared: list[str],
    names: list[str],
    data: Data,
    top: Sequence[str],
    line: int,
) -> str:
    """What is wrong with a header, the likeliest mistake first."""
    elsewhere = _elsewhere(set(declared), data, top, line)
    if elsewhere:
        return elsewhere
    if len(names) == 1:
        return _one_name(names[0], data, top[line:], line)
    if len(missing) > len(declared) / 2:
        listed = ", ".join(f"'{shortened(name)}'" for name in names[:_SHOWN])
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        return (
            f"{len(declared) - len(missing) or 'none'} of the {len(declared)} columns that "
            f"params.yaml declares; line {line} names {listed}{more}: declare those under data.id, "
            "data.value, data.numeric and data.categorical (or add the header, if that is a "
            "customer already)"
        )
    return "; ".join(
        f"no column '{name}' ({_setting(name, data)}){did_you_mean(name, names)}"
        + (" (or add a column that numbers the customers)" if name == data.id else "")
        for name in missing
    )


def _must_be_text(names: Sequence[str], data: Data, line: int) -> None:
    """Refuse a header in another encoding, in which its names are others."""
    for name in names:
        word = name.encode("utf-8", "surrogateescape")
        try:
            word.decode("utf-8")
        except UnicodeDecodeError as error:
            other = older(word)
            raise InputError(
                f"{data.path} is not {data.encoding} text: line {line} holds byte "
                f"0x{word[error.start]:02x}; if that is to be '{shortened(word.decode(other))}', "
                f"set data.encoding to {other}"
            ) from None


def _of_a_file(declared: list[str], names: list[str], data: Data, line: int) -> str:
    """Say which columns of the training are missing, and what is there where none is like them."""
    told = lacking(declared, names)
    if not set(names) & set(declared) and any(name.replace(".", "").isdigit() for name in names):
        return f"{told}; line {line} seems to be a customer: add a line with the columns' names"
    near = absent(declared, names)
    taken = {*declared, *near.values()}
    others = [f"'{shortened(name)}'" for name in names if name and name not in taken]
    if others and None in near.values():
        more = f" and {len(others) - _SHOWN} more" if len(others) > _SHOWN else ""
        told += f"; other columns there: {', '.join(others[:_SHOWN])}{more}"
    if data.id in near and near[data.id] is None:
        told += " (any column that numbers the customers will do as that of the ids)"
    return told


def _elsewhere(declared: set[str], data: Data, top: Sequence[str], line: int) -> str | None:
    """Say where all declared names stand: in another line, or between other delimiters."""
    for number, text in enumerate(top, start=1):
        for delimiter in (data.delimiter, *DELIMITERS):
            if declared <= set(_cells(text, delimiter)):
                other = f"set data.delimiter to {_shown(delimiter)}"
                if number == line:
                    return f"columns separated by {_shown(delimiter)}; {other}"
                moved = (
                    f"its header in line {number}, not in line {line}; delete the lines above it"
                )
                return moved if delimiter == data.delimiter else f"{moved}, and {other}"
    return None


def _one_name(name: str, data: Data, below: Sequence[str], line: int) -> str:
    """Say why a header may have a single name."""
    counts = {delimiter: len(_cells(name, delimiter)) for delimiter in DELIMITERS}
    likely = max(counts, key=lambda delimiter: counts[delimiter])
    if counts[likely] > 1:
        return (
            f"a single column, '{shortened(name)}', when cut at {_shown(data.delimiter)}; set "
            f"data.delimiter in params.yaml to {_shown(likely)}"
        )
    cells = len(_cells(next((text for text in below if text.strip()), ""), data.delimiter))
    if cells > 1:
        return (
            f"no header: line {line} is '{shortened(name)}', the line under it has {cells} cells; "
            "delete the lines above the header, or add it where there is none"
        )
    return f"a single column, '{shortened(name)}'; set data.delimiter to what separates its columns"


def _cells(text: str, delimiter: str) -> list[str]:
    try:
        cells = next(csv.reader([text.strip("\r\n")], delimiter=delimiter), [])
    except csv.Error:  # a cell too long to be a name
        return []
    return [tidy(cell) for cell in cells]


def _shown(delimiter: str) -> str:
    """A delimiter as it is written in YAML."""
    return '"\\t"' if delimiter == "\t" else f'"{delimiter}"'


def _setting(name: str, data: Data) -> str:
    """Where in `params.yaml` a column is named."""
    if name == data.id:
        return "data.id"
    column = data.columns[data.cells.index(name)]
    return f"data.{data.role(column)}"
