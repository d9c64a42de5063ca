"""Clouds with one population that look like the data otherwise: the unimodal copula."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression
from scipy.special import ndtr, ndtri

from segmentation.clustering.structure.discrete import ANSWERS, FEW, cells, indicator_blocks

# docs/choosing-k.md, "The structure test", 1
_ATOM = 0.02  # share of rows at one value that makes it a spike of the density


@dataclass(frozen=True)
class Margin:
    """One column's density of a single mode.

    Piecewise uniform between `edges`, with `atoms`, or on `values` alone if it is a grid.
    """

    edges: NDArray[np.float64]
    cumulative: NDArray[np.float64]
    values: NDArray[np.float64] | None
    atoms: tuple[float, ...] = ()
    narrow: float = 0.0

    @property
    def answers(self) -> bool:
        """Whether there are so few values that they have no shape."""
        return self.values is not None and len(self.values) <= ANSWERS

    def quantile(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the values below which the shares `u` lie."""
        if self.values is not None:
            index = np.searchsorted(self.cumulative[1:-1], u, side="right")
            return self.values[index]
        x = np.interp(u, self.cumulative, self.edges)
        for atom in self.atoms:
            x[np.abs(x - atom) <= self.narrow] = atom
        return x


@dataclass(frozen=True)
class _Variable:
    """One column, or a block of indicator columns that say one category."""

    columns: NDArray[np.intp]
    margin: Margin | None
    levels: NDArray[np.float64]
    cumulative: NDArray[np.float64]


