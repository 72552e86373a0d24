"""A folder of WAV files per class as log spectrograms: sequences of frames, each a row of frequency bands."""

from __future__ import annotations

import struct
import wave
from collections.abc import Generator
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from core.data.importers.progress import Progress
from core.data.importers.samples import MAX_BYTES, Samples, class_folders
from core.errors import BadFile

ENDINGS = (".wav", ".wave")
FRAME_SECONDS = 0.025
HOP_SECONDS = 0.010
MAX_SECONDS = 60
MAX_STEPS = 6000


def read_sound(folder: Path, bands: int = 24) -> Generator[Progress, None, Samples]:
    """The spectrograms of all class folders, padded at the end; raises BadFile with the file."""
    groups = class_folders(folder, ENDINGS)
    files = [(n, file) for n, members in enumerate(groups.values()) for file in members]
    found: list[np.ndarray] = []
    size = 0
    for n, (_, file) in enumerate(files):
        found.append(spectrogram(*read_wav(file), bands))
        size += found[-1].nbytes
        if size > MAX_BYTES:
            raise BadFile("“{file}” would take too much memory: use fewer or shorter recordings.", file=folder.name)
        yield Progress((n + 1) / len(files), n + 1)
    lengths = np.array([len(one) for one in found], np.int32)
    if int(lengths.max()) * bands * 4 * len(found) > MAX_BYTES:
        raise BadFile("“{file}” would take too much memory: use fewer or shorter recordings.", file=folder.name)
    padded = np.zeros((len(found), int(lengths.max()), bands), np.float32)
    for row, one in zip(padded, found, strict=True):
        row[: len(one)] = one
    kinds = np.array([n for n, _ in files], np.int32)
    return Samples(padded, kinds, tuple(groups), None if (lengths == lengths[0]).all() else lengths)


def read_wav(file: Path) -> tuple[np.ndarray, int]:
    """Samples of a PCM WAV file (8 to 32 bits, channels averaged) from -1 to 1, and how many there are per second."""
    where = f"{file.parent.name}/{file.name}"
    try:
        with file.open("rb") as raw, wave.open(raw) as sound:
            rate, width, channels, count = (
                sound.getframerate(), sound.getsampwidth(), sound.getnchannels(), sound.getnframes(),
            )  # fmt: skip
            if not 1000 <= rate <= 200_000 or count > MAX_SECONDS * rate:
                raise BadFile(
                    "“{file}” is longer than {n} seconds or has an odd rate. Cut it.", file=where, n=MAX_SECONDS
                )
            if width not in (1, 2, 3, 4) or not 1 <= channels <= 64:
                raise BadFile("“{file}” has an odd format. Save it as 16-bit PCM.", file=where)
            content = sound.readframes(count)
    except (wave.Error, EOFError, ValueError, OSError, RuntimeError, ZeroDivisionError, struct.error) as error:
        reason = str(error)[:80] or "it ends too early"
        raise BadFile("“{file}” is no WAV file that can be read ({reason}).", file=where, reason=reason) from error
    values = _pcm(content[: len(content) // (width * channels) * width * channels], width)
    if not len(values):
        raise BadFile("“{file}” holds no sound. Take it out.", file=where)
    mixed: np.ndarray = values.reshape(-1, channels).mean(axis=1)
    return mixed, rate


def _pcm(content: bytes, width: int) -> np.ndarray:
    if width == 1:  # unsigned, as the format has it
        return np.frombuffer(content, np.uint8).astype(np.float64) / 128 - 1
    if width == 3:
        parts = np.frombuffer(content, np.uint8).reshape(-1, 3).astype(np.int32)
        whole: np.ndarray = (parts[:, 0] << 8 | parts[:, 1] << 16 | parts[:, 2] << 24) >> 8
        return whole.astype(np.float64) / 2**23
    values: np.ndarray = np.frombuffer(content, f"<i{width}").astype(np.float64) / 2 ** (8 * width - 1)
    return values


def spectrogram(values: np.ndarray, rate: int, bands: int) -> np.ndarray:
    """Log energy (frames, bands) of Hann frames of 25 ms every 10 ms, in bands equally wide on the mel scale."""
    size, hop = max(16, round(FRAME_SECONDS * rate)), max(1, round(HOP_SECONDS * rate))
    padded = np.pad(values, (0, max(0, size - len(values))))
    frames = sliding_window_view(padded, size)[::hop][:MAX_STEPS] * np.hanning(size)
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    mel = 2595 * np.log10(1 + np.fft.rfftfreq(size, 1 / rate) / 700)  # O'Shaughnessy 1987
    edges = np.linspace(0, mel[-1], bands + 2)
    rise = (mel[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - mel[:, None]) / (edges[2:] - edges[1:-1])
    logs: np.ndarray = np.log(power @ np.clip(np.minimum(rise, fall), 0, None) + 1e-8).astype(np.float32)
    return logs
