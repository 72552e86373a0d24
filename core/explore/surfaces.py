"""Landscapes of two weights for racing optimizers: height and slope at any point, and where they are worth starting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Heights = Callable[[np.ndarray, np.ndarray], np.ndarray]
Slopes = Callable[[float, float], tuple[float, float]]


@dataclass(frozen=True)
class Surface:
    """A landscape over (x, y)."""

    key: str
    title: str
    line: str
    """What it teaches, in one sentence."""
    height: Heights
    slope: Slopes
    reach: tuple[float, float, float, float]
    """Left, right, bottom, top of the part that is drawn."""
    start: tuple[float, float]
    lowest: tuple[float, float] | None
    formula: str
    noise: float = 0.0
    """Standard deviation of what is added to each slope."""

    def gradient(self, theta: np.ndarray, step: int) -> np.ndarray:
        """The slope at ``theta`` (2,). The noise depends on the step alone: every racer meets the same."""
        plain = np.array(self.slope(float(theta[0]), float(theta[1])))
        if self.noise:
            plain = plain + np.random.default_rng([step, 17]).normal(0, self.noise, 2)
        return plain

    def loss(self, theta: np.ndarray) -> float:
        """The height at ``theta``, without noise."""
        return float(self.height(np.asarray(theta[0]), np.asarray(theta[1])))


def _bowl(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.asarray((x * x + y * y) / 2)


def _ravine(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.asarray(0.05 * x * x + 2 * y * y)


def _rosenbrock(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.asarray((1 - x) ** 2 + 10 * (y - x * x) ** 2)


def _saddle(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.asarray(x * x / 2 - y * y / 2 + y**4 / 8 + 0.5)


def _plateau(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.asarray(1 - np.exp(-(x * x + y * y) / 2))


def _plateau_slope(x: float, y: float) -> tuple[float, float]:
    low = float(np.exp(-(x * x + y * y) / 2))
    return x * low, y * low


SURFACES: dict[str, Surface] = {
    surface.key: surface
    for surface in (
        Surface("bowl", "Bowl", "Round: every optimizer finds the bottom.", _bowl, lambda x, y: (x, y), (-3, 3, -3, 3),
                (-2.5, 2.0), (0, 0), r"L = \frac{1}{2}(x^2 + y^2)"),
        Surface("ravine", "Ravine", "Steep across and flat along: SGD swings from wall to wall or crawls.", _ravine,
                lambda x, y: (0.1 * x, 4 * y), (-6, 6, -2, 2), (-5.5, 1.5), (0, 0), r"L = 0.05 x^2 + 2 y^2"),
        Surface("rosenbrock", "Rosenbrock", "A bent valley: finding it is easy, following it is not.", _rosenbrock,
                lambda x, y: (-2 * (1 - x) - 40 * x * (y - x * x), 20 * (y - x * x)), (-2, 2, -1, 3), (-1.4, 2.4), (1, 1),
                r"L = (1 - x)^2 + 10 (y - x^2)^2"),
        Surface("saddle", "Saddle", "Flat in the middle, downhill to both sides: who starts on the ridge gets "
        "stuck.", _saddle,
                lambda x, y: (x, -y + y**3 / 2), (-3, 3, -3, 3), (-2.5, 0.01), (0, 2**0.5),
                r"L = \frac{1}{2}x^2 - \frac{1}{2}y^2 + \frac{1}{8}y^4 + \frac{1}{2}"),
        Surface("plateau", "Plateau", "Almost flat far from the hole: only adaptive steps get away from "
        "there.", _plateau,
                _plateau_slope, (-4, 4, -4, 4), (-3.0, 2.2), (0, 0), r"L = 1 - e^{-(x^2 + y^2) / 2}"),
        Surface("noisy", "Noisy", "A bowl whose slope is shaken, as with small batches: averages help.", _bowl,
                lambda x, y: (x, y), (-3, 3, -3, 3), (-2.5, 2.0), (0, 0), r"L = \frac{1}{2}(x^2 + y^2), \quad g = "
                r"\nabla L + \text{noise}",
                noise=1.5),
    )
}  # fmt: skip
