"""How weights start: numpy functions f(rng, shape, **values) -> float64 array for the catalogue "initializers".

``shape`` is (rows, columns) of a matrix, rows the units it feeds and columns what it reads, or (n,) for a vector.
So fan-in is the number of columns and fan-out the number of rows; a vector counts its length as both.
"""

from __future__ import annotations

import math

import numpy as np

Shape = tuple[int, ...]


def fans(shape: Shape) -> tuple[int, int]:
    """(fan-in, fan-out) of a shape, at least 1 each so that an empty tensor does not divide by zero."""
    columns, rows = (shape[-1], shape[0]) if len(shape) > 1 else (shape[0], shape[0])
    return max(1, columns), max(1, rows)


def zeros(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """All 0."""
    return np.zeros(shape)


def constant(rng: np.random.Generator, shape: Shape, value: float) -> np.ndarray:
    """All ``value``."""
    return np.full(shape, float(value))


def normal(rng: np.random.Generator, shape: Shape, mean: float, std: float) -> np.ndarray:
    """Gaussian with this mean and standard deviation."""
    return rng.normal(mean, std, shape)


def uniform(rng: np.random.Generator, shape: Shape, low: float, high: float) -> np.ndarray:
    """Uniform between the two bounds, whichever of them is the smaller."""
    return rng.uniform(min(low, high), max(low, high), shape)


def xavier_uniform(rng: np.random.Generator, shape: Shape, gain: float) -> np.ndarray:
    """Uniform in +-gain sqrt(6 / (fan-in + fan-out)); Glorot and Bengio 2010, equation 16."""
    bound = gain * math.sqrt(6 / sum(fans(shape)))
    return rng.uniform(-bound, bound, shape)


def xavier_normal(rng: np.random.Generator, shape: Shape, gain: float) -> np.ndarray:
    """Gaussian with standard deviation gain sqrt(2 / (fan-in + fan-out)); Glorot and Bengio 2010."""
    return rng.normal(0.0, gain * math.sqrt(2 / sum(fans(shape))), shape)


def kaiming_uniform(rng: np.random.Generator, shape: Shape, gain: float) -> np.ndarray:
    """Uniform in +-gain sqrt(3 / fan-in), so that the standard deviation is gain / sqrt(fan-in); He et al. 2015."""
    bound = gain * math.sqrt(3 / fans(shape)[0])
    return rng.uniform(-bound, bound, shape)


def kaiming_normal(rng: np.random.Generator, shape: Shape, gain: float) -> np.ndarray:
    """Gaussian with standard deviation gain / sqrt(fan-in); He et al. 2015, equation 10."""
    return rng.normal(0.0, gain / math.sqrt(fans(shape)[0]), shape)


def orthogonal(rng: np.random.Generator, shape: Shape, gain: float) -> np.ndarray:
    """gain times a random matrix with orthonormal rows or columns (the shorter side); Saxe et al. 2014.

    The QR factor of a Gaussian matrix with the signs of R's diagonal taken back. A vector gets length ``gain``.
    """
    rows, columns = shape if len(shape) > 1 else (shape[0], 1)
    if rows * columns == 0:
        return np.zeros(shape)
    drawn = rng.normal(size=(max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(drawn)
    q = q * np.where(np.diagonal(r) < 0, -1.0, 1.0)
    matrix = q if rows >= columns else q.T
    result: np.ndarray = gain * matrix.reshape(shape)
    return result


def identity(rng: np.random.Generator, shape: Shape, scale: float) -> np.ndarray:
    """``scale`` on the diagonal and 0 elsewhere (Le et al. 2015); a vector, which has no diagonal, is all 0."""
    if len(shape) == 1:
        return np.zeros(shape)
    return scale * np.eye(shape[0], shape[1])
