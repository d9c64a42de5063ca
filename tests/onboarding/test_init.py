"""What `segmentation init` makes of tables as teams have them, without running the pipeline."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import tables
from ruamel.yaml import YAML

from conftest import ROOT
from segmentation.artifacts.contract import Contract, Held
from segmentation.artifacts.features import having
from segmentation.commands.init import Onboarded, init
from segmentation.engines import dates
from segmentation.engines.source import Source
from segmentation.errors import InputError, SettingsError
from segmentation.insight.playbook import Playbook, fitting
from segmentation.onboarding import lexicon
from segmentation.onboarding.plays import plays
from segmentation.onboarding.roles import Column
from segmentation.onboarding.words import words
from segmentation.settings.params import load_params
from segmentation.settings.shared.base import load
from segmentation.settings.shared.columns import DateColumn
from segmentation.settings.shared.data import Data


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository as far as `init` looks."""
    folder = tmp_path / "repository"
    folder.mkdir()
    for name in ("params.yaml", "playbook.yaml"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def settings(root: Path) -> Data:
    return load_params(root / "params.yaml").data


def columns(done: Onboarded) -> dict[str, Column]:
    return {column.name: column for column in done.plan.columns}


def roles(done: Onboarded) -> dict[str, str]:
    return {column.name: column.role for column in done.plan.columns}


def held(root: Path) -> dict[str, Held]:
    return Contract.parse((root / Contract.path).read_bytes()).columns


def started(root: Path, table: pd.DataFrame, name: str = "own.csv", **how: object) -> Onboarded:
    return init(tables.write(table, root / "data/raw" / name, **how), root=root)


@pytest.mark.slow
@pytest.mark.parametrize("name", tables.FILES)
def test_what_is_written_is_valid_and_about_the_table(root: Path, name: str) -> None:
    before = (root / "params.yaml").read_text("utf-8")
    done = init(tables.FILES[name](root / "data/raw"), root=root)
    data = settings(root)
    assert (root / data.path).exists()
    names = {column.name for column in done.plan.columns}
    assert {*data.cells, *data.ignore} | {data.id} == names | {data.id}
    after = (root / "params.yaml").read_text("utf-8")
    assert after[after.index("prepare:") :] == before[before.index("prepare:") :]
    assert "# tells customers apart" in after
    book = load(Playbook, root / "playbook.yaml")
    beside = map(having, data.numeric_features)
    _, left_out = fitting(book, numeric=data.numbers, categorical=[*data.kinds, *beside])
    assert left_out == []


def test_a_campaign(root: Path) -> None:
    done = started(root, tables.campaign(), sep="\t")
    data, found = settings(root), roles(done)
    assert data.delimiter == "\t"
    assert data.id == "ID"
    assert data.value is not None
    assert data.value[0] == "MntWines"
    assert len(data.value) == 5
    assert found["Dt_Customer"] == found["Year_Birth"] == "date"
    assert data.date["age"] == DateColumn(
        source="Year_Birth", format="%Y", unit="years", min=0, max=120
    )
    assert data.date["days_as_customer"] == DateColumn(
        source="Dt_Customer", format="%d-%m-%Y", unit="days", min=0
    )
    last = pd.to_datetime(tables.campaign()["Dt_Customer"], format="%d-%m-%Y").max()
    assert data.as_of == last.date()
    assert any(str(data.as_of) in note and "Dt_Customer" in note for note in done.notes)
    assert data.scale["Education"] == ("Basic", "Graduation", "2n Cycle", "Master", "PhD")
    assert data.never("Income") == (666_666,)
    assert found["Z_Revenue"] == found["Z_CostContact"] == "ignore"
    assert found["AcceptedCmp1"] == found["Complain"] == "flag"
    assert data.describe == ("Response",)
    assert "Response" in data.flag


def test_clients_of_a_bank_have_no_id_and_were_never_contacted(root: Path) -> None:
    done = started(root, tables.bank(), sep=";", quoting=2)
    data, found = settings(root), columns(done)
    assert (data.path.name, data.delimiter, data.id) == ("own.csv", ";", None)
    assert data.never("pdays") == (-1,)
    assert data.limits("pdays").min == 0
    assert data.scale["education"] == ("primary", "secondary", "tertiary")
    assert found["day"].role == "ignore"
    assert data.limits("age").min == 0
    assert data.limits("balance").min is None
    assert data.describe == ("y",)


def test_a_telephone_company(root: Path) -> None:
    done = started(root, tables.telco())
    data, found = settings(root), columns(done)
    assert data.value == ("TotalCharges",)
    assert found["SeniorCitizen"].role == "flag"
    assert found["TotalCharges"].role == "numeric"
    assert data.describe == ("Churn",)
    assert data.aliases("TechSupport")["No internet service"] == "No"
    assert data.scale["Contract"] == ("Month-to-month", "One year", "Two year")
    words = load(Playbook, root / "playbook.yaml").words
    assert words["Partner"].levels == {"Yes": "with partner", "No": "without partner"}
    assert words["InternetService"].levels["No"] == "without internet"  # the same is said once
    assert load(Playbook, root / "playbook.yaml").plays[0].name == "Keep those who leave"


def test_codes_are_no_amounts_and_have_no_words(root: Path) -> None:
    table = tables.blobs()
    table["Region"] = np.tile([1, 2, 3], 100)
    table["ZipCode"] = np.arange(300) + 10_000
    started(root, table)
    data = settings(root)
    assert list(data.categorical) == ["Region"]
    assert "ZipCode" in data.ignore
    assert load(Playbook, root / "playbook.yaml").words["Region"].quiet


def test_copies_constants_and_free_text_are_left_out_with_a_reason(root: Path) -> None:
    table = tables.blobs()
    table["x1 in cents"] = (table["x1"] * 100).astype(int)
    table["one"] = 1
    table["naught"] = ["0", "0.0", "0.00"] * 100
    table["seen"] = [f"2024-05-01 {i % 24:02}:{i % 60:02}" for i in range(300)]
    table["gender"] = np.tile(["Female", "Male"], 150)
    table["sex"] = np.tile(["F", "M"], 150)
    table["note"] = [f"called on day {i}, asked for a thing" for i in range(300)]
    started(root, table)
    left = settings(root).ignore
    assert "what 'x1' says" in str(left["x1 in cents"])
    assert "'1' in every row" in str(left["one"])
    assert "0 in every row" in str(left["naught"])
    assert "same day in every row" in str(left["seen"])
    assert "what 'gender' says" in str(left["sex"])
    assert "free text" in str(left["note"]) or "who somebody is" in str(left["note"])


def test_marks_of_other_countries(root: Path) -> None:
    table = pd.DataFrame(
        {
            "Kunde": [f"K{i}" for i in range(200)],
            "Umsatz": [f"{1 + i % 7}.{100 + i},50" for i in range(200)],
            "Alter": [20 + i % 50 for i in range(200)],
            "Stadt": ["Köln", "München"] * 100,
        }
    )
    started(root, table, sep=";", encoding="cp1252")
    data = settings(root)
    assert (data.delimiter, data.encoding, data.decimal) == (";", "cp1252", ",")
    assert (data.id, data.value, list(data.categorical)) == ("Kunde", ("Umsatz",), ["Stadt"])


def test_damaged_lines_and_spellings_do_not_mislead(root: Path) -> None:
    levels = ["primary", "Primary", "secondary", "master", "primary"]
    rows = [f"K{i};{i % 7},50;{20 + i % 50};{levels[i % 5]}" for i in range(200)]
    rows[100:100] = ["K;1,50;30;master;x"]
    (root / "own.csv").write_text("\n".join(["id;spent;age;school", *rows, ""]), encoding="utf-8")
    init(root / "own.csv", root=root)
    data = settings(root)
    assert (data.delimiter, data.decimal, list(data.numeric)) == (";", ",", ["spent", "age"])
    assert data.scale == {"school": ("primary", "secondary", "master")}


def test_thousands_are_told_from_decimals(root: Path) -> None:
    table = pd.DataFrame({"id": range(1, 201), "visits": range(200)})
    table["revenue"] = [f"{i // 4}.{100 + i}" if i % 2 else str(100 + i) for i in range(8, 208)]
    started(root, table)
    assert settings(root).decimal == ","


def excel(table: pd.DataFrame, path: Path) -> None:
    """The least that is a workbook: cells as texts in the sheet itself."""
    import zipfile
    from xml.sax.saxutils import escape

    def row(cells: "list[object]") -> str:
        return "<row>" + "".join(
            f'<c t="inlineStr"><is><t>{escape(str(cell))}</t></is></c>' for cell in cells
        ) + "</row>"  # fmt: skip

    rows = [row(list(table.columns)), *(row(list(each)) for each in table.to_numpy())]
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    with zipfile.ZipFile(path, "w") as book:
        book.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}"><Relationship Id="r1" '
            f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        book.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
            '<sheet name="Customers" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}"><Relationship Id="r1" Type="{office}/worksheet" '
            'Target="worksheets/sheet1.xml"/></Relationships>',
        )
        book.writestr(
            "xl/worksheets/sheet1.xml",
            f'<worksheet xmlns="{main}"><sheetData>{"".join(rows)}</sheetData></worksheet>',
        )


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("own.xlsx", excel),
        ("own.parquet", lambda table, path: table.to_parquet(path)),
    ],
)
def test_other_files_are_copied_as_csv(
    root: Path, tmp_path: Path, name: str, write: Callable[[pd.DataFrame, Path], None]
) -> None:
    table = tables.cards(100)
    write(table, tmp_path / name)
    init(tmp_path / name, root=root)
    data = settings(root)
    assert data.path == Path("data/raw/own.csv")
    read = pd.read_csv(root / data.path)
    assert list(read.columns) == list(table.columns)
    np.testing.assert_allclose(read["BALANCE"], table["BALANCE"])


