"""Numbers as people read them."""

from decimal import ROUND_HALF_UP, Decimal

_DIGITS = 6  # of a figure in a file


def number(value: float | None) -> str:
    """Write a number for people: three significant digits, thousands separated."""
    if value is None:
        return "–"
    if abs(value) >= 100:
        return _signed(f"{value:,.0f}")
    return _signed(f"{value:.3g}")


def with_range(value: float, limits: tuple[float, float] | None) -> tuple[str, list[str]]:
    """Write a number and its limits for people, with the digits that tell the limits apart.

    Examples
    --------
    >>> with_range(118_000.2, (117_000.3, 119_000.7))
    ('118,000', ['117,000', '119,001'])
    >>> with_range(2008.14, (2008.05, 2008.23))
    ('2,008.1', ['2,008.0', '2,008.2'])
    """
    low, high = limits or (value, value)
    for more in range(4):
        first, *written = (_digits(each, more) for each in (value, low, high))
        if low == high or written[0] != written[1]:
            break
    return first, written if limits else []


def _digits(value: float, more: int) -> str:
    if not more:
        return number(value)
    return _signed(f"{value:,.{more}f}" if abs(value) >= 100 else f"{value:.{3 + more}g}")


def counted(many: int, what: str) -> str:
    """Write how many things there are.

    Examples
    --------
    >>> counted(1, "category"), counted(2, "category"), counted(1_200, "segment")
    ('1 category', '2 categories', '1,200 segments')
    """
    return f"1 {what}" if many == 1 else f"{many:,} {plural(what)}"


def plural(thing: str) -> str:
    """More than one of a thing.

    Examples
    --------
    >>> plural("device"), plural("policy"), plural("address"), plural("credit cards")
    ('devices', 'policies', 'addresses', 'credit cards')
    """
    if thing.endswith("ss"):
        return f"{thing}es"
    if thing.endswith("s"):
        return thing
    if thing.endswith("y") and thing[-2:-1] not in "aeiou":
        return f"{thing[:-1]}ies"
    return f"{thing}s"


def whole(value: float) -> str:
    """Write a number without decimals, such as an index."""
    return _signed(f"{round(value) + 0}")


def exact(value: float) -> str:
    """Write a number with all its digits, thousands separated."""
    return _signed(f"{value:,.10g}")


def amount(written: str, unit: str | None) -> str:
    """Put a unit to a number as people do.

    Examples
    --------
    >>> amount("84,000", "$ a year"), amount("40", "years"), amount("7", None)
    ('$84,000 a year', '40 years', '7')
    """
    unit = (unit or "").strip()
    if unit.startswith(("$", "€", "£", "¥")):
        written, unit = unit[0] + written, unit[1:].strip()
    return f"{written} {unit}".strip()


def percent(value: float | None) -> str:
    """Write a share for people; what is not quite nothing or all does not look as if it were.

    A half is rounded up, and so is what a file holds as one: all tell the same of it, whoever has
    all digits and whoever has those of the file.

    Examples
    --------
    >>> percent(0.25), percent(0.002), percent(0.999), percent(1.0)
    ('25%', '<1%', '>99%', '100%')
    >>> percent(0.305), percent(0.3049999), percent(0.115)
    ('31%', '31%', '12%')
    """
    if value is None:
        return "–"
    if 0 < value < 0.005:
        return "<1%"
    if 0.995 <= value < 1:
        return ">99%"
    hundredths = Decimal(f"{value:.{_DIGITS}g}") * 100
    return f"{hundredths.quantize(Decimal(1), ROUND_HALF_UP)}%"


def p_value(p: float) -> str:
    """Write a p-value as people expect it.

    Examples
    --------
    >>> p_value(0.0), p_value(0.0042), p_value(0.7312)
    ('p < 0.001', 'p = 0.0042', 'p = 0.73')
    """
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"


def odds(p: float) -> str:
    """Write a p-value for somebody who has never met one.

    Examples
    --------
    >>> odds(0.0), odds(0.0042), odds(0.2)
    ('fewer than 1 of 1,000', 'about 4 of 1,000', 'about 20 of 100')
    """
    if p < 0.001:
        return "fewer than 1 of 1,000"
    return f"about {1000 * p:.0f} of 1,000" if p < 0.01 else f"about {100 * p:.0f} of 100"


def _signed(text: str) -> str:
    return text.replace("-", "−")
