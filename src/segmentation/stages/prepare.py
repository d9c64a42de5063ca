"""Read the customers' file, clean it by the declared rules, and account for every row."""

from segmentation import artifacts, paths
from segmentation.artifacts import files
from segmentation.artifacts.quality import Source
from segmentation.engines.cleaning import clean
from segmentation.engines.customers import Customers, check_rejected, damage
from segmentation.engines.local import Local
from segmentation.errors import warn
from segmentation.insight.playbook import Playbook, absent_levels, fitting
from segmentation.settings.prepare import Prepare
from segmentation.settings.shared.base import load
from segmentation.settings.shared.data import Data


def run(*, data: Data, prepare: Prepare) -> None:
    """Write prepared customers, rejected rows with their reasons, and what was done."""
    # What is wrong with the playbook is told now, not by `profile` after an hour of training.
    # Nothing is made of it here, so `dvc.yaml` does not name it: a new word reruns no clustering.
    playbook = load(Playbook, paths.PLAYBOOK)
    with Local(data) as engine:
        cleaned = clean(engine, data, prepare)
        # Before anything can fail: rejected rows are there to be looked at even if none is left.
        cleaned.write_rejected(paths.REJECTED)
        artifacts.write(cleaned.quality().model_copy(update={"source": _source(data)}))
        check_rejected(cleaned, data=data, rules=prepare)
        customers = Customers(cleaned, data)
        customers.check_usable()
        customers.check_categories()
        rare = customers.rare()
        customers.write(paths.PREPARED)
        doubtful = [*damage(cleaned), *customers.doubts(), *rare]
        levels = customers.levels()
    fits, left_out = fitting(playbook, numeric=data.numbers, categorical=data.kinds)
    for note in [*doubtful, *left_out, *absent_levels(fits, levels)]:
        warn(note)


def _source(data: Data) -> Source:
    path = data.path.name if data.path.is_absolute() else data.path.as_posix()
    return Source(path=path, md5=files.md5(data.path))