def test_a_header_that_names_a_column_twice(root: Path) -> None:
    table = tables.blobs()
    table.columns = pd.Index(["a", "b", "a", "b"])
    started(root, table)
    assert settings(root).columns == ["a", "b", "a (2)", "b (2)"]


@pytest.mark.parametrize(("above", "sep"), [("Customers of March\n\n", ","), ("A\nB\n", "\t")])
def test_lines_above_the_header_are_left_out(root: Path, above: str, sep: str) -> None:
    path = tables.write(tables.blobs(), root / "data/raw/own.csv", sep=sep)
    path.write_text(above + path.read_text("utf-8"), "utf-8")
    done = init(path, root=root)
    assert settings(root).columns == ["x1", "x2", "x3", "x4"]
    assert done.rows == 300
    assert any("2 lines above the header were left out" in note for note in done.notes)


def test_text_of_two_bytes_a_letter_that_is_cut_off_is_told(root: Path) -> None:
    path = tables.write(tables.blobs(), root / "data/raw/own.csv")
    path.write_bytes(path.read_text("utf-8").encode("utf-16")[:-1])
    with pytest.raises(InputError, match="not to its end"):
        init(path, root=root)


def test_an_index_column_is_no_trait(root: Path) -> None:
    path = root / "data/raw/own.csv"
    path.parent.mkdir(parents=True)
    tables.blobs().to_csv(path)
    init(path, root=root)
    assert settings(root).columns == ["x1", "x2", "x3", "x4"]


def test_purchases_are_told(root: Path) -> None:
    table = pd.DataFrame(
        {
            "customer_id": np.repeat(np.arange(100), 3),
            "date": pd.date_range("2024-01-01", periods=300).strftime("%Y-%m-%d"),
            "amount": 1.5,
        }
    )
    with pytest.raises(InputError, match="300 rows of 100 different 'customer_id', with dates"):
        started(root, table)


