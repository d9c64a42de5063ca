"""Take a file of purchases for what it is, and write the settings that make customers of it."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from segmentation import paths
from segmentation.artifacts import files
from segmentation.errors import InputError, SettingsError
from segmentation.onboarding.tongues import called
from segmentation.purchases import customers, database, lines, rfm
from segmentation.purchases.lines import Lines
from segmentation.purchases.roles import currencies, decimal_mark, guess, odd_codes
from segmentation.purchases.source import Source, sniffed
from segmentation.settings.purchases import NO_PRODUCTS, Purchases
from segmentation.settings.shared.base import validate
from segmentation.settings.shared.data import Data
from segmentation.settings.shared.yaml_reader import parse_yaml, read_yaml

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SLEEPING = "/purchases/"
"""The line of .dvcignore that keeps DVC from looking at purchases/dvc.yaml."""

_DATA = """\
data:                               # the table that the stage `customers` makes of the purchases
  path: {path}
  id: customer
  value: spend
  describe: [{describe}]
  numeric:
{numeric}
  categorical:
{categorical}
"""

# What is written of each column that differs between customers; segments are not found in the last.
_NUMERIC = {
    "recency_days": "{min: 0, unit: days}",
    "purchases": "{min: 1}",
    "spend": "",
    "basket": "{min: 0}",
    "products": "{min: 0}",
    "tenure_days": "{min: 0, unit: days}",
    "returned_share": "{min: 0}",
}
_DESCRIBE = ("tenure_days", "returned_share", "rfm_group", "favourite_category")
_MOST_CATEGORIES = 50

_PLAYBOOK = """\
# How segments are named, and what to do about them; docs/profiles.md says how. `segmentation
# purchases` wrote it for what a customer's purchases tell.

names: {}                 # names given by hand, by segment number, for example  1: Champions

words:
  recency_days: {high: lapsed, low: recent}
  purchases: {high: frequent, low: seldom-buying, one: one-time}
  spend: {high: big-spending, low: small-spending}
  basket: {high: large-basket, low: small-basket}
  products: {high: wide-ranging, low: narrow-ranging}
  tenure_days: {high: long-standing, low: new}

# index: 100 is the average customer. The first play whose conditions all hold is the main one.
plays:
  - name: Keep the best close
    when:
      - {column: spend, index: {min: 150}}
      - {column: recency_days, index: {max: 70}}
    action: Give early access, a personal contact and thanks; ask for referrals, not for discounts.
    channel: personal e-mail, phone
    measure: share of them who buy again within the next quarter

  - name: Win back who was worth it
    when:
      - {column: spend, index: {min: 110}}
      - {column: recency_days, index: {min: 120}}
    action: Call or write with what changed since the last order, and one good offer that ends.
    channel: phone, e-mail, letter
    measure: orders of those written to against a control group that is not

  - name: Win back large baskets
    when:
      - {column: basket, index: {min: 130}}
      - {column: recency_days, index: {min: 120}}
    action: They seldom came but bought much at once; offer a reason for the next large order.
    channel: e-mail, letter
    measure: orders of those written to against a control group that is not

  - name: Second purchase
    when:
      - {column: recency_days, index: {max: 80}}
      - {column: purchases, index: {max: 80}}
    action: Follow up the first order with what goes with it, within the usual time between orders.
    channel: e-mail, parcel insert
    measure: share with a second order within 90 days

  - name: Larger baskets
    when:
      - {column: basket, index: {max: 80}}
      - {column: purchases, index: {min: 110}}
    action: Offer sets and free delivery from a basket above their usual one.
    channel: basket page, order confirmation
    measure: mean basket against the quarter before

  - name: Reward the habit
    when:
      - {column: purchases, index: {min: 120}}
    action: Points for every order, and a surprise at round numbers.
    channel: loyalty programme, app
    measure: orders a customer and quarter

  - name: Let sleep, cheaply
    when:
      - {column: recency_days, index: {min: 130}}
      - {column: spend, index: {max: 70}}
    action: One seasonal mailing; no budget for calls or deep discounts.
    channel: e-mail
    measure: cost per customer who comes back

  - name: Remind those who stay away
    when:
      - {column: recency_days, index: {min: 120}}
    action: Show what is new in what they bought, with one offer that ends; then leave them alone.
    channel: e-mail, letter
    measure: share who buy again within 90 days against a control group that is not written to
