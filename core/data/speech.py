"""Data sets of speech, as sequences of frames of different lengths."""

from __future__ import annotations

import numpy as np

from core.data.dataset import Dataset, Field, Normalisation
from core.data.files import bundled_text
from core.data.split import stratified_split

FILES = ("JapaneseVowels_TRAIN.ts.gz", "JapaneseVowels_TEST.ts.gz")
SPEAKERS = 9
COEFFICIENTS = 12


def vowels(*, validation: float, test: float, seed: int) -> Dataset:
    """640 utterances of the Japanese vowels /ae/, 7 to 29 frames of 12 coefficients: who of nine speakers is it?"""
    spoken = [utterance for file in FILES for utterance in _utterances(bundled_text("vowels", file))]
    speaker = np.array([number - 1 for _, number in spoken])
    lengths = np.array([len(frames) for frames, _ in spoken])
    split = stratified_split(speaker, validation, test, seed)
    scale = Normalisation.fitted(np.concatenate([spoken[n][0] for n in split["train"]]))
    padded = np.zeros((len(spoken), int(lengths.max()), COEFFICIENTS), dtype=np.float32)
    for sample, (frames, _) in enumerate(spoken):
        padded[sample, : len(frames)] = scale.apply(frames)
    return Dataset(
        key="vowels",
        title="Spoken vowels",
        task="classification",
        inputs={"x": Field(padded, tuple(f"coefficient {n + 1}" for n in range(COEFFICIENTS)), normalisation=scale)},
        target=Field(
            speaker[:, None].astype(np.float32),
            names=("speaker",),
            classes=tuple(f"speaker {n + 1}" for n in range(SPEAKERS)),
            codes=True,
        ),
        split=split,
        lengths=lengths,
        view="sequence",
        source="M. Kudo, J. Toyama and M. Shimbo 1999, UCI repository; from aeon, BSD 3-clause.",
    )


def _utterances(text: str) -> list[tuple[np.ndarray, int]]:
    """(frames (steps, coefficients), speaker from 1) of each line; the values of a coefficient stand together."""
    found = []
    for line in text.splitlines():
        if line and line[0] not in "#@":
            *coefficients, speaker = line.split(":")
            found.append((np.array([one.split(",") for one in coefficients], dtype=float).T, int(speaker)))
    return found