def test_purchases_are_told_where_many_lines_name_no_customer(root: Path) -> None:
    table = pd.DataFrame(
        {
            "CustomerID": np.where(np.arange(300) % 3 == 0, "", np.arange(300) // 10),
            "InvoiceDate": pd.date_range("2024-01-01", periods=300).strftime("%m/%d/%Y 9:15"),
            "UnitPrice": 1.5,
        }
    )
    with pytest.raises(InputError, match="300 rows of 30 different 'CustomerID', with dates"):
        started(root, table)


def test_titles_that_a_spreadsheet_padded_are_left_out(root: Path) -> None:
    rows = [f"K{i};{i % 7},50;{20 + i % 50};Bonn" for i in range(200)]
    lines = ["Customers;;;", "as of;30.06.2024;;", ";;;", "id;spent;age;town", *rows, ""]
    (root / "own.csv").write_text("\n".join(lines), encoding="utf-8")
    done = init(root / "own.csv", root=root)
    assert (settings(root).id, list(settings(root).numeric)) == ("id", ["spent", "age"])
    assert any("3 lines above the header" in note for note in done.notes)


def test_lines_with_more_cells_than_the_header_do_not_mislead(root: Path) -> None:
    rows = [f"K{i},{i % 7},yes,{20 + i % 50}" for i in range(200)]
    rows[::5] = [row.replace(",", ",,", 1) for row in rows[::5]]
    (root / "own.csv").write_text("\n".join(["id,orders,member,age", *rows, ""]), "utf-8")
    done = init(root / "own.csv", root=root)
    assert roles(done) == {"id": "id", "orders": "numeric", "member": "ignore", "age": "numeric"}
    assert any("40 rows have more cells" in note for note in done.notes)


def test_the_contract_is_about_the_roles_that_somebody_edited(root: Path) -> None:
    table = tables.bank()
    started(root, table)
    params = root / "params.yaml"
    text = params.read_text("utf-8").replace("    marital:\n", "", 1)
    params.write_text(
        text.replace("    month: ", "    marital: as agreed\n    month: ", 1), encoding="utf-8"
    )
    started(root, table)
    assert settings(root).ignore["marital"] == "as agreed"
    found = held(root)
    assert (found["marital"].role, found["job"].role) == ("ignore", "categorical")


def test_a_column_without_a_name_is_in_the_contract_as_in_the_copy(root: Path) -> None:
    table = tables.blobs().assign(again=1.0)
    table["again"] = np.arange(len(table)) % 9
    table.columns = [*table.columns[:-2], "", table.columns[0]]
    started(root, table)
    assert "unnamed" in held(root)


def test_worth_is_the_sum_of_amounts_alike_but_for_what_was_bought(root: Path) -> None:
    rng = np.random.default_rng(1)
    table = pd.DataFrame(rng.gamma(2, 40, (200, 3)), columns=["spa_revenue", "bar_revenue", "adr"])
    done = started(root, table.assign(guest_id=np.arange(200)))
    assert (done.plan.value, done.plan.value_unsure) == (("spa_revenue", "bar_revenue"), True)
    table.columns = ["gross_revenue", "net_revenue", "adr"]
    assert started(root, table.assign(guest_id=np.arange(200))).plan.value == ("gross_revenue",)


def test_things_in_the_plural_are_counted(root: Path) -> None:
    rng = np.random.default_rng(1)
    table = pd.DataFrame(rng.poisson(2, (200, 2)), columns=["Group Classes", "Group Code"])
    found = columns(started(root, table.assign(spend=rng.gamma(2, 40, 200))))
    assert (found["Group Classes"].role, found["Group Code"].role) == ("numeric", "categorical")
    assert not found["Group Classes"].unsure


@pytest.mark.parametrize(
    ("name", "high"),
    [
        ("nights_stayed", "staying long"),
        ("avg_session_min", "with long sessions"),
        ("logins_last_30d", "frequent users"),
        ("api_calls_30d", "heavy users"),
        ("Years Insured", "long-standing"),
        ("Claims Last 3 Years", "with high claims"),
        ("Months Since Last Claim", "without recent claims"),
        ("No-Claims Bonus", "with high no-claims bonus"),
        ("Mahnungen", "with many reminders"),
        ("BP_SUM", "big-spending"),
        ("late_payments_24m", "often paying late"),
    ],
)
def test_a_number_is_said_as_it_is_meant(root: Path, name: str, high: str) -> None:
    rng = np.random.default_rng(1)
    ages = rng.poisson(40, 200)
    table = pd.DataFrame({"id": np.arange(200), name: rng.poisson(20, 200), "age": ages})
    said = words(started(root, table).plan)
    assert said[name].high == high


def test_plays_speak_of_what_the_table_is_about(root: Path) -> None:
    rng = np.random.default_rng(1)
    table = pd.DataFrame(
        {
            "donor_id": np.arange(200),
            "num_gifts": rng.poisson(4, 200),
            "total_given": rng.gamma(2, 40, 200),
            "days_since_last_payment": rng.integers(0, 31, 200),
            "days_since_last_gift": rng.integers(0, 900, 200),
        }
    )
    made = plays(started(root, table).plan)
    back = next(play for play in made if play["name"] == "Win back")
    assert "bought" not in back["action"]
    assert back["when"][0]["column"] == "days_since_last_gift"
    assert any(play["name"] == "Help the active to more" for play in made)


def test_a_number_of_the_contract_is_the_id_though_it_is_no_count(root: Path) -> None:
    rng = np.random.default_rng(1)
    numbers = rng.choice(10**6, 200, replace=False) + 10**9
    table = pd.DataFrame({"contract_no": numbers, "late_payments": rng.poisson(2, 200)})
    done = started(root, table.assign(age=rng.poisson(40, 200)))
    assert (done.plan.id, done.plan.value) == ("contract_no", ())


def test_nothing_is_written_for_a_dry_run(root: Path) -> None:
    path = tables.write(tables.bank(), root / "data/raw/own.csv")
    before = [(root / name).read_text("utf-8") for name in ("params.yaml", "playbook.yaml")]
    init(path, root=root, dry_run=True)
    after = [(root / name).read_text("utf-8") for name in ("params.yaml", "playbook.yaml")]
    assert after == before
    assert [each.name for each in (root / "data/raw").iterdir()] == ["own.csv"]


@pytest.mark.slow
def test_again_it_keeps_what_was_edited(root: Path) -> None:
    table = tables.cards()
    started(root, table)
    for name, old, new in (
        ("params.yaml", "BALANCE: {min: 0}", "BALANCE: {min: 5, unit: $}  # as agreed"),
        ("playbook.yaml", "high: high-limit", "high: well-trusted"),
    ):
        text = (root / name).read_text("utf-8")
        assert old in text
        (root / name).write_text(text.replace(old, new), "utf-8")
    edited = {name: (root / name).read_text("utf-8") for name in ("params.yaml", "playbook.yaml")}
    started(root, table)
    assert edited == {name: (root / name).read_text("utf-8") for name in edited}

    table["visits"] = range(600)
    done = started(root, table.drop(columns="TENURE"))
    data = settings(root)
    assert data.limits("BALANCE").min == 5
    assert "visits" in data.numeric
    assert "TENURE" not in data.columns
    assert any("no longer in the file, taken out: TENURE" in note for note in done.notes)
    assert "well-trusted" in (root / "playbook.yaml").read_text("utf-8")

    init(root / "data/raw/own.csv", root=root, fresh=True)
    assert settings(root).limits("BALANCE").min == 0


def test_answers_are_taken(root: Path) -> None:
    table = tables.blobs()
    table["grp"] = np.tile([0, 1, 2], 100)
    asked = []

    def ask(question: str, answers: object, assumed: str) -> str:
        asked.append(question)
        return "categorical" if question.startswith("grp") else "x3"

    init(tables.write(table, root / "data/raw/own.csv"), root=root, ask=ask)
    data = settings(root)
    assert list(data.categorical) == ["grp"]
    assert data.value == ("x3",)
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "is empty"),
        pytest.param("\n" * 50 + "a;b;c\n", "blank lines come first", id="blank lines"),
        ("a,b\n", "a header but no rows"),
        ("%PDF-1.7 ...", "a PDF"),
        pytest.param(f"a,{'b' * 200_000}\n1,2\n", "no header in line 1", id="a long name"),
        ("a,b\n1,1\n1,1\n1,1\n", "no column tells customers apart"),
        (
            "a,b\n1.5,1\n2.5,1\n9,1\n",
            "one column alone, 'a', tells customers apart: 'b': it is '1'",
        ),
    ],
)
def test_what_is_no_table_is_told_in_one_line(root: Path, content: str, told: str) -> None:
    path = root / "own.csv"
    path.write_text(content, "utf-8")
    with pytest.raises(InputError, match=told):
        init(path, root=root)


