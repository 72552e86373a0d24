"""What an import would give, in one line: "1,240 windows of 24 steps × 3 features → 1 number"."""

from __future__ import annotations

from core.data.dataset import PARTS, Dataset, Field
from gui.text import tr


def summary(data: Dataset, unit: str) -> str:
    """Samples, what each holds and what is asked; ``unit`` names the samples: "rows", "windows" or "groups"."""
    main = next(iter(data.inputs.values()))
    count = f"{len(data):,}"
    named = {
        "rows": tr("{n} rows", n=count),
        "windows": tr("{n} windows", n=count),
        "groups": tr("{n} sequences", n=count),
    }.get(unit, tr("{n} samples", n=count))
    return f"{named} {_seen(main, data.lengths is not None)} → {_asked(data.target)}"


def parts(data: Dataset) -> str:
    """How many samples each part has."""
    words = {"train": tr("{n} for training"), "validation": tr("{n} for validation"), "test": tr("{n} for the test")}
    counted = [words[part].format(n=f"{len(data.split[part]):,}") for part in PARTS if part in data.split]
    dealt = sum(len(samples) for samples in data.split.values())
    if dealt < len(data):
        counted.append(tr("{n} across the borders in none", n=f"{len(data) - dealt:,}"))
    return ", ".join(counted)


def _seen(field: Field, padded: bool) -> str:
    features = tr("1 feature") if field.features == 1 else tr("{n} features", n=f"{field.features:,}")
    if field.codes:
        features = tr("1 symbol out of {n}", n=f"{len(field.classes):,}")
    if not field.sequence:
        return tr("of {features}", features=features)
    steps = tr("1 step") if field.steps == 1 else tr("{n} steps", n=f"{field.steps:,}")
    return tr("of {up}{steps} × {features}", up=tr("up to ") if padded else "", steps=steps, features=features)


def _asked(field: Field) -> str:
    if field.codes:
        what = tr("one of {n} classes", n=f"{len(field.classes):,}")
    else:
        what = tr("1 number") if field.features == 1 else tr("{n} numbers", n=f"{field.features:,}")
    return tr("{what} at every step", what=what) if field.sequence else what
