import numpy as np
import pytest
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

from segmentation.clustering.metrics.agreement import adjusted_mutual_information, adjusted_rand


@pytest.mark.parametrize("k", [1, 2, 5, 40])
@pytest.mark.parametrize("seed", [0, 1])
def test_it_equals_scikit_learn(k: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    a = rng.integers(k, size=300)
    b = np.where(rng.random(300) < 0.7, a, rng.integers(3, size=300))
    assert adjusted_rand(a, b) == pytest.approx(adjusted_rand_score(a, b))
    assert adjusted_rand(a, a) == 1.0


def test_singletons_agree_with_themselves() -> None:
    assert adjusted_rand(np.arange(9), np.arange(9)) == 1.0


@pytest.mark.parametrize(("k", "levels"), [(1, 1), (1, 4), (2, 2), (5, 40), (40, 300)])
@pytest.mark.parametrize("share", [0.0, 0.7, 1.0])
def test_information_equals_scikit_learn(k: int, levels: int, share: float) -> None:
    rng = np.random.default_rng(k)
    a = rng.integers(k, size=300)
    b = np.where(rng.random(300) < share, a, rng.integers(levels, size=300))
    expected = adjusted_mutual_info_score(a, b)
    assert adjusted_mutual_information(a, b) == pytest.approx(expected, abs=1e-9)


def test_information_of_rows_alone() -> None:
    alone, halves = np.arange(10), np.arange(10) % 2
    for a, b in ((alone, alone), (alone, halves), (halves, alone)):
        expected = adjusted_mutual_info_score(a, b)
        assert adjusted_mutual_information(a, b) == pytest.approx(expected, abs=1e-9)