def test_categories_alone_have_no_value(root: Path) -> None:
    done = started(root, tables.categories())
    data = settings(root)
    assert (data.id, data.value, data.numbers) == (None, None, [])
    assert "numbered by their size" in done.plan.value_why


def test_ages_without_another_date_are_as_of_when_the_file_was_saved(root: Path) -> None:
    table = tables.blobs()
    table["birth_year"] = np.tile([1960, 1975, 1990], 100)
    path = tables.write(table, root / "data/raw/own.csv")
    os.utime(path, (1.4e9, 1.4e9))
    done = init(path, root=root)
    assert str(settings(root).as_of) == "2014-05-13"
    assert any("when it was saved" in note for note in done.notes)


def test_levels_are_said_as_a_colleague_would(root: Path) -> None:
    table = tables.blobs()
    said: dict[str, list[str] | list[int]] = {
        "Income_Category": ["Less than $40K", "$40K - $60K", "$60K +"],
        "Card_Category": ["Blue", "Silver", "Gold"],
        "Favourite Category": ["Toys", "Home & Garden", "Others"],
        "Subscription Status": ["Yes", "No", "No"],
        "Gender": ["F", "M", "F"],
        "Spending_Score": ["Low", "Average", "High"],
        "Education": ["Graduation", "PhD", "Basic"],
        "Frequency of Purchases": ["Weekly", "Monthly", "Annually"],
        "Sex": [0, 1, 1],
        "Var_1": ["Cat_1", "Cat_2", "Cat_3"],
    }
    for name, levels in said.items():
        table[name] = np.random.default_rng(len(name)).permutation(np.tile(levels, 100))
    started(root, table)
    words = load(Playbook, root / "playbook.yaml").words
    assert words["Income_Category"].levels["Less than $40K"] == "with income less than $40K"
    assert words["Card_Category"].levels["Gold"] == "with gold card"
    assert words["Favourite Category"].levels == {
        "Toys": "toys buyers", "Home & Garden": "home & garden buyers",
        "Others": "buyers of other things",
    }  # fmt: skip
    assert words["Subscription Status"].levels["Yes"] == "with subscription"
    assert words["Gender"].levels["F"] == "female"
    assert words["Spending_Score"].levels["Low"] == "low-spending"
    assert words["Education"].levels["PhD"] == "with PhD"
    assert words["Frequency of Purchases"].levels["Weekly"] == "weekly buyers"
    assert words["Sex"].quiet  # nobody knows which of them is 1
    assert words["Var_1"].quiet


