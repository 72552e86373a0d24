"""Real series cut into sliding windows: what comes next, asked once after the window or at every step of it."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from core.data.dataset import Dataset, Field, Normalisation, WindowedSeries
from core.data.files import bundled_rows
from core.data.split import Split, time_split
from core.errors import DataError

WEATHER_MEASURES = ("precipitation", "temp_max", "temp_min", "wind")
WEATHER_NAMES = ("precipitation (mm)", "highest (°C)", "lowest (°C)", "wind (m/s)")
WEATHER_KINDS = ("drizzle", "fog", "rain", "snow", "sun")
HIGHEST = WEATHER_MEASURES.index("temp_max")


def sunspots(*, window: int, horizon: int, target: str, validation: float, test: float, seed: int) -> Dataset:
    """Yearly sunspot numbers 1700-2008; the Sun's activity comes and goes in about eleven years."""
    rows = bundled_rows("sunspots", "sunspots.csv")[1:]
    years = tuple(year for year, _ in rows)
    values = np.array([[float(number)] for _, number in rows])
    starts = _starts(len(values), window, horizon)
    split = _split(starts, window, horizon, target, validation, test)
    scale = _fitted(values, starts[split["train"]], window + horizon)
    ahead = tuple(f"{n} ahead" for n in range(1, horizon + 1)) if horizon > 1 else ("next year",)
    scaled = scale.apply(values)
    # All features of the target are the same quantity at other times, hence one mean and one scale.
    return Dataset(
        key="sunspots",
        title="Sunspots",
        task="regression",
        inputs={"x": Field(_cut(scaled, starts, window), names=("sunspots",), unit="sunspots", normalisation=scale)},
        target=Field(
            _next(scaled[:, 0], starts, window, horizon, target), names=ahead, unit="sunspots", normalisation=scale
        ),
        split=split,
        view="series",
        period=11,
        source="National Geophysical Data Center, public domain; from statsmodels.",
        info={"series": WindowedSeries(values, years, starts, window, horizon, 0)},
    )


def weather(*, window: int, quantity: str, target: str, validation: float, test: float, seed: int) -> Dataset:
    """Daily weather in Seattle 2012-2015: tomorrow's kind of weather ("kind") or its highest temperature."""
    rows = bundled_rows("weather", "seattle-weather.csv")
    column = {name: n for n, name in enumerate(rows[0])}
    days = tuple(row[column["date"]].replace("/", "-") for row in rows[1:])
    measured = np.array([[float(row[column[name]]) for name in WEATHER_MEASURES] for row in rows[1:]])
    kind = np.array([WEATHER_KINDS.index(row[column["weather"]]) for row in rows[1:]])
    values = np.concatenate([measured, np.eye(len(WEATHER_KINDS))[kind]], axis=1)
    starts = _starts(len(values), window, 1)
    split = _split(starts, window, 1, target, validation, test)
    scale = _fitted(values, starts[split["train"]], window + 1)
    # The flags for the kind of weather stay 0 or 1: they are readable and have no unit.
    scale.mean[len(WEATHER_MEASURES) :], scale.scale[len(WEATHER_MEASURES) :] = 0, 1
    scaled = scale.apply(values)
    if quantity == "kind":
        codes = _next(kind.astype(np.float32), starts, window, 1, target)
        answer = Field(codes, names=("weather",), classes=WEATHER_KINDS, codes=True)
    else:
        highest = Normalisation(scale.mean[[HIGHEST]], scale.scale[[HIGHEST]])
        tomorrow = _next(scaled[:, HIGHEST], starts, window, 1, target)
        answer = Field(tomorrow, names=("highest",), unit="°C", normalisation=highest)
    feature = -1 if quantity == "kind" else HIGHEST
    return Dataset(
        key="weather",
        title="Weather in Seattle",
        task="classification" if quantity == "kind" else "regression",
        inputs={"x": Field(_cut(scaled, starts, window), names=WEATHER_NAMES + WEATHER_KINDS, normalisation=scale)},
        target=answer,
        split=split,
        view="series",
        period=365,
        source="NOAA, public domain; from vega_datasets, MIT.",
        info={"series": WindowedSeries(values, days, starts, window, 1, feature)},
    )


def _starts(times: int, window: int, horizon: int) -> np.ndarray:
    """The first time of each window, one window per time."""
    count = times - window - horizon + 1
    if count < 1:
        raise DataError(
            "A window of {window} and a horizon of {horizon} do not fit a series of {times} values: make them shorter.",
            window=window,
            horizon=horizon,
            times=times,
        )
    return np.arange(count)


def _split(starts: np.ndarray, window: int, horizon: int, target: str, validation: float, test: float) -> Split:
    first = starts + (1 if target == "every" else window)
    return time_split(first, starts + window + horizon - 1, validation, test)


def _fitted(values: np.ndarray, starts: np.ndarray, span: int) -> Normalisation:
    """Normalisation on the times that the training windows cover, each counted once."""
    return Normalisation.fitted(values[: int(starts.max()) + span])


def _cut(values: np.ndarray, starts: np.ndarray, window: int) -> np.ndarray:
    """(samples, window, features)."""
    return np.ascontiguousarray(sliding_window_view(values, window, axis=0)[starts].swapaxes(1, 2))


def _next(values: np.ndarray, starts: np.ndarray, window: int, horizon: int, target: str) -> np.ndarray:
    """The ``horizon`` values that follow: after the window (samples, horizon), or after every step of it."""
    following = sliding_window_view(values, horizon, axis=0)
    if target == "last":
        return np.ascontiguousarray(following[starts + window])
    steps = starts[:, None] + np.arange(1, window + 1)
    return np.ascontiguousarray(following[steps])
