"""What is missing for Spark is told in one line."""

from importlib.util import find_spec
from pathlib import Path

import pytest
from test_both_engines import DATA

from segmentation.engines import session
from segmentation.engines.chosen import chosen
from segmentation.engines.local import Local
from segmentation.errors import SettingsError
from segmentation.settings.shared.base import validate
from segmentation.settings.shared.engine import Engine

SPARK = Engine(name="spark")


def test_no_pyspark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r"PySpark is not installed; run `pip install -r requ"):
        chosen(SPARK, DATA)


def test_no_java(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(session, "find_spec", lambda name: find_spec("json"))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SettingsError, match="which needs Java, and there is none here; install"):
        chosen(SPARK, DATA)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(SettingsError, match=f"there is none in JAVA_HOME \\({tmp_path}\\)"):
        chosen(SPARK, DATA)


def test_an_old_java(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(session, "find_spec", lambda name: find_spec("json"))
    java = tmp_path / "bin/java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019' >&2\n", encoding="utf-8")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(SettingsError, match=r"Java 11\.0\.2 is too old for it; install a runtime"):
        chosen(SPARK, DATA)


def test_the_local_engine_needs_none_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "find_spec", lambda name: None)
    with chosen(Engine(), DATA) as engine:
        assert isinstance(engine, Local)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"name": "spork"}, "'name' is 'spork'; allowed: 'local' or 'spark'"),
        ({"master": "host:7077"}, "'master': 'host:7077' is no address of Spark"),
        ({"options": {"memory": "8g"}}, "'options': 'memory' is no setting of Spark"),
    ],
)
def test_settings_that_are_wrong(content: dict[str, object], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        validate(Engine, content, "params.yaml")


def test_the_name_alone_will_do() -> None:
    assert Engine.model_validate("spark") == SPARK
