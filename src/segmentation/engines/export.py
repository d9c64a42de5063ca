"""Tables that people open in a spreadsheet."""

import pandas as pd

_FORMULA_START = ("=", "+", "-", "@", "\t", "\r")


def for_spreadsheets(table: pd.DataFrame) -> pd.DataFrame:
    """Put an apostrophe before text that a spreadsheet would run as a formula.

    References
    ----------
    OWASP, CSV Injection.
    """
    safe = table.copy()
    for name in safe.select_dtypes(include=["object", "str"]).columns:
        risky = safe[name].str.startswith(_FORMULA_START).fillna(False).astype(bool)
        safe[name] = safe[name].mask(risky, "'" + safe[name])
    return safe
