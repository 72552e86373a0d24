"""Points in the plane in two classes, seeded: small enough to see every sample and the border a network draws."""

from __future__ import annotations

import numpy as np

from core.data.dataset import Dataset, Field
from core.data.split import stratified_split


def circles(*, samples: int, noise: float, validation: float, test: float, seed: int) -> Dataset:
    """A disc of points inside a ring: no straight line separates them."""
    random, kind = _start(samples, seed)
    angle = random.uniform(0, 2 * np.pi, samples)
    radius = np.where(kind == 0, 0.5 * np.sqrt(random.random(samples)), 1.0)
    return _dataset("circles", "Disc and ring", _polar(radius, angle), kind, noise, random, validation, test, seed)


def spirals(*, samples: int, turns: float, noise: float, validation: float, test: float, seed: int) -> Dataset:
    """Two spirals wound into one another, each making ``turns`` turns."""
    random, kind = _start(samples, seed)
    along = np.sqrt(random.random(samples))
    points = _polar(along, 2 * np.pi * turns * along + np.pi * kind)
    return _dataset("spirals", "Two spirals", points, kind, noise, random, validation, test, seed)


def xor(*, samples: int, noise: float, validation: float, test: float, seed: int) -> Dataset:
    """A square in four quarters; a point's class says whether the signs of its coordinates differ."""
    random, kind = _start(samples, seed)
    first = np.where(random.random(samples) < 0.5, -1.0, 1.0)
    second = np.where(kind == 1, -first, first)
    points = np.stack([first, second], axis=1) * random.uniform(0.1, 1.0, (samples, 2))
    return _dataset("xor", "Exclusive or", points, kind, noise, random, validation, test, seed)


def moons(*, samples: int, noise: float, validation: float, test: float, seed: int) -> Dataset:
    """Two half circles that reach into one another."""
    random, kind = _start(samples, seed)
    upper = _polar(np.ones(samples), random.uniform(0, np.pi, samples))
    points = np.where(kind[:, None] == 0, upper, [1.0, 0.5] - upper) - [0.5, 0.25]
    return _dataset("moons", "Two moons", points, kind, noise, random, validation, test, seed)


def _start(samples: int, seed: int) -> tuple[np.random.Generator, np.ndarray]:
    """A seeded source of numbers and the class of each sample, as many of one as of the other."""
    return np.random.default_rng([seed, 0]), np.arange(samples) % 2


def _polar(radius: np.ndarray, angle: np.ndarray) -> np.ndarray:
    points: np.ndarray = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return points


def _dataset(
    key: str,
    title: str,
    points: np.ndarray,
    kind: np.ndarray,
    noise: float,
    random: np.random.Generator,
    validation: float,
    test: float,
    seed: int,
) -> Dataset:
    """``points`` shaken by normal noise; they stay in their own coordinates, which lie about -1 to 1."""
    shaken = points + noise * random.standard_normal(points.shape)
    return Dataset(
        key=key,
        title=title,
        task="classification",
        inputs={"x": Field(shaken.astype(np.float32), names=("x", "y"))},
        target=Field(kind[:, None].astype(np.float32), names=("class",), classes=("A", "B"), codes=True),
        split=stratified_split(kind, validation, test, seed),
        view="plane",
        source="Generated from the seed.",
    )
