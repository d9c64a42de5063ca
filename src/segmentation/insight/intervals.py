"""95% confidence intervals of the figures that describe a segment.

All functions work elementwise on arrays that broadcast against each other, and give NaN where an
interval cannot be told: of a mean from one customer or from cells that are all the same, of a
median from fewer than six. Each treats
customers as independent draws and the segments as given. How often the intervals hold what they
should is measured by `benchmarks/intervals.py` and listed in `docs/profiles.md`.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr, bdtrc, bdtrik, ndtri, stdtr, stdtrit

Floats = NDArray[np.float64]
Interval = tuple[Floats, Floats]

LEVEL = 0.95
_Z = float(ndtri((1 + LEVEL) / 2))


class Moments(NamedTuple):
    """What the figures of a number are made from; each an array of the same shape.

    `variance` has n - 1 below it, `third` and `fourth` are central moments with n below them.
    """

    n: Floats
    mean: Floats
    variance: Floats
    third: Floats
    fourth: Floats

    @classmethod
    def of_sums(cls, sums: ArrayLike) -> "Moments":
        """Take them from power sums of shape (5, ...): of z to the power 0, 1, 2, 3 and 4.

        Sums subtract, so everyone less a segment gives everyone else. Standardise z by all
        customers first, so that no digits are lost.
        """
        s = np.asarray(sums, dtype=np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):
            n = s[0]
            mean, second, third, fourth = s[1:] / n
            central2 = np.maximum(second - mean**2, 0.0)
            central2 = np.where(central2 < 1e-14 * np.maximum(second, 1.0), 0.0, central2)
            return cls(
                n,
                np.where(n > 0, mean, np.nan),
                np.where(n > 1, central2 * n / (n - 1), np.nan),
                third - 3 * mean * second + 2 * mean**3,
                fourth - 4 * mean * third + 6 * mean**2 * second - 3 * mean**4,
            )


def wilson(count: ArrayLike, n: ArrayLike) -> Interval:
    """Interval of a share.

    References
    ----------
    Wilson (1927), Probable inference, the law of succession, and statistical inference;
    recommended by Brown, Cai and DasGupta (2001), Interval estimation for a binomial proportion.
    """
    x, n = np.asarray(count, dtype=np.float64), np.asarray(n, dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        p, z2 = x / n, _Z**2
        centre = (p + z2 / (2 * n)) / (1 + z2 / n)
        half = _Z * np.sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
        return np.where(x == 0, 0.0, centre - half), np.where(x == n, 1.0, centre + half)


def of_mean(m: Moments) -> Interval:
    """Interval of a mean: Student's t, transformed by the skewness of the data.

    Student's interval is symmetric, and holds the mean of skewed data too seldom. Hall's cubic
    transformation shifts and bends it. In the limit of no skewness it is Student's.

    References
    ----------
    Hall (1992), On the removal of skewness by transformation, J. R. Statist. Soc. B 54.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        error = np.where(m.variance > 0, np.sqrt(m.variance / m.n), np.nan)
        quantile = stdtrit(m.n - 1, (1 + LEVEL) / 2)
        a = m.third / m.variance**1.5 / np.sqrt(m.n)
        return m.mean - _bent(quantile, a) * error, m.mean - _bent(-quantile, a) * error


def _bent(quantile: Floats, a: Floats) -> Floats:
    """The inverse of Hall's transformation x + a x²/3 + a² x³/27 + a/6."""
    small = np.abs(a) < 1e-6
    safe = np.where(small, 1.0, a)
    bent = 3 / safe * (np.cbrt(1 + safe * (quantile - safe / 6)) - 1)
    return np.where(small, quantile, bent)


