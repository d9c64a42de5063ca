"""What the columns of known exports are taken for."""

from pathlib import Path

import duckdb
import pytest

from segmentation.onboarding.tongues import called
from segmentation.purchases.roles import guess, odd_codes
from segmentation.purchases.source import sniffed


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (
            "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country",
            {"customer": "Customer ID", "date": "InvoiceDate", "invoice": "Invoice",
             "product": "StockCode", "quantity": "Quantity", "price": "Price"},
        ),
        (
            "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country",
            {"customer": "CustomerID", "date": "InvoiceDate", "invoice": "InvoiceNo",
             "product": "StockCode", "quantity": "Quantity", "price": "UnitPrice"},
        ),
        (
            "master_customer_id,customer_id,date,number_of_cds,dollar_value",
            {"customer": "customer_id", "date": "date", "quantity": "number_of_cds",
             "amount": "dollar_value"},
        ),
        (
            "order_id,order_date,user_id,sku,category,total,currency",
            {"customer": "user_id", "date": "order_date", "invoice": "order_id", "product": "sku",
             "category": "category", "amount": "total", "currency": "currency"},
        ),
    ],
)  # fmt: skip
def test_columns_are_taken_for_what_they_are(columns: str, expected: dict[str, str]) -> None:
    found = guess(columns.split(","))
    assert found.columns == expected
    assert found.missing == ()


@pytest.mark.parametrize(
    ("columns", "money"),
    [
        ("Kundennummer;Rechnungsdatum;Menge;Einzelpreis", ("quantity", "price")),
        ("Code client;Date de facture;Quantité;Prix unitaire", ("quantity", "price")),
        ("Cliente;Fecha;Importe", ("amount",)),
        ("Codice cliente;Data ordine;Importo", ("amount",)),
        ("ID do cliente;Data da compra;Valor total", ("amount",)),
        ("klantnummer;besteldatum;bedrag", ("amount",)),
    ],
)
def test_columns_in_other_languages_are_what_they_are(columns: str, money: tuple[str, ...]) -> None:
    names = columns.split(";")
    found = guess(names, called={name: called(name) for name in names})
    assert [*found.columns] == ["customer", "date", *money]
    assert [*found.columns.values()] == names


def test_a_table_of_customers_lacks_what_purchases_have() -> None:
    assert guess(["id", "age", "gender", "income"]).missing == ("customer", "date", "amount")


def test_codes_unlike_all_others_are_no_products() -> None:
    with duckdb.connect() as con:
        con.execute(
            "create table t as select (20000 + i % 50)::varchar as code from range(200) r(i)"
        )
        con.execute("insert into t values ('POST'), ('M'), ('POST')")
        assert odd_codes(con, "t", "code") == ["POST", "M"]
        con.execute(
            "create table names as select 'cheese ' || (i % 9)::varchar as code from range(50) r(i)"
        )
        assert odd_codes(con, "names", "code") == []


def test_marks_and_letters_of_a_file_are_found(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("who;when;paid\nMüller;2024-01-31;1,50\n" * 3, encoding="latin-1")
    source = sniffed(path)
    assert (source.delimiter, source.encoding) == (";", "latin-1")
    path.write_text("who,when,paid\nMüller,2024-01-31,1.50\n", encoding="utf-8")
    assert (sniffed(path).delimiter, sniffed(path).encoding) == (",", "utf-8")
