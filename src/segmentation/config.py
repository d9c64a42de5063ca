"""`params.yaml` as typed, documented, validated settings: the only place with defaults."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from segmentation.clustering.choosing_k.registry import mistake_in
from segmentation.errors import SettingsError, did_you_mean
from segmentation.yaml_reader import read_yaml

Share = Annotated[float, Field(ge=0, le=1)]
Natural = Annotated[int, Field(ge=1)]
Model = TypeVar("Model", bound=BaseModel)

SUM = "value"
"""The column of the prepared table that holds the value, where that is a sum of columns."""


class Settings(BaseModel):
    """A group of settings: immutable, and strict about names."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _as_written(cls, value: Any, info: ValidationInfo) -> Any:
        """Take a group that nothing stands under as one left out; never take true for a 1."""
        field = cls.model_fields[str(info.field_name)]
        if value is None and isinstance(field.default, Mapping | tuple | Settings):
            return field.default
        if isinstance(value, bool) and field.annotation is not bool:
            raise ValueError(f"{str(value).lower()} is a yes or no to YAML; {_unquoted(value)}")
        return value


class NumericColumn(Settings):
    """Limits (inclusive) and unit of a numeric column."""

    min: float | None = None
    max: float | None = None
    unit: str | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min is not None and self.max is not None and self.min >= self.max:
            raise ValueError(f"min {self.min:g} is not below max {self.max:g}")
        return self


class CategoricalColumn(Settings):
    """Other spellings of a category, each with the right one."""

    aliases: dict[str, str] = {}


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str | int | float) else value


def _as_given(columns: tuple[str, ...]) -> str | list[str]:
    return columns[0] if len(columns) == 1 else list(columns)


def _one_character(delimiter: Any) -> Any:
    r"""Check the length. Without quotes, YAML takes the two characters of ``\t`` as they are."""
    if delimiter == r"\t":
        return "\t"
    if isinstance(delimiter, str) and len(delimiter) != 1:
        raise ValueError(
            f"'{delimiter}' is not one character; put the one between two columns in quotes, "
            'such as ";", "|" or "\\t" for a tab'
        )
    return delimiter


class Data(Settings):
    """Which file holds the customers, and the role of each column in it."""

    path: Path
    delimiter: Annotated[str, BeforeValidator(_one_character)] = ","
    encoding: str = "utf-8"
    decimal: Literal[".", ","] = "."
    id: str
    value: Annotated[
        tuple[str, ...], BeforeValidator(_listed), PlainSerializer(_as_given), Field(min_length=1)
    ]
    numeric: Annotated[dict[str, NumericColumn | None], Field(min_length=1)]
    categorical: dict[str, CategoricalColumn | None] = {}
    describe: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _roles(self) -> Self:
        twice = sorted(self.numeric.keys() & self.categorical.keys())
        if twice:
            raise ValueError(f"column '{twice[0]}' is both numeric and categorical")
        if self.id in self.columns:
            raise ValueError(f"the id '{self.id}' cannot be a feature too")
        for column in self.value:
            if column not in self.numeric:
                raise ValueError(
                    f"the value column '{column}' is not among the numeric columns"
                    + did_you_mean(column, self.numeric)
                )
        for column in self.describe:
            if column not in self.columns:
                raise ValueError(
                    f"describe: '{column}' is not among the numeric and categorical columns"
                    + did_you_mean(column, self.columns)
                )
        for name, columns in (("value", self.value), ("describe", self.describe)):
            if len(set(columns)) < len(columns):
                raise ValueError(f"{name} names a column twice: {', '.join(columns)}")
        if not self.features:
            raise ValueError(
                "describe names every column; leave out those that segments are to be found in"
            )
        if self.sums_value and SUM in (self.id, *self.columns):
            raise ValueError(
                f"value is a sum, which becomes a column '{SUM}', but there is one of that name; "
                "rename it in the file"
            )
        return self

    @property
    def columns(self) -> list[str]:
        """The columns of the file that describe a customer, numeric first."""
        return [*self.numeric, *self.categorical]

    @property
    def numeric_features(self) -> list[str]:
        """The numbers that segments are found in."""
        return [name for name in self.numeric if name not in self.describe]

    @property
    def categorical_features(self) -> list[str]:
        """The categories that segments are found in."""
        return [name for name in self.categorical if name not in self.describe]

    @property
    def features(self) -> list[str]:
        """The columns that segments are found in: what a model takes."""
        return [*self.numeric_features, *self.categorical_features]

    @property
    def sums_value(self) -> bool:
        """Whether the value is a sum, which is a column of the prepared table only."""
        return len(self.value) > 1

    @property
    def value_column(self) -> str:
        """The column of the prepared table that says what a customer is worth."""
        return SUM if self.sums_value else self.value[0]

    @property
    def numbers(self) -> list[str]:
        """The numeric columns of the prepared table."""
        return [*self.numeric, *([SUM] if self.sums_value else [])]

    def limits(self, column: str) -> NumericColumn:
        """Limits and unit of a numeric column, empty where none are declared."""
        return self.numeric[column] or NumericColumn()

    def unit(self, column: str) -> str | None:
        """The unit of a number; of a sum, the one that all its parts have."""
        if self.sums_value and column == SUM:
            units = {self.limits(part).unit for part in self.value}
            return units.pop() if len(units) == 1 else None
        return self.limits(column).unit if column in self.numeric else None

    def aliases(self, column: str) -> dict[str, str]:
        """Other spellings of the categories of a column."""
        declared = self.categorical[column]
        return declared.aliases if declared else {}

    def label(self, column: str) -> str:
        """A column's name for people, with its unit: ``income ($ a year)``."""
        unit = self.unit(column)
        if self.sums_value and column == SUM:
            return f"{SUM} ({_sum(self.value)}{f', {unit}' if unit else ''})"
        name = _spaced(column)
        said = unit is None or has_unit(name, unit)
        return name if said else f"{name} ({unit})"


