"""What becomes of each line of a file of purchases."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from segmentation.errors import InputError, SettingsError
from segmentation.purchases import lines, tables
from segmentation.purchases.lines import Reason
from segmentation.settings.purchases import Purchases

HEADER = "Invoice,StockCode,Quantity,InvoiceDate,Price,Customer ID\n"
ROLES = {
    "customer": "Customer ID", "date": "InvoiceDate", "quantity": "Quantity", "price": "Price",
    "invoice": "Invoice", "product": "StockCode",
}  # fmt: skip


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def file(folder: Path, text: str, *, header: str = HEADER, encoding: str = "utf-8") -> Path:
    path = folder / "lines.csv"
    path.write_text(header + text, encoding=encoding)
    return path


def settings(path: Path, **other: Any) -> Purchases:
    return Purchases(**{"path": path, **ROLES, **other})


def reasons(con: duckdb.DuckDBPyConnection) -> list[str]:
    rows = con.execute("select reason from line order by rowid").fetchall()
    names = ["", *(reason.name.lower() for reason in Reason)]
    return [names[row[0]] for row in rows]


def test_each_line_counts_or_has_its_reason(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = file(
        tmp_path,
        "1,a,2,2024-01-31 10:00,3.50,7\n"
        "1,a,2,2024-01-31 10:00,3.50,7\n"  # again
        "1,a,2,2024-01-31 10:00,3.50,8\n"
        "2,b,1,someday,1,7\n"
        "3,b,1,2024-02-01 09:00,1,\n"
        "4,b,one,2024-02-01 09:00,1,7\n"
        "5,POST,1,2024-02-01 09:00,9,7\n"
        "6,b,1,2024-02-01 09:00,-9,7\n"
        "7,b,1,2024-02-01 09:00,0,7\n"
        "8,b,0,2024-02-01 09:00,9,7\n"
        "C9,a,-1,2024-02-02 09:00,3.50,7\n"  # one of two goes back
        "C10,b,-1,2024-02-02 09:00,9,8\n"  # never bought
        "11,b,3,2024-03-30 09:00,5,7\n",
    )
    done = lines.read(con, settings(path, as_of="2024-02-29"))
    expected = ["", "duplicate", "", "no_date", "no_customer", "no_amount", "no_product"]
    expected += ["negative_price", "free", "nothing", "", "before_sale", "later"]
    assert reasons(con) == expected
    assert done.used == 3
    assert done.total == 13 == done.used + sum(done.left_out.values())
    amounts = con.execute(
        "select amount::double from line where reason = 0 order by rowid"
    ).fetchall()
    assert amounts == [(7.0,), (7.0,), (-3.5,)]


def test_lines_left_out_are_kept_with_their_reason(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = file(
        tmp_path,
        '1,a,2,2024-01-31,3.50,7\n1,a,2,2024-01-31,3.50,\n1,a,2\n2,"x\ny",1,2024-01-31,1,7\n',
    )
    done = lines.read(con, settings(path))
    tables.write_left_out(con, tmp_path / "left.parquet")
    found = con.execute(f"from '{tmp_path}/left.parquet'").fetchall()
    assert sorted(row[0] for row in found) == sorted(
        [Reason.DAMAGED.words, Reason.NO_CUSTOMER.words]
    )
    assert done.left_out == {Reason.DAMAGED: 1, Reason.NO_CUSTOMER: 1}
    assert done.used == 2


def test_rules_can_be_turned_round(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = file(
        tmp_path,
        "1,a,2,2024-01-31,3.50,7\n1,a,2,2024-01-31,3.50,7\nC2,a,-1,2024-02-01,3.50,7\n"
        "3,post,1,2024-02-01,9,7\n4,b,1,2024-02-01,0,7\n",
    )
    lines.read(
        con,
        settings(path, duplicates="keep", returns="leave_out", no_products=[], free="keep"),
    )
    assert reasons(con) == ["", "", "returned", "", ""]


def test_without_invoices_equal_lines_are_two_purchases(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = file(tmp_path, "7,2024-01-31,5\n7,2024-01-31,5\n", header="who,when,paid\n")
    plain = Purchases(path=path, customer="who", date="when", amount="paid")
    assert lines.read(con, plain).used == 2


@pytest.mark.parametrize(
    ("moves", "left"),
    [
        ("+2 -1 -1", ""),
        ("+2 -1 -2", "2"),
        ("-1 +2 -1", "0"),
        ("-3 +2 -1 -1 -1", "04"),
        ("+1 -1 +1 -1 -1", "4"),
    ],
)
def test_no_more_goes_back_than_was_bought_before(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, moves: str, left: str
) -> None:
    text = "".join(
        f"{i},a,{int(move)},2024-01-{i + 1:02},1,7\n" for i, move in enumerate(moves.split())
    )
    path = file(tmp_path, text + "99,z,1,2024-01-01,1,8\n")
    lines.read(con, settings(path))
    assert [i for i, why in enumerate(reasons(con)) if why] == [int(each) for each in left]


def test_other_currencies_are_worth_their_rate_or_left_out(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = file(
        tmp_path,
        "7,2024-01-31,10,EUR\n7,2024-01-31,10,usd\n7,2024-01-31,10,XXX\n",
        header="who,when,paid,money\n",
    )
    both = {"currency": "money", "currencies": {"EUR": 1, "USD": 0.5}}
    done = lines.read(con, Purchases(path=path, customer="who", date="when", amount="paid", **both))
    assert done.left_out == {Reason.CURRENCY: 1}
    assert con.execute("select sum(amount)::double from line where reason = 0").fetchall() == [
        (15,)
    ]


@pytest.mark.parametrize(
    ("dates", "way"),
    [
        (["2024-01-31", "2024-02-01"], "%Y-%m-%d"),
        (["31.01.2024 10:00", "01.02.2024 09:30"], "%d.%m.%Y %H:%M"),
        (["12/1/2010 8:26", "12/13/2010 17:01"], "%m/%d/%Y %H:%M"),
        (["1/12/2010 8:26", "13/12/2010 17:01"], "%d/%m/%Y %H:%M"),
        (["20240131", "20240201"], "%Y%m%d"),
        (["2009-12-01 07:45:00", "2009-12-31 07:45:00"], "%Y-%m-%d %H:%M:%S"),
    ],
)
def test_dates_are_read_as_they_are_written(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, dates: list[str], way: str
) -> None:
    text = "".join(f"7,{date},5\n" for date in dates)
    path = file(tmp_path, text, header="who,when,paid\n")
    done = lines.read(con, Purchases(path=path, customer="who", date="when", amount="paid"))
    assert done.date_format == way
    assert done.used == 2


def test_what_decides_between_day_and_month_may_stand_anywhere(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    text = "7,12/1/2010,5\n" * 30_000 + "7,12/13/2010,5\n" + "7,12/2/2010,5\n" * 30_000
    path = file(tmp_path, text, header="who,when,paid\n")
    done = lines.read(con, Purchases(path=path, customer="who", date="when", amount="paid"))
    assert done.date_format == "%m/%d/%Y"
    assert done.used == 60_001


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("7,3/4/2024,5\n", "can be read in two ways"),
        ("7,the third,5\n", "written in a way that is not known"),
        ("7,,5\n", "holds no dates"),
        ("", "holds no dates"),
        (",2024-01-31,5\n", "no line of .* is a purchase: no customer: 1"),
    ],
)
def test_what_cannot_be_used_is_told(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, text: str, says: str
) -> None:
    path = file(tmp_path, text, header="who,when,paid\n")
    with pytest.raises(InputError, match=says):
        lines.read(con, Purchases(path=path, customer="who", date="when", amount="paid"))


def test_most_lines_left_out_is_an_error(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = file(
        tmp_path, "7,2024-01-31,5\n,2024-01-31,5\n,2024-01-31,5\n", header="who,when,paid\n"
    )
    plain = Purchases(path=path, customer="who", date="when", amount="paid")
    with pytest.raises(InputError, match=r"2 of 3 lines .*\(no customer: 2\).*max_left_out"):
        lines.check(lines.read(con, plain), plain)


def test_a_column_that_is_not_there_is_told(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = file(tmp_path, "7,2024-01-31,5\n", header="who,when,paid\n")
    with pytest.raises(SettingsError, match=r"purchases.customer.*'wo'; did you mean 'who'"):
        lines.read(con, Purchases(path=path, customer="wo", date="when", amount="paid"))


def test_other_marks_and_letters_are_read(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = file(
        tmp_path,
        "Müller;31.01.2024;1.234,50 €\n17850.0;31.01.2024;-4,5\n",
        header="who;when;paid\n",
    )
    lines.read(
        con,
        Purchases(
            path=path, customer="who", date="when", amount="paid", delimiter=";", decimal=","
        ),
    )
    found = con.execute(
        "select customer, amount::double, reason from line order by rowid"
    ).fetchall()
    assert found[0] == ("Müller", 1234.5, 0)
    assert found[1][:2] == ("17850", -4.5)


def test_latin_1_is_read(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    text = "Müller,2024-01-31,5\n"
    path = file(tmp_path, text, header="who,when,paid\n", encoding="latin-1")
    plain = {"path": path, "customer": "who", "date": "when", "amount": "paid"}
    lines.read(con, Purchases(**plain, encoding="latin-1"))
    assert con.execute("select customer from line").fetchall() == [("Müller",)]


def test_parquet_is_read_too(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "lines.parquet"
    con.execute(f"copy (select 7 as who, date '2024-01-31' as day, 5.5 as paid) to '{path}'")
    done = lines.read(con, Purchases(path=path, customer="who", date="day", amount="paid"))
    assert (done.used, done.total) == (1, 1)


@pytest.mark.parametrize(
    ("roles", "says"),
    [
        ({}, "either by amount"),
        ({"amount": "a", "price": "p", "quantity": "q"}, "either by amount"),
        ({"price": "p"}, "name the column of the quantity"),
        ({"amount": "who"}, "column 'who' has two roles"),
        ({"amount": "a", "currency": "c"}, "what a unit of each currency is worth"),
    ],
)
def test_roles_that_do_not_fit_are_told(roles: dict[str, str], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Purchases(path=Path("x.csv"), customer="who", date="when", **roles)
