import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from segmentation import files
from segmentation.errors import InputError, ModelError

X = np.random.default_rng(0).normal(size=(50, 3))


def fitted() -> object:
    return make_pipeline(StandardScaler(), KMeans(3, n_init=1, random_state=0)).fit(X)


def test_the_same_model_is_the_same_file(tmp_path: Path) -> None:
    files.write_model(tmp_path / "a.skops", fitted())
    files.write_model(tmp_path / "b.skops", fitted())
    assert (tmp_path / "a.skops").read_bytes() == (tmp_path / "b.skops").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.skops") as archive:
        assert {info.date_time[0] for info in archive.infolist()} == {1980}


def test_a_model_comes_back_as_it_was(tmp_path: Path) -> None:
    model = fitted()
    files.write_model(tmp_path / "a.skops", model)
    back = files.read_model(tmp_path / "a.skops")
    np.testing.assert_array_equal(back.predict(X), model.predict(X))  # type: ignore[attr-defined]


def test_a_damaged_model_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "a.skops").write_bytes(b"not an archive")
    with pytest.raises(ModelError, match="not a readable model"):
        files.read_model(tmp_path / "a.skops")
    with pytest.raises(InputError, match=r"is missing; make it with `dvc repro`"):
        files.read_model(tmp_path / "b.skops")


def test_json_is_sorted_rounded_and_free_of_nan(tmp_path: Path) -> None:
    content = {
        "b": np.float64(1 / 3),
        "a": [float("nan"), -0.0, np.int64(3), 123456789.0],
        "c": "ü",
    }
    files.write_json(tmp_path / "x.json", content)
    text = (tmp_path / "x.json").read_text(encoding="utf-8")
    assert files.read_json(tmp_path / "x.json") == {
        "a": [None, 0.0, 3, 123457000.0],
        "b": 0.333333,
        "c": "ü",
    }
    assert text.index('"a"') < text.index('"b"')
    assert "-0" not in text


def test_lists_of_numbers_stand_on_one_line_and_texts_stay_as_they_are(tmp_path: Path) -> None:
    content = {"interval": [1.5, -2e-9], "text": "[\n1,\n2]", "texts": ["[1", "2]"], "none": []}
    files.write_json(tmp_path / "x.json", content)
    assert files.read_json(tmp_path / "x.json") == content
    assert '"interval": [1.5, -2e-09]' in (tmp_path / "x.json").read_text(encoding="utf-8")


def test_formulas_are_disarmed_for_spreadsheets() -> None:
    table = pd.DataFrame({"town": ["=1+1", "@x", "-a", "+b", "Bonn", None], "spend": [-1.0] * 6})
    safe = files.for_spreadsheets(table)
    assert safe["town"].tolist()[:5] == ["'=1+1", "'@x", "'-a", "'+b", "Bonn"]
    assert safe["spend"].tolist() == [-1.0] * 6