def _spaced(column: str) -> str:
    return column.replace("_", " ").strip()


def _sum(columns: tuple[str, ...]) -> str:
    """``fresh + milk + grocery``; of many columns the first two, and how many more."""
    names = [_spaced(column) for column in columns]
    shown = names if len(names) <= 3 else [*names[:2], f"{len(names) - 2} more"]
    return " + ".join(shown)


def has_unit(name: str, unit: str) -> bool:
    """Whether a column's name says its unit by itself.

    Examples
    --------
    >>> has_unit("Annual Income (k$)", "k$"), has_unit("membership years", "years")
    (True, True)
    >>> has_unit("income", "$"), has_unit("yearsum", "years")
    (False, False)
    """
    return bool(re.search(rf"(?<!\w){re.escape(unit.strip())}(?!\w)", name, re.IGNORECASE))


class Prepare(Settings):
    """What happens to rows that break a rule."""

    outside_limits: Literal["reject", "blank"] = "reject"
    duplicate_ids: Literal["first", "last", "reject"] = "first"
    max_missing: Share = 0.5
    max_unreadable: Share = 0.1
    max_rejected: Share = 0.2


class Featurize(Settings):
    """How customers become points with distances."""

    transform: Literal["none", "log", "yeo-johnson"] = "yeo-johnson"
    skew_above: Annotated[float, Field(ge=0)] = 1.0
    scaler: Literal["standard", "robust", "minmax", "none"] = "standard"
    encoding: Literal["onehot", "none"] = "onehot"
    category_weight: Annotated[float, Field(gt=0)] = 1.0
    min_category_share: Annotated[float, Field(ge=0, lt=1)] = 0.01


def _known_rule(name: str) -> str:
    if mistake := mistake_in(name):
        raise ValueError(mistake)
    return name


class SelectK(Settings):
    """Which numbers of segments are tried, and the rule that picks one."""

    k_min: Annotated[int, Field(ge=2)] = 2
    k_max: Annotated[int, Field(ge=2)] = 10
    rule: Annotated[str, AfterValidator(_known_rule)] = "consensus"
    k: Annotated[int, Field(ge=2)] = 4
    draws: Annotated[int, Field(ge=10, le=1000)] = 20
    resamples: Annotated[int, Field(ge=2, le=1000)] = 8
    alpha: Annotated[float, Field(gt=0, lt=0.5)] = 0.01
    max_rows: Annotated[int, Field(ge=100)] = 5_000

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.k_min > self.k_max:
            raise ValueError(f"k_min {self.k_min} is above k_max {self.k_max}")
        if self.rule == "fixed" and not self.k_min <= self.k <= self.k_max:
            raise ValueError(f"k {self.k} is not from k_min {self.k_min} to k_max {self.k_max}")
        return self


class KMeansOptions(Settings):
    """Options of k-means: random starts, of which the best is kept, and most rounds of each."""

    n_init: Natural = 10
    max_iter: Natural = 300


class MiniBatchKMeansOptions(Settings):
    """Options of mini-batch k-means, for many rows."""

    n_init: Natural = 10
    max_iter: Natural = 100
    batch_size: Annotated[int, Field(ge=2)] = 1024


