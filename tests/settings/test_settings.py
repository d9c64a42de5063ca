import copy
import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from segmentation.algorithms import ALGORITHMS
from segmentation.errors import SettingsError
from segmentation.settings.params import Params, load_params
from segmentation.settings.shared.base import validate
from segmentation.settings.shared.yaml_reader import read_yaml
from segmentation.settings.train import Train

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
    for section in ("prepare", "featurize", "select_k", "train", "evaluate", "track", "review"):
        model = getattr(defaults, section).model_dump()
        if section == "train":  # an algorithm that is not named has its default options
            model = {k: v for k, v in model.items() if k in content["train"] or k not in ALGORITHMS}
        assert leaves(model) == leaves(content[section])
        assert getattr(defaults, section) == getattr(written, section)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_every_algorithm_can_be_chosen_with_its_own_options(name: str) -> None:
    chosen = Train.model_validate({"algorithm": name})
    assert chosen.options == getattr(chosen, name)
    assert isinstance(chosen.options, ALGORITHMS[name].options)


def test_every_setting_is_used_somewhere(content: dict[str, Any]) -> None:
    code = "".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "src/segmentation").rglob("*.py")
        if path.parent.name != "settings"
    )
    for leaf in leaves({k: v for k, v in content.items() if k != "data"}):
        name = leaf.rsplit(".", 1)[-1]
        assert re.search(rf"\.{name}\b", code), leaf


