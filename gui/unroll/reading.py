"""Where the unrolled view gets its numbers from: the latest trace or examination, and how long each sequence is."""

from __future__ import annotations

from time import monotonic

from core.data.dataset import Dataset, Part
from core.errors import StudioError
from core.network import Network
from core.project import State
from core.reports import Examination, Moment
from core.shapes import groups, infer
from gui.document import Document
from gui.runner import Runner
from gui.unroll.numbers import Numbers, of_examination, of_trace

TRACE_SECONDS = 0.3
TRACE_SHARE = 20.0
"""While training runs a trace is asked for at most so often, and takes at most 1 / 20 of the worker's time."""
STEPS_UNKNOWN = 5
"""Columns that are drawn where nothing says how long a sequence is."""

Lengths = tuple[dict[str, int], dict[str, int]]


class Reading:
    """Reads the document and the runner; keeps nothing but when it last asked."""

    def __init__(self, document: Document, runner: Runner) -> None:
        self._document, self._runner = document, runner
        self._asked = 0.0
        self._seen: Examination | None = None
        self._seen_in: object = None
        """What the network computed when this examination was first met."""
        self._standing: tuple[State, tuple[int, Part]] | None = None
        """For what a trace was asked while nothing moves."""

    def numbers(self, old: Numbers, detailed: bool) -> Numbers:
        """The best that is known: a trace where one holds, else the examination; ``old`` where nothing is new.

        While training runs a trace lags behind, so that only those who need it (``detailed``) get it.
        """
        imagining = self._runner.imagining
        trace, found, moment = imagining.trace, self._runner.examination, self._moment()
        if trace is None and imagining.active and old.known and self._runner.trace is not None:
            return old  # what comes of the last change is under way
        if found is not self._seen:
            self._seen, self._seen_in = found, _computed(self._document.project.network)
        if trace is not None and (not self._runner.busy or detailed):
            plain, apart = self._runner.trace if trace.whatif else None, imagining.side == "difference"
            same = old.trace is trace and old.moment == moment and old.apart == (apart and plain is not None)
            return old if same else of_trace(trace, moment, plain, apart)
        if found is None or self._seen_in != _computed(self._document.project.network):
            # what is known is about another network than the one that is shown
            return Numbers() if old.known else old
        same = old.trace is None and old.values is found.activations and old.moment == moment
        outputs = [layer.id for layer in self._document.project.network.of_kind("output")]
        return old if same else of_examination(found, outputs, moment)

    def _moment(self) -> Moment | None:
        """Where a batch that is walked through stands."""
        return self._runner.clock.moment

    def want_trace(self, detailed: bool) -> None:
        """Ask for a trace where there is none, and again and again while training runs."""
        runner, now = self._runner, monotonic()
        if runner.examination is None:
            return
        if not runner.busy:
            standing = (self._document.state, runner.sample)
            if runner.trace is None and (self._standing is None or self._standing[0] is not standing[0]
                                         or self._standing[1] != standing[1]):  # fmt: skip
                self._standing = standing
                runner.request_trace()
            return
        self._standing = None
        cost = runner.trace.seconds if runner.trace is not None else 0.0
        if detailed and now - self._asked > max(TRACE_SECONDS, TRACE_SHARE * cost):
            self._asked = now
            runner.request_trace()

    def dataset(self) -> Dataset | None:
        """The data, where it can be read."""
        if self._document.state.data is None:
            return None
        try:
            return self._document.project.dataset()
        except StudioError:
            return None

    def lengths(self, numbers: Numbers) -> Lengths:
        """Steps of each sequence layer, and where less of them are no padding, those."""
        network = self._document.project.network
        sequences = {key for key, shape in infer(network).items() if shape.sequence}
        steps = {key: count for key, count in numbers.steps().items() if key in sequences}
        if steps.keys() != sequences:
            steps = self._declared(sequences)
        if numbers.trace is not None:
            return steps, {key: n for key, n in numbers.trace.valid.items() if key in steps and n != steps[key]}
        return steps, self._unpadded(numbers, steps)

    def _unpadded(self, numbers: Numbers, steps: dict[str, int]) -> dict[str, int]:
        data, network = self.dataset(), self._document.project.network
        if data is None or data.lengths is None or not 0 <= numbers.sample < len(data):
            return {}
        count, found = int(data.lengths[numbers.sample]), {}
        for group in groups(network):
            if any(network.layers[key].kind == "input" for key in group):
                found.update({key: count for key in group if count != steps.get(key)})
        return found

    def _declared(self, sequences: set[str]) -> dict[str, int]:
        """Steps as the data says them, before anything was computed."""
        data, network = self.dataset(), self._document.project.network
        entering = {} if data is None else {key: one.steps for key, one in data.inputs.items()}
        target = None if data is None else data.target.steps
        found: dict[str, int] = {}
        for group in groups(network):
            own = [network.layers[key] for key in group]
            said = [entering.get(str(layer.params["field"])) for layer in own if layer.kind == "input"]
            said += [int(layer.params["steps"]) for layer in own if layer.kind == "repeat"]
            found.update(dict.fromkeys(group, next((n for n in said if n), None) or target or STEPS_UNKNOWN))
        return {key: found.get(key, STEPS_UNKNOWN) for key in sequences}


def _computed(network: Network) -> object:
    """What of a network decides on its values: not where its layers stand or what they are called."""
    layers = {key: (layer.kind, layer.params) for key, layer in network.layers.items()}
    return layers, dict(network.links)
