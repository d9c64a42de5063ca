import numpy as np
import pytest

from segmentation.clustering.projection import project


def test_one_column_leaves_the_second_axis_empty() -> None:
    flat = project(np.arange(6.0)[:, None], features=["a"], segment=np.array([1, 1, 1, 2, 2, 2]))
    assert flat.explained.tolist() == [1.0, 0.0]
    assert (flat.points[:, 1] == 0).all()


def test_projection_keeps_the_distances_of_flat_data() -> None:
    rng = np.random.default_rng(0)
    plane = rng.normal(size=(50, 2)) @ rng.normal(size=(2, 5))
    flat = project(plane, features=list("abcde"), segment=np.ones(50, dtype=int))
    assert flat.explained.sum() == pytest.approx(1.0)
    np.testing.assert_allclose(
        np.linalg.norm(flat.points[0] - flat.points[1]), np.linalg.norm(plane[0] - plane[1])
    )
