"""What a saved model says of customers: segment, runner-up, how firmly, how usual, and why."""

import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation.algorithms import NOISE
from segmentation.algorithms.assigners import assign, confidence_of, heights
from segmentation.artifacts.baseline import Baseline
from segmentation.artifacts.transformer import columns_of, known_levels, nevers, owners
from segmentation.engines.features import transformed

Matrix = NDArray[np.float64]
Labels = NDArray[np.intp]


@dataclass(frozen=True)
class Scores:
    """What is said of customers.

    Attributes
    ----------
    segment, runner_up : int array of shape (n,)
        Ids; -1 is in no segment, and no runner-up.
    confidence : array of shape (n,)
        In [0, 1].
    unlike : bool array of shape (n,) or None
        Farther from their segment than those of the training, so never of those in none; None
        where that is not known.
    pulls : array of shape (n, columns)
        How much a column of the customer pulls towards the segment and away from the runner-up.
        Nothing is pulled by what is missing, unless that says never.
    """

    segment: Labels
    runner_up: Labels
    confidence: Matrix
    unlike: NDArray[np.bool_] | None
    pulls: Matrix


class Rule:
    """A saved model from a customer to a segment.

    Parameters
    ----------
    model : Pipeline
        Features, then what assigns them.
    baseline : Baseline, optional
        Of the customers of its training.

    Attributes
    ----------
    numbers, categories : list of str
        The columns that it takes.
    levels : dict of str to list of str
        The categories that it knows.
    segments : list of int
        Its segments' ids.
    """

    def __init__(self, model: Any, baseline: Baseline | None = None) -> None:
        self.transformer, self.assigner = model.steps[0][1], model.steps[-1][1]
        self.numbers, self.categories = columns_of(self.transformer)
        self.levels = known_levels(self.transformer)
        final = self.assigner.steps[-1][1] if hasattr(self.assigner, "steps") else self.assigner
        self._classes = np.asarray(final.classes_)
        self.segments = [int(each) for each in self._classes if each != NOISE]
        self._baseline = baseline
        own = owners(self.transformer)
        self._owns = np.array([[name == each for name in self.columns] for each in own], float)
        self._tells = np.isin(range(len(own)), nevers(self.transformer))[:, None] * self._owns

    @property
    def columns(self) -> list[str]:
        """The columns that it takes, numbers first."""
        return [*self.numbers, *self.categories]

    @property
    def centres(self) -> dict[int, Matrix]:
        """Where segments lie among the features, as far as that is known."""
        if hasattr(self.assigner, "centroids_"):
            return dict(zip(self.segments, self.assigner.centroids_, strict=True))
        told = self._baseline.segments if self._baseline else {}
        return {i: np.array(each.centre) for i, each in told.items() if each.centre is not None}

    def score(self, customers: pd.DataFrame) -> Scores:
        """Score customers.

        Parameters
        ----------
        customers : DataFrame
            The columns that it takes; categories are missing, or texts in the training's spelling.
        """
        if not len(customers):
            nobody, none = np.empty(0, dtype=np.intp), np.empty(0)
            unlike = None if self._baseline is None else np.empty(0, dtype=bool)
            return Scores(nobody, nobody, none, unlike, np.empty((0, len(self.columns))))
        X = transformed(self.transformer, customers)
        segment = assign(self.assigner, X)
        runner_up = self._runner_up(X, segment)
        pulls = self._pulls(X, segment, runner_up, self._owns)
        missing = customers[self.columns].isna().to_numpy()
        told = self._pulls(X, segment, runner_up, self._tells) if self._tells.any() else 0.0
        pulls = np.where(missing, told, pulls)
        return Scores(
            segment=segment,
            runner_up=runner_up,
            confidence=confidence_of(self.assigner, X, predicted=segment),
            unlike=self._unlike(X, segment),
            pulls=pulls,
        )

    def _runner_up(self, X: Matrix, segment: Labels) -> Labels:
        if len(self.segments) < 2:
            return np.full(len(X), NOISE)
        if hasattr(self.assigner, "centroids_"):
            from scipy.spatial.distance import cdist

            worth = -(cdist(X, self.assigner.centroids_) ** 2 + heights(self.assigner))
        else:
            voters = self.assigner
            if hasattr(voters, "n_neighbors"):  # as confidence is told
                voters = copy.copy(voters).set_params(weights="uniform")
            worth = np.asarray(voters.predict_proba(X))
        worth[self._classes[None, :] == segment[:, None]] = -np.inf
        best = worth.argmax(axis=1)
        found = self._classes[best].astype(np.intp)
        if not hasattr(self.assigner, "centroids_"):
            lone = worth[np.arange(len(X)), best] <= 0  # all votes are for one segment
            found[lone] = self._next_centre(X[lone], segment[lone])
        return np.asarray(found, dtype=np.intp)

    def _next_centre(self, X: Matrix, segment: Labels) -> Labels:
        """Return the segment with the nearest centre but the own; none for those in no segment."""
        centres = self.centres
        if len(centres) < 2 or not len(X):
            return np.full(len(X), NOISE)
        ids = np.array(list(centres))
        away = ((X[:, None, :] - np.array(list(centres.values()))[None]) ** 2).sum(axis=2)
        away[ids[None, :] == segment[:, None]] = np.inf
        return np.where(segment == NOISE, NOISE, ids[away.argmin(axis=1)])

    def _pulls(self, X: Matrix, segment: Labels, runner_up: Labels, owns: Matrix) -> Matrix:
        pulls = np.zeros((len(X), len(self.columns)))
        centres = self.centres
        for one in centres:
            for other in centres:
                rows = (segment == one) & (runner_up == other)
                if one == other or not rows.any():
                    continue
                here = X[rows]
                pulls[rows] = ((here - centres[other]) ** 2 - (here - centres[one]) ** 2) @ owns
        return pulls

    def _unlike(self, X: Matrix, segment: Labels) -> NDArray[np.bool_] | None:
        if self._baseline is None:
            return None
        unlike = np.zeros(len(X), dtype=bool)
        centres = self.centres
        for i, each in self._baseline.segments.items():
            if each.reach is not None and i in centres:
                rows = segment == i
                away = np.sqrt(((X[rows] - centres[i]) ** 2).sum(axis=1))
                unlike[rows] = away > each.reach
        return np.asarray(unlike, dtype=np.bool_)
