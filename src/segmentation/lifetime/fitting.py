"""Maximum a posteriori of a few positive parameters, and how well the data settle them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LogLikelihood = Callable[[Floats], tuple[float, Floats]]
"""From the logs of the parameters to the log-likelihood and its gradient there."""

_EDGE = 15.0  # logs further from the prior than this are no parameters that anything settles
_STEP = 1e-4  # of the differences of gradients that give the Hessian


@dataclass(frozen=True)
class Prior:
    """Independent normal distributions of the logs; a `sd` of infinity gives maximum likelihood.

    A standard deviation of 1.5 says that a parameter is within a factor of 20 or so of the centre:
    nothing beside a thousand customers, but it keeps thirty from giving infinities.
    """

    centre: Floats
    sd: float = 1.5

    def of(self, logs: Floats) -> tuple[float, Floats]:
        """Return the log of the density, but for a constant, and its gradient."""
        z = (logs - self.centre) / self.sd
        return float(-(z @ z) / 2), -z / self.sd


@dataclass(frozen=True)
class Fit:
    """The logs of the parameters, their covariance, and the log-likelihood there."""

    logs: Floats
    covariance: Floats
    log_likelihood: float


def maximum(log_likelihood: LogLikelihood, prior: Prior) -> Fit | None:
    """Find the mode of the posterior; None where there is none that the data settle.

    Quasi-Newton steps find the neighbourhood, Newton steps the last digits, which therefore do not
    depend on the processor. The covariance is the inverse of the curvature at the mode (Laplace).
    """
    from scipy.optimize import minimize

    def negative(logs: Floats) -> tuple[float, Floats]:
        value, gradient = log_likelihood(logs)
        prior_value, prior_gradient = prior.of(logs)
        return -value - prior_value, -gradient - prior_gradient

    bounds = [(c - _EDGE, c + _EDGE) for c in prior.centre]
    scale = max(abs(negative(prior.centre)[0]), 1.0)
    found = minimize(
        lambda logs: tuple(each / scale for each in negative(logs)),
        prior.centre,
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": 500, "ftol": 1e-13, "gtol": 1e-9},
    )
    logs: Floats = found.x
    for _ in range(8):
        hessian = _hessian(negative, logs)
        try:
            np.linalg.cholesky(hessian)
        except np.linalg.LinAlgError:
            return None
        step = np.linalg.solve(hessian, negative(logs)[1])
        if np.abs(step).max() > 1 or np.abs(logs - step - prior.centre).max() > _EDGE:
            return None
        logs = logs - step
        if np.abs(step).max() < 1e-9:
            break
    covariance = np.linalg.inv(_hessian(negative, logs)).astype(np.float64)
    return Fit(logs, covariance, log_likelihood(logs)[0])


def _hessian(function: LogLikelihood, logs: Floats) -> Floats:
    rows = [
        (function(logs + step)[1] - function(logs - step)[1]) / (2 * _STEP)
        for step in np.eye(len(logs)) * _STEP
    ]
    matrix = np.array(rows)
    return (matrix + matrix.T) / 2
