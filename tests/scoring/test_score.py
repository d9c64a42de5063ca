"""A file's customers get their segments; nothing else of the file changes."""

import json
import os
import re
from pathlib import Path

import made
import numpy as np
import pandas as pd
import pytest
from defaults import cluster

from segmentation.algorithms import ALGORITHMS
from segmentation.algorithms.assigners import with_ids
from segmentation.commands import score as command
from segmentation.commands.load import Chosen
from segmentation.engines import source
from segmentation.errors import InputError
from segmentation.scoring.output import Csv
from segmentation.scoring.stream import ADDED


@pytest.fixture
def chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Chosen:
    found = made.chosen(tmp_path)
    monkeypatch.setattr(command, "choose", lambda _: found)
    return found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "new.csv"
    made.customers(rows=300, seed=9).to_csv(path, index=False)
    return path


def scored(file: Path, out: Path) -> tuple[pd.DataFrame, dict[str, object]]:
    done = command.score(file, out)
    return pd.read_csv(out, dtype=str), json.loads(done.sidecar.read_text(encoding="utf-8"))


def test_rows_and_columns_stay_and_segments_are_the_model_s(
    chosen: Chosen, file: Path, tmp_path: Path
) -> None:
    before = pd.read_csv(file, dtype=str)
    before.insert(3, "note", [f'a "{i}", b' for i in range(300)])
    before.to_csv(file, index=False)
    after, told = scored(file, tmp_path / "out.csv")
    pd.testing.assert_frame_equal(after[before.columns], before)
    assert list(after.columns) == [*before.columns, *ADDED]
    expected = chosen.model.predict(pd.read_csv(file))
    assert after["segment"].astype(int).tolist() == expected.tolist()
    assert told["rows"] == told["scored"] == 300
    assert told["extra_columns"] == ["note"]
    assert told["segments"] == {
        str(i): int(n) for i, n in zip(*np.unique(expected, return_counts=True), strict=True)
    }


def test_a_reason_names_what_pulls_hardest(chosen: Chosen, file: Path, tmp_path: Path) -> None:
    after, _ = scored(file, tmp_path / "out.csv")
    row = pd.read_csv(file).iloc[[0]]
    transformer, assigner = chosen.model.steps[0][1], chosen.model.steps[1][1]
    X = transformer.transform(row)[0]
    away = ((assigner.centroids_ - X) ** 2).sum(axis=1)
    near, other = np.argsort(away)[:2]
    assert after["runner_up"].iloc[0] == str(other + 1)
    pull = (assigner.centroids_[other] - X) ** 2 - (assigner.centroids_[near] - X) ** 2
    names = transformer.get_feature_names_out()
    best = max(made.DATA.features, key=lambda c: pull[[str(n).startswith(c) for n in names]].sum())
    assert after["reason_1"].iloc[0].startswith(best.replace("_", " "))
    confidence = 1 - np.sqrt(away[near] / away[other])
    assert float(after["confidence"].iloc[0]) == pytest.approx(confidence, abs=1e-6)


def test_cells_are_read_as_in_the_training_and_counted(
    chosen: Chosen, file: Path, tmp_path: Path
) -> None:
    table = pd.read_csv(file, dtype=str)
    clean, _ = scored(file, tmp_path / "clean.csv")
    table["gender"] = table["gender"].replace({"Female": "f", "Male": " MALE "})
    table["income"] = table["income"].map(lambda x: f"{float(x):,.0f}")
    table.loc[0, "income"] = "n/a"
    table.loc[1, "preferred_category"] = "Yachts"
    table.loc[2, "age"] = "250"
    table.loc[3, "age"] = "old"
    table.to_csv(file, index=False)
    after, told = scored(file, tmp_path / "out.csv")
    assert after["segment"].iloc[4:].tolist() == clean["segment"].iloc[4:].tolist()
    assert after["not_scored"].iloc[2:4].tolist() == ["outside limits: age", "not a number: age"]
    assert after["segment"].iloc[2:4].isna().all()
    assert told["missing_cells"] == {"income": 1}
    assert told["unseen_categories"] == {"preferred_category": 1}
    assert told["not_scored"] == {"outside limits: age": 1, "not a number: age": 1}


def test_customers_unlike_any_in_training_are_marked(
    chosen: Chosen, file: Path, tmp_path: Path
) -> None:
    table = pd.read_csv(file)
    table.loc[0, ["income", "last_purchase_amount"]] = [900_000, 90_000]
    table.to_csv(file, index=False)
    after, told = scored(file, tmp_path / "out.csv")
    assert after["unlike"].iloc[0] == "true"
    assert told["unlike"] == (after["unlike"] == "true").sum() <= 6