@pytest.mark.parametrize("name", ALGORITHMS)
def test_every_option_is_used_by_its_algorithm(name: str) -> None:
    code = inspect.getsource(inspect.getmodule(ALGORITHMS[name].fit))  # type: ignore[arg-type]
    for option in ALGORITHMS[name].options.model_fields:
        assert re.search(rf"\boptions\.{option}\b", code), option


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda c: c["train"].update(k=1),
            "'train.k' is 1; allowed: 'auto', or greater than or equal to 2",
        ),
        (lambda c: c["train"].update(smallest=1.5), "'train.smallest' is 1.5; allowed: a valid"),
        (
            lambda c: c["train"].update(smallest=-1),
            "'train.smallest' is -1; allowed: greater than or equal to 0",
        ),
        (lambda c: c["train"].update(smallest="few"), "'train.smallest' is 'few'; allowed: a"),
        (lambda c: c["train"].update(smallest=0.3, k=4), "4 segments cannot each have 30.0%"),
        (
            lambda c: c["train"].update(smallest=0.1, algorithm="hdbscan"),
            "hdbscan cannot keep segments above a size; set smallest to 0, or algorithm to one of",
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
        (
            lambda c: c["data"].update(value=["income", "spending_scor"]),
            "'spending_scor' is not among the numeric columns; did you mean 'spending_score'?",
        ),
        (lambda c: c["data"].update(value=["income", "income"]), "value names a column twice"),
        (lambda c: c["data"].update(value=[]), "'data.value' is empty"),
        (
            lambda c: c["data"].update(value=2019),
            "'data.value.0' is the number 2019; put it in quotes where text is meant: \"2019\"",
        ),
        (
            lambda c: c["data"].update(describe=["gendre"]),
            "'gendre' is not among the numeric and categorical columns; did you mean 'gender'?",
        ),
        (
            lambda c: c["data"].update(describe="gender"),
            "'data.describe' is the text 'gender'; it takes a list, such as [gender]",
        ),
        (
            lambda c: c["data"].update(describe=[*c["data"]["numeric"], *c["data"]["categorical"]]),
            "describe names every column",
        ),
        (
            lambda c: c["data"].update(
                describe=[*list(c["data"]["numeric"])[1:], *c["data"]["categorical"]]
            ),
            "only 'age' is left to find segments in; declare more columns under data.numeric",
        ),
        (
            lambda c: (
                c["featurize"].update(encoding="none"),
                c["data"].update(describe=[*c["data"]["numeric"]]),
            ),
            "or set featurize.encoding to onehot",
        ),
        (
            lambda c: (
                c["data"]["numeric"].update(value=None),
                c["data"].update(value=["income", "age"]),
            ),
            "value is a sum, which becomes a column 'value', but there is one of that name",
        ),
        (lambda c: c["data"].update(numeric=None), "not among the numeric columns"),
        (
            lambda c: c["data"].update(numeric={}, categorical={}, value=None),
            "no column is declared",
        ),
        (lambda c: c["data"].update(id=None, numeric={"row": None}), "by a column 'row', but"),
        (lambda c: c["data"].update(date={"age": None}), "'age' is both numeric and date"),
        (lambda c: c["data"].update(date={"born": None}), "set it to the day of the file, such as"),
        (
            lambda c: c["data"].update(as_of="2014-06-31", date={"born": None}),
            "'2014-06-31' is no day such as 2014-06-29",
        ),
        (
            lambda c: c["data"].update(date={"born": {"format": "%d-%Q"}}),
            "%Q is not known; write it with %d",
        ),
        (
            lambda c: c["data"].update(date={"born": {"format": "%d-%m"}}),
            "'%d-%m' needs a year, or day, month and year, once: %d-%m-%Y",
        ),
        (lambda c: c["data"].update(scale={"level": ["low", "Low"]}), "names a level twice"),
        (
            lambda c: c["data"].update(numeric=["age", "income"]),
            "is a list; it takes `name: value` lines, such as `age:`, `income:`, each on a line",
        ),
        (
            lambda c: c.update(train="kmeans"),
            "'train' is the text 'kmeans'; it takes `name: value`",
        ),
        (lambda c: c["data"]["numeric"]["age"].update(min=110), "min 110 is not below max 110"),
        (lambda c: c["data"]["numeric"]["age"].update(min=True), "true is a yes or no to YAML"),
        (lambda c: c["data"].update(id=True), 'put it in quotes where text is meant: "true"'),
        (
            lambda c: c["data"]["numeric"]["age"].update(min="some"),
            "is 'some'; allowed: a valid nu",
        ),
        (
            lambda c: c["data"]["categorical"]["gender"]["aliases"].update(m=1),
            "'data.categorical.gender.aliases.m' is the number 1; put it in quotes",
        ),
        (
            lambda c: c["data"]["categorical"]["gender"]["aliases"].update(m=True),
            "'data.categorical.gender.aliases.m' is true, a yes or no to YAML; put it in quotes",
        ),
        (
            lambda c: c["data"].update(numeric="age, income"),
            "it takes `name: value` lines, such as `age:`, `income:`, each on a line",
        ),
        (lambda c: c["data"].update(path=["a", "b"]), "is a list; it takes the path of one file"),
        (lambda c: c["data"].update(delimiter=""), "'' is not one character; put the one between"),
        (lambda c: c["data"].update(delimiter="||"), "'||' is not one character"),
        (lambda c: c["data"].update(delimiter=None), "'data.delimiter' is empty"),
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
    (tmp_path / "params.yaml").write_text("seed: 1\nseed: 2\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"line 2: 'seed' stands there already, in line 1"):
        load_params(tmp_path / "params.yaml")


def test_what_nothing_stands_under_is_none(content: dict[str, Any]) -> None:
    content["data"] |= {"categorical": None, "describe": None}
    content["prepare"] = None
    params = validate(Params, content, "params.yaml")
    assert (params.data.categorical, params.data.describe) == ({}, ())
    assert params.prepare == Params.model_validate({"data": content["data"]}).prepare


def test_a_tab_needs_no_quotes(content: dict[str, Any], tmp_path: Path) -> None:
    for written in (r"\t", r'"\t"', r"'\t'"):
        text = (ROOT / "params.yaml").read_text("utf-8")
        text = text.replace('delimiter: ","', f"delimiter: {written}")
        (tmp_path / "params.yaml").write_text(text, encoding="utf-8")
        assert load_params(tmp_path / "params.yaml").data.delimiter == "\t"


def test_aliases_may_be_numbers(content: dict[str, Any], tmp_path: Path) -> None:
    text = (ROOT / "params.yaml").read_text("utf-8")
    text = text.replace("{f: Female, m: Male}", "{1: Male, 2: Female, no: No}")
    (tmp_path / "params.yaml").write_text(text, encoding="utf-8")
    data = load_params(tmp_path / "params.yaml").data
    assert data.aliases("gender") == {"1": "Male", "2": "Female", "no": "No"}


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        ("track: {experiment: " + "x" * 600 + "}", "at most 250 characters"),
        ('track: {experiment: "a/b"}', "a name in MLflow cannot hold '/'"),
        ('track: {experiment: "a:b"}', "a name in MLflow cannot hold ':'"),
        ('track: {experiment: "a\\eb"}', "a name in MLflow cannot hold"),
    ],
)
def test_names_that_mlflow_refuses_are_told_at_once(tmp_path: Path, edit: str, why: str) -> None:
    lines = (ROOT / "params.yaml").read_text(encoding="utf-8").split("\ntrack:")[0]
    (tmp_path / "params.yaml").write_text(f"{lines}\n{edit}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=why):
        load_params(tmp_path / "params.yaml")


def test_columns_too_long_for_mlflow_are_told_at_once(tmp_path: Path) -> None:
    text = (ROOT / "params.yaml").read_text(encoding="utf-8")
    (tmp_path / "params.yaml").write_text(
        text.replace("\n    age:", f"\n    {'a' * 300}:"), encoding="utf-8"
    )
    with pytest.raises(SettingsError, match="of which MLflow takes 250 at most"):
        load_params(tmp_path / "params.yaml")
