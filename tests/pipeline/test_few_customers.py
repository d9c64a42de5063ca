"""Small tables, customers alike and few columns, through the real stages, with the defaults."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from conftest import ROOT
from segmentation import paths
from segmentation.__main__ import run_stage
from segmentation.artifacts import files
from segmentation.errors import InputError
from segmentation.settings.params import load_params
from segmentation.stages import train

pytestmark = [
    pytest.mark.filterwarnings("default"),  # as a stage of its own shows them
    pytest.mark.filterwarnings("error::RuntimeWarning"),  # but no result may rest on a NaN
]

STAGES = ("prepare", "explore", "featurize", "select_k", "train", "evaluate", "profile", "report")


def customers(n: int) -> pd.DataFrame:
    """One population."""
    rng = np.random.default_rng(3)
    return pd.DataFrame(
        {
            "customer": [f"C{i}" for i in range(n)],
            "spend": rng.normal(100, 20, n).round(1),
            "visits": rng.integers(1, 12, n),
            "channel": np.array(["web", "shop"])[np.arange(n) % 2],
        }
    )


def alike(n: int, different: int) -> pd.DataFrame:
    kind = np.arange(n) % different
    return pd.DataFrame(
        {
            "customer": [f"C{i}" for i in range(n)],
            "spend": 100 + 40 * kind,
            "visits": kind**2,
            "channel": np.array(["web", "shop"])[kind % 2],
        }
    )


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    reference = (ROOT / paths.REFERENCE).read_bytes()
    paths.REFERENCE.parent.mkdir(parents=True)
    paths.REFERENCE.write_bytes(reference)
    paths.PLAYBOOK.write_text("plays: []\n", encoding="utf-8")
    return tmp_path


def run(table: pd.DataFrame, *, until: str = "report", **changes: dict[str, Any]) -> None:
    """Run the stages in this folder, with the settings that the repository comes with."""
    files.write_csv(Path("mine.csv"), table)
    settings = yaml.safe_load((ROOT / paths.PARAMS).read_text(encoding="utf-8"))
    settings["data"] = {
        "path": "mine.csv",
        "id": "customer",
        "value": "spend",
        "numeric": {"spend": None, "visits": None},
        "categorical": {"channel": None},
    }
    for group, values in changes.items():
        settings[group] |= values
    paths.PARAMS.write_text(yaml.safe_dump(settings), encoding="utf-8")
    params = load_params(paths.PARAMS)
    for name in STAGES[: STAGES.index(until) + 1]:
        run_stage(name, params)


@pytest.mark.parametrize(
    ("n", "most"),
    [
        (8, 3),
        pytest.param(20, 9, marks=pytest.mark.thorough),
        pytest.param(30, 10, marks=pytest.mark.thorough),
    ],
)
@pytest.mark.usefixtures("workplace")
def test_a_small_table_gets_an_honest_answer(
    n: int, most: int, capsys: pytest.CaptureFixture[str]
) -> None:
    run(customers(n))
    assert files.read_csv(paths.CURVE)["k"].tolist() == list(range(2, most + 1))
    choice = files.read_json(paths.CHOICE)
    assert choice["structure"] == "one"
    assert f"{n} customers look like one population" in files.read_json(paths.SEGMENTS)["headline"]
    lowered = (
        f"k was tried from 2 to {most}, not to 10 (select_k.k_max): {n} customers are too few to "
        "judge more."
    )
    told = [line for line in capsys.readouterr().err.splitlines() if "select_k" in line]
    assert told == ([f"warning: {lowered}"] if n < 30 else [])
    assert (lowered in choice["why"]) == (n < 30)
    for report in (paths.REPORT, paths.SEGMENTS_MD):
        assert (lowered in report.read_text(encoding="utf-8")) == (n < 30)


@pytest.mark.usefixtures("workplace")
def test_groups_among_few_customers_are_seen() -> None:
    table = customers(20)
    table["spend"] += np.repeat([0, 500], 10)
    table["visits"] += np.repeat([0, 80], 10)
    run(table, until="select_k")
    choice = files.read_json(paths.CHOICE)
    assert choice["structure"] != "one"


@pytest.mark.parametrize("n", [2, 5, 7])
@pytest.mark.usefixtures("workplace")
def test_too_few_customers_are_told_with_how_many_it_takes(n: int) -> None:
    with pytest.raises(InputError) as told:
        run(customers(n))
    assert str(told.value) == (
        f"{n} customers are too few to tell 2 segments apart, which takes 8; bring more customers"
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"k_min": 9},
            "12 customers are too few to tell 9 segments apart, which takes 20; bring more",
        ),
        (
            {"rule": "fixed", "k": 8},
            "select_k.k is 8, but 12 customers are too few to judge more; lower it to 5 or less",
        ),
    ],
)
@pytest.mark.usefixtures("workplace")
def test_a_range_that_customers_do_not_allow_names_its_setting(
    settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError) as told:
        run(customers(12), until="select_k", select_k=settings)
    assert message in str(told.value)


@pytest.mark.usefixtures("workplace")
def test_a_sample_bounds_the_range_too() -> None:
    run(customers(300), until="select_k", select_k={"k_min": 45, "k_max": 60, "max_rows": 100})
    assert files.read_csv(paths.CURVE)["k"].max() == 49
    assert files.read_json(paths.CHOICE)["why"][-1] == (
        "k was tried from 45 to 49, not to 60 (select_k.k_max): 100 customers "
        "(select_k.max_rows) are too few to judge more."
    )


@pytest.mark.parametrize(
    "different", [*(pytest.param(n, marks=pytest.mark.thorough) for n in (2, 3)), 5]
)
@pytest.mark.usefixtures("workplace")
def test_customers_who_are_alike_make_no_more_segments_than_kinds(different: int) -> None:
    run(alike(40, different), until="evaluate", train={"k": 5})
    choice = files.read_json(paths.CHOICE)
    assert files.read_csv(paths.CURVE)["k"].max() == different
    assert choice["why"][-1].endswith(
        f"40 customers have only {different} different sets of features."
    )
    assert files.read_json(paths.METRICS)["k"] == different


@pytest.mark.usefixtures("workplace")
def test_fewer_kinds_than_the_least_number_of_segments() -> None:
    with pytest.raises(InputError, match=r"only 3 different sets.*select_k\.k_min asks for 4"):
        run(alike(40, 3), until="select_k", select_k={"k_min": 4})


def test_segments_of_one_or_two_are_refused() -> None:
    settings = load_params(ROOT / "params.yaml").train
    with pytest.raises(InputError, match=r"150 segments of 200 customers.*to 100 or less"):
        train._number(settings.model_copy(update={"k": 150}), 200)
    assert train._number(settings.model_copy(update={"k": 100}), 200) == 100


@pytest.mark.usefixtures("workplace")
def test_one_number_and_one_category_are_enough() -> None:
    run(customers(60), until="train", data={"numeric": {"spend": None}})
    assert len(files.read_json(paths.FEATURES)["features"]) == 3


@pytest.mark.usefixtures("workplace")
def test_categories_all_too_rare_to_be_features_are_told_where_features_are_made() -> None:
    table = customers(300)
    table["channel"] = [f"street {i % 150}" for i in range(300)]
    with pytest.raises(InputError, match=r"only 'spend' .* of channel .*min_category_share"):
        run(table, until="featurize", data={"numeric": {"spend": None}})
    assert not paths.MATRIX.exists()
