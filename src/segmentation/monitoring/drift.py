"""How the customers themselves changed: drift of each feature, with what chance alone does.

References
----------
Yurdakul and Naranjo (2020), Statistical properties of the population stability index, Journal of
Risk Model Validation: without drift, PSI over 1/n + 1/m is chi-squared with one degree of
freedom less than there are bins.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation.artifacts.privacy import FEWEST

# docs/review.md, "Drift", says where these come from.
MODERATE, STRONG = 0.1, 0.25  # the usual reading of PSI
CHANCE = 0.01  # how often chance alone reaches the level given with a PSI
RARE = 0.01  # levels with a smaller share, on average over both sides, are taken together for PSI
_BINS = 10  # of a number
_MOSTLY = 0.5  # share of customers in rare levels from which PSI tells nothing

Strength = Literal["within noise", "small", "moderate", "strong", "too many levels"]


@dataclass(frozen=True)
class Drift:
    """One feature in two sets of customers.

    Attributes
    ----------
    column : str
    psi : float
        Population stability index over tenths of the base or over levels; missing is one of them.
    chance : float
        The PSI that chance alone exceeds once in a hundred times.
    distance : float
        Largest difference of shares of customers, 0 to 1: Kolmogorov-Smirnov for a number, total
        variation for categories. Missing cells are left out.
    base_missing, head_missing : float
        Shares of missing cells.
    new_levels, gone_levels : tuple of str
        Categories of at least ten customers that only the head, or only the base, has; most
        frequent first.
    rare : float
        Share of all customers whose category is so rare that PSI cannot tell it from others.
    """

    column: str
    psi: float
    chance: float
    distance: float
    base_missing: float
    head_missing: float
    new_levels: tuple[str, ...] = ()
    gone_levels: tuple[str, ...] = ()
    rare: float = 0.0

    @property
    def strength(self) -> Strength:
        """How strong it is, if it is more than chance."""
        if self.rare > _MOSTLY:
            return "too many levels"
        if self.psi <= self.chance:
            return "within noise"
        if self.psi < MODERATE:
            return "small"
        return "moderate" if self.psi < STRONG else "strong"


def drift(
    base: pd.DataFrame, head: pd.DataFrame, *, numeric: Sequence[str], categorical: Sequence[str]
) -> tuple[Drift, ...]:
    """Compare each feature in two sets of customers, the most drifted first."""
    drifts = [_of_numbers(base[name], head[name]) for name in numeric]
    drifts += [_of_levels(base[name], head[name]) for name in categorical]
    return tuple(sorted(drifts, key=lambda feature: -feature.psi))


def stability_index(base: NDArray[np.float64], head: NDArray[np.float64]) -> tuple[float, float]:
    """Return the population stability index of two sets of counts, and what chance reaches.

    Half a customer is added to each count, so that an empty one does not make it infinite.

    Parameters
    ----------
    base, head : arrays of shape (bins,)
        Customers in each bin.

    Examples
    --------
    >>> import numpy as np
    >>> psi, chance = stability_index(np.array([500.0, 500.0]), np.array([400.0, 600.0]))
    >>> round(psi, 3), round(chance, 3)
    (0.04, 0.013)
    """
    from scipy.special import chdtri

    used = base + head > 0
    one, other = base[used] + 0.5, head[used] + 0.5
    p, q = one / one.sum(), other / other.sum()
    chance = chdtri(max(len(p) - 1, 1), CHANCE) * (1 / one.sum() + 1 / other.sum())
    return float(((q - p) * np.log(q / p)).sum()), float(chance)


def _of_numbers(base: pd.Series, head: pd.Series) -> Drift:
    before, after = (np.sort(s.dropna().to_numpy(np.float64)) for s in (base, head))
    tenths = np.linspace(0, 1, _BINS + 1)[1:-1]
    edges = np.unique(np.quantile(before, tenths)) if len(before) else np.empty(0)

    def counts(values: NDArray[np.float64], missing: int) -> NDArray[np.float64]:
        bins = np.bincount(np.searchsorted(edges, values), minlength=len(edges) + 1)
        return np.append(bins, missing).astype(np.float64)

    psi, chance = stability_index(
        counts(before, int(base.isna().sum())), counts(after, int(head.isna().sum()))
    )
    distance = 0.0
    if len(before) and len(after):
        grid = np.concatenate([before, after])
        shares = (np.searchsorted(v, grid, side="right") / len(v) for v in (before, after))
        distance = float(np.abs(next(shares) - next(shares)).max())
    return Drift(str(base.name), psi, chance, distance, *_missing(base, head))


def rare_levels(base: NDArray[np.float64], head: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which levels are rare on average over two sides, however many customers each has."""
    shares = [counts / max(counts.sum(), 1.0) for counts in (base, head)]
    return np.asarray(shares[0] + shares[1] < 2 * RARE)


def _of_levels(base: pd.Series, head: pd.Series) -> Drift:
    counts = pd.DataFrame(
        {"base": base.value_counts(), "head": head.value_counts()}, dtype="float64"
    ).fillna(0.0)
    shares = counts / counts.sum().clip(lower=1.0)
    rare = rare_levels(counts["base"].to_numpy(), counts["head"].to_numpy())
    binned = pd.concat([counts[~rare], counts[rare].sum().to_frame().T]).to_numpy()
    missing = [base.isna().sum(), head.isna().sum()]
    psi, chance = stability_index(*np.vstack([binned, missing]).astype(np.float64).T)
    return Drift(
        str(base.name),
        psi,
        chance,
        float((shares["base"] - shares["head"]).abs().sum() / 2),
        *_missing(base, head),
        new_levels=_only(counts, "head", "base"),
        gone_levels=_only(counts, "base", "head"),
        rare=float(counts[rare].to_numpy().sum()) / (len(base) + len(head)),
    )


def _only(counts: pd.DataFrame, here: str, there: str) -> tuple[str, ...]:
    only = counts[(counts[there] == 0) & (counts[here] >= FEWEST)]
    return tuple(str(level) for level in only.sort_values(here, ascending=False).index)


def _missing(base: pd.Series, head: pd.Series) -> tuple[float, float]:
    return float(base.isna().mean()), float(head.isna().mean())
