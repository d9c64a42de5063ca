"""Ask whether the champion still fits the customers that come."""

from pathlib import Path

from segmentation import artifacts, paths
from segmentation.artifacts import files
from segmentation.artifacts.drift import Drift
from segmentation.commands.load import Chosen, choose
from segmentation.engines.local import Local
from segmentation.engines.scorable import MEMORY, Scorable
from segmentation.errors import InputError
from segmentation.monitoring.watch import FEW_ROWS, Tally, watch
from segmentation.scoring.mending import for_files
from segmentation.scoring.rule import Rule
from segmentation.scoring.stream import Counts, columns_taken, scored
from segmentation.settings.params import load_params
from segmentation.tracking import drift as tracking
from segmentation.tracking.store import repository
from segmentation.views.drift import html

PAGE = Drift.path.with_suffix(".html")
EXIT_CODES = {"steady": 0, "watch": 3, "retrain": 4}
"""What a scheduler sees; 1 and 2 are errors."""


def drift(file: Path, *, model: str | None = None, track: bool = True) -> Drift:
    """Compare a file's customers with those of a model's training, and log what was found.

    Parameters
    ----------
    file : Path
    model : str, optional
        As `choose` takes it.
    track : bool
        Log a run beside the model's.

    Raises
    ------
    InputError
        The file cannot be read or holds too few customers, or nothing is known of the training.
    TrackingError
        The tracking store cannot be used; the pages are written all the same.
    """
    chosen = choose(model)
    found = compare(file, chosen)
    artifacts.write(found)
    files.write_text(PAGE, html(found))
    if track:
        tracking.log(
            found,
            experiment=load_params(paths.PARAMS).track.experiment,
            root=repository(),
            parent=chosen.run_id,
            attached=(Drift.path, PAGE),
        )
    return found


def compare(file: Path, chosen: Chosen) -> Drift:
    """Compare a file's customers with those of a model's training."""
    if chosen.baseline is None:
        raise InputError(
            f"{chosen.called} does not say what its customers were like; run `dvc repro` and, for "
            "the champion, promote it again"
        )
    rule = Rule(chosen.model, chosen.baseline)
    data = columns_taken(rule, chosen.data).model_copy(update={"path": file})
    tally, counts = Tally(chosen.baseline), Counts()
    with for_files(data), Local(data, memory=MEMORY) as engine:
        customers = Scorable(engine, data, chosen.prepare, rule.levels)
        for each in scored(customers, rule, counts):
            scores = each.scores
            if scores.unlike is not None and len(each.customers):
                tally.add(each.customers, scores.segment, scores.confidence, scores.unlike)
    if tally.customers < FEW_ROWS:
        raise InputError(
            f"{file} has {tally.customers} customers that can be scored; drift needs {FEW_ROWS}"
        )
    return watch(
        tally,
        names={segment: chosen.name_of(segment) for segment in rule.segments},
        model=chosen.called,
        data=file.name,
        md5=files.md5(file),
        rows=counts.rows,
        not_scored=dict(counts.not_scored),
    )
