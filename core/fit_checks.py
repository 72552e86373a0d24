"""Checks of whether the ends fit the data, and the loss fits both."""

from __future__ import annotations

from collections.abc import Iterator

from core.buckets import padded_axes
from core.catalogue.registry import catalogue
from core.catalogue.spec import Choice
from core.data.dataset import Field
from core.edits import Edit, Macro, SetParam, SetTraining
from core.network import Layer, activation_of
from core.problem import Problem, Repair, View, insert_before
from core.reading_again import lacks_its_past, read_again


def _input_fits(view: View) -> Iterator[Problem]:
    if view.data is None:
        return
    for layer in view.network.of_kind("input"):
        name = str(layer.params["field"])
        if name not in view.data.inputs:
            first = next(iter(view.data.inputs))
            yield Problem(
                "no such field",
                "“{name}” asks for the data field “{field}”, which “{data}” does not have.",
                {"name": layer.name, "field": name, "data": view.data.title},
                layers=(layer.id,),
                repairs=(Repair(f"Use “{first}”", SetParam(layer.id, "field", first)),),
            )
            continue
        wanted = view.data.inputs[name]
        if layer.params["units"] != wanted.features or layer.params["sequence"] != wanted.sequence:
            yield Problem(
                "input does not fit",
                "“{data}” gives {wanted}, but “{name}” takes {has}.",
                {
                    "data": view.data.title,
                    "wanted": _words(wanted.features, wanted.sequence),
                    "name": layer.name,
                    "has": _words(int(layer.params["units"]), bool(layer.params["sequence"])),
                },
                layers=(layer.id,),
                repairs=(Repair("Fit the input to the data", fit_input(layer, wanted)),),
            )


def _words(features: int, sequence: bool) -> str:
    numbers = "1 number" if features == 1 else f"{features} numbers"
    return f"{numbers} at every step" if sequence else f"{numbers} per sample"


def fit_input(layer: Layer, wanted: Field) -> Edit:
    """The edit that gives an input layer the shape of a field of the data."""
    return Macro(
        (SetParam(layer.id, "units", wanted.features), SetParam(layer.id, "sequence", wanted.sequence)),
        label="Fit input",
    )


def _symbols_fit(view: View) -> Iterator[Problem]:
    """Every symbol of the data must have a row in the table that looks it up."""
    if view.data is None:
        return
    for layer in view.network.of_kind("embedding"):
        for link in view.network.into(layer.id):
            source = view.network.layers[link.source]
            field = view.data.inputs.get(str(source.params.get("field", "")))
            if source.kind != "input" or field is None or not field.codes:
                continue
            needed, has = len(field.classes), int(layer.params["vocabulary"])
            if needed > has:
                yield Problem(
                    "too few symbols",
                    "“{data}” has {needed} symbols, but “{name}” knows only {has}.",
                    {"data": view.data.title, "needed": needed, "name": layer.name, "has": has},
                    layers=(layer.id,),
                    repairs=(Repair(f"Let it know {needed}", SetParam(layer.id, "vocabulary", needed)),),
                )


def _output_fits(view: View) -> Iterator[Problem]:
    outputs = view.network.of_kind("output")
    if view.data is None or len(outputs) != 1:
        return
    layer, target = outputs[0], view.data.target
    wanted = view.data.outputs
    binary = wanted == 2 and target.codes and layer.params["units"] == 1
    if layer.params["units"] != wanted and not binary:
        yield Problem(
            "output does not fit",
            "“{data}” needs an output of size {n}, but “{name}” has size {m}.",
            {"data": view.data.title, "n": wanted, "name": layer.name, "m": layer.params["units"]},
            layers=(layer.id,),
            repairs=(Repair(f"Set its units to {wanted}", SetParam(layer.id, "units", wanted)),),
        )
    shape = view.shapes.get(layer.id)
    if shape is None or not view.network.into(layer.id):
        return
    if shape.sequence and not target.sequence:
        yield insert_before(
            view,
            layer,
            "last_step",
            "missing reduction",
            "“{name}” answers at every step, but the target is one per sample.",
        )
    if target.sequence and not shape.sequence:
        yield insert_before(
            view, layer, "repeat", "missing repeat", "“{name}” answers once, but there is a target at every step."
        )


