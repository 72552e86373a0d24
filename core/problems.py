"""What keeps a project from training, or from learning well: sentences, where they are, and one-click repairs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from core import graph
from core.catalogue.layers import layer_spec
from core.catalogue.registry import catalogue
from core.data.cache import dataset as load
from core.data.dataset import Dataset, Field
from core.edits import (
    Edit, InsertLayer, Macro, Remove, SetDelay, SetParam, SetTraining, new_layer,
)  # fmt: skip
from core.errors import StudioError
from core.network import Layer, Network, activation_of
from core.project import State
from core.rules import names_of
from core.shapes import Shape, infer

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Repair:
    """A way out of a problem: one click, one undoable edit."""

    title: str
    edit: Edit


@dataclass(frozen=True)
class Problem:
    """Something that keeps the project from training (error) or from learning well (warning)."""

    key: str
    template: str
    values: Mapping[str, object] = field(default_factory=dict)
    severity: Severity = "error"
    layers: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    repairs: tuple[Repair, ...] = ()

    @property
    def text(self) -> str:
        """The sentence."""
        return self.template.format(**self.values)


@dataclass(frozen=True)
class _View:
    """What the checks look at."""

    state: State
    shapes: Mapping[str, Shape]
    data: Dataset | None

    @property
    def network(self) -> Network:
        return self.state.network


def problems(state: State) -> list[Problem]:
    """All problems of a state, errors first; an empty list means that it can train."""
    data, found = _load(state)
    view = _View(state, infer(state.network), data)
    for check in _CHECKS:
        found += check(view)
    return sorted(found, key=lambda problem: problem.severity != "error")


def errors(state: State) -> list[Problem]:
    """The problems that keep the project from training."""
    return [problem for problem in problems(state) if problem.severity == "error"]


def _load(state: State) -> tuple[Dataset | None, list[Problem]]:
    if state.data is None:
        return None, [Problem("no data", "No data is chosen: choose a data set in the training panel.")]
    try:
        return load(state.data), []
    except StudioError as error:
        return None, [Problem("bad data", error.template, error.values)]


# -- the wiring ------------------------------------------------------------------------------------------------------


def _ends(view: _View) -> Iterator[Problem]:
    network = view.network
    if not network.of_kind("input"):
        yield Problem("no input", "The network has no input: add one, so that data can enter.")
    outputs = network.of_kind("output")
    if not outputs:
        yield Problem("no output", "The network has no output: add one, so that it can answer.")
    elif len(outputs) > 1:
        names = ", ".join(f"“{layer.name}”" for layer in outputs)
        ids = tuple(layer.id for layer in outputs)
        yield Problem(
            "several outputs", "There are several outputs ({names}): keep one.", {"names": names}, layers=ids
        )


def _loose(view: _View) -> Iterator[Problem]:
    network = view.network
    fed = graph.reachable(network, [layer.id for layer in network.of_kind("input")])
    used = graph.reachable(network, [layer.id for layer in network.of_kind("output")], forward=False)
    for layer in network:
        remove = Repair("Delete it", Remove((layer.id,)))
        if layer.kind != "input" and layer.id not in fed:
            yield Problem(
                "no source", "“{name}” reads nothing that comes from an input: link a layer to it.",
                {"name": layer.name}, layers=(layer.id,), repairs=(remove,),
            )  # fmt: skip
        elif layer.id not in used:
            yield Problem(
                "unused", "“{name}” does not lead to the output, so it has no effect.", {"name": layer.name},
                "warning", (layer.id,), repairs=(remove,),
            )  # fmt: skip


def _loops(view: _View) -> Iterator[Problem]:
    network = view.network
    for loop in graph.loops(network):
        ring = set(loop)
        links = [k for k in network.links.values() if graph.instant(k) and {k.source, k.target} <= ring]
        repairs = tuple(
            Repair(f"Make {network.layers[k.source].name} → {network.layers[k.target].name} a delay of 1", SetDelay(k.id, 1))
            for k in reversed(links)
        )
        yield Problem(
            "instantaneous loop", "These layers wait for each other within one step: {loop}. Give one link a delay of 1.",
            {"loop": names_of(network, [*loop, loop[0]])}, layers=tuple(loop), links=tuple(k.id for k in links), repairs=repairs,
        )  # fmt: skip


def _acausal(view: _View) -> Iterator[Problem]:
    network = view.network
    on_cycle = graph.recurrent_layers(network)
    for layer in network:
        if layer.id not in on_cycle:
            continue
        if not layer_spec(layer.kind).causal or layer.params.get("bidirectional"):
            one_way = (Repair("Make it one direction", SetParam(layer.id, "bidirectional", False)),)
            yield Problem(
                "loop through the future", "A loop passes through “{name}”, which needs the whole sequence first.",
                {"name": layer.name}, layers=(layer.id,), repairs=one_way if layer.params.get("bidirectional") else (),
            )  # fmt: skip


def _sizes(view: _View) -> Iterator[Problem]:
    for layer in view.network.of_kind("add", "multiply"):
        links = view.network.into(layer.id)
        sizes = {view.network.layers[k.source].name: view.shapes[k.source].features for k in links if k.source in view.shapes}
        if len(set(sizes.values())) > 1:
            listed = ", ".join(f"“{name}” {size}" for name, size in sizes.items())
            yield Problem(
                "sizes differ", "“{name}” needs sources of equal size, but they have {sizes} units.",
                {"name": layer.name, "sizes": listed}, layers=(layer.id,), links=tuple(k.id for k in links),
            )  # fmt: skip
    for link in view.network.links.values():
        source, target = view.shapes.get(link.source), view.shapes.get(link.target)
        if link.role == "initial" and source and target and source.features != target.features:
            yield Problem(
                "sizes differ", "“{a}” has {m} units and can not be the first state of “{b}”, which has {n}.",
                {"a": view.network.layers[link.source].name, "m": source.features, "b": view.network.layers[link.target].name, "n": target.features},
                layers=(link.source, link.target), links=(link.id,),
            )  # fmt: skip


def _time(view: _View) -> Iterator[Problem]:
    network = view.network
    for link in network.links.values():
        source = view.shapes.get(link.source)
        if link.recurrent and source is not None and not source.sequence:
            name = network.layers[link.source].name
            yield Problem(
                "no past", "A link with a delay reads “{name}”, which has no time steps.", {"name": name},
                layers=(link.source,), links=(link.id,), repairs=(Repair("Delete the link", Remove(links=(link.id,))),),
            )  # fmt: skip
    for layer in network:
        spec, links = layer_spec(layer.kind), network.into(layer.id)
        known = [view.shapes[k.source] for k in links if k.source in view.shapes]
        if not known:
            continue
        sequence = any(shape.sequence for shape in known)
        if spec.state and not sequence:
            yield _insert_before(view, layer, "repeat", "no time", "“{name}” is recurrent, but what it reads has no time steps.")
        if spec.time == "reduces" and not sequence:
            yield _short_circuit(view, layer, "no time", "“{name}” has nothing to reduce: what it reads has no time steps.")
        if spec.time == "creates" and sequence:
            yield _short_circuit(view, layer, "sequence already", "“{name}” reads a sequence, which needs no repeating.")


def _insert_before(view: _View, layer: Layer, kind: str, key: str, template: str) -> Problem:
    """A problem whose repair puts a layer of ``kind`` into every feed-forward link that enters ``layer``."""
    links = [k for k in view.network.into(layer.id) if k.delay == 0]
    repairs: tuple[Repair, ...] = ()
    if len(links) == 1:
        source = view.network.layers[links[0].source]
        new = new_layer(view.network, kind, x=(source.x + layer.x) / 2, y=(source.y + layer.y) / 2)
        repairs = (Repair(f"Insert “{layer_spec(kind).title}” before it", InsertLayer(new, links[0].id)),)
    return Problem(key, template, {"name": layer.name}, layers=(layer.id,), repairs=repairs)


def _short_circuit(view: _View, layer: Layer, key: str, template: str) -> Problem:
    """A problem whose repair takes ``layer`` out and joins its source with its targets."""
    sources = view.network.into(layer.id)
    repairs: tuple[Repair, ...] = ()
    if len(sources) == 1:
        repairs = (Repair("Take it out", TakeOut(layer.id)),)
    return Problem(key, template, {"name": layer.name}, layers=(layer.id,), repairs=repairs)


@dataclass(frozen=True)
class TakeOut(Edit):
    """Remove a layer and let what it fed read its single source instead."""

    layer: str
    label: str = field(default="Take layer out", kw_only=True)

    def apply(self, state: State) -> State:
        """The links out of the layer keep their ids."""
        source = state.network.into(self.layer)[0].source
        moved = {k.id: replace(k, source=source) for k in state.network.out_of(self.layer)}
        links = {key: moved.get(key, link) for key, link in state.network.links.items()}
        return Remove((self.layer,)).apply(replace(state, network=replace(state.network, links=links)))


# -- the data --------------------------------------------------------------------------------------------------------


def _input_fits(view: _View) -> Iterator[Problem]:
    if view.data is None:
        return
    for layer in view.network.of_kind("input"):
        name = str(layer.params["field"])
        if name not in view.data.inputs:
            first = next(iter(view.data.inputs))
            yield Problem(
                "no such field", "“{name}” asks for the data field “{field}”, which “{data}” does not have.",
                {"name": layer.name, "field": name, "data": view.data.title}, layers=(layer.id,),
                repairs=(Repair(f"Use “{first}”", SetParam(layer.id, "field", first)),),
            )  # fmt: skip
            continue
        wanted = view.data.inputs[name]
        if layer.params["units"] != wanted.features or layer.params["sequence"] != wanted.sequence:
            yield Problem(
                "input does not fit", "“{data}” gives {wanted}, but “{name}” takes {has}.",
                {"data": view.data.title, "wanted": _words(wanted.features, wanted.sequence), "name": layer.name,
                 "has": _words(int(layer.params["units"]), bool(layer.params["sequence"]))},
                layers=(layer.id,), repairs=(Repair("Fit the input to the data", fit_input(layer, wanted)),),
            )  # fmt: skip


def _words(features: int, sequence: bool) -> str:
    numbers = "1 number" if features == 1 else f"{features} numbers"
    return f"{numbers} at every step" if sequence else f"{numbers} per sample"


def fit_input(layer: Layer, wanted: Field) -> Edit:
    """The edit that gives an input layer the shape of a field of the data."""
    return Macro(
        (SetParam(layer.id, "units", wanted.features), SetParam(layer.id, "sequence", wanted.sequence)), label="Fit input"
    )


def _output_fits(view: _View) -> Iterator[Problem]:
    outputs = view.network.of_kind("output")
    if view.data is None or len(outputs) != 1:
        return
    layer, target = outputs[0], view.data.target
    wanted = view.data.outputs
    binary = wanted == 2 and target.codes and layer.params["units"] == 1
    if layer.params["units"] != wanted and not binary:
        yield Problem(
            "output does not fit", "“{data}” needs {n} outputs, but “{name}” has {m} units.",
            {"data": view.data.title, "n": wanted, "name": layer.name, "m": layer.params["units"]}, layers=(layer.id,),
            repairs=(Repair(f"Give it {wanted} units", SetParam(layer.id, "units", wanted)),),
        )  # fmt: skip
    shape = view.shapes.get(layer.id)
    if shape is None or not view.network.into(layer.id):
        return
    if shape.sequence and not target.sequence:
        yield _insert_before(view, layer, "last_step", "missing reduction", "“{name}” answers at every step, but the target is one per sample.")
    if target.sequence and not shape.sequence:
        yield _insert_before(view, layer, "repeat", "missing repeat", "“{name}” answers once, but there is a target at every step.")


# -- the loss --------------------------------------------------------------------------------------------------------


def _loss_fits(view: _View) -> Iterator[Problem]:
    outputs = view.network.of_kind("output")
    loss = catalogue("losses")[view.state.training["loss"].key]
    tasks: tuple[str, ...] = getattr(loss, "tasks", ())
    fitting: tuple[str, ...] = getattr(loss, "activations", ())
    if view.data is not None and tasks and view.data.task not in tasks:
        better = "cross_entropy" if view.data.task == "classification" else "mse"
        title = catalogue("losses")[better].title
        yield Problem(
            "loss does not fit data", "{loss} is made for {tasks}, but “{data}” is a {task} task.",
            {"loss": loss.title, "tasks": " and ".join(tasks), "data": view.data.title, "task": view.data.task},
            repairs=(Repair(f"Use {title}", SetTraining("loss", better)),), layers=tuple(o.id for o in outputs),
        )  # fmt: skip
        return
    for layer in outputs:
        chosen = activation_of(layer)
        if chosen is not None and fitting and chosen.key not in fitting:
            best = "sigmoid" if layer.params["units"] == 1 and "sigmoid" in fitting else fitting[0]
            titles = catalogue("activations")
            yield Problem(
                "loss does not fit output", "{loss} expects an output with {wanted}, but “{name}” uses {has}.",
                {"loss": loss.title, "wanted": titles[best].title, "name": layer.name, "has": titles[chosen.key].title},
                layers=(layer.id,), repairs=(Repair(f"Use {titles[best].title}", SetParam(layer.id, "activation", best)),),
            )  # fmt: skip


def _advice(view: _View) -> Iterator[Problem]:
    training = view.state.training
    if training["loss"].key == "mbe":
        yield Problem(
            "no minimum", "Mean bias error has no minimum: the answers will run away to plus or minus infinity.",
            severity="warning", repairs=(Repair("Use mean squared error", SetTraining("loss", "mse")),),
        )  # fmt: skip
    if training["early_stopping"] and view.data is not None and not len(view.data.split["validation"]):
        yield Problem(
            "nothing to validate", "Early stopping needs validation data, but all samples are used for training.",
            severity="warning", repairs=(Repair("Do not stop early", SetTraining("early_stopping", False)),),
        )  # fmt: skip


_CHECKS: tuple[Callable[[_View], Any], ...] = (
    _ends, _loose, _loops, _acausal, _sizes, _time, _input_fits, _output_fits, _loss_fits, _advice,
)  # fmt: skip
