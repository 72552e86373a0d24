"""Broken texts, numpy files and recordings: read whole or refused with a sentence. Pictures are in tests/gui/importing."""

from __future__ import annotations

import io
import random
import wave
from pathlib import Path

import numpy as np
import pytest

from core.catalogue.registry import catalogue
from core.data.dataset import Dataset
from core.data.importers.arrays import lone, top_of
from core.data.importers.dialect import sample_lines
from core.data.importers.encoding import sniff_encoding
from core.data.importers.progress import finish
from core.data.importers.roles import guess_roles
from core.data.importers.samples import arrays_as_samples, holds_one_table, read_arrays
from core.data.importers.sound import read_sound
from core.data.importers.text import read_text
from core.data.own import samples_of
from core.data.own import text as own_text
from tests.core.data.importers.broken import broken, fuzz, survives
from tests.core.data.importers.test_fuzz import build

WORDS = ("the cat", "گربه", "sat on", "می‌رود", "naïve", "\t", "🙂", "1,5", "x" * 300)
ENCODED = ("utf-8", "utf-8", "utf-8", "utf-16", "cp1256", "latin-1")


def finite(data: Dataset) -> None:
    for field in (*data.inputs.values(), data.target):
        assert np.isfinite(field.values).all()


def text_round(draw: random.Random, folder: Path) -> bool:
    path = folder / "fuzz.txt"
    lines = [" ".join(draw.choices(WORDS, k=draw.randint(1, 8))) for _ in range(draw.choice([1, 5, 60]))]
    path.write_bytes(broken(draw, draw.choice(["\n", "\r\n"]).join(lines).encode(draw.choice(ENCODED), "replace")))

    def read() -> None:
        encoding = sniff_encoding(path)
        sample_lines(path, encoding)
        unit = draw.choice(["characters", "words"])
        found = finish(read_text(path, encoding, unit, draw.random() < 0.5))
        assert found.codes.min() >= 0 and found.codes.max() < len(found.vocabulary)
        values = {"window": 8, "stride": 3, "asked": draw.choice(["every", "last"]), "given": "codes"}
        finite(own_text.build(found, "fuzz", catalogue("datasets")["own_text"].complete(values)))

    return survives(read)


def _array(draw: random.Random) -> np.ndarray:
    shape = draw.choice([(30,), *[(30, 4), (30, 5, 2)] * 3, (1, 1), (0, 3), (30, 2, 2, 2)])
    kind = draw.choice(["f8", "f8", "f4", "f4", "i8", "u1", "?", "f2", "c16", "U3", ">f8"])
    values = np.random.default_rng(draw.randrange(99)).normal(size=shape) * 3
    if draw.random() < 0.1 and values.size:
        values.flat[0] = draw.choice([np.nan, np.inf, 1e300])
    with np.errstate(all="ignore"):
        found = values.astype(complex if kind == "c16" else float)
        found = found.astype(kind) if kind != "U3" else np.full(shape, "abc")
    return np.asfortranarray(found) if draw.random() < 0.2 else found


def arrays_round(draw: random.Random, folder: Path) -> bool:
    buffer = io.BytesIO()
    single = draw.random() < 0.4
    if single:
        np.save(buffer, _array(draw), allow_pickle=False)
    else:
        save = np.savez if draw.random() < 0.7 else np.savez_compressed
        save(buffer, x=_array(draw), **({"y": np.arange(30) % 3} if draw.random() < 0.8 else {}))
    path = folder / f"fuzz{'.npy' if single else '.npz'}"
    path.write_bytes(broken(draw, buffer.getvalue()))

    def read() -> None:
        table = holds_one_table(path)
        found = finish(read_arrays(path))
        if table:
            one = lone(found)
            build(one, guess_roles(top_of(path, one)), {"reading": draw.choice(["rows", "windows"]), "window": 3})
            return
        names = list(found)
        samples = arrays_as_samples(found, names[0], names[-1], draw.random() < 0.5)
        finite(samples_of.build(samples, "fuzz", catalogue("datasets")["own_samples"].complete({})))

    with np.errstate(all="ignore"):
        return survives(read)


def sound_round(draw: random.Random, folder: Path) -> bool:
    for kind in ("a", "b"):
        (folder / kind).mkdir(exist_ok=True)
        for n in range(2):
            buffer = io.BytesIO()
            with wave.open(buffer, "wb") as sound:
                width, channels = draw.choice([1, 2, 3, 4]), draw.choice([1, 2])
                sound.setnchannels(channels)
                sound.setsampwidth(width)
                sound.setframerate(draw.choice([8000, 16000, 44100]))
                sound.writeframes(draw.randbytes(width * channels * draw.choice([1, 400, 1500])))
            content = buffer.getvalue()
            (folder / kind / f"{n}.wav").write_bytes(broken(draw, content) if n == 0 and kind == "a" else content)

    def read() -> None:
        found = finish(read_sound(folder, draw.choice([4, 24])))
        finite(samples_of.build(found, "fuzz", catalogue("datasets")["own_samples"].complete({})))

    return survives(read)


ROUNDS = pytest.mark.parametrize("one_round", [text_round, arrays_round, sound_round], ids=lambda r: r.__name__)


@ROUNDS
def test_700_broken_files(one_round, tmp_path: Path) -> None:
    fuzz(one_round, 0, 700, tmp_path)


@pytest.mark.long
@pytest.mark.timeout(1800)
@ROUNDS
def test_20000_broken_files(one_round, tmp_path: Path) -> None:
    fuzz(one_round, 100_000, 20_000, tmp_path)
