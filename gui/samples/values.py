"""A sample's numbers in their own unit, and its target in words."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import numpy as np

from core.data.dataset import Dataset, Field
from core.data.padding import valid
from core.data.text.letters import PAD
from core.evaluation.baselines import symbols as read_symbols
from gui.text import tr, tr_core

MOST_WORDS = 16
MOST_LETTERS = 28


def raw(field: Field, sample: int) -> np.ndarray:
    """The values of a sample in their own unit: (features,) or (steps, features)."""
    values = np.asarray(field.values[sample], float)
    if field.normalisation is None:
        return values
    own = field.normalisation.undo(values)
    # What is below the precision of the stored numbers is an exact 0 of the source.
    dust = 1e-6 * (np.abs(field.normalisation.mean) + np.abs(field.normalisation.scale))
    return np.where(np.abs(own) < dust, 0.0, own)


def named(field: Field, feature: int) -> str:
    """The name of a feature."""
    return tr_core(field.names[feature]) if feature < len(field.names) else tr("feature {n}", n=feature + 1)


def number(value: float, unit: str = "") -> str:
    """A value with its unit."""
    text = f"{value:.4g}"
    return f"{text} {tr_core(unit)}" if unit else text


def target_words(dataset: Dataset, sample: int) -> str:
    """What the network should answer; for a sequence, how many answers there are."""
    field = dataset.target
    if tells_symbols(dataset):
        return as_text(field, codes_of(dataset, "target", sample))
    values = raw(field, sample)
    if values.ndim == 2:
        counted = values if dataset.mask is None else values[dataset.mask[sample]]
        if field.codes and len(counted) <= MOST_WORDS:
            return ", ".join(tr_core(field.classes[int(code)]) for code in counted[:, 0])
        return tr("one at each of {n} steps", n=len(counted))
    if field.codes:
        return tr_core(field.classes[int(values[0])])
    if len(values) == 1:
        return number(float(values[0]), field.unit)
    return ", ".join(f"{name}: {value}" for name, value in target_numbers(dataset, sample))


def target_numbers(dataset: Dataset, sample: int) -> list[tuple[str, str]]:
    """The numbers of a target without time, with their names."""
    field = dataset.target
    return [(named(field, n), number(float(one), field.unit)) for n, one in enumerate(raw(field, sample))]


def symbols(field: Field) -> tuple[str, ...]:
    """The symbols that a text is made of: classes of codes, or a flag each."""
    return field.classes if field.codes else field.names


def tells_symbols(dataset: Dataset) -> bool:
    """Whether the answer is a text itself, and not a class for each of its letters."""
    main = next(iter(dataset.inputs.values()))
    target = dataset.target
    return (
        dataset.view == "text"
        and target.sequence
        and target.codes
        and (bool(dataset.feedback) or target.classes == symbols(main))
    )


def codes_of(dataset: Dataset, name: str, sample: int) -> tuple[int, ...]:
    """The codes of a sample's text, without padding; ``name`` is an input or "target"."""
    field = dataset.field(name)
    values = field.values[sample][steps_of(dataset, name, sample)]
    found = values[:, 0] if field.codes else values.argmax(axis=1)
    return tuple(int(code) for code in found)


def steps_of(dataset: Dataset, name: str, sample: int) -> np.ndarray:
    """The steps of a sequence that are no padding, from 0 on."""
    inside = valid(dataset, name, np.array([sample]))
    steps = dataset.field(name).values.shape[1]
    return np.arange(steps) if inside is None else np.flatnonzero(inside[0])


def as_text(field: Field, codes: tuple[int, ...]) -> str:
    """Codes as a text, without the symbol that stands for start and end; symbols of several signs are parted by blanks."""
    names = symbols(field)
    between = " " if any(len(name) > 1 for name in names) else ""
    return between.join(names[code] for code in codes if names[code] != PAD)


def step_marks(dataset: Dataset, name: str, sample: int) -> tuple[str, ...]:
    """A symbol for every step of an input or of "target", padding included; empty where they are no symbols."""
    field = dataset.field(name)
    one = replace(field, values=field.values[[sample]], normalisation=None)
    codes = read_symbols(one) if field.normalisation is None else None
    names = symbols(field)
    if codes is None or not names or codes.max() >= len(names):
        return ()
    return tuple(visible(tr_core(names[code])) for code in codes[0])


def known_words(dataset: Dataset, sample: int, step: int | None = None) -> str:
    """The text that a sample gives, and what was answered before ``step``; of a long text the end that leads to the step."""
    name, given = next(iter(dataset.inputs.items()))
    parts = []
    in_step = given.sequence and given.steps == dataset.target.steps and dataset.feedback in ("", name)
    if given.sequence:
        codes = codes_of(dataset, name, sample)
        parts.append(as_text(given, codes[: step + 1] if in_step and step is not None else codes))
    elif given.names:
        parts.append(tr_core(given.names[int(np.argmax(given.values[sample]))]))
    if step and not in_step and tells_symbols(dataset):
        parts.append(as_text(dataset.target, codes_of(dataset, "target", sample)[:step]))
    shown = (text if len(text) <= MOST_LETTERS else "…" + text[1 - MOST_LETTERS :] for text in parts if text)
    return "  ".join(f"\u2068{text}\u2069" for text in shown)


def right_to_left(text: str) -> bool:
    """Whether a text is written from right to left, which its first letter says."""
    kinds = (unicodedata.bidirectional(sign) for sign in text)
    return next((kind for kind in kinds if kind in ("L", "R", "AL")), "L") != "L"


def visible(symbol: str) -> str:
    """A symbol that leaves no ink as one that does."""
    return {" ": "␣", "\n": "¶", "\t": "→", "\r": "¶", "\u200c": "¦"}.get(symbol, symbol)