class BisectingKMeansOptions(Settings):
    """Options of bisecting k-means. `refine`: finish with k-means from the bisection's centres."""

    n_init: Natural = 5
    max_iter: Natural = 300
    refine: bool = True


class GaussianMixtureOptions(Settings):
    """Options of the Gaussian mixture.

    `reg_covar` is the least variance in any direction: it keeps a component from collapsing onto
    duplicates, or on one category among the one-hot columns. Standardised features have 1.
    """

    n_init: Natural = 5
    max_iter: Natural = 200
    covariance_type: Literal["full", "tied", "diag", "spherical"] = "full"
    reg_covar: Annotated[float, Field(gt=0, le=1)] = 0.03


class AgglomerativeOptions(Settings):
    """Options of agglomerative clustering. The memory of the tree is quadratic in its rows."""

    linkage: Literal["ward", "average", "complete", "single"] = "ward"
    n_neighbors: Annotated[int, Field(ge=1, le=100)] = 5
    max_rows: Annotated[int, Field(ge=2, le=20_000)] = 5_000


class KPrototypesOptions(Settings):
    """Options of k-prototypes, for numbers and categories together."""

    n_init: Natural = 50
    max_iter: Natural = 100
    max_rows: Annotated[int, Field(ge=2)] = 10_000


class DBSCANOptions(Settings):
    """Options of DBSCAN: the reach of a row, and the rows in reach of a core row."""

    eps: Literal["auto"] | Annotated[float, Field(gt=0)] = "auto"
    min_samples: Literal["auto"] | Natural = "auto"
    max_rows: Annotated[int, Field(ge=2, le=100_000)] = 10_000


class HDBSCANOptions(Settings):
    """Options of HDBSCAN: the smallest segment, smoothing, coarse (eom) or fine (leaf)."""

    min_cluster_size: Literal["auto"] | Annotated[int, Field(ge=2)] = "auto"
    min_samples: Literal["auto"] | Natural = "auto"
    method: Literal["eom", "leaf"] = "eom"
    max_rows: Annotated[int, Field(ge=2, le=100_000)] = 10_000


AlgorithmName = Literal[
    "kmeans",
    "minibatch_kmeans",
    "bisecting_kmeans",
    "gaussian_mixture",
    "agglomerative",
    "kprototypes",
    "dbscan",
    "hdbscan",
]


class Stability(Settings):
    """How often customers are drawn again to see which segments come back."""

    resamples: Annotated[int, Field(ge=2, le=1000)] = 50
    max_rows: Annotated[int, Field(ge=100)] = 2_000


class Train(Settings):
    """Which algorithm finds the segments, how many, and how their stability is judged."""

    algorithm: AlgorithmName = "kmeans"
    k: Literal["auto"] | Annotated[int, Field(ge=2)] = "auto"
    kmeans: KMeansOptions = KMeansOptions()
    minibatch_kmeans: MiniBatchKMeansOptions = MiniBatchKMeansOptions()
    bisecting_kmeans: BisectingKMeansOptions = BisectingKMeansOptions()
    gaussian_mixture: GaussianMixtureOptions = GaussianMixtureOptions()
    agglomerative: AgglomerativeOptions = AgglomerativeOptions()
    kprototypes: KPrototypesOptions = KPrototypesOptions()
    dbscan: DBSCANOptions = DBSCANOptions()
    hdbscan: HDBSCANOptions = HDBSCANOptions()
    stability: Stability = Stability()

    @property
    def options(self) -> dict[str, Any]:
        """The options of the chosen algorithm."""
        chosen: Settings = getattr(self, self.algorithm)
        return chosen.model_dump()


class Evaluate(Settings):
    """How large samples may get."""

    max_rows: Annotated[int, Field(ge=100)] = 20_000
    max_points: Annotated[int, Field(ge=100)] = 2_000


class Track(Settings):
    """Where runs are tracked. The server itself is named by MLFLOW_TRACKING_URI."""

    experiment: Annotated[str, Field(min_length=1)] = "customer-segmentation"


