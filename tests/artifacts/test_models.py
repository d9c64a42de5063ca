import zipfile
from pathlib import Path

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from segmentation.artifacts import models
from segmentation.errors import InputError, ModelError

X = np.random.default_rng(0).normal(size=(50, 3))


def fitted() -> object:
    return make_pipeline(StandardScaler(), KMeans(3, n_init=1, random_state=0)).fit(X)


def test_the_same_model_is_the_same_file(tmp_path: Path) -> None:
    models.write(tmp_path / "a.skops", fitted())
    models.write(tmp_path / "b.skops", fitted())
    assert (tmp_path / "a.skops").read_bytes() == (tmp_path / "b.skops").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.skops") as archive:
        assert {info.date_time[0] for info in archive.infolist()} == {1980}


def test_a_model_comes_back_as_it_was(tmp_path: Path) -> None:
    model = fitted()
    models.write(tmp_path / "a.skops", model)
    back = models.read(tmp_path / "a.skops")
    np.testing.assert_array_equal(back.predict(X), model.predict(X))  # type: ignore[attr-defined]


def test_a_damaged_model_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "a.skops").write_bytes(b"not an archive")
    with pytest.raises(ModelError, match="not a readable model"):
        models.read(tmp_path / "a.skops")
    with pytest.raises(InputError, match=r"is missing; make it with `dvc repro`"):
        models.read(tmp_path / "b.skops")
