"""Read the customers' file, clean it by the declared rules, and account for every row."""

import pandas as pd

from segmentation import artifacts, paths
from segmentation.artifacts import files
from segmentation.engines import local
from segmentation.engines.cleaning import check_rejected, check_usable, clean, damage, doubts
from segmentation.engines.rare import check_categories, group_rare
from segmentation.engines.schema import customers
from segmentation.engines.value import with_value
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
    table = local.read(data)
    cleaned = clean(table.cells, data=data, rules=prepare, damaged=table.damaged)
    # Before anything can fail: rejected rows are there to be looked at even if none is left.
    files.write_parquet(paths.REJECTED, cleaned.rejected)
    artifacts.write(cleaned.quality(table.lines))
    check_rejected(cleaned, data=data, rules=prepare)
    check_usable(cleaned, data)
    check_categories(cleaned.kept, data)
    kept, rare = group_rare(cleaned.kept, data)
    prepared = customers(data).validate(with_value(kept, data))
    files.write_parquet(paths.PREPARED, prepared)
    doubtful = [*damage(cleaned), *doubts(cleaned, data), *rare]
    for note in [*doubtful, *_misfits(playbook, prepared, data)]:
        warn(note)


def _misfits(playbook: Playbook, prepared: pd.DataFrame, data: Data) -> list[str]:
    fits, left_out = fitting(playbook, numeric=data.numbers, categorical=list(data.categorical))
    levels = {name: prepared[name].dropna().unique().tolist() for name in data.categorical}
    return [*left_out, *absent_levels(fits, levels)]