def of_median(ordered: Floats) -> tuple[float, float]:
    """Interval of the median of ascending values, between order statistics.

    References
    ----------
    Hettmansperger and Sheather (1986), Confidence intervals based on interpolated order statistics.
    """
    n = len(ordered)
    if n < 6 or bdtr(0, n, 0.5) > (1 - LEVEL) / 2:
        return np.nan, np.nan
    # Order statistics k and n + 1 - k hold the median with probability 1 - 2 P(B < k).
    k = int(np.floor(bdtrik((1 - LEVEL) / 2, n, 0.5))) + 1
    outer, inner = 1 - 2 * bdtr(k - 1, n, 0.5), 1 - 2 * bdtr(k, n, 0.5)
    while outer < LEVEL:  # the quantile of the discrete distribution, to the last digit
        k -= 1
        outer, inner = 1 - 2 * bdtr(k - 1, n, 0.5), 1 - 2 * bdtr(k, n, 0.5)
    part = (outer - LEVEL) / (outer - inner)
    weight = (n - k) * part / (k + (n - 2 * k) * part)
    low = (1 - weight) * ordered[k - 1] + weight * ordered[k]
    high = (1 - weight) * ordered[n - k] + weight * ordered[n - k - 1]
    return float(low), float(high)


def difference(a: Moments, b: Moments) -> tuple[Floats, Interval]:
    """Standardised difference of two means: their difference over a typical standard deviation.

    The divisor is the root of the mean of both variances. Pooling, as Hedges' g does, would weigh
    them by size, so a small segment's own spread would not count; Glass's delta takes everyone
    else's alone. Unequal sizes and spreads are the rule among segments. The interval follows from
    the delta method and uses skewness and kurtosis, so it does not assume normal data.

    References
    ----------
    Cohen (1988), Statistical Power Analysis, section 2.3; Austin (2009), Balance diagnostics;
    Bonett (2008), Confidence intervals for standardized linear contrasts of means.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        spread2 = (a.variance + b.variance) / 2
        d = (a.mean - b.mean) / np.sqrt(spread2)
        variance = np.zeros_like(d)
        for group, sign in ((a, 1.0), (b, -1.0)):
            noise = group.variance - sign * d / (2 * np.sqrt(spread2)) * group.third
            noise = noise / spread2
            fourth = np.maximum(group.fourth - group.variance**2, 0.0)
            variance = variance + (noise + d**2 * fourth / (16 * spread2**2)) / group.n
        half = stdtrit(_welch_df(a, b), (1 + LEVEL) / 2) * np.sqrt(np.maximum(variance, 0.0))
        return d, (d - half, d + half)


def welch(a: Moments, b: Moments) -> Floats:
    """p-value of equal means with unequal variances (Welch, 1947)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        t = (a.mean - b.mean) / np.sqrt(a.variance / a.n + b.variance / b.n)
        p = 2 * stdtr(_welch_df(a, b), -np.abs(t))
        # Constant on both sides: the means are equal or they are not.
        return np.where(np.isinf(t), 0.0, p)


def _welch_df(a: Moments, b: Moments) -> Floats:
    va, vb = a.variance / a.n, b.variance / b.n
    df = (va + vb) ** 2 / (va**2 / (a.n - 1) + vb**2 / (b.n - 1))
    return np.where((va == 0) & (vb == 0), a.n + b.n - 2, df)


