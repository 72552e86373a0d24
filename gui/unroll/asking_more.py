"""What else can be asked in the unrolled view: what a what-if changes, shares, copies, data, colours, steps, the loss."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import numpy as np

from core.describe import Words
from core.unroll import Row
from core.why.data.stored import value as stored
from core.why.network.counted import Counting
from core.why.numbers import Number
from core.why.training.clocks import step_count
from core.why.training.unrolled import became, copies, full_colour, gradient_scale, part_of_gradient, through_share
from gui.text import tr
from gui.unroll import tips
from gui.unroll.arrows import Copy
from gui.unroll.numbers import length
from gui.why.here import Question

if TYPE_CHECKING:
    from gui.unroll.view import UnrollView

Felt = Literal["gradient", "delta"]
MOST_FEATURES = 4
"""Numbers of one step that the words beside the pointer name."""


def gradient_of(view: UnrollView, layer: str) -> Felt:
    """What is shown as the gradient of a layer: of the output that at its sums, which the loss may be computed from."""
    own = view.shown.numbers.trace.layers.get(layer) if view.shown.numbers.trace is not None else None
    return "gradient" if own is None or own.delta is None or own.delta_direct is None else "delta"


def about_part(view: UnrollView, row: Row, step: int | None, unit: int | None) -> list[Question]:
    """The direct part of a gradient or the one through time, where that is what the colours show."""
    shown, at = view.shown, step or 0
    rows = shown.numbers.gradient_rows(row.layer, shown.part)
    if not shown.gradient or shown.part == "total" or rows is None or at >= len(rows):
        return []
    felt, name, text = gradient_of(view, row.layer), shown.network.layers[row.layer].name, tr("Why this part?")
    if unit is None and felt == "gradient":
        return [Question(Number("norm", row.layer, 0, step, shown.part), text)]
    number = Number(felt, row.layer, unit or 0, step)
    about = {"layer": name, "when": tips.when(row, step), "unit": (unit or 0) + 1}
    titles = {
        "direct": (tr("The direct part of |dL/da| of “{layer}” {when}"), tr("The direct part of the gradient at unit {unit} of “{layer}” {when}")),
        "through": (tr("The part of |dL/da| of “{layer}” through time {when}"), tr("The part through time of the gradient at unit {unit} of “{layer}” {when}")),
    }  # fmt: skip
    title = titles[shown.part][unit is not None].format(**about)
    value = float(length(rows)[at]) if unit is None else float(rows[at, unit])
    return [Question(part_of_gradient(title, shown.part, value, number), text)]


def about_changes(view: UnrollView, row: Row, step: int | None, unit: int | None) -> list[Question]:
    """How value and gradient of a cell, or of one unit of it, became what they are in a what-if; that of the colour first."""
    numbers, at = view.shown.numbers, step or 0
    if numbers.plain is None:
        return []
    layer, place = view.shown.network.layers[row.layer].name, tips.when(row, step)
    felt, found = gradient_of(view, row.layer), {}
    for key, now, before in (
        ("value", numbers.rows(row.layer), numbers.plain.rows(row.layer)),
        ("gradient", numbers.gradient_rows(row.layer), numbers.plain.gradient_rows(row.layer)),
    ):
        if now is None or before is None or now.shape != before.shape or at >= len(now):
            continue
        about = {"layer": layer, "when": place, "unit": 0 if unit is None else unit + 1}
        if unit is None:
            one, other = float(length(before)[at]), float(length(now)[at])
            lead = Number("norm", row.layer, 0, step, key if key == "value" else felt)
            sign, texts = r"\left| h \right|", (tr("|h| of “{layer}” {when}"), tr("|dL/dh| of “{layer}” {when}"))
        else:
            one, other = float(before[at, unit]), float(now[at, unit])
            lead = Number("value" if key == "value" else felt, row.layer, unit, step)
            sign, texts = "h", (tr("unit {unit} of “{layer}” {when}"), tr("dL/dh of unit {unit} of “{layer}” {when}"))
        if key == "gradient":
            sign = sign.replace("h", r"\partial L / \partial h") if unit is None else r"\partial L / \partial h"
        made = became(texts[key == "gradient"].format(**about), one, other, sign, lead)
        ask = tr("Why this change of the gradient?") if key == "gradient" else tr("Why this change?")
        was = tr("What was the gradient before?") if key == "gradient" else tr("What was it before?")
        found[key] = [Question(made["change"], ask), Question(made["before"], was)]
    order = ("gradient", "value") if view.shown.gradient else ("value", "gradient")
    return [question for key in order for question in found.get(key, ())]


def about_share(view: UnrollView, row: Row, step: int | None) -> list[Question]:
    """How much of the gradient of a cell comes through time."""
    numbers = view.shown.numbers
    if row.steps is None or step is None or tips.through_share(numbers, row.layer, step) is None:
        return []
    whole, through = numbers.gradient_rows(row.layer), numbers.gradient_rows(row.layer, "through")
    assert whole is not None and through is not None
    name = view.shown.network.layers[row.layer].name
    return [
        Question(through_share(name, row.layer, step, whole[step], through[step]), tr("Why this share through time?"))
    ]


def about_row(view: UnrollView, row: Row) -> list[Question]:
    """How many copies a layer has, the value of full colour, how far back it reads."""
    network, found = view.shown.network, []
    name = network.layers[row.layer].name
    if row.steps is not None:
        made = copies(Words("How many copies “{layer}” has", {"layer": name}), row.steps)
        found.append(Question(made, tr("Why so many copies?")))
    values = view.shown.numbers.rows(row.layer)
    if values is not None:
        made = full_colour(name, row.layer, values, view.painting.reach(row.layer))
        found.append(Question(made, tr("Why full colour at this value?")))
    for link in network.into(row.layer):
        if link.delay:
            found.append(Question(Counting(network).delay(link.id), tr("Why this delay?")))
    return found


def about_copies(view: UnrollView, copy: Copy) -> list[Question]:
    """How often one set of weights is used, how far back the arrow comes from, and what its gradient was."""
    tie, network, numbers = copy.tie, view.shown.network, view.shown.numbers
    source, target = (network.layers[end.layer].name for end in (tie.source, tie.target))
    found = []
    if tie.count > 1:
        title = Words("How often the arrow from “{source}” to “{layer}” is there", {"source": source, "layer": target})
        found.append(Question(copies(title, tie.count), tr("Why so many copies?")))
    if tie.delay and tie.key in network.links:
        found.append(Question(Counting(network).delay(tie.key), tr("Why this delay?")))
    if numbers.plain is not None:
        before, after = (of.flow(tie, copy.target, copy.source) for of in (numbers.plain, numbers))
        if np.isfinite([before, after]).all():
            what = tr("The gradient from “{layer}” to “{source}” {when}", layer=target, source=source,
                      when=tips.when(tie.target, copy.target))  # fmt: skip
            made = became(what, before, after, r"\left| g \right|")
            found.append(Question(made["change"], tr("Why this change of the gradient?")))
            found.append(Question(made["before"], tr("What was the gradient before?")))
    return found


def about_data(view: UnrollView, row: Row, step: int | None) -> list[Question]:
    """What enters an input at a step, or what is asked of an output and answered."""
    data, shown = view.reading.dataset(), view.shown
    sample, at = shown.numbers.sample, step or 0
    if data is None or not 0 <= sample < len(data):
        return []
    layer = shown.network.layers[row.layer]
    if row.layer in shown.sample.inputs and not shown.numbers.whatif.at(row.layer, step):
        name, given = str(layer.params["field"]), shown.sample.inputs[row.layer]
        if not given.text(at) or at >= len(given.values):
            return []
        count = min(MOST_FEATURES, data.inputs[name].features)
        lead = [Number("value", row.layer, n, step) for n in range(count)]
        step_of = at if data.inputs[name].sequence else None
        texts = tr("Why does this enter?")
        return [Question(stored(data, name, (sample, step_of, n), lead[n]), texts) for n in range(count)]
    asked = shown.sample.asked.get(row.layer)
    if asked is None or at >= len(asked.counts):
        return []
    step_of = at if data.target.sequence else None
    found = [Question(Number("value", row.layer, one, step), tr("Why this answer?")) for one in _said(view, row, at)]
    targets = range(min(MOST_FEATURES, data.target.features))
    return [*found, *(Question(stored(data, "target", (sample, step_of, n)), tr("Why this target?")) for n in targets)]


def _said(view: UnrollView, row: Row, at: int) -> Iterator[int]:
    """The units of an output that its answer is read from: of classes the largest one."""
    values, asked = view.shown.numbers.rows(row.layer), view.shown.sample.asked[row.layer]
    if values is None or at >= len(values) or asked.said is None:
        return
    if asked.right is not None:
        yield int(values[at].argmax())
    else:
        yield from range(min(MOST_FEATURES, values.shape[1]))


def about_view(view: UnrollView, kind: str) -> list[Question]:
    """About the picture as a whole: how many steps there are, the loss of the sample, what the colours mean."""
    steps = view.layout_.unrolled.steps
    made = {}
    if steps:
        count = step_count(steps, tr("the longest sequence of the network"))
        made["header"] = made["span"] = [Question(count, tr("Why so many steps?"))]
    if view.shown.numbers.known:
        made["sample"] = [Question(Number("loss"), tr("Why this loss?"))]
        if view.shown.numbers.plain is not None:
            made["sample"] += about_losses(view.shown.numbers.plain.loss, view.shown.numbers.loss).values()
        made["legend"] = _about_colours(view)
    return made.get(kind, [])


def about_losses(before: float, after: float) -> dict[str, Question]:
    """What a what-if makes of the loss: "loss.before", "loss.after" and "loss.change"."""
    made = became(tr("The loss of this sample"), before, after, "L", Number("loss"))
    texts = {
        "before": tr("What was the loss before?"), "after": tr("What is the loss with the changes?"),
        "change": tr("Why this change of the loss?"),
    }  # fmt: skip
    return {f"loss.{key}": Question(made[key], text) for key, text in texts.items()}


def _about_colours(view: UnrollView) -> list[Question]:
    """The value, or the length of a gradient, that has full colour; where each row has its own, of each of them."""
    numbers, rows, network = view.shown.numbers, view.layout_.unrolled.rows, view.shown.network
    if numbers.beside is not None:
        return []
    if not view.shown.gradient:
        found = []
        for row in rows:
            values, name = numbers.rows(row.layer), network.layers[row.layer].name
            if values is not None:
                made = full_colour(name, row.layer, values, view.painting.reach(row.layer))
                found.append(Question(made, tr("Why full colour of “{layer}” at this value?", layer=name)))
        return found
    best: tuple[float, Row, int] | None = None
    for row in rows:
        norms = numbers.norms(row.layer)
        if norms is None or not np.isfinite(norms).any():
            continue
        at = int(np.nanargmax(np.where(np.isfinite(norms), norms, -1.0)))
        if best is None or norms[at] > best[0]:
            best = float(norms[at]), row, at
    if best is None or not best[0]:
        return []
    largest, row, at = best
    made = gradient_scale(
        network.layers[row.layer].name,
        Number("norm", row.layer, 0, None if row.steps is None else at, gradient_of(view, row.layer)),
        largest,
        view.shown.scale.high,
    )
    return [Question(made, tr("Why full colour at this length?"))]


def about_all(view: UnrollView) -> list[Question]:
    """About the picture as a whole: the loss, the steps, the colours."""
    return [question for kind in ("sample", "span", "legend") for question in about_view(view, kind)]
