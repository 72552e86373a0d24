"""Real series cut into sliding windows: what comes next, asked once after the window or at every step of it."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True)
class Windows:
    """How a series is cut, and when the answers are asked."""

    window: int
    horizon: int
    target: str
    """"last": what follows the window; "every": what follows each step of it."""
    validation: float
    test: float

    def starts(self, times: int) -> np.ndarray:
        """The first time of each window, one window per time."""
        count = times - self.window - self.horizon + 1
        if count < 1:
            raise DataError(
                "A window of {window} and a horizon of {horizon} do not fit a series of {times} values: "
                "make them shorter.",
                window=self.window,
                horizon=self.horizon,
                times=times,
            )
        return np.arange(count)

    def split(self, starts: np.ndarray) -> Split:
        """By time; see ``time_split``."""
        first = starts + (1 if self.target == "every" else self.window)
        return time_split(first, starts + self.window + self.horizon - 1, self.validation, self.test)

    def fitted(self, values: np.ndarray, training: np.ndarray) -> Normalisation:
        """Normalisation on the times that training windows (their starts) and their answers cover, each counted once."""
        return Normalisation.fitted(values[: int(training.max()) + self.window + self.horizon])

    def cut(self, values: np.ndarray, starts: np.ndarray) -> np.ndarray:
        """What each window shows: (samples, window, features)."""
        return np.ascontiguousarray(sliding_window_view(values, self.window, axis=0)[starts].swapaxes(1, 2))

    def asked(self, values: np.ndarray, starts: np.ndarray) -> np.ndarray:
        """The ``horizon`` values that follow: (samples, horizon), or (samples, window, horizon) where asked at every step.

        ``values`` is (times,).
        """
        following = sliding_window_view(values, self.horizon)
        if self.target == "last":
            return np.ascontiguousarray(following[starts + self.window])
        return np.ascontiguousarray(following[starts[:, None] + np.arange(1, self.window + 1)])


def sunspots(*, window: int, horizon: int, target: str, validation: float, test: float, seed: int) -> Dataset:
    """Yearly sunspot numbers 1700-2008; the Sun's activity comes and goes in about eleven years."""
    rows = bundled_rows("sunspots", "sunspots.csv")[1:]
    return _forecast(
        "sunspots",
        "Sunspots",
        np.array([float(number) for _, number in rows]),
        tuple(year for year, _ in rows),
        Windows(window, horizon, target, validation, test),
        name="sunspots",
        unit="sunspots",
        period=11,
        source="National Geophysical Data Center, public domain; from statsmodels.",
    )


def co2(*, reading: str, window: int, horizon: int, target: str, validation: float, test: float, seed: int) -> Dataset:
    """Carbon dioxide in the air of Mauna Loa by month, 1958-2001: its "level", or its "change" from month to month."""
    months, level = _monthly(bundled_rows("co2", "co2.csv")[1:])
    change = reading == "change"
    return _forecast(
        "co2",
        "Carbon dioxide in the air",
        np.diff(level) if change else level,
        months[1:] if change else months,
        Windows(window, horizon, target, validation, test),
        name="change" if change else "level",
        unit="ppm",
        period=12,
        source="C. D. Keeling and T. P. Whorf 2004, public domain; from statsmodels.",
    )


def weather(*, window: int, quantity: str, target: str, validation: float, test: float, seed: int) -> Dataset:
    """Daily weather in Seattle 2012-2015: tomorrow's kind of weather ("kind") or its highest temperature."""
    days, measured, kind = _daily(bundled_rows("weather", "seattle-weather.csv"))
    values = np.concatenate([measured, np.eye(len(WEATHER_KINDS))[kind]], axis=1)
    windows = Windows(window, 1, target, validation, test)
    starts = windows.starts(len(values))
    split = windows.split(starts)
    scale = windows.fitted(values, starts[split["train"]])
    # The flags for the kind of weather stay 0 or 1: they are readable and have no unit.
    scale.mean[len(WEATHER_MEASURES) :], scale.scale[len(WEATHER_MEASURES) :] = 0, 1
    scaled = scale.apply(values)
    by_kind = quantity == "kind"
    if by_kind:
        codes = windows.asked(kind.astype(np.float32), starts)
        answer = Field(codes, names=("weather",), classes=WEATHER_KINDS, codes=True)
    else:
        highest = Normalisation(scale.mean[[HIGHEST]], scale.scale[[HIGHEST]])
        answer = Field(windows.asked(scaled[:, HIGHEST], starts), ("highest",), "°C", normalisation=highest)
    return Dataset(
        key="weather",
        title="Weather in Seattle",
        task="classification" if by_kind else "regression",
        inputs={"x": Field(windows.cut(scaled, starts), WEATHER_NAMES + WEATHER_KINDS, normalisation=scale)},
        target=answer,
        split=split,
        feedback="x" if target == "every" else "",
        fed=tuple(range(len(WEATHER_MEASURES), values.shape[1])) if by_kind else (HIGHEST,),
        begun=target == "every",
        view="series",
        period=365,
        source="NOAA, public domain; from vega_datasets, MIT.",
        info={"series": WindowedSeries(values, days, starts, window, 1, -1 if by_kind else HIGHEST)},
    )


def _forecast(
    key: str,
    title: str,
    values: np.ndarray,
    times: tuple[str, ...],
    windows: Windows,
    *,
    name: str,
    unit: str,
    period: int,
    source: str,
) -> Dataset:
    """The windows of one quantity (times,) and the values that follow each."""
    column = values[:, None]
    starts = windows.starts(len(values))
    split = windows.split(starts)
    # All features of the target are the same quantity at later times, hence one mean and one scale for all.
    scale = windows.fitted(column, starts[split["train"]])
    scaled = scale.apply(column)
    ahead = tuple(f"{n} ahead" for n in range(1, windows.horizon + 1))
    fed_back = windows.target == "every" and windows.horizon == 1
    return Dataset(
        key=key,
        title=title,
        task="regression",
        inputs={"x": Field(windows.cut(scaled, starts), (name,), unit, normalisation=scale)},
        target=Field(windows.asked(scaled[:, 0], starts), ahead, unit, normalisation=scale),
        split=split,
        feedback="x" if fed_back else "",
        begun=fed_back,
        view="series",
        period=period,
        source=source,
        info={"series": WindowedSeries(column, times, starts, windows.window, windows.horizon, 0)},
    )


def _monthly(weeks: list[list[str]]) -> tuple[tuple[str, ...], np.ndarray]:
    """Months and the mean of the weeks in each; a month without a measured week lies on the line between its neighbours."""
    months = tuple(dict.fromkeys(f"{day[:4]}-{day[4:6]}" for day, _ in weeks))
    number = {month: n for n, month in enumerate(months)}
    total, count = np.zeros(len(months)), np.zeros(len(months))
    for day, level in weeks:
        if level:
            month = number[f"{day[:4]}-{day[4:6]}"]
            total[month] += float(level)
            count[month] += 1
    measured = np.flatnonzero(count)
    return months, np.interp(np.arange(len(months)), measured, total[measured] / count[measured])


def _daily(rows: list[list[str]]) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """Days, measures (days, 4) and the number of the kind of weather (days,)."""
    column = {name: n for n, name in enumerate(rows[0])}
    days = tuple(row[column["date"]].replace("/", "-") for row in rows[1:])
    measured = np.array([[float(row[column[name]]) for name in WEATHER_MEASURES] for row in rows[1:]])
    kind = np.array([WEATHER_KINDS.index(row[column["weather"]]) for row in rows[1:]])
    return days, measured, kind