def test_what_is_about_no_customer_is_left_out(root: Path) -> None:
    table = tables.blobs()
    rng = np.random.default_rng(0)
    table["cons.price.idx"] = rng.choice([92.2, 93.9, 94.5], 300)
    table["day_of_week"] = rng.choice(["mon", "tue", "wed"], 300)
    table["Naive_Bayes_Classifier_1"] = rng.random(300)
    table["Attrition_Flag"] = rng.choice(["Attrited Customer", "Existing Customer"], 300)
    table["Since"] = [f"{1 + i % 12}/{1 + i % 28}/11" for i in range(300)]
    started(root, table)
    data = settings(root)
    assert {"cons.price.idx", "day_of_week", "Naive_Bayes_Classifier_1"} <= data.ignore.keys()
    assert data.describe == ("Attrition_Flag",)
    assert data.aliases("Attrition_Flag")["Attrited Customer"] == "Yes"
    assert data.as_of is not None
    assert data.as_of.year == 2011  # not the year 11


def test_the_oldest_are_not_the_best(root: Path) -> None:
    table = tables.blobs(numbers=2).rename(columns={"x1": "Age", "x2": "Work_Experience"})
    done = started(root, table)
    assert settings(root).value is None
    assert any("segments are numbered by their size" in each for each in done.assumed)
    assert not load(Playbook, root / "playbook.yaml").plays


def test_amounts_by_channel_add_up_to_the_value(root: Path) -> None:
    table = tables.blobs(numbers=2)
    table.columns = pd.Index(["total_value_online", "total_value_offline"])
    started(root, table)
    assert settings(root).value == ("total_value_online", "total_value_offline")


def test_a_date_with_a_colon_in_its_name_is_written_so_that_yaml_reads_it(root: Path) -> None:
    table = tables.blobs()
    table["seen:at (a:b)"] = [f"2024-05-{1 + i % 28:02}" for i in range(300)]
    started(root, table)
    assert "seen:at (a:b)" in settings(root).cells


def test_outside_of_a_repository(tmp_path: Path) -> None:
    path = tables.write(tables.blobs(), tmp_path / "own.csv")
    with pytest.raises(SettingsError, match="in the repository's root"):
        init(path, root=tmp_path)


def test_the_names_of_plain_words_are_quoted_where_yaml_would_misread_them(root: Path) -> None:
    table = tables.blobs()
    names = ["yes", "2019", "a: b", "null", "Mal?"]
    table.columns = pd.Index(names[:4])
    table["Mal?"] = ["f?mal? one", "m?n: two"] * 150
    started(root, table)
    assert settings(root).columns == names
    assert load(Playbook, root / "playbook.yaml").words["Mal?"].levels.keys() == {
        "f?mal? one", "m?n: two",
    }  # fmt: skip
    assert YAML(typ="safe").load((root / "params.yaml").read_text("utf-8"))["data"]["numeric"]


@pytest.mark.parametrize(
    ("column", "high", "low"),
    [
        ("NumWebPurchases", "frequent web buyers", "infrequent web buyers"),
        ("ONEOFF_PURCHASES", "big one-off spenders", "light one-off spenders"),
        ("PURCHASES_INSTALLMENTS_FREQUENCY", "frequent installment buyers",
         "infrequent installment buyers"),
        ("MntWines", "big wine spenders", "light wine spenders"),
        ("days_since_last_order", "lapsed", "recently active"),
        ("Annual Income (k$)", "high-income", "modest-income"),
        ("PRC_FULL_PAYMENT", "paying in full", "rarely paying in full"),
        ("zeta", "with high zeta", "with low zeta"),
        ("Previous Purchases", "frequent", "occasional"),
        ("Total_Trans_Amt", "big-spending", "low-spending"),
        ("Total_Amt_Chng_Q4_Q1", "with rising spending", "with falling spending"),
        ("Avg_Utilization_Ratio", "with high utilization", "with low utilization"),
        ("NumOfProducts", "with many products", "with few products"),
        ("Number of Policies", "with many policies", "with few policies"),
        ("HourSpendOnApp", "with long duration", "with short duration"),
        ("Review Rating", "giving high ratings", "giving low ratings"),
        ("AVG_INTERVAL", "with long intervals", "with short intervals"),
        ("Refunded Volume", "with many refunds", "with few refunds"),
    ],
)  # fmt: skip
def test_words_are_those_of_a_colleague(root: Path, column: str, high: str, low: str) -> None:
    started(root, tables.blobs(numbers=2).rename(columns={"x1": column}))
    words = load(Playbook, root / "playbook.yaml").words[column]
    assert (words.high, words.low) == (high, low)


@pytest.mark.slow
def test_a_compressed_file_and_a_folder_of_parts_are_looked_at_as_they_are_read(
    root: Path, tmp_path: Path
) -> None:
    table = tables.bank(300)
    whole = tables.write(table, root / "data/raw/bank.csv.gz", sep=";")
    done = init(whole, root=root)
    assert done.rows == 300
    assert settings(root).path == Path("data/raw/bank.csv.gz")
    parts = tmp_path / "export"
    parts.mkdir()
    table[:200].to_csv(parts / "part-1.csv.gz", sep=";", index=False)
    table[200:].to_csv(parts / "part-2.csv", sep=";", index=False)
    again = init(parts, root=root)
    assert again.rows == 300
    assert again.plan.columns == done.plan.columns
    assert settings(root).path == Path("data/raw/export")
    read = settings(root).model_copy(update={"path": root / "data/raw/export"})
    assert sum(len(batch) for batch in Source(read).batches()) == 300
    (parts / "part-3.csv").write_text("a;b\n1;2\n", encoding="utf-8")
    with pytest.raises(InputError, match="another header than"):
        init(parts, root=root)
    (root / "data/raw/cut.csv.gz").write_bytes(whole.read_bytes()[:2000])
    with pytest.raises(InputError, match="compressed, and damaged"):
        init(root / "data/raw/cut.csv.gz", root=root)


