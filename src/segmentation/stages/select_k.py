"""Judge every number of segments in the range and choose one."""

import numpy as np
from numpy.typing import NDArray

from segmentation import artifacts, paths
from segmentation.artifacts import files
from segmentation.artifacts.choice import Alternative, Choice, CriterionLabel, SmallGroup
from segmentation.clustering.choosing_k.select import LEAST_ROWS, in_order, most_clusters
from segmentation.clustering.choosing_k.select import select_k as choose
from segmentation.clustering.structure.homogeneity import SmallGroup as FoundGroup
from segmentation.engines.tables.sample import sample_rows
from segmentation.engines.tables.table import Table
from segmentation.errors import InputError, warn
from segmentation.settings.select_k import SelectK
from segmentation.settings.shared.base import Seed


def run(*, seed: Seed, select_k: SelectK) -> None:
    """Write the criteria for every k, and the choice with its reasons."""
    features = Table(paths.MATRIX)
    rows = sample_rows(Table(paths.PREPARED), seed=seed)
    points = in_order(features.take(rows).to_numpy(np.float64))  # once for both
    k_max, lowered = _largest_k(points, select_k, seed)
    if lowered:
        warn(lowered)
    selection = choose(
        points,
        k_range=range(select_k.k_min, k_max + 1),
        seed=seed,
        rule=select_k.rule,
        k=select_k.k,
        draws=select_k.draws,
        resamples=select_k.resamples,
        alpha=select_k.alpha,
        max_rows=select_k.max_rows,
    )
    files.write_csv(paths.CURVE, selection.curve)
    artifacts.write(
        Choice(
            k=selection.k,
            structure=selection.structure,
            possible=selection.test.possible,
            structure_p_value=round(selection.p_structure, 4),
            separate_p_value=round(selection.p_separate, 4),
            gap=selection.test.gap,
            gap_expected=selection.test.gap_expected,
            valley=selection.test.valley,
            draws=selection.test.draws,
            small_group=_told(selection.small_group),
            rule=selection.rule,
            votes=selection.votes,
            criteria=tuple(
                CriterionLabel(name=c.name, column=c.column, label=c.label, reading=c.reading)
                for c in selection.criteria
            ),
            agree=selection.agree,
            confidence=selection.certainty.share,
            open=selection.certainty.open,
            alternatives=tuple(
                Alternative(k=k, share=share) for k, share in selection.certainty.alternatives
            ),
            rows=selection.n_rows,
            why=(*selection.why, *filter(None, (_on_sample(len(rows), len(features)), lowered))),
        )
    )


def _on_sample(rows: int, of: int) -> str:
    return f"All of these {rows:,} rows are a random sample of {of:,}." if rows < of else ""


def _told(group: FoundGroup | None) -> SmallGroup | None:
    if group is None:
        return None
    return SmallGroup(size=group.size, share=group.share, z=group.z, algorithm=group.algorithm)


def _largest_k(points: NDArray[np.float64], settings: SelectK, seed: int) -> tuple[int, str]:
    """Return the largest k to try and, where that is below `select_k.k_max`, a sentence on why."""
    rows = min(len(points), settings.max_rows)
    judged = f"{rows} customers" + (" (select_k.max_rows)" if rows < len(points) else "")
    least = max(LEAST_ROWS, 2 * (settings.k_min + 1))
    if rows < least:
        mend = " or lower select_k.k_min" if settings.k_min > 2 else ""
        raise InputError(
            f"{judged} are too few to tell {settings.k_min} segments apart, which takes {least}; "
            f"bring more customers{mend}"
        )
    most = most_clusters(points, max_rows=settings.max_rows, seed=seed)
    if most >= settings.k_max:
        return settings.k_max, ""
    few = f"{judged} are too few to judge more"
    if most < rows // 2 - 1:
        few = f"{judged} have only {most} different sets of features"
    if most < settings.k_min:
        raise InputError(f"{few}, and select_k.k_min asks for {settings.k_min} segments; lower it")
    if settings.rule == "fixed" and settings.k > most:
        raise InputError(f"select_k.k is {settings.k}, but {few}; lower it to {most} or less")
    return most, (
        f"k was tried from {settings.k_min} to {most}, not to {settings.k_max} (select_k.k_max): "
        f"{few}."
    )