"""


@dataclass(frozen=True)
class Taken:
    """What a file was taken for.

    Attributes
    ----------
    columns : dict of str to str
        The column of each role.
    lines : Lines
        What becomes of them by these settings.
    no_products : tuple of str
        Codes that were found in the file and taken for postage, charges and corrections.
    currencies : tuple of str
        Those of which nobody said what they are worth.
    """

    columns: dict[str, str]
    lines: Lines
    no_products: tuple[str, ...]
    currencies: tuple[str, ...] = ()


def purchases(file: Path, *, root: Path, dry_run: bool = False, date_format: str = "auto") -> Taken:
    """Write `params.yaml` and `playbook.yaml` for a file of purchases, and wake its stages.

    Parameters
    ----------
    file : Path
        CSV or Parquet; it is copied to data/raw if it lies outside the repository.
    root : Path
        Of the repository.
    dry_run : bool
        Write nothing.
    date_format : str
        How dates are written, where the file leaves that open.

    Raises
    ------
    InputError
        The file holds no purchases.
    SettingsError
        This is no repository of the project.
    """
    params = root / paths.PARAMS
    if not params.is_file():
        raise SettingsError(
            f"there is no {paths.PARAMS} here; run `segmentation purchases` in the repository's "
            "root"
        )
    if not file.is_file():
        raise InputError(f"{file} is missing")
    source = sniffed(file)
    with database.opened(source.size) as con:
        columns = source.columns(con)
        found = guess(columns, called={column: called(column) for column in columns})
        if found.missing:
            events = found.missing == ("amount",)
            sums = ", or sum up lines without an amount to a row per customer first"
            raise InputError(
                f"{file} has no column for {', '.join(found.missing)} among "
                f"{', '.join(columns[:20])}; write the section purchases of {paths.PARAMS} by hand "
                f"(docs/purchases.md){sums if events else ''}"
            )
        product = found.columns.get("product")
        odd = tuple(odd_codes(con, source.relation(), product)) if product else ()
        content = _content(source, found.columns, odd) | {"date_format": date_format}
        money = [found.columns[role] for role in ("amount", "price") if role in found.columns]
        if decimal_mark(con, source.relation(), money) == ",":
            content |= {"decimal": ","}
        other: tuple[str, ...] = ()
        if currency := found.columns.get("currency"):
            code, *others = currencies(con, source.relation(), currency) or [""]
            rates = _rates(params, currency) or {code: 1}
            content |= {"currencies": rates}
            other = tuple(each for each in others if each not in rates)
        settings = validate(Purchases, {**content, "path": file}, str(file))
        read = lines.read(con, settings)
        lines.check(read, settings)
        customers.make(con, read.as_of)
        rfm.score(con)
        varied = _varied(con)
    content |= {"date_format": read.date_format}
    if not dry_run:
        place = _inside(file, root)
        text = params.read_text(encoding="utf-8")
        text = _with_sections(text, {"path": place, **content}, varied)
        # Nothing is written that could not be read again.
        sections = parse_yaml(text)
        validate(Purchases, sections["purchases"], str(paths.PARAMS))
        validate(Data, sections["data"], str(paths.PARAMS))
        files.write_text(params, text)
        files.write_text(root / paths.PLAYBOOK, _playbook(varied))
        _wake(root / ".dvcignore")
    return Taken(found.columns, read, odd, other)


def _rates(params: Path, column: str) -> dict[str, float]:
    """What a person said of the currencies in this column."""
    known = read_yaml(params).get("purchases") or {}
    return known.get("currencies") or {} if known.get("currency") == column else {}


def _inside(file: Path, root: Path) -> str:
    """Return where the file lies in the repository; one from elsewhere is copied to data/raw."""
    if file.resolve().is_relative_to(root.resolve()):
        return file.resolve().relative_to(root.resolve()).as_posix()
    target = paths.SAMPLE.parent / file.name
    (root / target).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, root / target)
    return target.as_posix()


def _content(source: Source, columns: dict[str, str], odd: tuple[str, ...]) -> dict[str, object]:
    """Return the section `purchases`, but for the path."""
    content: dict[str, object] = {}
    if not source.is_parquet:
        content |= {"delimiter": source.delimiter, "encoding": source.encoding}
    content |= columns
    if odd:
        content |= {"no_products": [*odd, *(word for word in NO_PRODUCTS if word.endswith("*"))]}
    return content


def _varied(con: "DuckDBPyConnection") -> set[str]:
    """Return the columns of customers that are not the same for all, nor too many categories."""
    varied = set()
    for name in (*_NUMERIC, "rfm_group", "favourite_category"):
        (count,) = con.execute(f"select count(distinct {name}) from scored").fetchone() or (0,)
        if count > 1 and (name != "favourite_category" or count <= _MOST_CATEGORIES):
            varied.add(name)
    return varied


def _with_sections(text: str, content: dict[str, object], varied: set[str]) -> str:
    """Put the sections `data` and `purchases` into the text of `params.yaml`; the rest stays."""
    data = _DATA.format(
        path=paths.PURCHASERS.as_posix(),
        describe=", ".join(name for name in _DESCRIBE if name in varied),
        numeric="\n".join(
            f"    {name}: {limits}".rstrip() for name, limits in _NUMERIC.items() if name in varied
        ),
        categorical="\n".join(
            f"    {name}:" for name in ("rfm_group", "favourite_category") if name in varied
        ),
    )
    section = yaml.safe_dump(
        {"purchases": content}, sort_keys=False, allow_unicode=True, width=1000
    ).replace(
        "purchases:\n",
        "purchases:                          # a line a purchase, or a product of one "
        "(docs/purchases.md)\n",
        1,
    )
    section += (
        "\nclv:                                # lifetime value: days ahead, interest a year\n"
        "  model: bg_nbd                     # bg_nbd | mbg_nbd (the first may be the last)\n"
        "  horizon: 365\n  interest: 0.1\n  holdout: auto\n"
    )
    block = r"(?ms)^{name}:.*?(?=^[a-z_]+:|\Z)"
    without = re.sub(block.format(name="(purchases|clv)"), "", text)
    new = re.sub(block.format(name="data"), lambda _: f"{data}\n{section}\n", without, count=1)
    return new if new != without else f"{without}\n{data}\n{section}"


def _playbook(varied: set[str]) -> str:
    """Return the playbook without the words for columns that there are none of."""
    absent = _NUMERIC.keys() - varied
    return "".join(
        line
        for line in _PLAYBOOK.splitlines(keepends=True)
        if line.strip().split(":")[0] not in absent
    )


def _wake(ignore: Path) -> None:
    """Take the stages out of what DVC ignores."""
    if not ignore.is_file():
        return
    kept = [line for line in ignore.read_text("utf-8").splitlines() if line.strip() != SLEEPING]
    files.write_text(ignore, "\n".join(kept) + "\n")