def test_a_quote_that_is_never_closed_hides_nothing(root: Path) -> None:
    path = tables.write(tables.cards(200), root / "data/raw/cards.csv")
    lines = path.read_text("utf-8").split("\n")
    lines[20] = f'"{lines[20]}'
    path.write_text("\n".join(lines), encoding="utf-8")
    assert init(path, root=root).rows == 199


def test_which_is_the_day_can_be_said(root: Path) -> None:
    table = tables.blobs(60)
    table["last_order"] = ["03/04/2021", "05/06/2021", "01/02/2020"] * 20
    path = tables.write(table, root / "data/raw/shop.csv")
    told = init(path, root=root, dry_run=True)
    assert any("--date-format" in each for each in told.assumed)
    for form in ("%d/%m/%Y", "%m/%d/%Y"):
        done = init(path, root=root, date_format=form)
        assert columns(done)["last_order"].format == form
        assert not any("--date-format" in each for each in done.assumed)
    with pytest.raises(
        SettingsError, match=r"'%m/%d/%Q' is no format of dates.*did you mean '%m/%d/"
    ):
        init(path, root=root, date_format="%m/%d/%Q")


def test_lines_that_end_as_on_old_macs_are_lines(root: Path) -> None:
    path = tables.write(tables.telco(200), root / "data/raw/telco.csv", lineterminator="\r")
    assert init(path, root=root).rows == 200
    words = load(Playbook, root / "playbook.yaml").words
    assert words["MonthlyCharges"].low == "with low monthly charges"  # new ones are low in total
    assert words["TotalCharges"].low == "with low total charges"
    plays = {play.name: play for play in load(Playbook, root / "playbook.yaml").plays}
    assert [each.column for each in plays["Serve at low cost"].when] == [None, "tenure"]


def test_a_sign_at_the_end_of_all_lines_is_no_delimiter(root: Path) -> None:
    path = tables.write(tables.bank(200), root / "data/raw/bank.csv", sep=";")
    text = path.read_text("utf-8")
    path.write_text("Our customers\n\n" + text.replace("\n", ",\n"), encoding="utf-8")
    assert init(path, root=root).plan.of("numeric")


def test_who_earns_much_and_spends_little_is_no_case_for_low_cost(root: Path) -> None:
    started(root, tables.campaign())
    names = [play.name for play in load(Playbook, root / "playbook.yaml").plays]
    assert names.index("Win more of what they spend") < names.index("Serve at low cost")


def test_a_table_appended_to_itself_has_its_customers_twice(root: Path) -> None:
    table = tables.campaign(200)
    done = started(root, pd.concat([table, table]))
    assert settings(root).id == "ID"
    assert any("200 of 400 rows stand in the file again" in note for note in done.notes)
    other = tables.blobs()  # and several rows a customer, without a day, are no trait either
    other["CustomerID"] = np.arange(300) // 2
    done = started(root, other, "other.csv")
    assert "CustomerID" in settings(root).ignore
    assert any(each.startswith("CustomerID: 150 different ones in 300") for each in done.assumed)


def test_a_score_is_no_money(root: Path) -> None:
    table = tables.blobs(numbers=3)
    table.columns = pd.Index(["Income", "Total Spending Score (1-100)", "Engagement Index"])
    done = started(root, table.abs())
    assert settings(root).value is None
    assert any("'Total Spending Score (1-100)' is no money" in each for each in done.assumed)
    plays = {play.name: play for play in load(Playbook, root / "playbook.yaml").plays}
    best, could = plays["Look after the best"], plays["Win more of what they spend"]
    assert [each.column for each in best.when] == ["Total Spending Score (1-100)"]
    assert [each.column for each in could.when] == ["Income", "Total Spending Score (1-100)"]


@pytest.mark.parametrize(
    "columns",
    [
        ["N° client", "Âge", "Chiffre d'affaires (€)", "Nombre de commandes", "Ancienneté"],
        ["id_cliente", "edad", "gasto_total", "número_compras", "antigüedad"],
        ["Codice cliente", "Età", "Spesa totale", "Numero acquisti", "anzianità"],
        ["código do cliente", "idade", "valor_gasto", "qtd_pedidos", "antiguidade"],
        ["klantnummer", "leeftijd", "omzet", "aantal_bestellingen", "klant sinds"],
        ["Kundnummer", "Ålder", "Total omsättning", "Antal köp"],
        ["ID klienta", "Wiek", "Wartość zakupów", "Liczba zamówień"],
        ["ID клиента", "Возраст", "Сумма покупок", "Количество заказов"],
    ],
)
def test_headers_in_other_languages_say_the_same(columns: list[str]) -> None:
    who, *told = columns
    assert lexicon.says_id(who)
    keys = ["age", "spend", "frequency", "tenure"][: len(told)]
    assert [meaning.key for name in told if (meaning := lexicon.meaning_of(name))] == keys


def test_a_german_table(root: Path) -> None:
    table = tables.blobs(numbers=5).abs()
    table.columns = pd.Index(
        ["Alter", "Umsatz gesamt", "Monatspreis", "Anzahl_Bestellungen", "Kunde seit"]
    )
    table["Kundennr"] = np.arange(300)[::-1] + 1000
    table["Newsletter"] = np.where(np.arange(300) % 3, "ja", "nee")
    started(root, table)
    data = settings(root)
    assert (data.id, data.value) == ("Kundennr", ("Umsatz gesamt",))
    assert list(data.flag) == ["Newsletter"]
    words = load(Playbook, root / "playbook.yaml").words
    high = [word.high for word in words.values() if word.high]
    assert high == [
        "older", "with high total revenue", "with high monthly price", "frequent", "long-standing",
    ]  # fmt: skip


