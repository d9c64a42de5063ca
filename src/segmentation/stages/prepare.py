"""Read the customers' file, clean it by the declared rules, and account for every row."""

from segmentation import artifacts, paths
from segmentation.artifacts import files
from segmentation.artifacts.baseline import Baseline
from segmentation.artifacts.contract import Contract
from segmentation.artifacts.features import having
from segmentation.artifacts.quality import Source
from segmentation.engines.chosen import chosen
from segmentation.engines.cleaning import clean
from segmentation.engines.customers import Customers, check_rejected, damage
from segmentation.engines.tables.table import Table
from segmentation.errors import InputError, warn
from segmentation.insight.playbook import Playbook, absent_levels, fitting
from segmentation.monitoring.contract import about_another, differences, page
from segmentation.settings.prepare import Prepare
from segmentation.settings.shared.base import load
from segmentation.settings.shared.columns import NO, YES
from segmentation.settings.shared.data import Data
from segmentation.settings.shared.engine import Engine


def run(*, engine: Engine, data: Data, prepare: Prepare) -> None:
    """Write prepared customers, rejected rows with their reasons, and what was done."""
    # What is wrong with the playbook is told now, not by `profile` after an hour of training.
    # Nothing is made of it here, so `dvc.yaml` does not name it: a new word reruns no clustering.
    playbook = load(Playbook, paths.PLAYBOOK)
    with chosen(engine, data) as running:
        cleaned = clean(running, data, prepare)
        # Before anything can fail: rejected rows are there to be looked at even if none is left.
        cleaned.write_rejected(paths.REJECTED)
        artifacts.write(cleaned.quality().model_copy(update={"source": _source(data)}))
        check_rejected(cleaned, data=data, rules=prepare)
        customers = Customers(cleaned, data)
        customers.check_usable()
        customers.check_categories()
        changed = _held(running.source.names, customers, data)
        rare = customers.rare()
        customers.write(paths.PREPARED)
        doubtful = [*damage(cleaned), *customers.doubts(), *rare]
        levels = customers.levels()
    # `featurize` decides which numbers get a yes or no beside them; each may have one.
    beside = {having(name): [YES, NO] for name in data.numeric_features}
    kinds = [*data.kinds, *beside]
    fits, left_out = fitting(playbook, numeric=data.numbers, categorical=kinds)
    for note in [*changed, *doubtful, *left_out, *absent_levels(fits, beside | levels)]:
        warn(note)


def _held(header: list[str], customers: Customers, data: Data) -> list[str]:
    """Hold the file against the contract, if there is one.

    Like the playbook, `dvc.yaml` does not name it: nothing is made of it here.

    Raises
    ------
    InputError
        Something differs, and the settings are strict about it.
    """
    paths.DIFFERENCES.unlink(missing_ok=True)
    if data.contract == "none" or not paths.CONTRACT.exists():
        return []
    held = artifacts.read(Contract)
    if about_another(held, header):
        return [
            f"{paths.CONTRACT} is about another table ({held.file}); nothing was held against it"
        ]
    seen = _seen(customers, data)
    found = differences(held, header, customers.figures(), seen)
    if not found:
        return []
    files.write_text(paths.DIFFERENCES, page(held, data.path.name, found, seen))
    many = "1 thing differs" if len(found) == 1 else f"{len(found)} things differ"
    told = (
        f"{data.path} is not as {paths.CONTRACT} says: {many} ({paths.DIFFERENCES}), first "
        f"{found[0]}"
    )
    if data.contract == "strict":
        raise InputError(
            f"{told}; mend the file, make it the contract with `segmentation init`, or set "
            "data.contract to warn"
        )
    return [told]


def _seen(customers: Customers, data: Data) -> float | None:
    """Return the share of the customers whom the last run had, if that was about such a table."""
    if not (paths.ASSIGNMENTS.exists() and paths.BASELINE.exists()):
        return None
    try:
        if set(artifacts.read(Baseline).columns) != set(data.features):
            return None
        return customers.known_from(Table(paths.ASSIGNMENTS))
    except InputError:  # what is damaged is told by whoever needs it
        return None


def _source(data: Data) -> Source:
    path = data.path.name if data.path.is_absolute() else data.path.as_posix()
    return Source(path=path, md5=files.md5(data.path))
