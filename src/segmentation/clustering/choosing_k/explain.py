"""Why a number of clusters was chosen, in sentences."""

import pandas as pd

from segmentation.clustering.structure.homogeneity import Structure

_NAMES = {
    "silhouette": "the silhouette",
    "excess": "the silhouette's excess over one population",
    "calinski_harabasz": "Calinski-Harabasz",
    "davies_bouldin": "Davies-Bouldin",
    "elbow": "the elbow",
    "gap": "the gap statistic",
    "stability": "stability",
    "separation": "the valleys between clusters",
    "evidence": "the mixture's evidence",
}


def explain(
    k: int,
    rule: str,
    curve: pd.DataFrame,
    votes: dict[str, int],
    structure: Structure,
    *,
    used: int,
    given: int,
) -> tuple[str, ...]:
    """Return the reasons for `k` as plain sentences.

    Parameters
    ----------
    k : int
        Number of clusters chosen.
    rule : str
        The rule that chose it.
    curve : pandas.DataFrame
        A row per k.
    votes : dict of str to int
        The k each criterion prefers.
    structure : Structure
        The structure test.
    used, given : int
        Rows used, and rows there are.

    Returns
    -------
    tuple of str
        Sentences, the verdict on structure first.
    """
    row = curve.loc[curve["k"] == k].iloc[0]
    sentences = [_verdict(structure, k)]
    if rule == "fixed":
        sentences.append(f"k = {k} was fixed beforehand.")
    else:
        sentences.append(f"The {rule} rule chose k = {k}.")
    sentences.append(
        f"At k = {k} the silhouette is {row['silhouette']:.3f} (standard error "
        f"{row['silhouette_se']:.3f}), {abs(row['excess']):.3f} "
        f"{'above' if row['excess'] >= 0 else 'below'} what one population shows, and the "
        f"partitions of two halves of the rows agree with an adjusted Rand index of "
        f"{row['stability']:.2f} (standard error {row['stability_se']:.2f})."
    )
    sentences.append(_voting(k, votes))
    if rule == "consensus" and len(curve) > 1:
        ranked = curve.sort_values("consensus", ascending=False)
        first, second = ranked.iloc[0], ranked.iloc[1]
        sentences.append(
            f"The runner-up is k = {int(second['k'])}, with a consensus of "
            f"{second['consensus']:.2f} against {first['consensus']:.2f}."
        )
    if used < given:
        sentences.append(f"This rests on a random sample of {used:,} of the {given:,} rows.")
    return tuple(sentences)


def _verdict(structure: Structure, k: int) -> str:
    p = f"p {'<' if structure.p_value < 0.001 else '='} {max(structure.p_value, 0.001):.3f}"
    if structure.structured:
        what = {"silhouette": "the silhouette", "valley": "the valley between two parts"}
        return (
            f"The data hold more than one population: {what[structure.by]} exceeds what one shows "
            f"by up to {structure.statistic:.1f} standard deviations ({p})."
        )
    return (
        f"No structure: one population explains the silhouette at every k ({p}), so a split in "
        f"{k} is a convenience."
    )


def _voting(k: int, votes: dict[str, int]) -> str:
    for_k = [name for name, vote in votes.items() if vote == k]
    head = f"{len(for_k)} of {len(votes)} criteria prefer k = {k}"
    if len(for_k) == len(votes):
        return f"All {len(votes)} criteria prefer k = {k}."
    by_k: dict[int, list[str]] = {}
    for name, vote in votes.items():
        if vote != k:
            by_k.setdefault(vote, []).append(_NAMES[name])
    others = "; ".join(
        f"{' and '.join([', '.join(names[:-1]), names[-1]] if len(names) > 1 else names)} "
        f"{'prefer' if len(names) > 1 else 'prefers'} {vote}"
        for vote, names in sorted(by_k.items())
    )
    return f"The criteria disagree: {head}, while {others}."
