"""Why a number of clusters was chosen, in sentences."""

from collections.abc import Sequence

import pandas as pd

from segmentation.clustering.choosing_k.certainty import Certainty
from segmentation.clustering.choosing_k.criteria import Criterion
from segmentation.clustering.choosing_k.rules import Rule
from segmentation.clustering.structure.homogeneity import Structure


def explain(
    sure: Certainty,
    rule: Rule,
    curve: pd.DataFrame,
    votes: dict[str, int],
    structure: Structure,
    criteria: Sequence[Criterion],
    *,
    used: int,
    given: int,
) -> tuple[str, ...]:
    """Return the reasons for a choice as plain sentences.

    Parameters
    ----------
    sure : Certainty
        The number of clusters chosen, and what the data leave open.
    rule : Rule
        The rule that chose it.
    curve : pandas.DataFrame
        A row per k.
    votes : dict of str to int
        The k each criterion prefers.
    structure : Structure
        The structure test.
    criteria : sequence of Criterion
        What votes.
    used, given : int
        Rows clustered, and rows there are.

    Returns
    -------
    tuple of str
        Sentences, the one on structure first.
    """
    k = sure.k
    row = curve.loc[curve.k == k].iloc[0]
    sentences = [_on_structure(structure, k), rule.sentence.format(k=k)]
    sentences += _on_certainty(sure)
    sentences.append(
        f"At k = {k} the silhouette is {row.silhouette:.3f}"
        f"{_error(row.silhouette_se, 3, anew=True)}, "
        f"{abs(row.excess):.3f} {'above' if row.excess >= 0 else 'below'} what one population "
        f"shows, and two halves of the rows, clustered apart, agree with an adjusted Rand index of "
        f"{row.split_agreement:.2f}{_error(row.split_agreement_se, 2)}; 1 is the same."
    )
    sentences.append(_on_votes(k, votes, {c.name: c.phrase for c in criteria}))
    if rule.score is not None and len(curve) > 1:
        others = curve[curve.k != k].sort_values(rule.name, ascending=False)
        second = others.iloc[0]
        sentences.append(
            f"The runner-up is k = {int(second.k)}, with a {rule.name} of "
            f"{second[rule.name]:.2f} against {row[rule.name]:.2f}."
        )
        if structure.structured and k == curve.k.max():
            sentences.append(f"{k} is the largest number that was tried; there may be more.")
    if used < given:
        sentences.append(
            f"This rests on a random sample of {used:,} of the {given:,} rows; the mixture's "
            f"evidence is that of all."
        )
    return tuple(sentences)


def _on_certainty(sure: Certainty) -> list[str]:
    if sure.share is None:
        return []
    if not sure.open:
        same = f"the choice is the same in {sure.share:.0%} of the draws"
        return [f"With half of the rows, drawn at random, {same}."]
    names = [str(k) for k, _ in sure.alternatives]
    shares = ", ".join(f"{k} in {share:.0%}" for k, share in sure.alternatives)
    return [
        f"The data leave it open between {', '.join(names[:-1])} and {names[-1]}.",
        f"With half of the rows, drawn at random, the rule prefers {shares} of the draws.",
    ] + [f"{sure.k} is the smallest that nothing speaks against."] * sure.simplest


_WORDS = {
    "one": "one population",
    "graded": "a continuum without gaps",
    "separate": "separate groups",
}


def _on_structure(structure: Structure, k: int) -> str:
    if len(structure.possible) == 1:
        return _found(structure, k)
    words = [_WORDS[answer] for answer in structure.possible]
    could = [
        f"{what} (p from {'below 0.001' if low < 0.001 else f'{low:.3f}'} to {high:.3f})"
        for what, (low, high), answers in (
            ("a gap", structure.p_separate_range, {"separate"}),
            ("more than one heap", structure.p_value_range, {"one", "graded"}),
        )
        if answers <= set(structure.possible)
    ]
    return (
        f"The data leave it open between {', '.join(words[:-1])} and {words[-1]}: whether there is "
        f"{' and '.join(could)} hangs on what is drawn to tell it, so on the seed. "
        f"The simplest is taken, {words[0]}."
    )


def _found(structure: Structure, k: int) -> str:
    if structure.structure == "separate":
        return (
            f"There are gaps between groups: in the widest, the density is {structure.valley:.0%} "
            f"lower than on both sides, {structure.gap:.1f} standard errors "
            f"({_p(structure.p_separate)})."
        )
    if structure.structure == "graded":
        what = {"silhouette": "the silhouette", "dip": "the dip between two parts"}
        return (
            f"There is more than one heap, as {what[structure.by]} exceeds what one population "
            f"shows ({_p(structure.p_value)}), but no gap beyond chance "
            f"({_p(structure.p_separate)}): {k} segments are slices of a continuum."
        )
    return (
        f"No structure: one population explains the silhouette at every k ({_p(structure.p_value)})"
        f" and there is no gap ({_p(structure.p_separate)}), so a split in {k} is a convenience."
    )


def _error(error: float, digits: int, *, anew: bool = False) -> str:
    """Return a standard error in brackets; nothing where it would be written as 0."""
    written = f"{error:.{digits}f}"
    how = " when halves are clustered anew" if anew else ""
    return f" (standard error {written}{how})" if float(written) > 0 else ""


def _p(value: float) -> str:
    return f"p {'<' if value < 0.001 else '='} {max(value, 0.001):.3f}"


def _on_votes(k: int, votes: dict[str, int], phrases: dict[str, str]) -> str:
    for_k = [name for name, vote in votes.items() if vote == k]
    if len(set(votes.values())) > len(votes) / 2 and len(for_k) <= len(votes) / 3:
        return (
            f"No criterion is clear: what they prefer ranges from k = {min(votes.values())} to "
            f"{max(votes.values())}."
        )
    prefer = "prefers" if len(for_k) == 1 else "prefer"
    head = f"{len(for_k)} of {len(votes)} criteria {prefer} k = {k}"
    if len(for_k) == len(votes):
        return f"All {len(votes)} criteria prefer k = {k}."
    by_k: dict[int, list[str]] = {}
    for name, vote in votes.items():
        if vote != k:
            by_k.setdefault(vote, []).append(phrases[name])
    others = "; ".join(
        f"{' and '.join([', '.join(names[:-1]), names[-1]] if len(names) > 1 else names)} "
        f"{'prefer' if len(names) > 1 else 'prefers'} {vote}"
        for vote, names in sorted(by_k.items())
    )
    return f"The criteria disagree: {head}, while {others}."
