"""What can be asked about the numbers on the card of a what-if."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.traces import Alike
from core.why.numbers import Number
from core.why.training.compared import cosine
from core.why.training.unrolled import became, fallen, ratio
from gui.text import tr
from gui.unroll.asking_more import about_losses
from gui.unroll.sample import read
from gui.why.here import Question
from gui.why.told import asked

if TYPE_CHECKING:
    from gui.unroll.view import UnrollView


@dataclass(frozen=True)
class Answer:
    """What the network answered at last, and the number that says it."""

    text: str
    number: Number
    values: dict[str, float]
    """That number "before" and "after" the changes."""


def marked(group: str, texts: Mapping[str, str]) -> dict[str, str]:
    """Numbers of a group as rich text, which are asked about as “group.name”."""
    return {key: asked(f"{group}.{key}", text) for key, text in texts.items()}


def key_of(group: str, layer: str) -> str:
    """The key of a cosine: of the "sample" or the "batch", of a layer or ("") of all."""
    return f"{group}.cosine.{layer}" if layer else f"{group}.cosine"


class CardAsking:
    """Answers by the keys of the words on the card; worked out when someone asks."""

    def __init__(self, view: UnrollView) -> None:
        self._view, self._imagining = view, view.runner.imagining

    def answers(self) -> dict[str, Answer]:
        """What the network answers "before" and "after" the changes; empty where that is not known."""
        found, plain, data = self._imagining.outcome, self._view.runner.trace, self._view.reading.dataset()
        if found is None or plain is None or data is None:
            return {}
        traces, said = {"before": plain, "after": found.trace}, {}
        for key, trace in traces.items():
            values = {layer: one.value for layer, one in trace.layers.items()}
            answers = read(self._view.shown.network, data, trace.sample, values).asked
            layer, one = next(iter(answers.items()), ("", None))
            if one is None or one.said is None or not one.counts.any():
                return {}
            said[key] = layer, one, int(np.flatnonzero(one.counts)[-1])
        made = {}
        for key, (layer, one, at) in said.items():
            classes = one.right is not None
            # Of classes the output that is largest, as the network says it; of numbers what is said, in its own unit.
            unit = int(np.atleast_2d(traces[key].layers[layer].value)[at].argmax()) if classes else 0
            rows = {
                way: np.atleast_2d(trace.layers[layer].value) if classes else said[way][1].said.values
                for way, trace in traces.items()
            }
            step = at if traces[key].layers[layer].value.ndim == 2 else None
            values = {way: float(found_[at, unit]) for way, found_ in rows.items()}
            made[key] = Answer(one.said.text(at), Number("value", layer, unit, step), values)
        return made

    def questions(self) -> dict[str, Question]:
        """By key, in the order of the card."""
        outcome, plain = self._imagining.outcome, self._view.runner.trace
        made: dict[str, Question] = {}
        if outcome is not None:
            made["loss"] = Question(Number("loss"), tr("Why this loss?"))
            if outcome.trace.whatif.interventions and plain is not None:
                made |= about_losses(plain.loss, outcome.trace.loss) | self._answered()
        own = {} if outcome is None else outcome.alike
        made |= self._alike(own, "sample") | self._alike(self._imagining.batch, "batch")
        if self._imagining.whatif.truncate:
            found = fallen(self._view.changing.falling(), self._imagining.whatif.truncate)
            made["arrows.fallen"] = Question(found["fall"], tr("Why do so many arrows fall?"))
            made["arrows.whole"] = Question(found["all"], tr("Why so many arrows?"))
        return made

    def _answered(self) -> dict[str, Question]:
        made, texts = {}, {"before": tr("Why this answer before?"), "after": tr("Why this answer?")}
        for key, one in self.answers().items():
            what = tr("The output that says “{answer}”", answer=one.text)
            found = became(what, one.values["before"], one.values["after"], "y", one.number)
            made[f"answer.{key}"] = Question(found[key], texts[key])
        return made

    def _alike(self, found: Mapping[str, Alike], group: str) -> dict[str, Question]:
        """The cosines of all weights and of each layer, and how long the whole gradient is."""
        network, batch = self._view.document.project.network, group == "batch"
        made = {}
        for key, alike in found.items():
            if key and key not in network.layers:
                continue
            layer = network.layers[key].name if key else ""
            if key:
                text = (
                    tr("Why this cosine of “{layer}” on the batch?") if batch else tr("Why this cosine of “{layer}”?")
                )
            else:
                text = tr("Why this cosine of the batch?") if batch else tr("Why this cosine?")
                long = tr("Why is the gradient of the batch so long?") if batch else tr("Why is the gradient so long?")
                made[f"{group}.ratio"] = Question(ratio(alike, layer, batch), long)
            made[key_of(group, key)] = Question(cosine(alike, layer, batch), text.format(layer=layer))
        return made