def test_a_russian_table_of_old_windows(root: Path) -> None:
    table = tables.blobs(numbers=2).abs()
    table.columns = pd.Index(["Возраст", "Сумма покупок"])
    table["Подписка"] = np.where(np.arange(300) % 3, "да", "нет")
    done = started(root, table, encoding="cp1251")
    assert (settings(root).encoding, settings(root).value) == ("cp1251", ("Сумма покупок",))
    assert roles(done)["Подписка"] == "flag"


def test_answers_from_1_to_5_are_neither_money_nor_codes(root: Path) -> None:
    rng = np.random.default_rng(3)
    asked = ["Q1_price", "Q2_quality", "Q3_brand", "Q4_delivery"]
    table = pd.DataFrame({name: rng.integers(1, 6, 300) for name in asked})
    done = started(root, table)
    assert {*roles(done).values()} == {"numeric"}
    assert settings(root).value is None
    book = load(Playbook, root / "playbook.yaml")
    assert book.words["Q3_brand"].high == "rating brand high"
    assert "Mend what they rate low (delivery)" in [play.name for play in book.plays]


def test_months_side_by_side_are_one_thing(root: Path) -> None:
    table = tables.blobs(numbers=3).abs()
    table.columns = pd.Index(["SALES_202501", "SALES_202502", "SALES_202503"])
    started(root, table)
    assert settings(root).value == ("SALES_202501", "SALES_202502", "SALES_202503")
    words = load(Playbook, root / "playbook.yaml").words
    assert {word.high for word in words.values()} == {"big-spending"}
    table.columns = pd.Index(["metric_1", "metric_2", "metric_3"])  # these may be anything
    started(root, table, "other.csv")
    words = load(Playbook, root / "playbook.yaml").words
    assert [word.high for word in words.values()] == [f"with high metric {i}" for i in (1, 2, 3)]


def test_a_day_that_is_in_every_row_is_the_day_of_the_file(root: Path) -> None:
    table = tables.campaign(200).assign(EXPORTED="2016/03/31", Contract_End="2031-01-01")
    started(root, table)
    assert str(settings(root).as_of) == "2016-03-31"


def test_how_often_somebody_cancels_is_what_they_do(root: Path) -> None:
    table = tables.blobs(numbers=2)
    table["BookingsCanceled"] = np.arange(300) % 5
    table["DaysSinceFirstStay"] = np.arange(300) % 97
    started(root, table)
    assert settings(root).describe == ()
    words = load(Playbook, root / "playbook.yaml").words
    assert words["BookingsCanceled"].high == "often-cancelling"
    table["NPS"] = np.arange(300) % 201 - 100
    started(root, table, "asked.csv")
    names = [play.name for play in load(Playbook, root / "playbook.yaml").plays]
    assert "Ask what disappoints them" not in names  # an index would be no yardstick
    assert words["DaysSinceFirstStay"].high == "long-standing"


def test_a_category_that_was_spread_out_is_told_as_one(root: Path) -> None:
    table = tables.blobs(numbers=2)
    for i, name in enumerate(("marital_Married", "group_visits", "gender", "plan_vip")):
        table[name] = (np.arange(300) % (i + 2) == 0).astype(int)
    done = started(root, table)
    found = roles(done)
    assert found["marital_Married"] == found["group_visits"] == found["plan_vip"] == "flag"
    assert found["gender"] == "categorical"
    words = load(Playbook, root / "playbook.yaml").words
    assert words["marital_Married"].levels == {"Yes": "married", "No": "not married"}
    assert words["plan_vip"].levels["Yes"] == "with vip plan"
    table["new_vs_returning"] = ["new", "returning", "returning", "new", "new"] * 60
    started(root, table, "visitors.csv")
    words = load(Playbook, root / "playbook.yaml").words
    assert words["new_vs_returning"].levels["returning"] == "returning"


def test_no_category_of_a_few_customers_is_written_down(root: Path) -> None:
    n = 200
    rng = np.random.default_rng(0)
    town, channel = rng.choice(["Bonn", "Ulm"], n), rng.choice(["web", "shop"], n)
    town[:9], channel[3:6] = "Lemu", "dove"
    code = rng.integers(1, 4, n)
    code[:4] = 8899
    spend = rng.normal(200, 50, n).round(2)
    table = pd.DataFrame(
        {"id": [f"C{i}" for i in range(n)], "spend": spend, "visits": rng.integers(1, 90, n),
         "town": town, "channel": channel, "store_code": code}
    )  # fmt: skip
    done = started(root, table)
    assert {"town", "channel", "store_code"} <= {each.name for each in done.plan.of("categorical")}
    written = [path for path in root.rglob("*") if path.is_file() and path.suffix != ".csv"]
    assert {"params.yaml", "playbook.yaml", "contract.json"} <= {path.name for path in written}
    texts = "".join(path.read_text("utf-8") for path in written)
    assert "Bonn" in texts
    assert "Meet them where they are (web)" in texts
    assert not {rare for rare in ("Lemu", "dove", "8899") if rare in texts}


def test_this_year_and_money_come_before_last_year_and_shares(root: Path) -> None:
    table = tables.blobs(numbers=3).abs()
    table.columns = pd.Index(["Last Year Sales", "YTD Sales", "Gross Margin %"])
    started(root, table)
    assert settings(root).value == ("YTD Sales",)
    words = load(Playbook, root / "playbook.yaml").words
    assert words["Gross Margin %"].high == "with high gross margin"


@pytest.mark.parametrize(
    "end", ["T10:15:00Z", "T10:15:00.250Z", " 10:15:00+02:00", " 10:15:00 UTC"]
)
def test_times_as_programs_write_them_are_days(root: Path, end: str) -> None:
    table = tables.blobs(60)
    days = pd.date_range("2024-01-01", periods=60, freq="37h").strftime("%Y-%m-%d")
    table["signup_ts"] = days + end
    started(root, table)
    data = settings(root)
    assert "days_as_customer" in data.date
    assert str(data.as_of) == days.max()
    column = data.date["days_as_customer"]
    assert column is not None
    pattern, _ = dates._pattern(column.format)
    assert table["signup_ts"].str.fullmatch(pattern).all()


