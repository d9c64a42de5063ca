import io
import json
import zipfile
from typing import Any

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from segmentation.algorithms import models
from segmentation.errors import ModelError

X = np.random.default_rng(0).normal(size=(50, 3))


def fitted() -> object:
    return make_pipeline(StandardScaler(), KMeans(3, n_init=1, random_state=0)).fit(X)


def test_the_same_model_is_the_same_bytes() -> None:
    saved = models.dumps(fitted())
    assert saved == models.dumps(fitted())
    with zipfile.ZipFile(io.BytesIO(saved)) as archive:
        assert {info.date_time[0] for info in archive.infolist()} == {1980}


def test_a_model_comes_back_as_it_was() -> None:
    model = fitted()
    back = models.loads(models.dumps(model), "it")
    np.testing.assert_array_equal(back.predict(X), model.predict(X))  # type: ignore[attr-defined]


def test_a_damaged_model_is_one_clear_error() -> None:
    with pytest.raises(ModelError, match=r"a\.skops is not a readable model"):
        models.loads(b"not an archive", "a.skops")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("names", "compression", "why"),
    [
        ({"9.npy": bytes(1_000_000)}, zipfile.ZIP_DEFLATED, "is compressed"),
        ({"a.pkl": b"x"}, zipfile.ZIP_STORED, "is none of a model"),
        ({f"x{n}.npy": b"" for n in range(100_001)}, zipfile.ZIP_STORED, "holds 100,0.. parts"),
    ],
)
def test_an_archive_that_could_be_a_bomb_is_not_opened(
    names: dict[str, bytes], compression: int, why: str
) -> None:
    saved = io.BytesIO(models.dumps(fitted()))
    with zipfile.ZipFile(saved, "a", compression) as target:
        for name, content in names.items():
            target.writestr(name, content)
    with pytest.raises(ModelError, match=why):
        models.loads(saved.getvalue(), "it")


def nested(depth: int, *, inside: int) -> bytes:
    """Lists, each of the next one and again of another, `inside` the one or around it."""
    of_lists = {"__class__": "list", "__module__": "builtins", "__loader__": "ListNode"}
    part: dict[str, Any] = {
        "__class__": "str", "__module__": "builtins", "__loader__": "JsonNode",
        "content": "1", "is_json": True, "__id__": 1,
    }  # fmt: skip
    for number in range(1, depth + 1):
        again = of_lists | {"__id__": number + inside, "content": []}
        part = of_lists | {"__id__": number + 1, "content": [part, again]}
    saved = io.BytesIO()
    with zipfile.ZipFile(saved, "w") as target:
        text = json.dumps(part | {"protocol": 2, "_skops_version": "0.16.0"})
        target.writestr("schema.json", text)
    return saved.getvalue()


def test_parts_that_stand_for_many_others_are_not_gone_through() -> None:
    assert models.loads(nested(3, inside=0), "it")
    with pytest.raises(ModelError, match="stand for too many others"):
        models.loads(nested(60, inside=0), "it")
    with pytest.raises(ModelError, match="hold each other"):
        models.loads(nested(3, inside=1), "it")


def test_types_of_others_are_not_made(capsys: pytest.CaptureFixture[str]) -> None:
    saved = models.dumps(make_pipeline(FunctionTransformer(print, validate=False)))
    with pytest.raises(ModelError, match="not a readable model"):
        models.loads(saved, "it")
    assert capsys.readouterr().out == ""
