import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from segmentation.clustering.agreement import adjusted_rand


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
