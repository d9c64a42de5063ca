"""Texts and names inside SQL."""


def name(column: str) -> str:
    """Quote the name of a column.

    Examples
    --------
    >>> name('the "best" one')
    '"the ""best"" one"'
    """
    return '"' + column.replace('"', '""') + '"'


def text(value: str) -> str:
    """Quote a text.

    Examples
    --------
    >>> text("it's")
    "'it''s'"
    """
    return "'" + value.replace("'", "''") + "'"
