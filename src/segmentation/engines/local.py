"""The engine for one machine: pandas and scikit-learn."""

import pandas as pd

from segmentation.config import Data
from segmentation.errors import InputError


def read_text(data: Data) -> pd.DataFrame:
    """Read the customers' file with every cell as text.

    Raises
    ------
    InputError
        The file is missing, empty, has a header only, or cannot be parsed.
    """
    path = data.path
    try:
        table = pd.read_csv(
            path,
            sep=data.delimiter,
            encoding="utf-8-sig" if data.encoding == "utf-8" else data.encoding,
            dtype="str",
            keep_default_na=False,
            skip_blank_lines=False,
            index_col=False,
        )
    except FileNotFoundError:
        raise InputError(
            f"{path} does not exist; put a CSV of customers there or set data.path in params.yaml"
        ) from None
    except IsADirectoryError:
        raise InputError(f"{path} is a folder; data.path must name a CSV file") from None
    except pd.errors.EmptyDataError:
        raise InputError(f"{path} is empty; it needs a header and a row per customer") from None
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path} is not {data.encoding} text (byte {error.start}); set data.encoding, for "
            "example to cp1252 or latin-1"
        ) from None
    except LookupError:
        raise InputError(f"data.encoding '{data.encoding}' is not known to Python") from None
    except pd.errors.ParserError as error:
        detail = str(error).rsplit(":", 1)[-1].strip().rstrip(".")
        raise InputError(
            f"{path} is not a table separated by '{data.delimiter}': {detail}"
        ) from None
    if table.empty:
        raise InputError(f"{path} has a header but no rows; it needs a row per customer")
    return table