class UnimodalCopula:
    """One population with the margins and the rank correlations of the data.

    Every margin is the maximum-likelihood density that rises to a mode and falls after it; the
    Gaussian copula joins them with the correlations of the data's normal scores. A column of few
    values keeps to its values; two values keep their shares; indicator columns that are never 1
    together are drawn as one category with the data's shares.

    Parameters
    ----------
    X : NDArray[np.float64] of shape (n, d)
        Finite rows.
    most_alike : float, default 1
        The largest latent correlation, up or down, of two columns of at most four values. Two
        yes/no columns of equal shares have two modes together where it is above a half.

    References
    ----------
    Grenander (1956), On the theory of mortality measurement II, Skand. Aktuarietidskr. 39.
    Wegman (1970), Maximum likelihood estimation of a unimodal density function, Ann. Math.
    Statist. 41, 457-471. Nelsen (2006), An Introduction to Copulas, Springer.
    """

    kind = "copula"

    def __init__(self, X: NDArray[np.float64], *, most_alike: float = 1.0) -> None:
        self._d = X.shape[1]
        blocks = indicator_blocks(X)
        in_block = {j for block in blocks for j in block}
        self._variables = [_category(X, np.array(block)) for block in blocks]
        self._variables += [_numeric(X, j) for j in range(self._d) if j not in in_block]
        few = [v.margin is not None and v.margin.answers for v in self._variables]
        self.answers = sum(few)
        """Columns of at most four values that are no category's."""
        self._root = _correlation_root(X, self._variables, np.where(few, most_alike, 1.0))
        self.continuous = all(
            v.margin is not None and v.margin.values is None  # noqa: PD011 - not a table
            for v in self._variables
        )

    def draw(self, n: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """Return `n` rows of one population, shape (n, d)."""
        u = ndtr(rng.standard_normal((n, len(self._variables))) @ self._root.T)
        out = np.empty((n, self._d))
        for variable, column in zip(self._variables, u.T, strict=True):
            if variable.margin is not None:
                out[:, variable.columns[0]] = variable.margin.quantile(column)
            else:
                index = np.searchsorted(variable.cumulative[1:-1], column, side="right")
                out[:, variable.columns] = variable.levels[index]
        return out


def unimodal_masses(
    counts: NDArray[np.float64], widths: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the unimodal maximum-likelihood masses of the bins of a histogram.

    Parameters
    ----------
    counts : NDArray[np.float64] of shape (m,)
        Rows in each bin.
    widths : NDArray[np.float64] of shape (m,)
        Widths of the bins.

    Returns
    -------
    NDArray[np.float64] of shape (m,)
        Probabilities of the bins, adding to one; mass over width rises to a mode, then falls.
    """
    density = counts / widths
    best, chosen = -np.inf, counts
    for split in range(len(counts) + 1):
        # Isotonic least squares with the widths as weights is the maximum-likelihood fit.
        rise, fall = slice(0, split), slice(split, len(counts))
        fit = np.empty_like(density)
        if split > 0:
            fit[rise] = isotonic_regression(density[rise], weights=widths[rise]).x
        if split < len(counts):
            fit[fall] = isotonic_regression(density[fall], weights=widths[fall], increasing=False).x
        likelihood = float((counts * np.log(np.maximum(fit, 1e-300))).sum())
        if likelihood > best:
            best, chosen = likelihood, fit * widths
    return np.asarray(chosen / chosen.sum(), dtype=np.float64)


def equal_count_edges(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Edges of about 2 n^0.4 bins of equal counts, with finer ones in both tails.

    A uniform last bin would spread the few rows of a long tail evenly over it.
    """
    bins = int(np.clip(2 * len(x) ** 0.4, 8, 60))
    tail = 2.0 ** np.arange(1, 20) / len(x)
    tail = tail[tail < 1 / bins]
    return np.unique(np.quantile(x, np.concatenate((tail, np.linspace(0, 1, bins + 1), 1 - tail))))


def _numeric(X: NDArray[np.float64], j: int) -> _Variable:
    none = np.empty(0)
    return _Variable(np.array([j]), margin(X[:, j]), none, none)


def margin(x: NDArray[np.float64]) -> Margin:
    """Fit the unimodal density of one column."""
    values, counts = np.unique(x, return_counts=True)
    if len(values) <= 2:
        return Margin(values, _cumulative(counts / len(x)), values)
    if len(values) <= FEW:
        masses = unimodal_masses(counts.astype(np.float64), np.diff(cells(values)))
        return Margin(values, _cumulative(masses), values)
    edges = equal_count_edges(x)
    atoms = values[counts >= max(_ATOM * len(x), 2)]
    narrow = 0.0
    if len(atoms):  # a spike keeps its place: a bin of its own, narrower than any gap
        narrow = np.diff(values).min() * 1e-3
        edges = np.unique(np.concatenate((edges, atoms - narrow, atoms + narrow)))
        edges = edges[~np.isin(edges, atoms)]
    counted = np.histogram(x, edges)[0].astype(np.float64)
    masses = unimodal_masses(counted, np.diff(edges))
    return Margin(edges, _cumulative(masses), None, tuple(atoms.tolist()), narrow)


def _category(X: NDArray[np.float64], block: NDArray[np.intp]) -> _Variable:
    levels, code = np.unique(X[:, block], axis=0, return_inverse=True)
    others = np.delete(X, block, axis=1)
    # A category has no order; the one along the main direction of the other columns keeps most
    # of its association with them.
    if others.shape[1]:
        spread = others.std(axis=0)
        Z = (others - others.mean(axis=0)) / np.where(spread > 0, spread, 1)
        axis = np.linalg.eigh(Z.T @ Z)[1][:, -1]
        score = np.bincount(code.ravel(), Z @ axis) / np.bincount(code.ravel())
        score *= 1 if score[0] > score[-1] else -1  # an axis has two ends, and processors choose
        order = np.argsort(score, kind="stable")
    else:
        order = np.arange(len(levels))
    shares = np.bincount(code.ravel())[order] / len(X)
    return _Variable(block, None, levels[order], _cumulative(shares))


def _cumulative(masses: NDArray[np.float64]) -> NDArray[np.float64]:
    total = np.concatenate(([0.0], np.cumsum(masses)))
    return np.asarray(total / total[-1], dtype=np.float64)


def _correlation_root(
    X: NDArray[np.float64], variables: list[_Variable], most: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Root of the latent correlation that gives the draws the rank correlations of the data."""
    n = len(X)
    normal = ndtri((np.arange(1, n + 1) - 0.5) / n)
    scores = np.empty((n, len(variables)))
    for i, variable in enumerate(variables):
        if variable.margin is not None:
            ranks = _ranks(X[:, variable.columns[0]])
        else:
            distance = [np.abs(X[:, variable.columns] - level).sum(1) for level in variable.levels]
            ranks = _ranks(np.argmin(distance, axis=0))
        scores[:, i] = _tied_means(normal, ranks)
    # Ties hide part of the latent normal: the share of its variance that the scores show is
    # divided out on either side of a covariance.
    covariance = np.cov(scores, rowvar=False, ddof=0).reshape(len(variables), len(variables))
    full = normal.var()
    shown = np.diag(covariance) / full
    shown = np.where(shown > 0, shown, 1.0)
    latent = covariance / full / np.outer(shown, shown)
    limit = np.minimum(np.maximum(most[:, None], most), 0.99)
    latent = np.clip(latent, -limit, limit)
    np.fill_diagonal(latent, 1.0)
    values, vectors = np.linalg.eigh(latent)
    root = vectors * np.sqrt(np.maximum(values, 1e-9))
    return np.asarray(root / np.sqrt((root**2).sum(axis=1))[:, None], dtype=np.float64)


def _ranks(x: NDArray[Any]) -> NDArray[np.float64]:
    # pandas is loaded anyway; scipy.stats would be for this alone.
    return np.asarray(pd.Series(x).rank(), dtype=np.float64)


def _tied_means(normal: NDArray[np.float64], ranks: NDArray[np.float64]) -> NDArray[np.float64]:
    """Normal score of each row, the mean of its ties' scores where values are tied."""
    order = np.argsort(ranks, kind="stable")
    group = np.unique(ranks, return_inverse=True)[1]
    means = np.bincount(group[order], normal) / np.bincount(group)
    return np.asarray(means[group], dtype=np.float64)
