"""How few customers are too few to be told of, and what stands for the categories of so few."""

FEWEST = 10
"""Nothing that is published is made of fewer customers than this: it would tell of people."""

OTHER = "(other)"
"""Stands for all categories of fewer customers; no cell is read as this (`as_level`)."""

_TAIL = 0.05  # of a range that is told without it, on either side


def as_level(text: str) -> str:
    """Return a category under a name that `OTHER` cannot be mistaken for.

    Examples
    --------
    >>> as_level("(other)"), as_level("other"), as_level("Bonn (Rhein)")
    ('other', 'other', 'Bonn (Rhein)')
    """
    return text[1:-1] if text.casefold() == OTHER else text


def tail(customers: int) -> float:
    """Return the share of customers beyond either end of a range that is told.

    It is 5%, or what makes ten customers of few; a range is never less than the middle half.

    Examples
    --------
    >>> tail(1000), tail(100), tail(12)
    (0.05, 0.1, 0.25)
    """
    return min(0.25, max(_TAIL, FEWEST / max(customers, 1)))


def counted(customers: int) -> str:
    """Write how many customers there are, without telling of fewer than ten.

    Examples
    --------
    >>> counted(1234), counted(3), counted(0)
    ('1,234', '<10', '0')
    """
    return f"<{FEWEST}" if 0 < customers < FEWEST else f"{customers:,}"
