"""Questions that place a new customer without the model."""

from segmentation import artifacts, paths
from segmentation.artifacts import files
from segmentation.artifacts.typing import Typing
from segmentation.commands.load import choose
from segmentation.engines.tables.sample import sample_rows
from segmentation.engines.tables.table import Table
from segmentation.errors import InputError
from segmentation.repository.snapshot import Snapshot
from segmentation.scoring.questions import learn
from segmentation.scoring.rule import Rule
from segmentation.settings.params import load_params
from segmentation.views.typing import html

PAGE = Typing.path.with_suffix(".html")
_MOST_ROWS = 20_000  # as many as rules of thumb are learnt from


def typing(*, model: str | None = None) -> Typing:
    """Learn the questions from the prepared customers, and write them as JSON and as a page.

    Parameters
    ----------
    model : str, optional
        As `choose` takes it.

    Raises
    ------
    InputError
        There are no prepared customers here, too few, or others than those of `dvc.lock`.
    """
    Snapshot.of_workspace().verify(paths.PREPARED)
    chosen = choose(model)
    rule, seed = Rule(chosen.model, chosen.baseline), load_params(paths.PARAMS).seed
    table = Table(paths.PREPARED)
    lack = [name for name in rule.columns if name not in table.columns]
    if lack:
        raise InputError(f"{paths.PREPARED} has no column '{lack[0]}', which {chosen.called} takes")
    customers = table.take(sample_rows(table, seed=seed, most=_MOST_ROWS), rule.columns)
    found = learn(
        customers,
        rule.score(customers).segment,
        numbers=rule.numbers,
        categories=rule.categories,
        data=chosen.data,
        names={segment: chosen.name_of(segment) for segment in rule.segments},
        model=chosen.called,
        seed=seed,
    )
    artifacts.write(found)
    files.write_text(PAGE, html(found))
    return found
