"""The workspace and a commit, read by the same names."""

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

import factories
from conftest import Project
from segmentation import paths
from segmentation.artifacts.metrics import Metrics
from segmentation.errors import InputError, SchemaError, SettingsError
from segmentation.repository import lock
from segmentation.repository.dvc_internals import cached
from segmentation.repository.snapshot import Snapshot, as_parquet, as_settings, as_text
from segmentation.review.side import side_of

pytestmark = pytest.mark.pipeline

PLOTS = Path("reports/plots")  # a folder as an output
DVC_YAML = """\
stages:
  prepare:
    cmd: cp source.parquet data/prepared/customers.parquet
    deps: [source.parquet]
    params: [seed]
    outs: [data/prepared/customers.parquet]
  evaluate:
    cmd: mkdir -p reports/plots && echo a > reports/plots/a.txt && cp m.json {metrics}
    outs:
      - {metrics}: {{cache: false}}
      - reports/plots
  track:
    cmd: echo s > reports/state.json
    deps: [reports/plots]
    outs: [reports/state.json]
"""


def metrics_file(k: int) -> str:
    return json.dumps(factories.metrics(k=k).content())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A small pipeline that ran and was committed as `first`, then changed. Read it only."""
    project = Project(tmp_path_factory.mktemp("snapshot") / "project")
    project.path.mkdir()
    for folder in ("data/prepared", "reports/evaluate"):
        (project.path / folder).mkdir(parents=True)
    write = {
        "params.yaml": "seed: 1\n",
        "dvc.yaml": DVC_YAML.format(metrics=paths.METRICS.as_posix()),
        "m.json": metrics_file(4),
    }
    for name, text in write.items():
        (project.path / name).write_text(text, encoding="utf-8")
    pd.DataFrame({"id": [1, 2]}).to_parquet(project.path / "source.parquet")
    project.git("init", "-q", "-b", "main")
    project.dvc("init", "-q")
    project.dvc("repro", "-q")
    project.git("add", "-A")
    project.git("commit", "-q", "-m", "First")
    project.git("tag", "first")
    (project.path / "m.json").write_text(metrics_file(5), encoding="utf-8")
    project.dvc("repro", "-q", "-f", "evaluate")
    return project


@pytest.fixture
def changed(made: Project, tmp_path: Path) -> Project:
    """A copy that a test may change."""
    return made.copy(tmp_path / "project")


def test_the_workspace_is_what_lies_on_the_disk(made: Project) -> None:
    here = Snapshot.of_workspace(made.path)
    assert here.name == "workspace"
    assert here.commit == made.git("rev-parse", "HEAD").strip()
    assert here.artifact(Metrics).k == 5
    assert here.params == {"seed": 1}
    assert here.stages.keys() == {"prepare", "evaluate", "track"}


def test_a_revision_is_read_from_git_and_from_the_cache(made: Project) -> None:
    there = Snapshot.at("first", root=made.path)
    assert there.name == "first"
    assert there.commit == made.git("rev-parse", "first").strip()
    assert there.artifact(Metrics).k == 4  # in git
    assert there.get(paths.PREPARED, as_parquet)["id"].tolist() == [1, 2]  # in DVC's cache
    assert there.params == {"seed": 1}
    there.check()
    assert (there.missing, there.outdated, there.trouble) == ((), (), "")


@pytest.mark.parametrize("revision", [None, "first"])
def test_outputs_are_listed_those_in_folders_too_and_not_what_tracking_wrote(
    made: Project, revision: str | None
) -> None:
    root = made.path
    snapshot = Snapshot.at(revision, root=root) if revision else Snapshot.of_workspace(root)
    assert snapshot.outputs(paths.REPORTS) == [paths.METRICS, PLOTS / "a.txt"]
    assert snapshot.get(PLOTS / "a.txt", as_text) == "a\n"


def test_what_is_nowhere_is_named_and_only_if_it_was_asked_for(changed: Project) -> None:
    shutil.rmtree(changed.path / ".dvc/cache")
    there = Snapshot.at("first", root=changed.path)
    assert there.find(paths.PREPARED, as_parquet) is None
    assert there.find(paths.CURVE, as_text) is None  # no output of this pipeline
    assert there.missing == ("data/prepared/customers.parquet",)
    with pytest.raises(InputError, match=r"customers\.parquet is missing; make it with"):
        there.get(paths.PREPARED, as_parquet)
    with pytest.raises(InputError, match=r"customers\.parquet is not there"):
        there.check()


def test_a_folder_that_is_nowhere_is_named(changed: Project) -> None:
    for file in (changed.path / ".dvc/cache").rglob("*.dir"):
        file.unlink()
    there = Snapshot.at("first", root=changed.path, remote=False)
    assert there.outputs(paths.REPORTS) == [paths.METRICS]
    with pytest.raises(InputError, match="reports/plots is not there"):
        there.check()


def test_a_folder_that_lacks_a_file_is_named(changed: Project) -> None:
    content = Snapshot.at("first", root=changed.path).read(PLOTS / "a.txt")
    for file in (changed.path / ".dvc/cache").rglob("*"):
        if file.is_file() and file.read_bytes() == content:
            file.unlink()
    with pytest.raises(InputError, match="reports/plots is not there"):
        Snapshot.at("first", root=changed.path, remote=False).check()


def test_a_remote_is_asked_unless_it_shall_not_be(changed: Project, tmp_path: Path) -> None:
    changed.dvc("remote", "add", "-d", "shared", str(tmp_path / "storage"))
    changed.dvc("push", "-q")
    changed.git("commit", "-q", "-a", "-m", "Share")
    shutil.rmtree(changed.path / ".dvc/cache")
    asked = Snapshot.at("HEAD", root=changed.path)
    assert asked.get(paths.PREPARED, as_parquet)["id"].tolist() == [1, 2]
    alone = Snapshot.at("HEAD", root=changed.path, remote=False)
    assert alone.find(paths.PREPARED, as_parquet) is None
    assert alone.trouble == ""


def test_a_remote_that_does_not_answer_is_told(changed: Project) -> None:
    changed.dvc("remote", "add", "-d", "gone", "s3://nowhere")
    changed.git("commit", "-q", "-a", "-m", "Share")
    shutil.rmtree(changed.path / ".dvc/cache")
    there = Snapshot.at("HEAD", root=changed.path)
    assert there.find(paths.PREPARED, as_parquet) is None
    assert "s3 is supported" in there.trouble


def test_a_result_that_is_not_the_one_of_its_lock_is_told(changed: Project) -> None:
    (changed.path / paths.METRICS).write_text('{"k": 9}', encoding="utf-8")
    changed.git("commit", "-q", "-a", "-m", "By hand")
    with pytest.raises(InputError, match=r"metrics\.json is not the one in dvc\.lock"):
        Snapshot.at("HEAD", root=changed.path).check()


def test_stages_that_are_out_of_date_are_named(changed: Project) -> None:
    changed.edit("params.yaml", "seed: 1", "seed: 2")
    (changed.path / PLOTS / "a.txt").unlink()
    assert Snapshot.of_workspace(changed.path).outdated[0] == "prepare"


@pytest.mark.parametrize(
    ("path", "content", "decode", "told"),
    [
        (paths.PREPARED, "no", as_parquet, r"customers\.parquet at workspace cannot be read"),
        (paths.PARAMS, "a: [", as_settings, r"params\.yaml at workspace cannot be read: line 2"),
        (paths.PARAMS, "3", as_settings, r"params\.yaml at workspace cannot be read: it must hold"),
    ],
)
def test_what_cannot_be_read_says_where(
    tmp_path: Path, path: Path, content: str, decode: object, told: str
) -> None:
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=told):
        Snapshot.of_workspace(tmp_path).get(path, decode)  # type: ignore[arg-type]


def test_what_is_damaged_in_the_cache_is_told_with_a_command_that_mends(changed: Project) -> None:
    digest = lock.hash_of(Snapshot.at("first", root=changed.path).stages, paths.PREPARED, "outs")
    source = cached(digest, changed.path)
    assert source is not None
    source.unlink()  # it may be a link
    source.write_bytes(b"no")
    with pytest.raises(InputError, match="DVC's cache has it damaged") as error:
        Snapshot.at("first", root=changed.path).get(paths.PREPARED, as_parquet)
    remove, _, again = re.findall("`([^`]+)`", str(error.value))
    for command in (remove, "git checkout -q -f first", again):
        changed.run(*command.split())
    there = Snapshot.at("first", root=changed.path)
    assert there.get(paths.PREPARED, as_parquet)["id"].tolist() == [1, 2]


def test_an_artifact_of_older_code_is_told_with_its_revision(changed: Project) -> None:
    (changed.path / paths.METRICS).write_text('{"k": 4}', encoding="utf-8")
    changed.git("commit", "-q", "-a", "-m", "Older")
    changed.git("tag", "older")
    told = "was written by another version of segmentation (inertia is missing"
    with pytest.raises(SchemaError) as caught:
        Snapshot.at("older", root=changed.path).artifact(Metrics)
    assert str(caught.value).startswith(f"{paths.METRICS} at older {told}")
    with pytest.raises(SchemaError) as caught:
        Snapshot.of_workspace(changed.path).artifact(Metrics)
    assert str(caught.value).startswith(f"{paths.METRICS} {told}")


def test_an_artifact_that_is_nowhere_is_none_or_an_error(tmp_path: Path) -> None:
    empty = Snapshot.of_workspace(tmp_path)
    assert empty.find_artifact(Metrics) is None
    with pytest.raises(InputError, match=r"metrics\.json is missing; make it with"):
        empty.artifact(Metrics)


def test_a_review_goes_on_without_what_older_code_wrote(changed: Project) -> None:
    (changed.path / paths.METRICS).write_text('{"k": 4}', encoding="utf-8")
    side = side_of(Snapshot.of_workspace(changed.path))
    assert side.metrics is None
    assert side.customers is not None
    assert [told.split(" was ")[0] for told in side.unread] == [paths.METRICS.as_posix()]


def test_without_a_pipeline_there_is_nothing(tmp_path: Path) -> None:
    empty = Snapshot.of_workspace(tmp_path)
    assert (empty.stages, empty.params, empty.outputs(paths.REPORTS)) == ({}, {}, [])


def test_an_unknown_revision_is_told(made: Project, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no revision 'frist'"):
        Snapshot.at("frist", root=made.path)
    with pytest.raises(SettingsError, match="not a git repository"):
        Snapshot.at("main", root=tmp_path)


def test_names_in_git_need_not_be_ascii(changed: Project) -> None:
    name = Path("reports/Übersicht \n.json")
    (changed.path / name).write_text(json.dumps({"ü": 1}), encoding="utf-8")
    changed.git("add", "-f", str(name))
    changed.git("commit", "-q", "-m", "Names")
    found = Snapshot.at("HEAD", root=changed.path).get(name, as_text)
    assert json.loads(found) == {"ü": 1}


def test_the_workspace_is_checked_like_a_commit(changed: Project) -> None:
    here = Snapshot.of_workspace(changed.path)
    here.check()
    changed.edit("params.yaml", "seed: 1", "seed: 2")
    with pytest.raises(InputError, match=r"params\.yaml has another seed than dvc\.lock"):
        Snapshot.of_workspace(changed.path).check()
    changed.edit("params.yaml", "seed: 2", "seed: 1")
    (changed.path / PLOTS / "a.txt").unlink()
    (changed.path / PLOTS / "a.txt").write_text("b", encoding="utf-8")
    with pytest.raises(InputError, match=r"reports/plots is not the one in dvc\.lock"):
        here.check()


def test_an_input_that_was_changed_since_is_told(changed: Project) -> None:
    pd.DataFrame({"id": [1, 3]}).to_parquet(changed.path / "source.parquet")
    with pytest.raises(InputError, match=r"source\.parquet is not the one in dvc\.lock"):
        Snapshot.of_workspace(changed.path).check()
    Snapshot.at("first", root=changed.path).check()
    (changed.path / "source.parquet").unlink()
    Snapshot.of_workspace(changed.path).check()
