"""A later file held against what the table was like."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from segmentation import artifacts, paths
from segmentation.artifacts import files
from segmentation.artifacts.baseline import Baseline
from segmentation.artifacts.contract import Contract, Held
from segmentation.commands.init import init
from segmentation.errors import InputError
from segmentation.monitoring.contract import Now, about_another, differences, page
from segmentation.settings.params import load_params
from segmentation.stages import prepare

ROOT = Path(__file__).parents[2]
HELD = Contract(
    file="may.csv",
    rows=2000,
    columns={
        "spend": Held(role="numeric", missing=0.1, mean=50.0, low=5.0, high=300.0),
        "town": Held(role="categorical", missing=0.0, levels={"Bonn": 0.6, "Ulm": 0.4}),
        "note": Held(role="ignore", missing=0.0),
    },
)
HEADER = ["spend", "town", "note"]
ODD = (
    "'spend': the average is where hardly anybody was, {} instead of 5 to 300 for 98% of the "
    "customers"
)


@pytest.mark.parametrize(
    ("header", "now", "told"),
    [
        (HEADER, {}, []),
        (HEADER, {"spend": Now(0.12, mean=61.0), "town": Now(0, levels={"bonn": 0.5, "Ulm": 0.5})},
         []),
        (HEADER, {"spend": Now(0.1, mean=5000.0)},
         ["'spend': 100 times more: is it another unit?, 5000 instead of 50 on average"]),
        (HEADER, {"spend": Now(0.1, mean=4.9)},
         ["'spend': 10 times less: is it another unit?, 4.9 instead of 50 on average"]),
        (HEADER, {"spend": Now(0.1, mean=301.0)}, [ODD.format(301)]),
        (HEADER, {"spend": Now(0.1, mean=-50.0)}, [ODD.format(-50)]),
        (HEADER, {"spend": Now(0.4, mean=50.0)},
         ["'spend': more cells are missing, 40% instead of 10%"]),
        (HEADER, {"town": Now(0, levels={"Bonn": 0.9, "Kiel": 0.1})},
         ["'town': new categories, 'Kiel' (10% of the customers) instead of 'Bonn', 'Ulm'",
          "'town': categories that nobody has, none instead of 'Ulm' (40% of the customers)"]),
        (["spend", "town", "new"], {},
         ["'note': the column is missing, not there instead of there",
          "'new': a new column, there, and not used instead of not there"]),
    ],
)  # fmt: skip
def test_what_differs_is_told(header: list[str], now: dict[str, Now], told: list[str]) -> None:
    assert [str(each) for each in differences(HELD, header, now)] == told


def test_a_page_holds_all_of_it_as_text() -> None:
    found = differences(HELD, [*HEADER, "a|<b>"], {"spend": Now(0.1, mean=5000.0)})
    text = page(HELD, "june.csv", found)
    assert text.splitlines()[0] == "# june.csv is not as may.csv was"
    assert "| spend | 100 times more: is it another unit? | 50 on average | 5000 |" in text
    assert "a\\|&lt;b>" in text


def test_another_table_is_told_from_a_later_one() -> None:
    assert about_another(HELD, ["spend", "x", "y"])
    assert not about_another(HELD, ["spend", "town", "x"])


@pytest.fixture
def prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """A repository for which `init` ran; prepares the file once it was changed."""
    monkeypatch.chdir(tmp_path)
    for name in ("params.yaml", "playbook.yaml"):
        Path(name).write_bytes((ROOT / name).read_bytes())
    rng = np.random.default_rng(1)
    table = pd.DataFrame(
        {
            "customer_id": range(1, 401),
            "spend": rng.gamma(2, 30, 400).round(2),
            "visits": rng.poisson(5, 400),
            "town": rng.choice(["Bonn", "Ulm"], 400),
            "member": rng.choice(["Y", "N"], 400),
        }
    )
    table.to_csv("may.csv", index=False)
    init(Path("may.csv"), root=tmp_path)

    def run(change: Callable[[pd.DataFrame], pd.DataFrame], contract: str = "strict") -> None:
        change(table).to_csv("data/raw/may.csv", index=False)
        content = yaml.safe_load(Path("params.yaml").read_text("utf-8"))
        content["data"]["contract"] = contract
        Path("params.yaml").write_text(yaml.safe_dump(content), "utf-8")
        params = load_params(paths.PARAMS)
        prepare.run(engine=params.engine, data=params.data, prepare=params.prepare)

    return run


def test_init_keeps_a_contract_that_tells_of_nobody(prepared: Callable[..., None]) -> None:
    held = Contract.parse(paths.CONTRACT.read_bytes())
    assert list(held.columns) == ["customer_id", "spend", "visits", "town", "member"]
    assert held.columns["town"].levels.keys() == {"Bonn", "Ulm"}
    assert held.columns["member"].levels.keys() == {"Yes", "No"}
    assert held.columns["customer_id"] == Held(role="id", missing=0.0)
    assert held.columns["spend"].low is None  # one in a hundred of 400 is too few to tell of
    # Minus those of the rows that `prepare` keeps, they would tell of the few that it rejects.
    assert held.columns["spend"].mean == 60
    shares = np.array([*held.columns["town"].levels.values()])
    assert (400 * shares % 10).tolist() == [0, 0]
    prepared(lambda table: table)
    assert not paths.DIFFERENCES.exists()


def test_cents_for_euros_stop_a_strict_run_and_warn_another(
    prepared: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    def cents(table: pd.DataFrame) -> pd.DataFrame:
        return table.assign(spend=(table["spend"] * 100).astype(int))

    with pytest.raises(InputError, match=r"1 thing differs .* 'spend': 100 times more") as error:
        prepared(cents)
    assert "\n" not in str(error.value)
    assert not paths.PREPARED.exists()
    assert "| spend | 100 times more" in paths.DIFFERENCES.read_text("utf-8")
    prepared(cents, "warn")
    assert "1 thing differs" in capsys.readouterr().err
    prepared(cents, "none")
    assert not paths.DIFFERENCES.exists()


@pytest.mark.parametrize(("known", "told"), [(9, False), (10, True)])
def test_what_few_have_is_told_in_no_difference(
    known: int, told: bool, prepared: Callable[..., None]
) -> None:
    def few(table: pd.DataFrame) -> pd.DataFrame:
        some = table.index < known
        spend = (777_123 + table["spend"] / 100).where(some)
        return table.assign(spend=spend, town=table["town"].mask(some, "Atlantis"))

    prepared(few, "warn")
    text = paths.DIFFERENCES.read_text("utf-8")
    assert "| spend | more cells are missing |" in text
    assert ("7.771e+05" in text) == told
    assert ("Atlantis" in text) == told


def test_ids_that_the_last_run_had_are_known_again(
    prepared: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = pd.DataFrame({"customer_id": [str(i) for i in range(1, 401)], "segment": 1})
    files.write_parquet(paths.ASSIGNMENTS, ids)
    paths.BASELINE.parent.mkdir(parents=True, exist_ok=True)
    paths.BASELINE.touch()

    class Last:
        columns: tuple[str, ...] = ("spend", "visits", "town", "member")

    read = artifacts.read
    monkeypatch.setattr(artifacts, "read", lambda kind: Last if kind is Baseline else read(kind))
    prepared(lambda table: table.assign(customer_id=range(301, 701)), "warn")
    text = paths.DIFFERENCES.read_text("utf-8")
    assert "| customer_id | most ids are new: are they written as before?" in text
    assert "The last run had 25% of its customers, too." in text
    prepared(lambda table: table.assign(customer_id=range(101, 501)), "strict")
    assert not paths.DIFFERENCES.exists()
    Last.columns = ("age", "income")  # of another table
    prepared(lambda table: table.assign(customer_id=range(1001, 1401)), "strict")
