import zipfile
from pathlib import Path

import numpy as np
import pytest
import skops.io
from sklearn.cluster import KMeans
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

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


def archive(path: Path, *, names: dict[str, bytes], compression: int) -> None:
    models.write(path, fitted())
    with zipfile.ZipFile(path, "a", compression) as target:
        for name, content in names.items():
            target.writestr(name, content)


@pytest.mark.parametrize(
    ("names", "compression", "why"),
    [
        ({"9.npy": bytes(1_000_000)}, zipfile.ZIP_DEFLATED, "is compressed"),
        ({"a.pkl": b"x"}, zipfile.ZIP_STORED, "is none of a model"),
        ({f"x{n}.npy": b"" for n in range(100_001)}, zipfile.ZIP_STORED, "holds 100,0.. parts"),
    ],
)
def test_an_archive_that_could_be_a_bomb_is_not_opened(
    tmp_path: Path, names: dict[str, bytes], compression: int, why: str
) -> None:
    archive(tmp_path / "a.skops", names=names, compression=compression)
    with pytest.raises(ModelError, match=why):
        models.read(tmp_path / "a.skops")


def test_types_of_others_are_not_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.skops").write_bytes(
        skops.io.dumps(make_pipeline(FunctionTransformer(print, validate=False)))
    )
    with pytest.raises(ModelError, match="not a readable model"):
        models.read(tmp_path / "a.skops")
    assert capsys.readouterr().out == ""