class Params(Settings):
    """All of `params.yaml`."""

    seed: Annotated[int, Field(ge=0, lt=2**32)] = 42
    data: Data
    prepare: Prepare = Prepare()
    featurize: Featurize = Featurize()
    select_k: SelectK = SelectK()
    train: Train = Train()
    evaluate: Evaluate = Evaluate()
    track: Track = Track()

    @model_validator(mode="after")
    def _enough_features(self) -> Self:
        data = self.data
        if self.featurize.encoding == "onehot" and data.categorical_features:
            return self  # a category becomes a column a level
        if len(data.numeric_features) < 2:
            left = (
                f"only '{data.numeric_features[0]}' is" if data.numeric_features else "nothing is"
            )
            raise ValueError(
                f"{left} left to find segments in; declare more columns under data.numeric or "
                "data.categorical, take some out of data.describe"
                + (", or set featurize.encoding to onehot" if data.categorical_features else "")
            )
        return self


def load_params(path: Path) -> Params:
    """Read and check `params.yaml`.

    Raises
    ------
    SettingsError
        The file is missing, is not YAML, or holds an unknown key or a value out of range.
    """
    return load(Params, path)


def load(model: type[Model], path: Path) -> Model:
    """Read a YAML file and check it against a settings model; it fails like `load_params`."""
    return validate(model, read_yaml(path), str(path))


def leaves(nested: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested settings by dotted name; an empty group is a setting too.

    Examples
    --------
    >>> leaves({"seed": 42, "train": {"k": 4}})
    {'seed': 42, 'train.k': 4}
    """
    flat: dict[str, Any] = {}
    for name, value in nested.items():
        if isinstance(value, Mapping) and value:
            flat |= leaves(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value
    return flat


def validate(model: type[Model], content: dict[str, Any], source: str) -> Model:
    """Check `content` against a settings model; every mistake is named, in one line."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        mistakes: dict[tuple[str, ...], list[Any]] = {}
        for mistake in error.errors():
            mistakes.setdefault(_place(mistake["loc"]), []).append(mistake)
        messages = [_message(model, place, found) for place, found in mistakes.items()]
        raise SettingsError(f"{source}: " + "; ".join(messages)) from None


def _place(location: tuple[Any, ...]) -> tuple[str, ...]:
    """Where a mistake stands, without the parts that only name a branch of a union."""
    branches = ("literal[", "constrained-", "function-")
    return tuple(str(part) for part in location if not str(part).startswith(branches))


def _message(model: type[BaseModel], place: tuple[str, ...], mistakes: list[Any]) -> str:
    """Say in plain words what is wrong in one place."""
    where, first = ".".join(place), mistakes[0]
    kind, context, given = first["type"], first.get("ctx", {}), first["input"]
    if kind == "extra_forbidden":
        return f"unknown setting '{where}'{did_you_mean(place[-1], _known(model, place[:-1]))}"
    if kind == "missing":
        return f"'{where}' is missing"
    if kind == "value_error":
        return f"'{where}': {context['error']}" if where else str(context["error"])
    if given is None or kind in ("too_short", "string_too_short"):
        return f"'{where}' is empty"
    if kind in ("dict_type", "model_type"):
        names = given if isinstance(given, list) else [given]
        lines = ", ".join(f"`{name}:`" for name in names if isinstance(name, str))
        such = f", such as {lines}, each on a line of its own" if lines else ""
        return f"'{where}' is {_kind(given)}; it takes `name: value` lines{such}"
    if kind == "tuple_type":
        such = f", such as [{given}]" if isinstance(given, str) else ""
        return f"'{where}' is {_kind(given)}; it takes a list{such}"
    if kind == "string_type":
        mend = "it takes a text" if isinstance(given, dict | list) else _unquoted(given)
        return f"'{where}' is {_kind(given)}; {mend}"
    allowed = []
    for mistake in mistakes:
        if mistake["type"] == "literal_error":
            allowed.append(mistake["ctx"]["expected"])
        else:
            allowed.append(mistake["msg"].removeprefix("Input should be ").split(", unable")[0])
    return f"'{where}' is {given!r}; allowed: {', or '.join(allowed)}"


def _kind(value: Any) -> str:
    """What YAML read, for people."""
    if isinstance(value, dict):
        return "a group of `name: value` lines"
    if isinstance(value, list | tuple):
        return "a list"
    return f"the text '{value}'" if isinstance(value, str) else f"the number {value}"


def _unquoted(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f'put it in quotes where text is meant: "{text}"'


def _known(model: type[BaseModel], parents: tuple[str, ...]) -> list[str]:
    """The names allowed inside `parents`. A key of a mapping of columns leads nowhere new."""
    here = model
    for part in parents:
        if part in here.model_fields:
            here = _model_in(here.model_fields[part].annotation) or here
    return list(here.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The settings model that an annotation such as ``dict[str, Column | None]`` is about."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)
