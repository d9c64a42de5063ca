"""How sure a choice is: what it would be with other customers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from segmentation.clustering.choosing_k.curve import Judged
from segmentation.clustering.choosing_k.rules import Candidates, Rule

UNOPPOSED, OFTEN = 1.0, 0.25
"""Standard errors that the best k may lead by without speaking against another, if that is the
choice in so large a share of the halves, and in half as many as the most frequent one."""
OPEN, SOMETIMES = 2.0, 0.125
"""Standard errors by which it has to lead for the data to leave nothing open, unless the other one
is the choice in a smaller share of the halves."""


@dataclass(frozen=True)
class Certainty:
    """The k of a rule, and how far the data leave it open.

    Attributes
    ----------
    k : int
        The smallest number of clusters that nothing speaks against.
    share : float or None
        Share of random halves of the rows from which the rule makes the same choice; None for a
        rule that does not look at halves.
    alternatives : tuple of (int, float)
        The numbers between which the data leave it open, `k` among them, each with its share.
    simplest : bool
        Whether `k` was chosen before a larger number that the rule prefers by no more than chance.
    """

    k: int
    share: float | None
    alternatives: tuple[tuple[int, float], ...]
    simplest: bool = False

    @property
    def open(self) -> bool:
        """Whether the data leave open which number it is."""
        return len(self.alternatives) > 1


def certainty(
    rule: Rule,
    whole: Judged,
    halves: Sequence[Judged],
    *,
    asked: int | None,
    known: set[str],
    convenience: bool,
) -> Certainty:
    """Apply a rule to all rows and to random halves of them.

    Leaving out half of the rows at random, the spread of a difference between two scores is its
    standard error for all rows. A k that the best one does not lead by more than `UNOPPOSED` such
    errors, and that halves often choose, is as good, and the smallest of these is chosen. Up to
    `OPEN` errors the data leave it open.

    Parameters
    ----------
    rule : Rule
        How a curve becomes one number.
    whole, halves : Judged, sequence of Judged
        The criteria on all rows, and on halves of them.
    asked : int or None
        The number of clusters that was asked for.
    known : set of str
        Criteria that are known of the halves.
    convenience : bool
        Whether the data hold one population: nothing speaks for more than the smallest k then.

    References
    ----------
    Shao and Wu (1989), A general theory for jackknife variance estimation, Annals of Statistics
    17, 1176-1197.
    """
    best = rule.choose(Candidates(whole.curve, whole.votes, asked))
    if rule.score is None and rule.name not in known:
        return Certainty(best, None, ((best, 1.0),))
    ks = whole.curve.k.to_numpy(dtype=np.intp)
    if rule.score is None:
        lead = error = np.zeros(len(ks))
        chosen = np.array([rule.choose(Candidates(h.curve, h.votes, asked)) for h in halves])
    else:
        scores = np.array([rule.score(h.curve) for h in halves])
        total, top = rule.score(whole.curve), int(np.flatnonzero(ks == best)[0])
        lead, error = total[top] - total, (scores[:, [top]] - scores).std(axis=0)
        chosen = ks[scores.argmax(axis=1)]
    times = (chosen[:, None] == ks).mean(axis=0)
    share = dict(zip(ks.tolist(), times.tolist(), strict=True))
    near = {best, *ks[(lead <= OPEN * error) & (times >= SOMETIMES)].tolist()}
    fair = {best}
    if rule.score is not None:
        often = times >= max(OFTEN, float(times.max()) / 2)
        fair |= (
            {int(ks[0])} if convenience else set(ks[(lead <= UNOPPOSED * error) & often].tolist())
        )
    k = min(fair)
    near.add(k)
    return Certainty(k, share[k], tuple((a, share[a]) for a in sorted(near)), k < best)
