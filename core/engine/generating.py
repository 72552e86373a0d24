"""Makes sequences of what a network answers: the likeliest class at each step, one drawn by lot, or the best of many beams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from core.catalogue.generation import GENERATION
from core.catalogue.spec import Choice
from core.data.dataset import Dataset
from core.engine.feeding import Feeding
from core.engine.objective import Answers
from core.engine.stepwise import Stepwise
from core.errors import BadValue, DataError, NotTrainable
from core.generation import MOST_SEQUENCES, MOST_STEPS, RANKED, Generated, answer_alphabet


@torch.no_grad()
def generate(
    feeding: Feeding,
    parameters: Mapping[str, Tensor],
    dataset: Dataset,
    inputs: Mapping[str, np.ndarray],
    way: Choice,
    given: Sequence[int] = (),
    count: int = 1,
    steps: int | None = None,
    seed: int = 0,
) -> tuple[Generated, ...]:
    """``count`` sequences, the best first; see core.generation.Generate for the rest. The same seed gives the same ones.

    Greedily there is one way only; of beams there are at most as many as are kept.
    """
    way = GENERATION.complete(way)
    if dataset.measured_beside:
        raise DataError(
            "Beside its own answers the network reads what is measured in “{title}”: run it freely on a sample.",
            title=dataset.title,
        )
    _check(feeding, dataset, given, count, steps)
    walker, first = _begin(feeding, parameters, dataset, inputs, steps)
    forced = list(given)
    if first is None:
        if not feeding.speaker.symbols:
            raise DataError("{title} gives no value to begin with: forecast from a window of it.", title=dataset.title)
        if not forced:
            raise DataError("There is no symbol for the start: give the first one.")
        first = _as_read(forced[0], feeding, walker)
    limit = min(walker.steps, steps or int(dataset.target.steps or walker.steps))
    if not feeding.speaker.symbols:
        return (_numbers(feeding, walker, first, limit),)
    read = [] if dataset.start is not None else forced[:1]
    made = _Making(feeding, walker, dataset, first, forced[len(read) :], max(1, limit - len(read)), read)
    if way.key == "beam":
        return made.beam(int(way["width"]), float(way["length_power"]))[:count]
    if way.key == "greedy":
        return made.one_by_one(1, None, 0, seed)
    return made.one_by_one(count, float(way["temperature"]), int(way["top_k"]), seed)


@torch.no_grad()
def own_past(
    feeding: Feeding, parameters: Mapping[str, Tensor], dataset: Dataset, inputs: Mapping[str, np.ndarray]
) -> Tensor:
    """(steps, 1, features) what the inputs that are fed back read while a network answers ``inputs`` by itself, greedily."""
    walker, first = _begin(feeding, parameters, dataset, inputs, None)
    if first is None:
        raise DataError("{title} gives no answer to begin with, so that none can be read.", title=dataset.title)
    read = [first]
    while len(read) < walker.steps:
        read.append(feeding.speaker.read_next(walker.step(read[-1])))
    return torch.stack(read)


def _check(feeding: Feeding, dataset: Dataset, given: Sequence[int], count: int, steps: int | None) -> None:
    if not feeding.inputs:
        name = dataset.feedback
        raise NotTrainable(
            "The network does not read its own answers, so that it can not go on by itself: "
            + ("add an input that reads “{name}”." if name else "{data} gives no such input."),
            name=name,
            data=dataset.title,
        )
    if not 1 <= count <= MOST_SEQUENCES or not 1 <= (steps or 1) <= MOST_STEPS:
        raise BadValue(
            "From 1 to {most} sequences of up to {steps} steps can be made at once.",
            most=MOST_SEQUENCES,
            steps=MOST_STEPS,
        )
    if any(not 0 <= code < dataset.outputs for code in given):
        raise BadValue("What is given names a class that {data} does not have.", data=dataset.title)


def _begin(
    feeding: Feeding,
    parameters: Mapping[str, Tensor],
    dataset: Dataset,
    inputs: Mapping[str, np.ndarray],
    steps: int | None,
) -> tuple[Stepwise, Tensor | None]:
    """A walk over one sequence, and what it reads first (1, features); None where the data has no start."""
    network, some = feeding.program.network, next(iter(parameters.values()))
    entering = {}
    for layer in network.of_kind("input"):
        name = str(layer.params["field"])
        if layer.id in feeding.inputs:
            continue
        if name not in inputs:
            raise DataError("Nothing is given for the input “{name}”.", name=layer.name)
        values = np.asarray(inputs[name])
        wanted = (2 if layer.params["sequence"] else 1, int(layer.params["units"]))
        if (values.ndim, values.shape[-1]) != wanted or not values.size:
            raise DataError("What is given does not fit the input “{name}”.", name=layer.name)
        entering[layer.id] = torch.tensor(values, dtype=some.dtype, device=some.device).unsqueeze(-2)
    walker = Stepwise(
        feeding.program,
        parameters,
        feeding.output,
        feeding.inputs,
        entering,
        steps=steps or int(dataset.target.steps or 1),
    )
    start = dataset.start
    first = None if start is None else torch.tensor(start[None], dtype=some.dtype, device=some.device)
    return walker, first


def _as_read(code: int, feeding: Feeding, walker: Stepwise) -> Tensor:
    """(1, features) a class as the first thing that is read."""
    return feeding.speaker.as_read(torch.tensor([code], device=walker.like.device)).to(walker.like)


def _numbers(feeding: Feeding, walker: Stepwise, first: Tensor, limit: int) -> Generated:
    told = []
    for _ in range(limit):
        first = feeding.speaker.read_next(walker.step(first))
        told.append(first[0].cpu().numpy().copy())
    none = np.zeros((limit, 0))
    return Generated(np.stack(told), np.zeros(0), False, 0, "", none.astype(int), none)


@dataclass
class _Said:
    """What one sequence says at a step."""

    logs: np.ndarray
    """(classes,) log-probabilities."""
    looked: np.ndarray | None
    """(memory steps,) what an attention layer looked at."""


@dataclass
class _Line:
    """A sequence under way."""

    codes: list[int] = field(default_factory=list)
    logs: list[float] = field(default_factory=list)
    ranked: list[np.ndarray] = field(default_factory=list)
    shares: list[np.ndarray] = field(default_factory=list)
    looked: list[np.ndarray] = field(default_factory=list)

    def and_then(self, code: int, said: _Said) -> _Line:
        """The sequence one step longer."""
        logs = said.logs
        best = np.argsort(-logs, kind="stable")[:RANKED]
        return _Line(
            [*self.codes, code],
            [*self.logs, float(logs[code])],
            [*self.ranked, best],
            [*self.shares, np.exp(logs[best])],
            self.looked if said.looked is None else [*self.looked, said.looked],
        )

    def made(self, text: str, given: int, ended: bool, power: float = 0.0) -> Generated:
        """The finished sequence."""
        return Generated(
            np.array(self.codes, int),
            np.array(self.logs),
            ended,
            given,
            text,
            np.array(self.ranked, int),
            np.array(self.shares),
            self.score(given, power),
            np.array(self.looked) if self.looked else None,
        )

    def score(self, given: int, power: float) -> float:
        own = self.logs[given:]
        return float(sum(own) / max(1, len(own)) ** power)


class _Making:
    """What is the same for all ways: the walk, the given beginning, the end."""

    def __init__(
        self,
        feeding: Feeding,
        walker: Stepwise,
        dataset: Dataset,
        first: Tensor,
        given: list[int],
        limit: int,
        read: list[int],
    ) -> None:
        """``read`` is the symbol before all answers where it is one of the text."""
        self._feeding, self._walker, self._end, self._limit = feeding, walker, dataset.end, limit
        self._alphabet = answer_alphabet(dataset)
        self._given, self._read = given[:limit], read
        self._begun = _Line()
        self._reading = first
        for code in self._given:
            self._begun = self._begun.and_then(code, self._said(self._step(), 0))
            self._reading = _as_read(code, feeding, walker)

    def _made(self, line: _Line, ended: bool, power: float = 0.0) -> Generated:
        text = self._alphabet.write([*self._read, *line.codes])
        return line.made(text, len(self._given), ended, power)

    def _step(self) -> np.ndarray:
        """(batch, classes) log-probabilities of the next answers."""
        said: Answers = self._walker.step(self._reading)
        return np.array(self._feeding.speaker.log_shares(said).double().cpu().numpy())

    def _said(self, logs: np.ndarray, row: int) -> _Said:
        looked = self._walker.looked
        return _Said(logs[row], None if looked is None else np.array(looked[row].cpu().numpy()))

    def _go_on(self, rows: list[int], codes: list[int]) -> None:
        """Keep these sequences of the batch, each of which has answered this."""
        device = self._reading.device
        self._walker.choose(torch.tensor(rows, dtype=torch.long, device=device))
        self._reading = self._feeding.speaker.as_read(torch.tensor(codes, device=device)).to(self._reading)

    @property
    def _over(self) -> bool:
        """Whether the given beginning is all: as long as wanted, or ended."""
        return len(self._given) >= self._limit or (self._end is not None and self._end in self._given)

    def one_by_one(self, count: int, temperature: float | None, top_k: int, seed: int) -> tuple[Generated, ...]:
        """Greedy without a temperature, else drawn. Those that are likeliest as a whole come first."""
        if self._over:
            return (self._made(self._begun, self._end is not None and self._end in self._given),)
        lot = np.random.default_rng([seed, 17])
        done: list[tuple[_Line, bool]] = []
        live = [self._begun] * count
        self._walker.choose(torch.zeros(count, dtype=torch.long, device=self._reading.device))
        self._reading = self._reading.expand(count, -1)
        while live:
            logs = self._step()
            codes = logs.argmax(1) if temperature is None else drawn(logs, temperature, top_k, lot)
            live = [
                line.and_then(int(code), self._said(logs, row))
                for row, (line, code) in enumerate(zip(live, codes, strict=True))
            ]
            over = [code == self._end or len(line.codes) >= self._limit for line, code in zip(live, codes, strict=True)]
            done += [(line, int(line.codes[-1]) == self._end) for line, it in zip(live, over, strict=True) if it]
            rows = [row for row, it in enumerate(over) if not it]
            live = [live[row] for row in rows]
            if live:
                self._go_on(rows, [line.codes[-1] for line in live])
        made = [self._made(line, ended) for line, ended in done]
        return tuple(sorted(made, key=lambda each: -each.score))

    def beam(self, width: int, power: float) -> tuple[Generated, ...]:
        """The likeliest whole sequences among those whose beginnings were always among the ``width`` likeliest."""
        n = len(self._given)
        if self._over:
            return (self._made(self._begun, self._end is not None and self._end in self._given),)
        live, done = [self._begun], []
        while live:
            logs = self._step()
            totals = np.array([sum(line.logs[n:]) for line in live])[:, None] + logs
            places = np.argsort(-totals, axis=None, kind="stable")[:width]
            rows, codes = np.unravel_index(places, totals.shape)
            longer = [
                (int(row), live[row].and_then(int(code), self._said(logs, int(row))))
                for row, code in zip(rows, codes, strict=True)
            ]
            done += [(line, True) for _, line in longer if line.codes[-1] == self._end]
            kept = [(row, line) for row, line in longer if line.codes[-1] != self._end]
            if kept and len(kept[0][1].codes) >= self._limit:
                done += [(line, False) for _, line in kept]
                kept = []
            if power == 0 and len(done) >= width and kept:
                worst = sorted((line.score(n, 0) for line, _ in done), reverse=True)[width - 1]
                kept = [(row, line) for row, line in kept if line.score(n, 0) > worst]
            live = [line for _, line in kept]
            if live:
                self._go_on([row for row, _ in kept], [line.codes[-1] for line in live])
        made = [self._made(line, ended, power) for line, ended in done]
        return tuple(sorted(made, key=lambda each: -each.score)[:width])


def drawn(logs: np.ndarray, temperature: float, top_k: int, lot: np.random.Generator) -> np.ndarray:
    """(batch,) classes drawn from log-probabilities (batch, classes), after temperature and, above 0, the top k."""
    scores = logs / temperature
    if 0 < top_k < logs.shape[1]:
        least = np.argsort(-scores, axis=1, kind="stable")[:, top_k:]
        np.put_along_axis(scores, least, -np.inf, axis=1)
    noise = lot.gumbel(size=scores.shape)
    return np.asarray((scores + noise).argmax(1))
