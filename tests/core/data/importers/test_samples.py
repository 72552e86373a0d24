"""Numpy files, pictures and recordings: the right numbers, or a sentence; a hostile file costs neither memory nor code."""

from __future__ import annotations

import io
import pickle
import random
import wave
import zipfile
from pathlib import Path

import numpy as np
import pytest

from core.catalogue.registry import catalogue
from core.data.importers.progress import finish
from core.data.importers.samples import Samples, arrays_as_samples, read_arrays
from core.data.importers.sound import read_sound, read_wav, spectrogram
from core.data.own import samples_of as own
from core.errors import BadFile, DataError, StudioError

SPEC = catalogue("datasets")["own_samples"]


@pytest.mark.parametrize("kind", ["f2", "f4", "f8", "i1", "i8", "u2", "b1", ">f8", ">i4"])
def test_arrays_come_out_as_numpy_reads_them(tmp_path: Path, kind: str) -> None:
    values = np.random.default_rng(0).integers(0, 2, (4, 3, 2)).astype(kind)
    for name, array in (("plain", values), ("fortran", np.asfortranarray(values)), ("one", values[:1, 0, 0])):
        np.save(tmp_path / f"{name}.npy", array)
        assert np.array_equal(finish(read_arrays(tmp_path / f"{name}.npy"))["data"], array)
    np.savez_compressed(tmp_path / "two.npz", x=values, y=values[:, 0, 0])
    found = finish(read_arrays(tmp_path / "two.npz"))
    assert list(found) == ["x", "y"] and np.array_equal(found["x"], values)


class Danger:
    def __reduce__(self):
        return (pytest.fail, ("a pickle was executed",))


def test_a_pickle_is_never_executed(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([Danger()], object), allow_pickle=True)
    (tmp_path / "b.npy").write_bytes(pickle.dumps(Danger()))
    for name in ("a.npy", "b.npy"):
        with pytest.raises(BadFile):
            finish(read_arrays(tmp_path / name))


def test_a_header_that_promises_too_much_takes_no_memory(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, {"descr": "<f8", "fortran_order": False, "shape": (10**12,)})
    (tmp_path / "a.npy").write_bytes(buffer.getvalue())
    with pytest.raises(BadFile, match="cut short or too large"):
        finish(read_arrays(tmp_path / "a.npy"))
    with zipfile.ZipFile(tmp_path / "bomb.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", bytes(600 << 20))
    with pytest.raises(BadFile, match="more than 512 MB"):
        finish(read_arrays(tmp_path / "bomb.npz"))


def test_1000_broken_numpy_files(tmp_path: Path) -> None:
    buffer, single = io.BytesIO(), io.BytesIO()
    np.savez(buffer, x=np.zeros((20, 3)), y=np.arange(20))
    np.save(single, np.zeros((20, 3)))
    for seed in range(1000):
        draw = random.Random(seed)
        path = tmp_path / draw.choice(["a.npy", "a.npz"])
        content = bytearray((single if path.suffix == ".npy" else buffer).getvalue())
        for _ in range(draw.randint(1, 8)):
            content[draw.randrange(len(content) if draw.random() < 0.3 else 130)] = draw.randrange(256)
        path.write_bytes(bytes(content[: draw.randrange(len(content))]) if draw.random() < 0.3 else bytes(content))
        try:
            found = finish(read_arrays(path))
            assert all(array.dtype.kind in "fiub" for array in found.values())
            names = list(found)
            arrays_as_samples(found, names[0], names[-1], bool(seed % 2))
        except StudioError as error:
            assert str(error).endswith((".", "?")), seed


def test_arrays_become_samples_of_each_shape() -> None:
    draw = np.random.default_rng(0)
    arrays = {
        "x": draw.normal(size=(30, 8, 2)), "flat": draw.normal(size=(30, 5)), "y": draw.integers(0, 3, 30) + 5,
        "number": draw.normal(size=30), "steps": draw.normal(size=(30, 8)),
    }  # fmt: skip
    classed = arrays_as_samples(arrays, "x", "y", True)
    assert classed.classes == ("5", "6", "7") and (classed.target + 5 == arrays["y"]).all()
    data = own.build(classed, "t", SPEC.complete({}))
    train = data.samples("train")
    assert data.inputs["x"].values[train].reshape(-1, 2).mean(0) == pytest.approx([0, 0], abs=1e-5)
    assert data.inputs["x"].values[train].reshape(-1, 2).std(0) == pytest.approx([1, 1], abs=1e-4)
    assert own.build(
        arrays_as_samples(arrays, "flat", "number", False), "t", SPEC.complete({})
    ).target.values.shape == (30, 1)
    assert own.build(arrays_as_samples(arrays, "x", "steps", False), "t", SPEC.complete({})).target.values.shape == (
        30,
        8,
        1,
    )


