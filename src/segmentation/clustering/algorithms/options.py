"""The options of every algorithm: typed, validated, with the defaults and their reasons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from segmentation.errors import InputError

Restarts = Annotated[int, Field(ge=1, le=1000, description="random starts; the best one is kept")]
Iterations = Annotated[int, Field(ge=1, le=100_000, description="most rounds of one start")]
Auto = Literal["auto"]


class Options(BaseModel):
    """Base: unknown names are errors, values cannot change."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class KMeansOptions(Options):
    """k-means."""

    n_init: Restarts = 10
    max_iter: Iterations = 300


class MiniBatchKMeansOptions(Options):
    """Mini-batch k-means, for many rows."""

    n_init: Restarts = 10
    max_iter: Iterations = 100
    batch_size: int = Field(1024, ge=2, description="rows of one batch")


class BisectingKMeansOptions(Options):
    """Bisecting k-means."""

    n_init: Restarts = 5
    max_iter: Iterations = 300
    refine: bool = Field(True, description="finish with k-means from the bisection's centres")


class GaussianMixtureOptions(Options):
    """Gaussian mixture."""

    n_init: Restarts = 5
    max_iter: Iterations = 200
    covariance_type: Literal["full", "tied", "diag", "spherical"] = "full"
    reg_covar: float = Field(
        1e-3,
        gt=0,
        le=1,
        description="least variance in any direction; features are standardised, so .001 keeps "
        "a component from collapsing onto duplicates or a 0/1 column",
    )


class AgglomerativeOptions(Options):
    """Agglomerative clustering."""

    linkage: Literal["ward", "average", "complete", "single"] = "ward"
    max_rows: int = Field(
        5_000, ge=2, le=20_000, description="most rows in the tree (its memory is quadratic)"
    )
    n_neighbors: int = Field(5, ge=1, le=100, description="neighbours that label a new row")


class DBSCANOptions(Options):
    """DBSCAN."""

    eps: Auto | Annotated[float, Field(gt=0)] = Field(
        "auto", description="reach of a row; auto: the widest plateau, else the k-distance knee"
    )
    min_samples: Auto | Annotated[int, Field(ge=1)] = Field(
        "auto", description="rows in reach of a core row, itself included; auto: max(5, 2 columns)"
    )
    max_rows: int = Field(10_000, ge=2, le=100_000, description="most rows clustered")


class HDBSCANOptions(Options):
    """HDBSCAN."""

    min_cluster_size: Auto | Annotated[int, Field(ge=2)] = Field(
        "auto",
        description="rows of the smallest segment; auto: 2% of the rows, at least 2 min_samples",
    )
    min_samples: Auto | Annotated[int, Field(ge=1)] = Field(
        "auto", description="smoothing; auto: max(5, 2 columns), at most min_cluster_size"
    )
    method: Literal["eom", "leaf"] = Field(
        "eom", description="eom: the most persistent segments; leaf: the finest"
    )
    max_rows: int = Field(10_000, ge=2, le=100_000, description="most rows clustered")


class KPrototypesOptions(Options):
    """k-prototypes, for numbers and categories together."""

    n_init: Restarts = 50
    max_iter: Iterations = 100
    max_rows: int = Field(10_000, ge=2, description="most rows on which starts are tried")
    category_blocks: tuple[tuple[Annotated[int, Field(ge=0)], ...], ...] = Field(
        (), description="columns of each one-hot category; set by the pipeline, not by people"
    )

    @model_validator(mode="after")
    def _blocks_are_disjoint(self) -> KPrototypesOptions:
        columns = [column for block in self.category_blocks for column in block]
        if len(columns) != len(set(columns)) or not all(self.category_blocks):
            raise ValueError("category_blocks must be non-empty and share no column")
        return self


OPTIONS: Mapping[str, type[Options]] = {
    "kmeans": KMeansOptions,
    "minibatch_kmeans": MiniBatchKMeansOptions,
    "bisecting_kmeans": BisectingKMeansOptions,
    "gaussian_mixture": GaussianMixtureOptions,
    "agglomerative": AgglomerativeOptions,
    "dbscan": DBSCANOptions,
    "hdbscan": HDBSCANOptions,
    "kprototypes": KPrototypesOptions,
}


def parse_options(algorithm: str, values: Mapping[str, Any] | Options | None = None) -> Options:
    """Return the validated options of `algorithm`.

    Raises
    ------
    InputError
        One line that names the algorithm, the option and what is wrong with it.
    """
    if algorithm not in OPTIONS:
        raise InputError(f"unknown algorithm {algorithm!r}; known: {', '.join(sorted(OPTIONS))}")
    model = OPTIONS[algorithm]
    if isinstance(values, Options):
        if not isinstance(values, model):
            raise InputError(f"{algorithm} takes {model.__name__}, not {type(values).__name__}")
        return values
    try:
        return model.model_validate(dict(values or {}))
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, e['loc'])) or 'options'}: {e['msg']}" for e in error.errors()
        )
        raise InputError(f"{algorithm}: {problems}") from error
