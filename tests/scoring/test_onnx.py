"""The graph says of every row what the model says."""

import copy
import json
import sys
from pathlib import Path
from typing import Any

import made
import numpy as np
import onnx
import onnxruntime
import pandas as pd
import pytest
from sklearn.pipeline import Pipeline
from typer.testing import CliRunner

from segmentation.algorithms.assigners import nearest_centroid, with_ids
from segmentation.cli import app
from segmentation.commands import export
from segmentation.errors import InputError
from segmentation.scoring.onnx import ANSWERS, graph
from segmentation.scoring.rule import Rule

NAMES = {i: f'Segment {i}, "öçé"' for i in range(1, 5)}


def answers(rule: Rule, table: pd.DataFrame) -> dict[str, Any]:
    """What ONNX Runtime answers."""
    made_of = graph(rule, names=NAMES)
    onnx.checker.check_model(made_of, full_check=True)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(made_of.SerializeToString(), options)
    numbers = {name: table[[name]].to_numpy(np.float64) for name in rule.numbers}
    texts = {name: table[[name]].fillna("").to_numpy(object) for name in rule.categories}
    found = session.run(None, numbers | texts)
    return dict(zip((each.name for each in session.get_outputs()), found, strict=True))


def same(rule: Rule, table: pd.DataFrame) -> dict[str, Any]:
    """See that all answers are the model's."""
    found, scores = answers(rule, table), rule.score(table)
    assert (found["segment"] != scores.segment).sum() == 0
    assert (found["runner_up"] != scores.runner_up).sum() == 0
    assert found["name"].tolist() == [NAMES[i] for i in scores.segment]
    np.testing.assert_allclose(found["confidence"], scores.confidence, atol=1e-9)
    assert len(np.unique(scores.segment)) > 2
    return found


@pytest.mark.parametrize("variant", made.VARIANTS)
def test_the_graph_says_what_the_model_says(variant: str) -> None:
    same(Rule(made.variant(variant)), made.holes())


@pytest.mark.parametrize("scaler", ["standard", "robust", "minmax", "none"])
def test_what_stands_beside_a_number_is_in_it(scaler: str) -> None:
    rule, table = made.flagged(scaler)
    assert table["seen"].isna().any()
    same(rule, table)


def test_scales_weights_and_numbers_that_are_cut_off_are_in_it() -> None:
    same(Rule(made.with_scales()), made.holes())


def test_of_two_that_are_as_near_the_first_is_taken() -> None:
    model, table = made.ties()
    found = same(Rule(model), table)
    assert found["segment"].tolist() == model.predict(table).tolist()
    here = table["age"].to_numpy() == 32  # where two centres lie
    assert found["confidence"][here].tolist() == [0.0]


def test_every_power_is_taken() -> None:
    transformer = copy.deepcopy(made.variant("all transformed").steps[0][1])
    skewed = transformer.named_transformers_["skewed"].named_steps["powertransformer"]
    skewed.lambdas_[:] = [0.0, 2.0, 1e-17, -1.5, 1.0, 0.5]
    table = made.holes()
    table.loc[::3, made.DATA.numeric_features] *= -1
    X = np.asarray(transformer.transform(table))
    assigner = with_ids(nearest_centroid(X[[0, 1, 2, 3]]), range(1, 5))
    same(Rule(Pipeline([("features", transformer), ("segments", assigner)])), table)


def test_columns_may_be_called_anything() -> None:
    table = made.customers()
    called = ["name", "segment", "constant_20", 'a "b"\n{c}', "größe 身長", "reshape_15"]
    new = dict(zip(made.DATA.numeric_features, called, strict=True))
    data = made.DATA.model_copy(
        update={"numeric": {new[name]: each for name, each in made.DATA.numeric.items()}}
    )
    renamed = table.rename(columns=new)
    rule = Rule(made.pipeline(renamed, data=data))
    found = answers(rule, renamed)
    assert list(found) == ["scored_segment", "scored_name", "confidence", "runner_up"]
    assert found["scored_segment"].tolist() == rule.score(renamed).segment.tolist()


def test_the_file_says_what_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = made.chosen(tmp_path, run="calm-owl", run_id="0a1b", version="3")
    monkeypatch.setattr(export, "choose", lambda name: chosen)
    done = CliRunner().invoke(app, ["export", "--onnx", str(tmp_path / "new/segments.onnx")])
    assert done.exit_code == 0, done.output
    written = (tmp_path / "new/segments.onnx").read_bytes()
    found = onnx.load_model_from_string(written)
    assert found.doc_string == "The segment of each customer, by a model (md5 0)"
    assert found.producer_name == "segmentation"
    told = {each.key: each.value for each in found.metadata_props}
    assert json.loads(told.pop("segments")) == {str(i): f"Segment {i}" for i in range(1, 5)}
    assert told == {
        "model": "a model", "md5": "0", "run": "calm-owl", "run_id": "0a1b", "version": "3",
    }  # fmt: skip
    assert [each.name for each in found.graph.output] == list(ANSWERS)
    assert all(each.doc_string for each in (*found.graph.input, *found.graph.output))
    export.as_onnx(tmp_path / "again.onnx", model=None)
    assert (tmp_path / "again.onnx").read_bytes() == written


def test_a_model_without_centres_is_sent_to_the_typing_rules() -> None:
    with pytest.raises(InputError, match=r"no form in ONNX: .*segmentation typing"):
        graph(Rule(made.mixture()), names=NAMES)


def test_without_onnx_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(InputError, match="pip install onnx"):
        graph(Rule(made.model()), names=NAMES)
