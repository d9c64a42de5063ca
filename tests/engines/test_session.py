"""What is missing for Spark is told in one line."""

import socket
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


def test_no_cluster_where_it_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "find_spec", lambda name: find_spec("json"))
    monkeypatch.setattr(session, "_java", lambda: None)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        nobody = f"spark://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(SettingsError, match=f"no Spark answers at {nobody} \\(.+\\); mend"):
            chosen(Engine(name="spark", master=nobody), DATA)
    for name in ("HADOOP_CONF_DIR", "YARN_CONF_DIR", "SPARK_HOME", "SPARK_CONF_DIR"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SettingsError, match="nothing says where that is: set HADOOP_CONF_DIR"):
        chosen(Engine(name="spark", master="yarn"), DATA)


JAVA = """An error occurred while calling o1.save.
: org.apache.spark.SparkException: Job aborted due to stage failure: Task 0 failed
\tat org.apache.spark.Here.there(Here.scala:1)
Caused by: java.io.IOException: No space left on device
\tat java.base/java.io.FileOutputStream.write(Native Method)
"""
PYTHON = """An error occurred while calling o1.save.
: org.apache.spark.SparkException: Job aborted. Traceback (most recent call last):
  File "worker.py", line 1, in main
    work()
MemoryError: 8 GB
\tat org.apache.spark.api.python.Reader.read(Reader.scala:1)
"""


@pytest.mark.parametrize(
    ("page", "line"),
    [
        (JAVA, "java.io.IOException: No space left on device"),
        (PYTHON, "MemoryError: 8 GB"),
        ("[JAVA_GATEWAY_EXITED] Java exited.", "[JAVA_GATEWAY_EXITED] Java exited"),
    ],
)
def test_what_stops_spark_is_told_in_a_line(page: str, line: str) -> None:
    kind = type("Py4JJavaError", (Exception,), {"__module__": "py4j.protocol"})
    assert str(session.failed(kind(page))).startswith(f"Spark stopped: {line}; mend engine.options")
    assert session.failed(ValueError(page)) is None


def test_the_local_engine_needs_none_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "find_spec", lambda name: None)
    with chosen(Engine(), DATA) as engine:
        assert isinstance(engine, Local)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"name": "spork"}, "'name' is 'spork'; allowed: 'local' or 'spark'"),
        ({"master": "spark://host"}, "'master': 'spark://host' is no address of Spark"),
        ({"master": "host:7077"}, "'master': 'host:7077' is no address of Spark"),
        ({"options": {"memory": "8g"}}, "'options': 'memory' is no setting of Spark"),
    ],
)
def test_settings_that_are_wrong(content: dict[str, object], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        validate(Engine, content, "params.yaml")


def test_the_name_alone_will_do() -> None:
    assert Engine.model_validate("spark") == SPARK
