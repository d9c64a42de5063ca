"""Try a grid of settings through DVC's experiments queue, and rank what came out.

Read from the experiments' own commits, which need no tracking server.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import inf
from pathlib import Path
from typing import get_args

from segmentation import paths
from segmentation.algorithms import ALGORITHMS
from segmentation.artifacts.grades import Grade, grade
from segmentation.artifacts.metrics import MUCH_NOISE, Metrics
from segmentation.artifacts.structure import IN_WORDS, structure_at
from segmentation.errors import InputError, SettingsError, did_you_mean
from segmentation.insight.numbers import percent
from segmentation.repository.copies import missing_in_copies
from segmentation.repository.dvc import dvc
from segmentation.repository.dvc_internals import experiments
from segmentation.repository.git import commit_of
from segmentation.repository.snapshot import Snapshot
from segmentation.review.changes import STANDARD_ERRORS
from segmentation.settings.featurize import Scaler
from segmentation.settings.params import load_params

GRADES: tuple[Grade, ...] = get_args(Grade)
NOISE_APART = 0.05
"""Where the shares in no segment differ by more, silhouettes are about different customers."""

SCALERS: tuple[str, ...] = get_args(Scaler)


@dataclass(frozen=True)
class Candidate:
    """An experiment of a sweep: its name and the settings that it changes."""

    name: str
    settings: Mapping[str, str | int]


@dataclass(frozen=True)
class Result:
    """What a candidate came to.

    `metrics` is None where its pipeline failed. Figures that do not apply are not among them: fewer
    than two segments, which density alone may find, have no silhouette.
    """

    candidate: Candidate
    metrics: Metrics | None
    leader: bool = False

    @property
    def space(self) -> str:
        """The feature space: distances, and so silhouettes, compare only inside one."""
        return str(self.candidate.settings["featurize.scaler"])


def grid(algorithms: Sequence[str], ks: Sequence[int], scalers: Sequence[str]) -> list[Candidate]:
    """List every combination once.

    Raises
    ------
    SettingsError
        A value that `params.yaml` would not take.
    """
    for values, known, setting in (
        (algorithms, ALGORITHMS, "train.algorithm"),
        (scalers, SCALERS, "featurize.scaler"),
    ):
        for value in values:
            if value not in known:
                raise SettingsError(f"{setting}: unknown '{value}'{did_you_mean(value, known)}")
    if any(k < 2 for k in ks):
        raise SettingsError(f"train.k: {min(ks)} segments are none; the least is 2")
    candidates: dict[str, Candidate] = {}
    for algorithm, k, scaler in product(algorithms, ks, scalers):
        number: dict[str, str | int] = {"train.k": k} if ALGORITHMS[algorithm].needs_k else {}
        settings = {"train.algorithm": algorithm, **number, "featurize.scaler": scaler}
        size = f"-k{k}" if number else ""
        name = f"{algorithm.replace('_', '-')}{size}-{scaler}"
        candidates[name] = Candidate(name, settings)
    return list(candidates.values())


def run(candidates: Iterable[Candidate], *, jobs: int) -> None:
    """Queue the candidates, in place of those of the same names, and run all that is queued.

    Raises
    ------
    InputError
        The copies of the repository that the queue runs in would lack the customers' table.
    """
    lack = missing_in_copies(load_params(paths.PARAMS).table, Path.cwd())
    if lack:
        raise InputError(lack)
    there = set(dvc("exp", "list", "--name-only").split())
    for candidate in candidates:
        if candidate.name in there:
            dvc("exp", "remove", "--quiet", candidate.name)
        settings = [f"--set-param={name}={value}" for name, value in candidate.settings.items()]
        dvc("exp", "run", "--queue", "--quiet", "--name", candidate.name, *settings)
    dvc("exp", "run", "--run-all", "--jobs", str(jobs), watched=True)


def results(candidates: Iterable[Candidate], root: Path) -> list[Result]:
    """Look up the metrics of the candidates' experiments on the present commit."""
    here = commit_of("HEAD", root)
    done = {each.name: each.commit for each in experiments(root) if each.baseline == here}
    return [Result(each, _metrics(done.get(each.name), root)) for each in candidates]


def rank(results: Iterable[Result]) -> list[Result]:
    """Order the results, each feature space by itself: by trust first, then by silhouette.

    Those without a silhouette stand below those with one that are trusted as much.

    Inside a feature space, those that are trusted as the first is and whose silhouette is within
    two standard errors of its own are the leaders: the data do not tell them apart, so choose among
    them by use. Feature spaces stand in the order of the sweep; no metric of distances ranks one
    above another.
    """
    results = list(results)
    spaces = list(dict.fromkeys(result.space for result in results))
    ranked: list[Result] = []
    for space in spaces:
        mine = sorted(
            ((r.candidate, r.metrics) for r in results if r.metrics and r.space == space),
            key=_order,
        )
        ranked += [
            Result(candidate, metrics, leader=_near(metrics, mine[0][1]))
            for candidate, metrics in mine
        ]
    return ranked + [result for result in results if result.metrics is None]


def cells(metrics: Metrics) -> list[str]:
    """Show the metrics that a ranking needs; a dash for what an algorithm does not have."""
    silhouette, se, least = metrics.silhouette, metrics.silhouette_se, metrics.stability_min
    return [
        str(metrics.k),
        IN_WORDS[structure_at(metrics.structure_level)],
        percent(metrics.noise_share),
        "-" if least is None else f"{least:.2f}, {grade(least)}",
        "-" if silhouette is None else f"{silhouette:.3f} ± {se or 0.0:.3f}",
    ]


def trust(metrics: Metrics) -> tuple[int, bool, int, int]:
    """Return what stands above any silhouette; more is better, the first that differs decides.

    Structure, whether most customers are in a segment at all, the grade of the least stable
    segment, and the share of customers in none, in the steps from which silhouettes do not compare.
    """
    return (
        metrics.structure_level,
        metrics.noise_share <= MUCH_NOISE,
        GRADES.index(grade(metrics.stability_min or 0.0)),
        -int(metrics.noise_share / NOISE_APART),
    )


def _order(done: tuple[Candidate, Metrics]) -> tuple[list[int], float, str]:
    candidate, metrics = done
    silhouette = -inf if metrics.silhouette is None else metrics.silhouette
    return ([-int(each) for each in trust(metrics)], -silhouette, candidate.name)


def _near(mine: Metrics, best: Metrics) -> bool:
    if mine.silhouette is None or best.silhouette is None:
        return False
    if trust(mine) != trust(best):
        return False
    return mine.silhouette >= best.silhouette - STANDARD_ERRORS * (best.silhouette_se or 0.0)


def _metrics(commit: str | None, root: Path) -> Metrics | None:
    """Return the metrics of an experiment; a failed one has no commit."""
    if commit is None:
        return None
    return Snapshot.at(commit, root=root, remote=False).artifact(Metrics)