def test_parquet_keeps_its_types_and_says_the_same(
    chosen: Chosen, file: Path, tmp_path: Path
) -> None:
    table = pd.read_csv(file)
    table["since"] = pd.Timestamp("2024-05-01")
    table.to_parquet(tmp_path / "new.parquet", index=False)
    after, _ = scored(file, tmp_path / "out.csv")
    command.score(tmp_path / "new.parquet", tmp_path / "out.parquet")
    other = pd.read_parquet(tmp_path / "out.parquet")
    pd.testing.assert_frame_equal(other[table.columns], table, check_dtype=False)
    assert other["segment"].tolist() == after["segment"].astype(int).tolist()
    assert other["reason_2"].fillna("").tolist() == after["reason_2"].fillna("").tolist()


def test_many_batches_say_what_one_says(
    chosen: Chosen, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command.score(file, tmp_path / "one.csv")
    monkeypatch.setattr(source, "_BLOCK", 1000)
    command.score(file, tmp_path / "many.csv")
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "many.csv").read_bytes()


def test_a_line_that_is_no_row_is_left_out_and_told(
    chosen: Chosen, file: Path, tmp_path: Path
) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    lines.insert(3, "1,2,3")
    file.write_text("\n".join([*lines, '"an open quote,1,2']), encoding="utf-8")
    done = command.score(file, tmp_path / "out.csv")
    assert (done.damaged, done.counts.rows) == (2, 300)
    assert done.first_damage.startswith("line 4: too few cells")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (
            "HEADER\n1;2\n",
            'separated by ";"; save it as the training\'s was: "," between columns',
        ),
        ("WRONG", "write these cells as the training's were, or leave them empty"),
        ("OTHER", "is not utf-8 text: line 1 holds byte"),
        ("a~b\n1~2\n", "single column, 'a~b'; save it as the training's was"),
        ("\0" * 900, "is no text; give a CSV or Parquet file, or a folder"),
        (None, "folder without a file; give a CSV or Parquet file, or a folder"),
    ],
)
def test_how_to_mend_a_file_is_told_for_files_not_for_settings(
    chosen: Chosen, tmp_path: Path, content: str | None, why: str
) -> None:
    file = tmp_path / "new.csv"
    if content is None:
        file.mkdir()
    else:
        rows = made.customers(rows=100)
        content = content.replace("HEADER", ";".join(rows.columns))
        content = content.replace("WRONG", rows.assign(age="old").to_csv(index=False))
        content = content.replace("OTHER", rows.rename(columns={"age": "Ä"}).to_csv(index=False))
        file.write_text(content, encoding="cp1252")
    with pytest.raises(InputError) as told:
        command.score(file, tmp_path / "out.csv")
    assert why in str(told.value)
    assert "data." not in str(told.value)
    assert not (tmp_path / "out.csv").exists()


def test_a_pipe_is_refused_and_nobody_waits_for_it(chosen: Chosen, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "new.csv")
    with pytest.raises(InputError, match="is a pipe, which can be read only once"):
        command.score(tmp_path / "new.csv", tmp_path / "out.csv")


def test_names_that_are_taken_are_not_written_over(
    chosen: Chosen, file: Path, tmp_path: Path
) -> None:
    pd.read_csv(file).assign(name="Ann").to_csv(file, index=False)
    after, told = scored(file, tmp_path / "out.csv")
    assert set(after["name"]) == {"Ann"}
    assert after["scored_name"].str.startswith("Segment ").all()
    assert "scored_name" in told["columns_added"]  # type: ignore[operator]


def test_a_missing_column_is_told_with_the_nearest_name(
    chosen: Chosen, file: Path, tmp_path: Path
) -> None:
    pd.read_csv(file).rename(columns={"income": "incme"}).to_csv(file, index=False)
    with pytest.raises(InputError, match=r"has no column 'income'; did you mean 'incme'\?$"):
        command.score(file, tmp_path / "out.csv")
    assert not list(tmp_path.glob("*out.csv*"))


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_all_missing_columns_are_told_and_no_cell_of_a_customer(
    chosen: Chosen, tmp_path: Path, ending: str
) -> None:
    def told(table: pd.DataFrame) -> str:
        file = tmp_path / f"new.{ending}"
        table.to_csv(file, index=False) if ending == "csv" else table.to_parquet(file, index=False)
        with pytest.raises(InputError) as refused:
            command.score(file, tmp_path / "out.csv")
        return str(refused.value).removeprefix(f"{file} ")

    rows = made.customers(rows=20)
    most = rows[["id", "gender"]].rename(columns={"gender": "Gender "}).assign(town="Ulm")
    assert told(most) == (
        "has no columns 'age', 'spending_score', 'membership_years', 'purchase_frequency', "
        "'income', 'last_purchase_amount', 'gender' (did you mean 'Gender'?), "
        "'preferred_category'; other columns there: 'town'"
    )
    assert told(rows.drop(columns=["age", "income"])) == "has no columns 'age', 'income'"
    assert "'gender', 'preferred_category'" in told(rows[["id"]])
    assert "numbers the customers will do" in told(rows.drop(columns="id"))
    headless = told(rows.astype(str).set_axis([*"1234567", "Ann", "x"], axis=1))
    assert "line 1 seems to be a customer" in headless
    assert "Ann" not in headless


