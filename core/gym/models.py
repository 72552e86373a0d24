"""Who tries in the gym: ready kinds of recurrent networks, and the open one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from core.catalogue.spec import Choice
from core.data.dataset import Dataset
from core.edits import ResetWeights, new_layer, new_link
from core.errors import NotTrainable, UnknownName
from core.gym.results import Tensor
from core.network import Layer, Network, Role
from core.parameters import parameters
from core.problems import Problem, errors
from core.project import State
from core.training import default_training

MINE, AS_IS = "mine", "as_is"
MOST_UNITS = 512


@dataclass(frozen=True)
class Kind:
    """A ready network: one recurrent layer between input and output."""

    key: str
    title: str
    line: str
    """What it is, one sentence."""
    layer: str
    """Kind of the recurrent layer in the catalogue."""
    params: dict[str, Any]
    delays: tuple[int, ...]
    """Delays of the links from the layer to itself; none for a block, which has its own."""
    lr: float


_IDENTITY = {"recurrent_initializer": Choice("identity", {"scale": 1.0}), "activation": "relu"}

KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind("elman", "Elman", "A tanh layer that reads its own last state.", "dense", {"activation": "tanh"}, (1,), 0.003),
        Kind("irnn", "IRNN", "A ReLU layer whose recurrent weights begin as the identity (Le, Jaitly and Hinton 2015).",
             "dense", _IDENTITY, (1,), 0.001),
        Kind("delayed", "Elman with a long link", "A tanh layer that reads its last state and the one of eight steps ago "
             "(El Hihi and Bengio 1996).", "dense", {"activation": "tanh"}, (1, 8), 0.003),
        Kind("gru", "GRU", "Gated recurrent unit (Cho et al. 2014).", "gru", {}, (), 0.01),
        Kind("lstm", "LSTM", "Long short-term memory (Hochreiter and Schmidhuber 1997).", "lstm", {}, (), 0.01),
    )
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Entrant:
    """One who tries."""

    key: str
    """A key of KINDS, "mine" or "as_is"."""
    title: str
    state: State | None = None
    """The open project, of "mine" and "as_is"."""
    units: int = 32
    """Of a ready kind."""

    @property
    def learns(self) -> bool:
        """False of the network that is only asked, just as it is."""
        return self.key != AS_IS


def entrant(key: str, units: int = 32) -> Entrant:
    """A ready kind; an unknown one is answered with the nearest."""
    if key not in KINDS:
        raise UnknownName("model of the gym", key, KINDS)
    return Entrant(key, KINDS[key].title, None, units)


def mine(state: State, *, as_it_is: bool = False) -> Entrant:
    """The open network: trained afresh at every point, or asked with the weights that it has."""
    return Entrant(AS_IS, "My network as it is", state) if as_it_is else Entrant(MINE, "My network", state)


def with_budget(who: Entrant, data: Dataset, budget: int) -> Entrant:
    """A ready kind with as many units as bring it nearest to ``budget`` parameters on this data; others stay."""
    if who.key not in KINDS or budget <= 0:
        return who
    low, high = 1, MOST_UNITS
    while low < high:
        middle = (low + high) // 2
        if size(network(replace(who, units=middle), data)) < budget:
            low = middle + 1
        else:
            high = middle
    under = max(1, low - 1)
    sizes = {units: size(network(replace(who, units=units), data)) for units in (under, low)}
    return replace(who, units=min(sizes, key=lambda units: abs(sizes[units] - budget)))


def size(one: Network) -> int:
    """How many numbers a network learns."""
    return sum(parameter.size for parameter in parameters(one).values())


def tensors(one: Network) -> tuple[Tensor, ...]:
    """What a network learns, tensor by tensor."""
    found = []
    for name, parameter in parameters(one).items():
        link = one.links.get(parameter.link or "")
        source = "" if link is None else one.layers[link.source].name
        delay, layer = 0 if link is None else link.delay, one.layers[parameter.layer].name
        found.append(Tensor(name.rpartition(".")[2], layer, source, delay, parameter.shape))
    return tuple(found)


class Unfit(NotTrainable):
    """A network that can not try a task, because of a problem that it has with the task's data."""

    def __init__(self, who: Entrant, state: State, data: Dataset, problem: Problem) -> None:
        super().__init__(
            "“{who}” can not try “{task}”. {problem}", who=who.title, task=data.title, problem=problem.text
        )
        self.problem, self.network, self.data = problem, state.network, data


def prepared(who: Entrant, data: Dataset, settings: Choice, epochs: int, seed: int) -> State:
    """What is trained or asked at a point; raises Unfit where the open network does not fit the task.

    Weights are drawn from ``seed``, except of the network as it is.
    """
    if who.state is None:
        training = _training(who, data, epochs, seed)
        state = ResetWeights().apply(State(network(who, data), {}, training, settings))
    else:
        values = {**who.state.training.values, "epochs": epochs, "seed": seed, "early_stopping": False}
        state = replace(who.state, data=settings, training=Choice("training", values))
        state = ResetWeights().apply(state) if who.learns else state
    _refuse(who, state, data)
    return state


def _refuse(who: Entrant, state: State, data: Dataset) -> None:
    problems = errors(state)
    if problems:
        raise Unfit(who, state, data, problems[0])


def _training(who: Entrant, data: Dataset, epochs: int, seed: int) -> Choice:
    loss = "cross_entropy" if data.task == "classification" else "mse"
    return default_training(
        loss=Choice(loss), optimizer=Choice("adam", {"lr": KINDS[who.key].lr}), schedule=Choice("cosine"),
        epochs=epochs, batch_size=64, clip_norm=1.0, seed=seed,
    )  # fmt: skip


def network(who: Entrant, data: Dataset) -> Network:
    """A ready kind on this data: many to one, in step, or encoder and decoder where the answers come after all reading."""
    kind, main = KINDS[who.key], next(iter(data.inputs.values()))
    work = _Drawing()
    reader = work.layer("input", "Input", units=main.features, sequence=True)
    if data.target.sequence and data.key == "reverse":
        encoder = work.recurrent(kind, who.units, "Encoder", reader)
        last = work.layer("last_step", "Last step")
        repeat = work.layer("repeat", "Repeat")
        work.link(encoder, last)
        work.link(last, repeat)
        top = work.recurrent(kind, who.units, "Decoder", repeat)
        work.link(encoder, top, role="initial")
    else:
        top = work.recurrent(kind, who.units, "Memory", reader)
        if not data.target.sequence:
            last = work.layer("last_step", "Last step")
            work.link(top, last)
            top = last
    classes = data.task == "classification"
    work.link(top, work.layer("output", "Output", units=data.outputs, activation="softmax" if classes else "identity"))
    return work.network


class _Drawing:
    """A network that grows, without weights: those are drawn once, when it is done."""

    def __init__(self) -> None:
        self.network = Network()

    def layer(self, kind: str, name: str, **params: Any) -> Layer:
        made = new_layer(self.network, kind, name, x=256.0 * len(self.network.layers), **params)
        self.network = self.network.with_layer(made)
        return made

    def link(self, source: Layer, target: Layer, delay: int = 0, role: Role = "data") -> None:
        self.network = self.network.with_link(new_link(self.network, source.id, target.id, delay, role))

    def recurrent(self, kind: Kind, units: int, name: str, source: Layer) -> Layer:
        made = self.layer(kind.layer, name, units=units, **kind.params)
        self.link(source, made)
        for delay in kind.delays:
            self.link(made, made, delay)
        return made
