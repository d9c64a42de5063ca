import numpy as np
import pytest

from segmentation.clustering.metrics.measures import distances
from segmentation.clustering.metrics.scatter import Scatter


def test_distances_of_centres_are_in_mean_radii() -> None:
    X = np.array([[-1.0, 0.0], [1.0, 0.0], [3.0, 0.0], [5.0, 0.0], [99.0, 99.0]])
    found = distances(Scatter.of(X, np.array([1, 1, 4, 4, -1])))
    assert found == {1: {4: pytest.approx(4.0)}, 4: {1: pytest.approx(4.0)}}


def test_segments_of_equal_rows_have_no_radius_to_measure_in() -> None:
    X = np.array([[0.0], [0.0], [2.0]])
    assert distances(Scatter.of(X, np.array([1, 1, 2])))[1] == {2: 2.0}
    assert distances(Scatter.of(X, np.array([-1, -1, -1]))) == {}