def test_a_file_that_is_not_there_is_told_with_the_nearest_name(chosen: Chosen, file: Path) -> None:
    wrong = file.with_name(f"{file.stem}s{file.suffix}")
    told = f"{wrong} does not exist; did you mean '{file.name}'?"
    with pytest.raises(InputError, match=f"^{re.escape(told)}$"):
        command.score(wrong)


def test_what_was_cut_short_leaves_the_last_answer(
    chosen: Chosen, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.csv"
    out.write_text("old", encoding="utf-8")

    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(Csv, "write", broken)
    with pytest.raises(RuntimeError):
        command.score(file, out)
    assert out.read_text(encoding="utf-8") == "old"
    assert not list(tmp_path.glob(".out*"))


def test_a_file_is_not_written_onto_itself(chosen: Chosen, file: Path) -> None:
    with pytest.raises(InputError, match="the file that is read"):
        command.score(file, file)


def test_delimiter_and_encoding_stay(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = made.DATA.model_copy(update={"delimiter": ";", "encoding": "cp1252", "decimal": ","})
    monkeypatch.setattr(command, "choose", lambda _: made.chosen(tmp_path, data=data))
    table = pd.read_csv(file).assign(town="Köln")
    table.to_csv(file, index=False, sep=";", decimal=",", encoding="cp1252")
    command.score(file, tmp_path / "out.csv")
    after = pd.read_csv(tmp_path / "out.csv", sep=";", encoding="cp1252", decimal=",")
    assert set(after["town"]) == {"Köln"}
    assert after["segment"].tolist() == made.model().predict(table).tolist()


@pytest.mark.parametrize("algorithm", ["gaussian_mixture", "agglomerative", "dbscan"])
def test_models_without_centres_score_too(
    algorithm: str, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = made.customers(400)
    model = made.pipeline(table)
    transformer = model.steps[0][1]
    k = 4 if ALGORITHMS[algorithm].needs_k else None
    clustering = cluster(algorithm, np.asarray(transformer.transform(table)), k=k)
    found = with_ids(clustering.assigner, range(1, clustering.k + 1))
    model.steps[1] = ("segments", found)
    baseline = made.of_training(tmp_path, model, table)
    monkeypatch.setattr(
        command, "choose", lambda _: made.chosen(tmp_path, model, baseline=baseline)
    )
    after, told = scored(file, tmp_path / "out.csv")
    expected = model.predict(pd.read_csv(file))
    assert after["segment"].astype(int).tolist() == expected.tolist()
    inside = after[after["segment"] != "-1"]
    assert (inside["runner_up"] != inside["segment"]).all()
    assert told["unlike"] <= 6  # type: ignore[operator]
    if clustering.k > 1:
        assert inside["runner_up"].notna().all()
        assert inside["reason_1"].notna().mean() > 0.9


def test_a_file_of_which_nobody_can_be_scored(chosen: Chosen, file: Path, tmp_path: Path) -> None:
    table = pd.read_csv(file, dtype=str)
    table[made.DATA.features] = ""
    table.to_csv(file, index=False)
    after, told = scored(file, tmp_path / "out.csv")
    assert (told["rows"], told["scored"]) == (300, 0)
    assert set(after["not_scored"]) == {"too many cells are missing"}
    assert after["segment"].isna().all()


@pytest.mark.parametrize("out", ["x.xlsx", "x.csv.gz", "."])
def test_what_is_written_is_what_its_name_says(
    chosen: Chosen, file: Path, tmp_path: Path, out: str
) -> None:
    with pytest.raises(InputError, match=r"the ending says what is written|is a folder"):
        command.score(file, tmp_path / out)
    with pytest.raises(InputError, match="is a folder"):
        command.score(file, Path())
