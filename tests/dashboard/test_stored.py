"""What pages show is read once, as long as no file is another."""

from pathlib import Path

import pytest

from segmentation.dashboard import stored
from segmentation.tracking.store import embedded_uri


@pytest.fixture
def loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """Note each time that a model is loaded."""
    names: list[str | None] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setattr(stored, "choose", names.append)
    return names


def test_the_model_is_loaded_once_also_where_mlflow_says_where_it_looked(
    loaded: list[str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("mlflow.db").touch()
    stored.chosen()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", embedded_uri(Path.cwd()))  # as MLflow does
    stored.chosen()
    assert loaded == [None]
    Path("dvc.lock").touch()
    stored.chosen()
    assert loaded == [None, None]


def test_looking_for_a_champion_makes_no_store(loaded: list[str | None]) -> None:
    stored.chosen()
    assert loaded == ["workspace"]
    assert not Path("mlflow.db").exists()
