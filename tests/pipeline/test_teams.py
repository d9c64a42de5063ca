"""A team: one tracking server, one DVC remote, several clones."""

import shutil
import subprocess
from pathlib import Path

import mlflow
import pytest
from servers import mlflow_server, postgres, postgres_program

from conftest import Project

pytestmark = [pytest.mark.pipeline, pytest.mark.filterwarnings("default")]

AUTH = """[mlflow]
default_permission = READ
database_uri = {address}/mlflow_users
admin_username = admin
authorization_function = mlflow.server.auth:authenticate_request_basic_auth
auth_cache_ttl_seconds = 60
"""


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
    postgres_program("initdb") is None,
    reason="PostgreSQL is not installed; on Debian or Ubuntu: apt-get install postgresql",
)
def test_a_shared_server_with_passwords_on_postgresql(reproduced: Project, tmp_path: Path) -> None:
    (tmp_path / "server").mkdir()
    password = {"MLFLOW_TRACKING_USERNAME": "admin", "MLFLOW_TRACKING_PASSWORD": "a-long-password"}
    with postgres() as address:
        auth = tmp_path / "server/auth.ini"
        auth.write_text(AUTH.format(address=address), encoding="utf-8")
        with mlflow_server(
            tmp_path / "server",
            f"{address}/mlflow",
            "--app-name",
            "basic-auth",
            MLFLOW_AUTH_CONFIG_PATH=str(auth),
            MLFLOW_AUTH_ADMIN_PASSWORD=password["MLFLOW_TRACKING_PASSWORD"],
            MLFLOW_FLASK_SERVER_SECRET_KEY="of-the-server",  # noqa: S106
        ) as uri:
            reproduced.env["MLFLOW_TRACKING_URI"] = uri
            wrong = {**password, "MLFLOW_TRACKING_PASSWORD": "wrong"}
            refused = reproduced.stage("track", check=False, **wrong)
            assert refused.returncode == 1
            (line,) = refused.stderr.splitlines()
            assert "refuses the user name or password; set MLFLOW_TRACKING_USERNAME" in line

            shutil.copytree(reproduced.path, tmp_path / "colleague")
            both = [
                subprocess.Popen(
                    ["python", "-m", "segmentation", "track"],
                    cwd=project.path,
                    env={**project.environment(), "MLFLOW_TRACKING_URI": uri, **password},
                    stdout=subprocess.DEVNULL,
                )
                for project in (reproduced, Project(tmp_path / "colleague"))
            ]
            assert [process.wait() for process in both] == [0, 0]
            with pytest.MonkeyPatch.context() as env:
                for name, value in password.items():
                    env.setenv(name, value)
                client = mlflow.MlflowClient(uri)
                experiments = [e.experiment_id for e in client.search_experiments()]
                (run,) = client.search_runs(experiments)
                assert run.info.status == "FINISHED"
                assert len(run.outputs.model_outputs) == 1
                files = {item.path for item in client.list_artifacts(run.info.run_id)}
                assert {"report.html", "params.yaml", "plots"} <= files
