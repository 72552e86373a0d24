"""What an import would give, in one line: "1,240 windows of 24 steps × 3 features → 1 number"; each number can be asked about."""

from __future__ import annotations

from collections.abc import Mapping

from core.data.dataset import PARTS, Dataset, Field
from core.why.data import held
from core.why.data.read import elsewhere
from core.why.data.windows import in_none
from core.why.numbers import Aggregate
from gui.text import tr
from gui.why.here import Question
from gui.why.told import asked


def summary(data: Dataset, unit: str) -> str:
    """Samples, what each holds and what is asked; ``unit`` names the samples: "rows", "windows" or "groups"."""
    main = next(iter(data.inputs.values()))
    count = asked("samples", f"{len(data):,}")
    named = {
        "rows": tr("{n} rows", n=count),
        "windows": tr("{n} windows", n=count),
        "groups": tr("{n} sequences", n=count),
    }.get(unit, tr("{n} samples", n=count))
    return f"{named} {_seen(main, data.lengths is not None)} → {_asked(data.target)}"


def parts(data: Dataset) -> str:
    """How many samples each part has."""
    words = {"train": tr("{n} for training"), "validation": tr("{n} for validation"), "test": tr("{n} for the test")}
    counted = [words[part].format(n=asked(part, f"{len(data.split[part]):,}")) for part in PARTS if part in data.split]
    dealt = sum(len(samples) for samples in data.split.values())
    if dealt < len(data):
        counted.append(tr("{n} across the borders in none", n=asked("none", f"{len(data) - dealt:,}")))
    return ", ".join(counted)


def questions(data: Dataset) -> Mapping[str, Question]:
    """What can be asked about the numbers of both."""
    main = next(iter(data.inputs))
    counts: dict[str, tuple[Aggregate, str]] = {
        "samples": (held.samples(data), tr("Why so many samples?")),
        "seen": (
            held.classes(data, main) if data.inputs[main].codes else held.features(data, main),
            tr("Why so many?"),
        ),
        "told": (held.outputs(data), tr("Why so many?")),
        "none": (in_none(data), tr("Why so many samples?")),
        **{part: (held.part(data, part), tr("Why so many samples?")) for part in data.parts},
    }
    if data.inputs[main].sequence:
        counts["steps"] = held.steps(data, main), tr("Why so many steps?")
    return {key: Question(elsewhere(one), text) for key, (one, text) in counts.items()}


def _seen(field: Field, padded: bool) -> str:
    count = asked("seen", f"{field.features:,}")
    features = tr("{n} feature", n=count) if field.features == 1 else tr("{n} features", n=count)
    if field.codes:
        features = tr("1 symbol out of {n}", n=asked("seen", f"{len(field.classes):,}"))
    if not field.sequence:
        return tr("of {features}", features=features)
    steps = asked("steps", f"{field.steps:,}")
    steps = tr("{n} step", n=steps) if field.steps == 1 else tr("{n} steps", n=steps)
    return tr("of {up}{steps} × {features}", up=tr("up to ") if padded else "", steps=steps, features=features)


def _asked(field: Field) -> str:
    if field.codes:
        what = tr("one of {n} classes", n=asked("told", f"{len(field.classes):,}"))
    else:
        count = asked("told", f"{field.features:,}")
        what = tr("{n} number", n=count) if field.features == 1 else tr("{n} numbers", n=count)
    return tr("{what} at every step", what=what) if field.sequence else what
