"""Complete runs as pages put them beside each other."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from segmentation import paths
from segmentation.repository.snapshot import as_csv
from segmentation.tracking import registry, runs
from segmentation.tracking.origin import KEY_TAG
from segmentation.tracking.store import is_embedded, open_store
from segmentation.tracking.verified import VerifiedRun

MOST = 500


@dataclass(frozen=True)
class Tracked:
    """A complete run.

    Attributes
    ----------
    run_id, name, headline : str
    started : datetime
        UTC.
    champion : bool
    metrics : mapping of str to float
        Without curves.
    settings : mapping of str to str
    """

    run_id: str
    name: str
    headline: str
    started: dt.datetime
    champion: bool
    metrics: Mapping[str, float]
    settings: Mapping[str, str]


def finished(experiment: str, root: Path) -> list[Tracked]:
    """Return the complete runs of states, the latest first; those of drift are none.

    Raises
    ------
    TrackingError
        The store cannot be used.
    """
    if is_embedded(root) and not (root / "mlflow.db").exists():
        return []  # looking makes no store
    with open_store(root) as client:
        stored = client.get_experiment_by_name(experiment)
        if stored is None:
            return []
        found = client.search_runs(
            [stored.experiment_id],
            f"attributes.status = 'FINISHED' and tags.`{KEY_TAG}` != ''",
            max_results=MOST,
        )
        return [
            Tracked(
                run_id=str(run.info.run_id),
                name=str(run.info.run_name),
                headline=run.data.tags.get("headline", ""),
                started=dt.datetime.fromtimestamp(run.info.start_time / 1000, tz=dt.UTC),
                champion=registry.CHAMPION in run.data.tags,
                metrics={n: float(v) for n, v in run.data.metrics.items() if "/" not in n},
                settings=dict(run.data.params),
            )
            for run in found
        ]


def curve(experiment: str, root: Path, run_id: str) -> pd.DataFrame:
    """Return the criteria of a run by the number of segments, as its state holds them.

    Raises
    ------
    InputError
        There is no such run, or its file is lost or another.
    TrackingError
        The store cannot be used.
    """
    with open_store(root) as client:
        run = runs.find_run(client, experiment, wanted=run_id, key=None)
        return as_csv(VerifiedRun.of(client, run).content(paths.CURVE))