def guests(rows: int = 300) -> pd.DataFrame:
    """Who stayed in a hotel: None is an answer, and how long things took is no number yet."""
    rng = np.random.default_rng(14)
    return pd.DataFrame(
        {
            "guest_id": [f"G{i:04d}" for i in range(rows)],
            "nights": rng.poisson(3, rows) + 1,
            "spa": rng.choice(["None", "Massage", "Sauna"], rows),
            "breakfast": rng.choice(["Yes", "None"], rows),
            "loyalty_tier": rng.choice(["None", "Low", "Medium", "High"], rows),
            "region": rng.choice(["EMEA", "APAC", "NA"], rows),
            "call_time": [f"{m}:{s:02d}" for m, s in rng.integers(1, 60, (rows, 2))],
            "time_on_site": [f"00:{m:02d}:{s:02d}" for m, s in rng.integers(0, 60, (rows, 2))],
            "workout": [f"{m // 60}h {m % 60}m" if m > 60 else f"{m} min"
                        for m in rng.integers(10, 300, rows)],
            "checkin_time": [f"{h:02d}:{m:02d}" for h, m in rng.integers(12, 23, (rows, 2))],
            "arrives": [f"{h}:{m} PM" for h, m in rng.integers(10, 12, (rows, 2))],
        }
    )  # fmt: skip


def test_none_is_an_answer_among_words_and_nothing_where_numbers_have_it(root: Path) -> None:
    done = started(root, guests())
    data, found = settings(root), columns(done)
    assert data.aliases("spa") == {"None": "None"}
    assert data.aliases("region") == {"NA": "NA"}
    assert data.flag["breakfast"] is not None
    assert data.flag["breakfast"].aliases == {"None": "No"}
    assert "None" in data.scale["loyalty_tier"]
    assert "spa: 'None' is taken for a category" in " ".join(done.assumed)
    assert load(Playbook, root / "playbook.yaml").words["spa"].levels["None"] == "without spa"
    assert found["spa"].levels != ()
    # A program that writes None for what is missing does so in numbers, too.
    table = guests().astype("str").mask(lambda t: t == "3", "None")
    done = started(root, table, "others.csv")
    assert settings(root).aliases("spa") == {}
    assert roles(done)["breakfast"] == "ignore"


def test_durations_are_numbers_and_times_of_the_day_are_told(root: Path) -> None:
    done = started(root, guests())
    data, found = settings(root), columns(done)
    assert {name: data.unit(name) for name in data.numeric} == {
        "nights": None, "call_time": "seconds", "time_on_site": "minutes", "workout": "minutes"
    }  # fmt: skip
    assert found["call_time"].unsure.endswith("`unit: minutes` takes it for hours and minutes")
    for name in ("checkin_time", "arrives"):
        assert "times of the day" in found[name].why
    assert "durations such as" in found["workout"].why


def test_an_account_list_with_groups_above_the_header_and_totals_below(root: Path) -> None:
    rng = np.random.default_rng(3)
    employees = rng.lognormal(3, 1, 100).astype(int) + 1
    arr = rng.lognormal(9, 0.5, 100).round(2)
    rows = [f"A{i:03d},{e},{a},{t}" for i, (e, a, t) in enumerate(
        zip(employees, arr, rng.poisson(3, 100), strict=True))]  # fmt: skip
    text = "\n".join(
        ["Account,,Revenue,", "Account ID,Employees,ARR (EUR),Tickets", *rows,
         f"Total,{employees.sum()},{arr.sum():.2f},300", ""]
    )  # fmt: skip
    file = root / "data/raw/accounts.csv"
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    done = init(file, root=root)
    assert roles(done) == {
        "Account ID": "id", "Employees": "numeric", "ARR (EUR)": "numeric", "Tickets": "numeric"
    }  # fmt: skip
    assert settings(root).value == ("ARR (EUR)",)
    assert "1 line above the header was left out: a copy without is read" in done.notes
    # Without an id nothing gives the last row away to the pipeline.
    plain = file.with_name("plain.csv")
    plain.write_text("\n".join(["Size,ARR,Tickets", *(r[5:] for r in rows), "Total,9999999,300"]),
                     encoding="utf-8")  # fmt: skip
    done = init(plain, root=root)
    assert done.rows == 100
    assert "Total" not in (root / done.target).read_text("utf-8")


def test_names_that_were_misread(root: Path) -> None:
    rng = np.random.default_rng(4)
    done = started(
        root,
        pd.DataFrame(
            {
                "Donor": np.arange(100) * 7 + 1000,
                "Gifts": rng.integers(1, 18, 100),
                "Total given": rng.lognormal(4, 1, 100).round(2),
                "stays_last_2y": rng.integers(0, 9, 100),
                "loyalty": rng.choice(["None", "Silver", "Gold"], 100),
                "Closed won": rng.integers(0, 9, 100),
                "CSAT": rng.uniform(1, 5, 100).round(1),
                "Factura mensual": rng.lognormal(3, 1, 100).round(2),
            }
        ),
    )
    found = columns(done)
    assert found["Donor"].role == "id"
    assert found["Gifts"].meaning == lexicon.of("frequency")
    assert not found["stays_last_2y"].describe
    assert settings(root).scale["loyalty"] == ("None", "Silver", "Gold")
    assert found["Factura mensual"].meaning == lexicon.of("spend")
    assert done.plan.value == ("Total given",)
    words = load(Playbook, root / "playbook.yaml").words
    assert words["Factura mensual"].high == "big-spending"
    assert (words["Closed won"].none, words["CSAT"].low) == ("without wins", "dissatisfied")