_SHARES = ("softmax", "log_softmax")
"""Outputs that share 1 among the classes: of a single number they always say 1, and learn nothing."""


def _loss_fits(view: View) -> Iterator[Problem]:
    outputs = view.network.of_kind("output")
    loss = catalogue("losses")[view.state.training["loss"].key]
    tasks: tuple[str, ...] = getattr(loss, "tasks", ())
    fitting: tuple[str, ...] = getattr(loss, "activations", ())
    if view.data is not None and tasks and view.data.task not in tasks:
        better = "cross_entropy" if view.data.task == "classification" else "mse"
        title = catalogue("losses")[better].title
        yield Problem(
            "loss does not fit data",
            "{loss} is made for {tasks}, but “{data}” is a {task} task.",
            {"loss": loss.title, "tasks": " and ".join(tasks), "data": view.data.title, "task": view.data.task},
            repairs=(Repair(f"Use {title}", SetTraining("loss", better)),),
            layers=tuple(o.id for o in outputs),
        )
        return
    for layer in outputs:
        chosen = activation_of(layer)
        number = view.data is not None and view.data.task == "regression"
        if number:
            fitting = tuple(key for key in fitting if key not in _SHARES)
        if chosen is not None and fitting and chosen.key not in fitting:
            one_of_two = layer.params["units"] == 1 and "sigmoid" in fitting and not number
            best = "sigmoid" if one_of_two else fitting[0]
            titles = catalogue("activations")
            yield Problem(
                "loss does not fit output",
                "{loss} expects an output with {wanted}, but “{name}” uses {has}.",
                {"loss": loss.title, "wanted": titles[best].title, "name": layer.name, "has": titles[chosen.key].title},
                layers=(layer.id,),
                repairs=(Repair(f"Use {titles[best].title}", SetParam(layer.id, "activation", best)),),
            )


def _advice(view: View) -> Iterator[Problem]:
    training = view.state.training
    if training["loss"].key == "mbe":
        yield Problem(
            "no minimum",
            "Mean bias error has no minimum: the answers will run away to plus or minus infinity.",
            severity="warning",
            repairs=(Repair("Use mean squared error", SetTraining("loss", "mse")),),
        )
    always = training["teaching"] == Choice("constant", {"chance": 1.0})
    fed = view.data.feedback if view.data is not None else ""
    if view.data is not None and not always and not (fed and _reads(view, fed)):
        yield Problem(
            "nothing fed back",
            "Teacher forcing has no effect: no input reads what the network answered before.",
            severity="warning",
            repairs=(Repair("Always give the true answers", SetTraining("teaching", "constant")),),
        )
    if view.data is not None and training["buckets"] and not padded_axes(view.network, view.data):
        yield Problem(
            "nothing to sort by length",
            "Length buckets have no effect: no time axis of the network reads samples of different length.",
            severity="warning",
            repairs=(Repair("Turn them off", SetTraining("buckets", 0)),),
        )
    if view.data is not None and lacks_its_past(view.network, view.data):
        edits, reader = read_again(view.state, view.data)
        title = "Read it" if reader is None else f"Let {reader.name} read it"
        yield Problem(
            "past not read",
            "“{data}” also gives what was answered one step before, but no input reads it: the network can not generate.",
            {"data": view.data.title},
            severity="warning",
            repairs=(Repair(title, Macro(tuple(edits), label="Read the previous answer")),) if edits else (),
        )
    if training["early_stopping"] and view.data is not None and not len(view.data.split.get("validation", ())):
        yield Problem(
            "nothing to validate",
            "Early stopping needs validation data, but all samples are used for training.",
            severity="warning",
            repairs=(Repair("Do not stop early", SetTraining("early_stopping", False)),),
        )


def _reads(view: View, name: str) -> bool:
    return any(layer.params["field"] == name for layer in view.network.of_kind("input"))


FIT_CHECKS = (_input_fits, _symbols_fit, _output_fits, _loss_fits, _advice)
