from pathlib import Path
from typing import Any

import pytest

from segmentation.errors import InputError
from segmentation.repository import lock

TEXT = """\
schema: '2.0'
stages:
  prepare:
    deps:
    - {path: data/raw/c.csv, md5: abc}
    params:
      params.yaml: {seed: 42, data.id: id}
    outs:
    - {path: reports/a.json, md5: aaa}
  track:
    params:
      params.yaml: {track.experiment: e}
    outs:
    - {path: reports/state.json, md5: bbb}
"""


def test_the_key_knows_every_stage_but_its_own() -> None:
    stages: dict[str, Any] = {"train": {"cmd": "a", "outs": [{"md5": "1"}]}, "track": {"cmd": "b"}}
    key = lock.state_key(stages)
    assert key == lock.state_key({**stages, "track": {"cmd": "other"}})
    assert key == lock.state_key(dict(reversed(stages.items())))
    assert key == lock.state_key({**stages, "train": {**stages["train"], "cmd": "c"}})
    assert key != lock.state_key({**stages, "train": {"cmd": "a", "outs": [{"md5": "2"}]}})


def test_what_stages_read_and_wrote() -> None:
    stages = lock.parse(TEXT)
    assert lock.hashes(stages, "outs") == {"reports/a.json": "aaa", "reports/state.json": "bbb"}
    assert lock.hash_of(stages, Path("data/raw/c.csv"), "deps") == "abc"
    assert dict(lock.settings(stages)) == {"seed": 42, "data.id": "id"}
    with pytest.raises(InputError, match=r"does not know 'data/raw/c\.csv'; run `dvc repro`"):
        lock.hash_of(stages, Path("data/raw/c.csv"), "outs")


@pytest.mark.parametrize("text", ["", "schema: '2.0'"])
def test_there_may_be_no_stages(text: str) -> None:
    assert lock.parse(text) == {}


@pytest.mark.parametrize("text", ["stages: [", "<<<<<<< HEAD", "stages: 3"])
def test_what_dvc_did_not_write_is_an_error(text: str) -> None:
    with pytest.raises(InputError, match=r"dvc\.lock"):
        lock.parse(text)


def ran(params: dict[str, Any], **deps: str) -> dict[str, Any]:
    read = [{"path": path, "md5": md5} for path, md5 in deps.items()]
    return {"params": {"params.yaml": params}, "deps": read}


def test_results_of_other_settings_are_found() -> None:
    params = {"train": {"k": 5, "n": 1}, "seed": 1}
    then = {"train": ran({"train": {"k": 4, "n": 1}})}
    assert lock.outdated_parameters(params, then) == ("train.k",)
    assert lock.outdated_parameters(params, {"train": ran({"train.k": 5, "seed": 1})}) == ()
    assert lock.outdated_parameters(params, {"track": ran({"train.k": 4})}) == ()


def test_stages_that_read_what_was_written_anew_since_are_found() -> None:
    stages = {
        "train": {**ran({}, raw="a"), "outs": [{"path": "labels", "md5": "new"}]},
        "evaluate": ran({}, labels="old", raw="a"),
        "track": ran({}, labels="old"),
    }
    assert lock.outdated_inputs(stages) == (("evaluate", "labels"),)
    assert lock.outdated_inputs({**stages, "evaluate": ran({}, labels="new")}) == ()
