"""A team: one tracking server, one DVC remote, several clones."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import mlflow
import pytest
import requests
from servers import free_port, mlflow_server, nginx, postgres, postgres_program, system_program

from conftest import ROOT, Project

pytestmark = [pytest.mark.pipeline, pytest.mark.filterwarnings("default")]

NAME = "mlflow.example.com"  # the server's, in the page


@pytest.mark.thorough
def test_a_colleague_who_pulls_has_nothing_to_do(reproduced: Project, tmp_path: Path) -> None:
    reproduced.dvc("remote", "add", "--default", "team", str(tmp_path / "remote"))
    reproduced.git("commit", "-qam", "Share results")
    reproduced.dvc("push")
    reproduced.git("clone", "-q", str(reproduced.path), str(tmp_path / "colleague"))
    colleague = Project(tmp_path / "colleague")
    colleague.dvc("pull")
    assert "Data and pipelines are up to date" in colleague.dvc("repro").stdout
    assert colleague.git("status", "--porcelain") == ""


@pytest.mark.skipif(
    postgres_program("initdb") is None or system_program("nginx") is None,
    reason="PostgreSQL or nginx is not installed; apt-get install postgresql nginx-light",
)
def test_a_shared_server_with_passwords_on_postgresql(
    reproduced: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "server").mkdir()
    admin, team = ("admin", "of-the-administrator"), ("ana", "a-long-password")
    port, behind = free_port(), free_port()
    server = block("nginx").replace("443", str(port)).replace("5000", str(behind))
    server = re.sub(r"/etc/ssl/mlflow\.(\w+)", r"tls.\1", server)
    with (
        postgres() as address,
        nginx(tmp_path / "nginx", server, port) as certificate,
        mlflow_server(
            tmp_path / "server",
            f"{address}/mlflow",
            "--app-name",
            "basic-auth",
            port=behind,
            MLFLOW_AUTH_CONFIG_PATH=auth_settings(tmp_path / "server/auth.ini", address),
            MLFLOW_AUTH_ADMIN_PASSWORD=admin[1],
            MLFLOW_FLASK_SERVER_SECRET_KEY="of-the-server",  # noqa: S106
            MLFLOW_SERVER_ALLOWED_HOSTS=f"127.0.0.1,127.0.0.1:*,{NAME}",
        ) as direct,
    ):
        uri = f"https://127.0.0.1:{port}"
        here = {"MLFLOW_TRACKING_URI": uri, "MLFLOW_TRACKING_SERVER_CERT_PATH": str(certificate)}
        for name, value in {**here, **credentials(*admin)}.items():
            monkeypatch.setenv(name, value)
        set_up = block("python").replace(f"https://{NAME}", uri)
        eve = ("eve", "another-password")
        set_up += f"users.create_user{eve}\n"
        # In a process: mlflow.server makes settings of what it finds when it is imported.
        subprocess.run([sys.executable, "-c", set_up], check=True)
        attack(uri, direct, certificate, eve)

        reproduced.env.update(here)
        reproduced.env.update(credentials(team[0], "wrong"))
        refused = reproduced.stage("track", check=False)
        assert refused.returncode == 1
        (line,) = refused.stderr.splitlines()
        assert "refuses the user name or password; set MLFLOW_TRACKING_USERNAME" in line

        colleague = reproduced.copy(tmp_path / "colleague")
        both = [
            subprocess.Popen(
                ["python", "-m", "segmentation", "track"],
                cwd=project.path,
                env={**project.environment(), **here, **credentials(*team)},
                stdout=subprocess.DEVNULL,
            )
            for project in (reproduced, colleague)
        ]
        assert [process.wait() for process in both] == [0, 0]
        client = mlflow.MlflowClient(uri)
        experiments = [e.experiment_id for e in client.search_experiments()]
        (run,) = client.search_runs(experiments)
        assert run.info.status == "FINISHED"
        assert len(run.outputs.model_outputs) == 1
        files = {item.path for item in client.list_artifacts(run.info.run_id)}
        assert {"report.html", "params.yaml", "plots"} <= files


def block(language: str) -> str:
    """Return the only block of a language in what the page says of the server."""
    page = (ROOT / "docs/teams.md").read_text(encoding="utf-8")
    page = page.partition("## The model elsewhere")[0]
    (text,) = re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)
    return str(text)


def auth_settings(file: Path, database: str) -> str:
    """Write the page's `auth.ini` for a database; return where."""
    page = (ROOT / "docs/teams.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"```ini\n(\[mlflow\]\ndefault_permission.*?)```", page, re.DOTALL)
    address = f"database_uri = {database}/mlflow_users"
    file.write_text(re.sub("database_uri = .*", address, text), encoding="utf-8")
    return str(file)


def credentials(name: str, password: str) -> dict[str, str]:
    return {"MLFLOW_TRACKING_USERNAME": name, "MLFLOW_TRACKING_PASSWORD": password}


def attack(uri: str, direct: str, certificate: Path, user: tuple[str, str]) -> None:
    """Try what someone who may read could do to the server."""

    def ask(method: str, path: str, body: Any = None, **headers: str) -> int:
        address, verify = (direct, None) if path.startswith("!") else (uri, str(certificate))
        return requests.request(
            method,
            address + path.removeprefix("!"),
            json=body,
            auth=user,
            headers=headers,
            verify=verify,
            timeout=60,
        ).status_code

    assistant, forged = "/ajax-api/3.0/mlflow/assistant/config", {"X-Forwarded-For": "127.0.0.1"}
    change: dict[str, Any] = {"providers": {}}
    # Without a proxy the server believes the header. It no longer does? Then shorten the page.
    assert ask("PUT", f"!{assistant}", change, **forged) == 200
    for path in (
        assistant,
        assistant.replace("assistant", "%61ssistant"),
        assistant.replace("/mlflow", "//mlflow"),
        assistant.replace("/mlflow", "/mlflow/./x/.."),
    ):
        assert ask("PUT", path, change) == 403, path
        assert ask("PUT", path, change, **forged) == 403, path
    models = "/api/2.0/mlflow/registered-models"
    name = "customer-segmentation"
    assert ask("POST", f"{models}/create", {"name": name}) == 400  # it has an owner
    assert ask("PATCH", f"{models}/update", {"name": name, "description": "mine"}) == 403
    assert ask("DELETE", f"{models}/delete", {"name": name}) == 403
    assert ask("GET", f"{models}/get?name={name}") == 200
    assert ask("GET", f"{models}/get?name={name}", Host=NAME) == 200  # as people type it
    assert ask("GET", f"{models}/get?name={name}", Host="evil.example.com") == 403
