import numpy as np
import pytest

from segmentation.clustering.metrics.scatter import Scatter
from segmentation.clustering.projection import project


def test_one_column_leaves_the_second_axis_empty() -> None:
    X = np.arange(6.0)[:, None]
    flat = project(Scatter.of(X, np.array([1, 1, 1, 2, 2, 2])), features=["a"])
    assert flat.explained.tolist() == [1.0, 0.0]
    assert (flat.points(X)[:, 1] == 0).all()


def test_projection_keeps_the_distances_of_flat_data() -> None:
    rng = np.random.default_rng(0)
    plane = rng.normal(size=(50, 2)) @ rng.normal(size=(2, 5))
    flat = project(Scatter.of(plane, np.ones(50, dtype=int)), features=list("abcde"))
    points = flat.points(plane)
    assert flat.explained.sum() == pytest.approx(1.0)
    np.testing.assert_allclose(
        np.linalg.norm(points[0] - points[1]), np.linalg.norm(plane[0] - plane[1])
    )
