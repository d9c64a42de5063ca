"""How a file that is scored can be mended, which is not by the settings of this folder."""

from collections.abc import Iterator
from contextlib import contextmanager

from segmentation.engines.header import ColumnsError
from segmentation.errors import InputError, SettingsError
from segmentation.settings.shared.data import ROLES, Data


@contextmanager
def for_files(data: Data) -> Iterator[None]:
    """Tell of a file that cannot be read how to save it, not which of the settings to change.

    The settings are those that the model's training had: an edit of params.yaml does nothing.
    """
    try:
        yield
    except ColumnsError as error:
        raise InputError(error.of_a_file) from None
    except (InputError, SettingsError) as error:
        what, _, mend = str(error).rpartition("; ")
        if not what or "data." not in mend:
            raise
        raise InputError(f"{what}; {_how(mend, data)}") from None


def _how(mend: str, data: Data) -> str:
    """What to do with a file instead of changing a setting."""
    if "data.path" in mend:
        return "give a CSV or Parquet file, or a folder with parts of one"
    if "data.decimal" in mend:
        return f"write its numbers as the training's were, with a decimal '{data.decimal}'"
    if any(f"data.{role}" in mend for role in ROLES):
        return "write these cells as the training's were, or leave them empty"
    delimiter = "tabs" if data.delimiter == "\t" else f'"{data.delimiter}"'
    return f"save it as the training's was: {delimiter} between columns, in {data.encoding}"
