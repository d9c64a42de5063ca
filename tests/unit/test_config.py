import copy
from collections.abc import Callable
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any, get_args

import pytest

from segmentation.clustering.algorithms import ALGORITHMS
from segmentation.config import AlgorithmName, Params, Train, load_params, read_yaml, validate
from segmentation.errors import SettingsError

ALGORITHMS_PACKAGE = "segmentation.clustering.algorithms"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def content() -> dict[str, Any]:
    return read_yaml(ROOT / "params.yaml")


def leaves(content: dict[str, Any], prefix: str = "") -> set[str]:
    found = set()
    for name, value in content.items():
        found |= leaves(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name}
    return found


def test_params_yaml_is_complete_and_shows_the_defaults(content: dict[str, Any]) -> None:
    written = load_params(ROOT / "params.yaml")
    defaults = Params.model_validate({"data": content["data"]})
    for section in ("prepare", "featurize", "select_k", "train", "evaluate", "track"):
        model = getattr(defaults, section).model_dump()
        assert leaves(model) == leaves(content[section])
        assert model == getattr(written, section).model_dump()


@pytest.mark.parametrize("name", get_args(AlgorithmName))
def test_an_algorithms_options_are_the_arguments_of_its_fit(name: str) -> None:
    taken = set(signature(import_module(f"{ALGORITHMS_PACKAGE}.{name}").fit).parameters)
    found_by_the_pipeline = {"category_blocks"}
    assert set(Train(algorithm=name).options) == taken - {"X", "k", "seed"} - found_by_the_pipeline


def test_every_algorithm_can_be_chosen() -> None:
    assert set(get_args(AlgorithmName)) == set(ALGORITHMS)


def test_every_setting_is_used_somewhere(content: dict[str, Any]) -> None:
    code = "".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "src").rglob("*.py")
        if path.name != "config.py"
    )
    # Options of an algorithm reach its `fit` together, as keyword arguments.
    passed_on = {
        option
        for name in ALGORITHMS
        for option in signature(import_module(f"{ALGORITHMS_PACKAGE}.{name}").fit).parameters
    }
    for leaf in leaves({k: v for k, v in content.items() if k != "data"}):
        name = leaf.rsplit(".", 1)[-1]
        assert f".{name}" in code or name in passed_on, leaf


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda c: c["train"].update(k=1),
            "'train.k' is 1; allowed: 'auto', or greater than or equal to 2",
        ),
        (
            lambda c: c["train"].update(algoritm="kmeans"),
            "'train.algoritm'; did you mean 'algorithm'?",
        ),
        (lambda c: c.update(trian={}), "unknown setting 'trian'; did you mean 'train'?"),
        (
            lambda c: c["featurize"].update(scaler="std"),
            "allowed: 'standard', 'robust', 'minmax' or 'none'",
        ),
        (
            lambda c: c["data"]["numeric"]["age"].update(mn=1),
            "'data.numeric.age.mn'; did you mean 'min'?",
        ),
        (lambda c: c["data"]["numeric"]["age"].update(min=999), "min 999 is not below max 110"),
        (
            lambda c: c["data"].update(value="incom"),
            "not among the numeric columns; did you mean 'income'?",
        ),
        (lambda c: c["data"]["numeric"].update(id=None), "the id 'id' cannot be a feature too"),
        (
            lambda c: c["data"]["numeric"].update(gender=None),
            "'gender' is both numeric and categorical",
        ),
        (lambda c: c["select_k"].update(k_min=11), "k_min 11 is above k_max 10"),
        (lambda c: c.pop("data"), "'data' is missing"),
    ],
)
def test_a_mistake_is_said_in_one_line_with_the_mend(
    content: dict[str, Any], change: Callable[[dict[str, Any]], object], message: str
) -> None:
    broken = copy.deepcopy(content)
    change(broken)
    with pytest.raises(SettingsError) as error:
        validate(Params, broken, "params.yaml")
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_or_malformed_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"params\.yaml is missing"):
        load_params(tmp_path / "params.yaml")
    (tmp_path / "params.yaml").write_text("data: [1, 2\nseed: 3", encoding="utf-8")
    with pytest.raises(SettingsError, match="not valid YAML"):
        load_params(tmp_path / "params.yaml")
    (tmp_path / "params.yaml").write_text("just text", encoding="utf-8")
    with pytest.raises(SettingsError, match="must hold settings"):
        load_params(tmp_path / "params.yaml")