def share_difference(
    x: ArrayLike, n: ArrayLike, other_x: ArrayLike, other_n: ArrayLike
) -> tuple[Floats, Interval]:
    """Standardised difference of two shares, as of the means of a yes or no.

    The interval comes from the Wilson limits of both shares by squaring and adding, so it is
    well-behaved at counts of zero.

    References
    ----------
    Austin (2009), Using the standardized difference to compare the prevalence of a binary
    variable between two groups; Newcombe (1998), Interval estimation for the difference between
    independent proportions (method 10); Zou and Donner (2008) on recovering variances from limits.
    """
    x, n = np.asarray(x, dtype=np.float64), np.asarray(n, dtype=np.float64)
    other_x, other_n = np.asarray(other_x, dtype=np.float64), np.asarray(other_n, dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        p, q = x / n, other_x / other_n
    d = _standardised(p, q)
    (p_low, p_high), (q_low, q_high) = wilson(x, n), wilson(other_x, other_n)
    with np.errstate(invalid="ignore"):
        below = np.hypot(d - _standardised(p_low, q), d - _standardised(p, q_high))
        above = np.hypot(_standardised(p_high, q) - d, _standardised(p, q_low) - d)
        return d, (d - below, d + above)


def _standardised(p: Floats, q: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        d = (p - q) / np.sqrt((p * (1 - p) + q * (1 - q)) / 2)
    return np.where(p == q, 0.0, d)


def binomial(x: ArrayLike, n: ArrayLike, all_x: ArrayLike, all_n: ArrayLike) -> Floats:
    """p-value of so many, or so few, among n customers if they were drawn from everyone.

    The smaller of the two sides, the segment or everyone else, is looked at, and the tail of the
    binomial distribution doubled. Drawing without replacement varies less (Hoeffding, 1963), so
    this errs on the safe side, and it is exact in the small counts where a z-test is not.
    """
    x, n = np.asarray(x, dtype=np.float64), np.asarray(n, dtype=np.float64)
    all_x, all_n = np.asarray(all_x, dtype=np.float64), np.asarray(all_n, dtype=np.float64)
    swap = n > all_n / 2
    x, n = np.where(swap, all_x - x, x), np.where(swap, all_n - n, n)
    with np.errstate(invalid="ignore", divide="ignore"):
        p, whole = all_x / all_n, n.astype(np.int64)
        few, many = bdtr(x, whole, p), np.where(x > 0, bdtrc(x - 1, whole, p), 1.0)
        return np.where(n > 0, np.minimum(1.0, 2 * np.minimum(few, many)), np.nan)


def relative(
    here: ArrayLike, limits: Interval, other: ArrayLike, other_limits: Interval, weight: ArrayLike
) -> Interval:
    """Interval of a figure over everyone's: an index or a lift.

    A segment is part of everyone, so its figure and everyone's go together. Its ratio r to
    everyone ELSE's figure is free of that; its ratio to everyone's is r / (w r + 1 - w), which
    rises with r, where w is the segment's weight among everyone. Everyone else's figure must be
    positive; there is no interval where its lower limit is below zero.

    References
    ----------
    Donner and Zou (2012), Closed-form confidence intervals for functions of the normal mean and
    standard deviation (MOVER-R), from the limits of both; Newcombe (2013), Confidence Intervals
    for Proportions, chapter 11.
    """
    a, b, w = (np.asarray(v, dtype=np.float64) for v in (here, other, weight))
    (a_low, a_high), (b_low, b_high) = limits, other_limits
    with np.errstate(invalid="ignore", divide="ignore"):
        low = a_low * (2 * a - a_low)
        root = np.sqrt(np.maximum((a * b) ** 2 - low * b_high * (2 * b - b_high), 0.0))
        low = np.where(low == 0, 0.0, low / (a * b + root))
        high = b_low * (2 * b - b_low)
        root = np.sqrt(np.maximum((a * b) ** 2 - high * a_high * (2 * a - a_high), 0.0))
        high = np.where(high == 0, np.inf, (a * b + root) / high)
        possible = (b_low >= 0) & (w * low + 1 - w > 0)
        return (
            np.where(possible, low / (w * low + 1 - w), np.nan),
            np.where(possible, 1 / (w + (1 - w) / high), np.nan),
        )


def of_share_of_total(
    total: ArrayLike, squares: ArrayLike, other: ArrayLike, other_squares: ArrayLike
) -> Interval:
    """Interval of a segment's share of a total of values that are not negative.

    The share is a ratio of two means of all customers; its standard error (Cochran, 1977,
    Sampling Techniques, section 6.3) is put on the logit scale, where limits stay within 0 and 1.

    Parameters
    ----------
    total, squares : array_like
        Sum of the values, and of their squares, in the segment.
    other, other_squares : array_like
        The same for everyone else.
    """
    t, s, o, os = (np.asarray(v, dtype=np.float64) for v in (total, squares, other, other_squares))
    with np.errstate(invalid="ignore", divide="ignore"):
        r = t / (t + o)
        error = np.sqrt((1 - r) ** 2 * s + r**2 * os) / (t + o)
        odds, half = np.log(r / (1 - r)), _Z * error / (r * (1 - r))
        return 1 / (1 + np.exp(half - odds)), 1 / (1 + np.exp(-half - odds))


def holm(p: Floats) -> Floats:
    """Adjust p-values so that the chance of any false claim among all of them is bounded.

    NaN stays NaN and does not count. Holds however the tests depend on each other.

    References
    ----------
    Holm (1979), A simple sequentially rejective multiple test procedure.
    """
    adjusted = np.full(p.shape, np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    steps = p[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted
