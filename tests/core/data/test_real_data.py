"""The real data against its files: nothing altered, nothing leaked from validation into training."""

from __future__ import annotations

import csv
import gzip
import hashlib
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from core.data.catalogue import DATASETS, load
from core.data.dataset import Dataset, WindowedSeries
from core.errors import DataError

FOLDER = Path(__file__).parents[3] / "resources" / "datasets"
REAL = ("images", "table", "series", "speech", "text")
NAMES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())


def raw_rows(name: str, file: str) -> list[list[str]]:
    content = (FOLDER / name / file).read_bytes()
    text = (gzip.decompress(content) if file.endswith(".gz") else content).decode()
    return list(csv.reader(text.splitlines()))


def series_of(data: Dataset) -> WindowedSeries:
    series = data.info["series"]
    assert isinstance(series, WindowedSeries)
    return series


@pytest.mark.parametrize("name", NAMES)
def test_files_are_the_ones_whose_source_is_told(name: str) -> None:
    assert (FOLDER / name / "LICENSE").stat().st_size > 500
    source = (FOLDER / name / "SOURCE.txt").read_text(encoding="utf-8")
    told = dict(reversed(pair) for pair in re.findall(r"^sha256 ([0-9a-f]{64})  (\S+)$", source, re.MULTILINE))
    files = {path.name: path for path in (FOLDER / name).iterdir() if path.name not in ("LICENSE", "SOURCE.txt")}
    assert told.keys() == files.keys()
    for file, path in files.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == told[file]
        assert path.suffix in (".csv", ".gz", ".txt")


def test_what_is_shipped_is_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.rglob("*")) < 5_000_000


def test_digits_are_the_same_pixels_however_they_are_read() -> None:
    rows = np.array(raw_rows("digits", "digits.csv.gz"), dtype=float)
    image, by_rows, by_pixels = (load(DATASETS.choose("digits", reading=r)) for r in ("image", "rows", "pixels"))
    assert image.inputs["x"].values.shape == (1797, 64)
    assert by_rows.inputs["x"].values.shape == (1797, 8, 8)
    assert by_pixels.inputs["x"].values.shape == (1797, 64, 1)
    np.testing.assert_allclose(image.inputs["x"].values, rows[:, :64] / 16)
    np.testing.assert_allclose(by_rows.inputs["x"].values[5, 2], rows[5, 16:24] / 16)
    np.testing.assert_allclose(by_pixels.inputs["x"].values[5, 20, 0], rows[5, 20] / 16)
    np.testing.assert_array_equal(by_rows.target.values[:, 0], rows[:, 64])
    normalisation = by_rows.inputs["x"].normalisation
    assert normalisation is not None
    np.testing.assert_allclose(normalisation.undo(by_rows.inputs["x"].values).ravel(), rows[:, :64].ravel())


def test_drawing_asks_for_the_picture_of_the_digit() -> None:
    rows = np.array(raw_rows("digits", "digits.csv.gz"), dtype=float)
    data = load(DATASETS.choose("drawing"))
    flags = data.inputs["x"].values
    assert (flags.sum(axis=1) == 1).all()
    np.testing.assert_array_equal(flags.argmax(axis=1), rows[:, 64])
    assert data.target.normalisation is not None
    pictures = data.target.normalisation.undo(data.target.values)
    np.testing.assert_allclose(pictures[9, 3], rows[9, 24:32])
    np.testing.assert_allclose(pictures.reshape(-1, 64), rows[:, :64])


TABLES = [("iris", "iris.csv", 150, 4), ("wine", "wine.csv", 178, 13), ("breast_cancer", "breast_cancer.csv", 569, 30)]


@pytest.mark.parametrize(("key", "file", "samples", "features"), TABLES)
def test_tables_hold_their_file_in_its_own_units(key: str, file: str, samples: int, features: int) -> None:
    rows = np.array(raw_rows(key, file)[1:], dtype=float)
    data = load(DATASETS.choose(key))
    field = data.inputs["x"]
    assert field.values.shape == (samples, features)
    assert field.normalisation is not None
    np.testing.assert_allclose(field.normalisation.undo(field.values), rows[:, :-1], rtol=1e-3, atol=1e-3)
    np.testing.assert_array_equal(data.target.values[:, 0], rows[:, -1])


def test_the_diabetes_score_comes_back_in_its_own_unit() -> None:
    score = np.array(raw_rows("diabetes", "diabetes_target.csv.gz"), dtype=float)
    data = load(DATASETS.choose("diabetes"))
    assert data.inputs["x"].values.shape == (442, 10)
    assert data.target.normalisation is not None
    np.testing.assert_allclose(data.target.normalisation.undo(data.target.values), score, rtol=1e-5)


@pytest.mark.parametrize("key", ["iris", "wine", "breast_cancer", "diabetes"])
def test_tables_are_normalised_by_the_training_part_alone(key: str) -> None:
    data = load(DATASETS.choose(key, validation=0.4, test=0.1))
    field = data.inputs["x"]
    train = field.values[data.samples("train")].astype(float)
    np.testing.assert_allclose(train.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(train.std(axis=0), 1, atol=1e-5)
    assert np.abs(field.values.mean(axis=0)).max() > 1e-3


SERIES = [
    ("sunspots", {"target": "last"}),
    ("sunspots", {"target": "last", "horizon": 5, "test": 0.1}),
    ("sunspots", {"target": "every", "window": 20}),
    ("sunspots", {"target": "every", "window": 10, "horizon": 3, "test": 0.2}),
    ("co2", {"reading": "level", "horizon": 12}),
    ("co2", {"reading": "change", "target": "every"}),
    ("weather", {"quantity": "temperature"}),
    ("weather", {"quantity": "temperature", "target": "every", "window": 30, "test": 0.1}),
]


def target_times(series: WindowedSeries, sample: int, every: bool) -> set[int]:
    start, window, horizon = int(series.starts[sample]), series.window, series.horizon
    first = start + 1 if every else start + window
    return set(range(first, start + window + horizon))


@pytest.mark.parametrize(("key", "values"), SERIES)
def test_windows_hold_the_series_and_what_follows(key: str, values: dict[str, object]) -> None:
    data = load(DATASETS.choose(key, **values))
    series = series_of(data)
    shown, asked = data.inputs["x"], data.target
    assert shown.normalisation is not None
    assert asked.normalisation is not None
    in_units = shown.normalisation.undo(shown.values)
    answers = asked.normalisation.undo(asked.values)
    for sample in (0, 7, len(data) - 1):
        start = int(series.starts[sample])
        end = start + series.window
        np.testing.assert_allclose(in_units[sample], series.values[start:end], rtol=1e-3, atol=1e-3)
        if values.get("target") == "every":
            for step in range(series.window):
                follows = series.values[start + step + 1 : start + step + 1 + series.horizon, series.target]
                np.testing.assert_allclose(answers[sample, step], follows, rtol=1e-3, atol=1e-3)
        else:
            follows = series.values[end : end + series.horizon, series.target]
            np.testing.assert_allclose(answers[sample], follows, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize(("key", "values"), SERIES)
def test_parts_of_a_series_share_no_target_and_follow_in_time(key: str, values: dict[str, object]) -> None:
    data = load(DATASETS.choose(key, **values))
    series, every = series_of(data), values.get("target") == "every"
    times = [{t for n in data.samples(part) for t in target_times(series, int(n), every)} for part in data.parts]
    for earlier, later in pairwise(times):
        assert max(earlier) < min(later)


@pytest.mark.parametrize(("key", "values"), SERIES)
def test_a_series_is_normalised_by_what_training_sees(key: str, values: dict[str, object]) -> None:
    data = load(DATASETS.choose(key, **values))
    series = series_of(data)
    last = int(series.starts[data.samples("train")].max())
    seen = series.values[: last + series.window + series.horizon]
    normalisation = data.inputs["x"].normalisation
    assert normalisation is not None
    np.testing.assert_allclose(normalisation.mean[0], seen[:, 0].mean())
    np.testing.assert_allclose(normalisation.scale[0], seen[:, 0].std())


def test_sunspots_are_the_file() -> None:
    rows = raw_rows("sunspots", "sunspots.csv")[1:]
    series = series_of(load(DATASETS.choose("sunspots")))
    assert series.times == tuple(row[0] for row in rows)
    np.testing.assert_array_equal(series.values[:, 0], [float(row[1]) for row in rows])


def test_carbon_dioxide_is_the_mean_of_each_month() -> None:
    rows = raw_rows("co2", "co2.csv")[1:]
    series = series_of(load(DATASETS.choose("co2", reading="level")))
    by_month: dict[str, list[float]] = {}
    for day, level in rows:
        by_month.setdefault(f"{day[:4]}-{day[4:6]}", []).extend([float(level)] if level else [])
    assert series.times == tuple(by_month)
    for month, value in zip(series.times, series.values[:, 0]):
        if by_month[month]:
            assert value == pytest.approx(sum(by_month[month]) / len(by_month[month]))
    gaps = [n for n, month in enumerate(series.times) if not by_month[month]]
    assert gaps
    assert np.abs(np.diff(series.values[:, 0])).max() < 3
    change = series_of(load(DATASETS.choose("co2", reading="change")))
    assert change.times[0] == series.times[1]
    np.testing.assert_allclose(np.cumsum(change.values) + series.values[0], series.values[1:, 0])


def spoken() -> list[tuple[list[list[float]], str]]:
    """(12 coefficients over the frames, speaker) of each utterance, training file first."""
    found = []
    for file in ("JapaneseVowels_TRAIN.ts.gz", "JapaneseVowels_TEST.ts.gz"):
        text = gzip.decompress((FOLDER / "vowels" / file).read_bytes()).decode()
        for line in text[text.index("@data") :].splitlines()[1:]:
            *coefficients, speaker = line.split(":")
            found.append(([[float(value) for value in one.split(",")] for one in coefficients], speaker))
    return found


def test_vowels_are_the_file_up_to_their_length_and_silent_after_it() -> None:
    data = load(DATASETS.choose("vowels"))
    field = data.inputs["x"]
    assert field.values.shape == (640, 29, 12)
    assert data.lengths is not None
    assert field.normalisation is not None
    assert (data.lengths.min(), data.lengths.max()) == (7, 29)
    for sample, (coefficients, speaker) in enumerate(spoken()):
        length = int(data.lengths[sample])
        assert data.target.classes[int(data.target.values[sample, 0])] == f"speaker {speaker}"
        in_units = field.normalisation.undo(field.values[sample, :length])
        np.testing.assert_allclose(in_units, np.array(coefficients).T, atol=1e-5)
        assert (field.values[sample, length:] == 0).all()


def test_vowels_are_normalised_by_the_frames_of_the_training_part_alone() -> None:
    data = load(DATASETS.choose("vowels", validation=0.5))
    utterances = spoken()
    frames = np.concatenate([np.array(utterances[n][0]).T for n in data.samples("train")])
    normalisation = data.inputs["x"].normalisation
    assert normalisation is not None
    np.testing.assert_allclose(normalisation.mean, frames.mean(axis=0))
    np.testing.assert_allclose(normalisation.scale, frames.std(axis=0))


def listed(name: str) -> set[str]:
    return set((FOLDER / "names" / f"{name}.txt").read_text(encoding="utf-8").lower().split())


def test_names_are_those_on_one_list_alone_letter_by_letter() -> None:
    data = load(DATASETS.choose("names"))
    letters = data.inputs["x"].classes
    assert data.lengths is not None
    found: dict[str, set[str]] = {"female": set(), "male": set()}
    for sample, length in enumerate(data.lengths):
        codes = data.inputs["x"].values[sample, :, 0].astype(int)
        assert (codes[length:] == 0).all()
        found[data.target.classes[int(data.target.values[sample, 0])]].add("".join(letters[n] for n in codes[:length]))
    assert found["female"] == listed("female") - listed("male")
    assert found["male"] == listed("male") - listed("female")
    assert len(data) == len(found["female"]) + len(found["male"])


def test_the_next_letter_is_the_one_that_follows_and_then_the_end() -> None:
    data, whole = load(DATASETS.choose("names", question="next")), load(DATASETS.choose("names"))
    assert data.lengths is not None
    assert whole.lengths is not None
    assert data.mask is not None
    np.testing.assert_array_equal(data.lengths, whole.lengths + 1)
    np.testing.assert_array_equal(data.mask.sum(axis=1), data.lengths)
    shown, asked = data.inputs["x"].values[:, :, 0], data.target.values[:, :, 0]
    assert (shown[:, 0] == 0).all()
    for sample in (0, 77, len(data) - 1):
        length = int(whole.lengths[sample])
        word = whole.inputs["x"].values[sample, :length, 0]
        np.testing.assert_array_equal(shown[sample, 1 : length + 1], word)
        np.testing.assert_array_equal(asked[sample, : length + 1], [*word, 0])
        assert data.mask[sample].tolist() == [step <= length for step in range(data.mask.shape[1])]


def test_tomorrows_kind_of_weather_is_that_of_the_next_row() -> None:
    rows = raw_rows("weather", "seattle-weather.csv")[1:]
    for target in ("last", "every"):
        data = load(DATASETS.choose("weather", window=5, target=target))
        for sample in (0, 100, len(data) - 1):
            asked = data.target.values[sample].ravel().astype(int)
            kinds = [data.target.classes[code] for code in asked]
            first = sample + (1 if target == "every" else 5)
            assert kinds == [row[5] for row in rows[first : sample + 6]]
            shown = data.inputs["x"].values[sample, :, 4:].argmax(axis=1)
            assert [data.target.classes[code] for code in shown] == [row[5] for row in rows[sample : sample + 5]]


def test_a_window_that_does_not_fit_is_refused() -> None:
    with pytest.raises(DataError, match="make the window or the horizon shorter"):
        load(DATASETS.choose("sunspots", window=150, target="every"))
    with pytest.raises(DataError, match="too short"):
        load(DATASETS.choose("sunspots", window=150, horizon=50, validation=0.9, test=0.0))


def generated(key: str) -> bool:
    return any(param.key == "samples" for param in DATASETS[key].parameters)


@pytest.mark.parametrize(
    "key", [spec.key for spec in DATASETS.values() if spec.family in REAL and not generated(spec.key)]
)
def test_real_data_has_a_test_part_that_leaves_validation_as_it_was(key: str) -> None:
    data, without = load(DATASETS.choose(key)), load(DATASETS.choose(key, test=0.0))
    share = len(data.samples("test")) / len(data)
    assert 0 < share <= 0.11
    if data.info.get("series") is None:
        assert share > 0.09
        assert np.array_equal(data.samples("validation"), without.samples("validation"))
