"""Nothing that the project starts asks for another machine.

Every test holds that (`conftest`, `offline/sitecustomize.py`); here it is seen that the guard sees.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from servers import free_port, stop, wait_for

from conftest import ROOT, Project
from offline import sitecustomize as offline

pytestmark = pytest.mark.pipeline

FOREIGN = "example.invalid"


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A log of this test alone: what is in it fails nothing."""
    monkeypatch.setenv(offline.LOG, str(tmp_path / "log"))
    return tmp_path / "log"


def test_a_look_up_is_refused_and_written_down(log: Path) -> None:
    with pytest.raises(OSError, match=FOREIGN):
        socket.getaddrinfo(FOREIGN, 443)
    with pytest.raises(OSError, match=FOREIGN):
        socket.gethostbyname(FOREIGN)
    with socket.socket() as client, pytest.raises(OSError, match=r"192\.0\.2\.1"):
        client.connect(("192.0.2.1", 443))
    assert log.read_text(encoding="utf-8").count("by") == 3
    assert socket.getaddrinfo("localhost", 80)


def test_processes_and_their_children_are_guarded(clone: Project, log: Path) -> None:
    inner = f"import socket; socket.create_connection(('{FOREIGN}', 443))"
    outer = f"import subprocess, sys; sys.exit(subprocess.call([sys.executable, '-c', {inner!r}]))"
    assert "ConnectionRefusedError" in clone.run("python", "-c", outer, check=False).stderr
    assert FOREIGN in log.read_text(encoding="utf-8")


@pytest.mark.thorough
def test_mlflow_would_tell_of_itself_if_it_were_let(
    clone: Project, log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else this suite would prove nothing: MLflow keeps quiet where it sees a test."""
    use = "from mlflow.telemetry.client import get_telemetry_client as client\n"
    # Where it would keep the number that it knows a user by.
    project = Project(clone.path, {"HOME": str(tmp_path)})
    # Where it is quiet as well; `make` sets the second.
    for quiet in ("CI", "DO_NOT_TRACK"):
        monkeypatch.delenv(quiet, raising=False)
    off = project.run(
        sys.executable, "-c", f"{use}print(client())", MLFLOW_DISABLE_TELEMETRY="true"
    )
    assert off.stdout == "None\n"
    assert not log.exists()
    project.run(sys.executable, "-c", f"{use}c = client(); c.activate(); c._config_thread.join()")
    assert "mlflow-telemetry" in log.read_text(encoding="utf-8")


def test_the_settings_of_the_project_keep_dvc_quiet() -> None:
    config = (ROOT / ".dvc/config").read_text(encoding="utf-8")
    assert re.search(r"^\s*analytics = false$", config, re.MULTILINE)
    assert re.search(r"^\s*check_update = false$", config, re.MULTILINE)


def test_the_ui_asks_for_nothing(reproduced: Project) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    ui = subprocess.Popen(
        ["segmentation", "ui", "--port", str(port)],
        cwd=reproduced.path,
        env=reproduced.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_for(f"{address}/health", ui)
        # What a browser asks first: whether its page may tell the makers of itself.
        with urllib.request.urlopen(f"{address}/ajax-api/3.0/mlflow/ui-telemetry") as answer:  # noqa: S310
            assert json.load(answer)["disable_ui_telemetry"]
    finally:
        os.killpg(ui.pid, signal.SIGTERM)
        stop(ui)
