"""A first view waits for nothing that it does not need; the other pages are loaded behind it."""

import subprocess
import sys
from threading import Event, Thread

import pytest

from segmentation.dashboard import ahead, stored


@pytest.mark.slow
def test_a_first_view_loads_nothing_that_draws_pictures_scores_or_tracks() -> None:
    heavy = ("duckdb", "matplotlib", "mlflow", "scipy", "sklearn", "skops")
    told = "import sys; from segmentation.dashboard import ahead; ahead.begin(); "
    told += f"print(sorted({{*{heavy}}} & {{*sys.modules}}))"
    done = subprocess.run(
        [sys.executable, "-c", told], check=True, capture_output=True, encoding="utf-8"
    )
    assert done.stdout.strip() == "[]"


def test_the_other_pages_are_loaded_behind_the_first_view(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []

    def nothing() -> None:
        raise stored.NotThereError("a model")

    monkeypatch.setattr(ahead, "import_module", loaded.append)
    monkeypatch.setattr(ahead, "_loaded", {})
    monkeypatch.setattr(ahead, "_seen", Event())
    monkeypatch.setattr("gc.freeze", lambda: None)
    monkeypatch.setattr("segmentation.tracking.compared.finished", lambda *_: [])
    monkeypatch.setattr(stored, "chosen", nothing)
    behind = Thread(target=ahead.go_on)
    behind.start()
    assert loaded == []
    ahead.seen()
    behind.join(60)
    assert loaded == [f"segmentation.dashboard.screens.{name}" for name in ahead.HEAVY]