@pytest.mark.parametrize(
    ("x", "y", "sentence"),
    [
        (np.zeros(5), np.zeros(5), "must be"),
        (np.zeros((5, 2)), np.zeros(4), "as many"),
        (np.array([[0.0], [np.nan]]), np.zeros(2), r"no finite number, at \(1, 0\)"),
        (np.array([[0.0], [1e300]]), np.zeros(2), "beyond 3e38"),
        (np.zeros((5, 2)), np.zeros(5), "from 2 to"),
        (np.zeros((5, 2)), np.zeros((5, 2)), "one number per sample"),
    ],
)
def test_arrays_that_do_not_fit_are_told(x: np.ndarray, y: np.ndarray, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        arrays_as_samples({"x": x, "y": y}, "x", "y", True)


def record(path: Path, values: np.ndarray, width: int = 2, channels: int = 1, rate: int = 8000) -> None:
    path.parent.mkdir(exist_ok=True)
    whole = np.round(np.repeat(values, channels) * (2 ** (8 * width - 1) - 1)).astype(np.int64)
    if width == 1:
        content = (whole + 128).astype(np.uint8).tobytes()
    else:
        content = b"".join(int(v).to_bytes(width, "little", signed=True) for v in whole)
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(channels)
        sound.setsampwidth(width)
        sound.setframerate(rate)
        sound.writeframes(content)


@pytest.mark.parametrize(("width", "channels"), [(1, 1), (2, 1), (2, 2), (3, 1), (4, 2)])
def test_recordings_of_every_width(tmp_path: Path, width: int, channels: int) -> None:
    values = 0.8 * np.sin(np.arange(400) / 9)
    record(tmp_path / "k" / "a.wav", values, width, channels)
    found, rate = read_wav(tmp_path / "k" / "a.wav")
    assert rate == 8000
    assert found == pytest.approx(values, abs=0.02 if width == 1 else 1e-4)


@pytest.mark.parametrize("hertz", [250, 1000, 3000])
def test_a_pure_tone_is_loudest_in_its_own_band(hertz: int) -> None:
    tone = np.sin(2 * np.pi * hertz * np.arange(8000) / 8000)
    found = spectrogram(tone, 8000, 24)
    assert found.shape == (98, 24)  # 1 + (8000 - 200) // 80
    edges = np.linspace(0, 2595 * np.log10(1 + 4000 / 700), 26)
    middle = 2595 * np.log10(1 + hertz / 700)
    assert abs(edges[1 + int(found.mean(0).argmax())] - middle) <= edges[1]


def test_folders_of_sound_are_padded(tmp_path: Path) -> None:
    for n, name in enumerate(["high", "low"]):
        for k in range(3):
            record(tmp_path / name / f"{k}.wav", np.sin(np.arange(2000 + 1000 * k) * (0.1 + n)))
    found = finish(read_sound(tmp_path, 12))
    assert found.classes == ("high", "low") and found.target.tolist() == [0, 0, 0, 1, 1, 1]
    assert found.lengths is not None and found.lengths.tolist() == [23, 36, 48, 23, 36, 48]
    data = own.build(found, "t", SPEC.complete({}))
    assert (data.inputs["x"].values[0, 23:] == 0).all()


def test_a_recording_that_is_none_is_told(tmp_path: Path) -> None:
    record(tmp_path / "a" / "0.wav", np.zeros(300))
    record(tmp_path / "b" / "0.wav", np.zeros(300))
    whole = (tmp_path / "b" / "0.wav").read_bytes()
    for content in (b"", b"RIFF", whole[:30], b"\0" * 500):
        (tmp_path / "b" / "0.wav").write_bytes(content)
        with pytest.raises(BadFile, match=r"b/0\.wav"):
            finish(read_sound(tmp_path))
    with pytest.raises(BadFile, match="needs a folder for each class"):
        finish(read_sound(tmp_path / "a"))


def test_300_broken_recordings(tmp_path: Path) -> None:
    record(tmp_path / "a" / "0.wav", np.sin(np.arange(900)))
    record(tmp_path / "b" / "0.wav", np.sin(np.arange(900)))
    whole = (tmp_path / "b" / "0.wav").read_bytes()
    for seed in range(300):
        draw = random.Random(seed)
        content = bytearray(whole)
        for _ in range(draw.randint(1, 5)):
            content[draw.randrange(44)] = draw.randrange(256)
        (tmp_path / "b" / "0.wav").write_bytes(bytes(content))
        try:
            assert np.isfinite(finish(read_sound(tmp_path, 8)).inputs).all()
        except StudioError as error:
            assert str(error).endswith((".", "?")), seed


def test_a_damaged_blob_is_told() -> None:
    from core.data import store

    content = store.put(
        {"inputs": np.zeros((3, 2), np.float32), "target": np.array([0, 1, 9], np.int32)},
        {"kind": "samples", "classes": ["a", "b"]},
    )
    with pytest.raises(DataError, match="damaged"):
        own.stored(content, "x")
    assert isinstance(
        own.stored(
            own.store(Samples(np.zeros((4, 2), np.float32), np.array([0, 1, 0, 1], np.int32), ("a", "b")), "s"), "s"
        ),
        Samples,
    )
