"""Why a number that was counted in the data is what it is: means, ends, spreads and counts, down to single samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.data.dataset import Dataset
from core.data.dataset import Part as DataPart
from core.data.looking import MOST_VALUES, chosen_of, values_of
from core.data.padding import valid
from core.data.statistics import lengths_of
from core.describe import Words
from core.formula import factor, latex_number
from core.why.data.stored import called, kept, steps_of, value
from core.why.numbers import Aggregate, Term, added, one_each, told
from core.why.simple import Part, quotient


@dataclass(frozen=True, eq=False)
class Many:
    """Numbers of one part of the data that are counted together, and where each stands."""

    data: Dataset
    name: str
    """Input, or "target"."""
    what: str
    """What they are, in a word or two."""
    part: DataPart
    values: np.ndarray
    """(n,) in their own unit."""
    samples: np.ndarray
    """(n,)"""
    steps: np.ndarray | None
    """(n,) or None where they have none."""
    features: np.ndarray | None
    """(n,); None of lengths, which are not kept but counted themselves."""

    def about(self, at: int) -> Aggregate:
        """One of them."""
        sample = int(self.samples[at])
        if self.features is None:
            return steps_of(self.data, self.name, sample)
        step = None if self.steps is None else int(self.steps[at])
        return value(self.data, self.name, (sample, step, int(self.features[at])))

    def sign(self, at: int, of: str = "x") -> str:
        """LaTeX of one of them."""
        return (
            rf"{of}_{{{self.samples[at]}}}"
            if self.steps is None
            else rf"{of}_{{{self.samples[at]},\,{self.steps[at] + 1}}}"
        )


def many(data: Dataset, name: str, feature: int | None, part: DataPart) -> Many:
    """The numbers of a feature, or of all of them, as core.data.looking counts them: padding left out, and of very many every
    so manieth sample."""
    field = data.field(name)
    values, every = values_of(data, field, feature, part)
    rows = chosen_of(data, part, every)
    inside = valid(data, name, rows)
    shape = (len(rows), *field.values.shape[1:-1], field.features if feature is None else 1)
    places = np.indices(shape, np.int32)
    kept = [(one if inside is None else one[inside]).ravel() for one in places]
    features = kept[-1] if feature is None else np.full(len(values), feature)
    steps = kept[1] if len(shape) > 2 else None
    return Many(data, name, called(field, feature), part, values, rows[kept[0]], steps, features)


def flagged(data: Dataset, name: str, part: DataPart) -> Many:
    """Which class each sample of a part is given, where that is a flag each."""
    rows = data.samples(part)
    codes = data.field(name).values[rows].argmax(axis=1)
    return Many(data, name, "classes", part, codes.astype(float), rows, None, codes)


def many_lengths(data: Dataset, name: str, part: DataPart) -> Many:
    """How many steps each sample of a part has; there must be some that differ."""
    found = lengths_of(data, name, part)
    assert found is not None
    return Many(data, name, "length", part, found.astype(float), data.samples(part), None, None)


def moments(found: Many) -> dict[str, Aggregate]:
    """The "mean", "deviation", "least", "most" and "count" of some numbers; at least one."""
    values, size = found.values, len(found.values)
    mean, deviation = float(values.mean()), float(values.std())
    about = {"what": found.what, "part": found.part, "count": size}
    own = _shares(found, values, "x")
    squares = _shares(found, np.square(values - mean), r"\left( x - \overline{x} \right)^2", whole=False)
    made = {
        "mean": Aggregate(
            Words("The mean of {what} on the {part} part", about), mean, (r"\overline{x} = \frac{1}{N} \sum_i x_i",),
            (rf"\overline{{x}} = {added(own)} = {latex_number(mean)}",),
            Words("{count} numbers count; those that are furthest from 0 are told first.", about), (), own,
        ),
        "deviation": Aggregate(
            Words("The standard deviation of {what} on the {part} part", about), deviation,
            (r"s = \sqrt{\frac{1}{N} \sum_i \left( x_i - \overline{x} \right)^2}",),
            (rf"\overline{{x}} = {latex_number(mean)}",
             rf"s = \sqrt{{{factor(float(np.square(values - mean).mean()))}}} = {latex_number(deviation)}"),
            Words("The terms add up to its square; of {count} numbers those that are furthest from the mean are told first.", about),
            (), squares,
        ),
        "count": all_of(found),
    }  # fmt: skip
    for key, at, sign, title in (
        ("least", int(values.argmin()), r"\min", Words("The smallest number of {what} on the {part} part", about)),
        ("most", int(values.argmax()), r"\max", Words("The largest number of {what} on the {part} part", about)),
    ):
        end = float(values[at])
        made[key] = Aggregate(
            title, end, (rf"x = {sign}_i x_i",), (rf"x = {found.sign(at)} = {latex_number(end)}",),
            Words("It is the end of {count} numbers; below is which one it is.", about), (),
            (Term(1.0, end, "", found.sign(at), about=found.about(at)),),
        )  # fmt: skip
    return made


def all_of(found: Many) -> Aggregate:
    """How many numbers there are."""
    about = {"what": found.what, "part": found.part}
    return per_sample(
        found, np.ones(len(found.values), bool), Words("How many numbers of {what} the {part} part has", about)
    )


def sparing(found: Many, every: int) -> Aggregate:
    """One of how many samples is counted, where all of them have too many numbers."""
    field = found.data.field(found.name)
    wide = len(np.unique(found.features)) if found.features is not None else 1
    samples = len(found.data.split[found.part])
    size = samples * (field.steps or 1) * wide
    return Aggregate(
        Words("One of how many samples is counted"), every, (r"k = \lceil n / N \rceil",),
        (rf"k = \lceil {size} / {MOST_VALUES} \rceil = {every}",),
        Words("There would be {size} numbers; at most some {most} of a part are counted.", {"size": size, "most": MOST_VALUES}),
    )  # fmt: skip


def in_bin(found: Many, low: float, high: float, last: bool) -> Aggregate:
    """How many of some numbers lie from ``low`` to ``high``; only the ``last`` bar counts its upper end."""
    inside = (found.values >= low) & ((found.values <= high) if last else (found.values < high))
    title = Words(
        "How many numbers of {what} lie from {low} to {high}",
        {"what": found.what, "low": f"{low:.4g}", "high": f"{high:.4g}"},
    )
    sign = r"\leq" if last else "<"
    line = rf"n = \sum_i \left[ {latex_number(low)} \leq x_i {sign} {latex_number(high)} \right]"
    return per_sample(found, inside, title, line)


def equal_to(found: Many, code: int, name: str) -> Aggregate:
    """How often a class or a symbol occurs, by its number and name."""
    title = Words("How often “{name}” occurs on the {part} part", {"name": name, "part": found.part})
    return per_sample(found, found.values.astype(int) == code, title, rf"n = \sum_i \left[ x_i = {code} \right]")


def different(found: Many, names: tuple[str, ...]) -> Aggregate:
    """How many classes or symbols occur at all, the commonest first."""
    counts = np.bincount(found.values.astype(int), minlength=len(names))
    total = int((counts > 0).sum())
    terms = one_each(
        np.argsort(-counts, kind="stable")[:total],
        lambda code: Term(1, 1, "", rf"\left[ n_{{{code}}} > 0 \right]", about=equal_to(found, code, names[code])),
    )
    return Aggregate(
        Words("How many different ones occur on the {part} part", {"part": found.part}), total,
        (r"n = \sum_k \left[ n_k > 0 \right]",), (f"n = {total}",),
        Words("Of {count} that there are names for these occur; the commonest are told first.", {"count": len(names)}), (), terms,
    )  # fmt: skip


def per_sample(found: Many, inside: np.ndarray, title: Words, line: str = r"n = \sum_i 1") -> Aggregate:
    """How many numbers are ``inside`` (n,) bool, sample by sample; those with most of them first."""
    rows, firsts, counts = np.unique(found.samples[inside], return_index=True, return_counts=True)
    places = np.flatnonzero(inside)
    order = np.argsort(-counts, kind="stable")

    def make(at: int) -> Term:
        number = int(counts[at])
        first = int(firsts[at])
        alone = counts[at] == 1
        about = found.about(int(places[first])) if alone else _of_sample(found, places, rows[at], number)
        return Term(1, number, "", f"n_{{{rows[at]}}}", about=about)

    total = int(inside.sum())
    terms = told(order, counts, 1, "", make, "n_i")
    note = Words(
        "It is counted on the {part} part, over {samples} samples. Those that have most of them are told first.",
        {"part": found.part, "samples": len(np.unique(found.samples))},
    )
    return Aggregate(title, total, (line,), (f"n = {added(terms)} = {total}",), note, (), terms)


def _of_sample(found: Many, places: np.ndarray, sample: int, number: int) -> Aggregate:
    own = places[found.samples[places] == sample]
    terms = one_each(own, lambda at: Term(1, 1, "", rf"\left[ {found.sign(at)} \right]", about=found.about(at)))
    return Aggregate(
        Words("How many of them sample {sample} has", {"sample": int(sample)}), number, (r"n_i = \sum_t 1",),
        (f"n_{{{sample}}} = {len(own)}",), Words("Each of them is a number of the sample."), (), terms,
        sample=(int(sample), found.part),
    )  # fmt: skip


def _shares(found: Many, each: np.ndarray, sign: str, whole: bool = True) -> tuple[Term, ...]:
    """The mean of ``each``, the largest first; ``whole`` where they are the numbers themselves."""
    share, text = 1 / len(each), r"\frac{1}{N}"
    order = np.argsort(-np.abs(each), kind="stable")

    def make(at: int) -> Term:
        own = found.sign(at) if whole else sign.replace("x", found.sign(at), 1)
        return Term(share, float(each[at]), text, own, about=found.about(at))

    return told(order, each, share, text, make, sign)


def share(title: Words, part: Aggregate, whole: Aggregate) -> Aggregate:
    """A share: one count over another."""
    above, below = Part("n", part.value, part), Part("N", whole.value, whole)
    return quotient(title, "p", above, below, Words("Both counts are below."))


def together(title: Words, parts: dict[DataPart, Aggregate]) -> Aggregate:
    """The sum of a count over the parts of the data."""
    total = sum(one.value for one in parts.values())
    terms = tuple(Term(1, one.value, "", rf"n_{{\text{{{part}}}}}", about=one) for part, one in parts.items())
    return Aggregate(
        title, total, (" + ".join(rf"n_{{\text{{{part}}}}}" for part in parts),),
        (f"{added(terms)} = {latex_number(total)}",), Words("The parts of the data have no sample in common."), (), terms,
    )  # fmt: skip


def mean_at(data: Dataset, name: str, samples: np.ndarray, step: int | None, feature: int, title: Words) -> Aggregate:
    """The mean over some samples of the number at one place of them, as it is kept."""
    values = data.field(name).values
    each = np.asarray(values[samples, feature] if step is None else values[samples, step, feature], float)
    share, sign = 1 / len(samples), r"\frac{1}{N}"
    terms = told(
        np.argsort(-np.abs(each), kind="stable"), each, share, sign,
        lambda n: Term(share, float(each[n]), sign, f"x_{{{samples[n]}}}", about=kept(data, name, (int(samples[n]), step, feature))), "x_i",
    )  # fmt: skip
    mean = float(each.mean())
    return Aggregate(
        title, mean, (r"\overline{x} = \frac{1}{N} \sum_i x_i",), (rf"\overline{{x}} = {added(terms)} = {latex_number(mean)}",),
        Words("It is the mean over {count} samples of the training part.", {"count": len(samples)}), (), terms,
    )  # fmt: skip
