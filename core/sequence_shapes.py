"""The five sequence shapes: which one a network has, and the guided way from each to each other in one edit.

A shape is a way to wire the network, the data and the mask of the loss; the change says in sentences what it did.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.catalogue.registry import catalogue
from core.catalogue.spec import Choice
from core.data.cache import dataset as load
from core.data.dataset import Dataset
from core.describe import Words
from core.edits import Macro
from core.errors import Refused, StudioError
from core.fitting import choose_data
from core.network import Network
from core.problems import errors
from core.project import State
from core.rewiring import Rewiring
from core.shapes import groups, infer

ShapeKey = Literal["one-to-one", "one-to-many", "many-to-one", "in-step", "encoder-decoder"]


@dataclass(frozen=True)
class SequenceShape:
    """One of the five."""

    key: ShapeKey
    title: str
    line: str
    """What it is for, one sentence."""
    input: bool
    """Whether a sequence goes in."""
    target: bool
    """Whether a sequence comes out."""
    usual: Choice
    """The data set that is taken where the present one has another shape."""


SHAPES: dict[str, SequenceShape] = {
    shape.key: shape
    for shape in (
        SequenceShape(
            "one-to-one",
            "One to one",
            "One input, one answer, no time: a picture of a digit and its name.",
            False,
            False,
            Choice("digits", {"reading": "image"}),
        ),
        SequenceShape(
            "one-to-many",
            "One to many",
            "One input, an answer of many steps: a digit's name and its picture, row by row.",
            False,
            True,
            Choice("drawing"),
        ),
        SequenceShape(
            "many-to-one",
            "Many to one",
            "Many steps are read, then one answer: a digit row by row and its name.",
            True,
            False,
            Choice("digits", {"reading": "rows"}),
        ),
        SequenceShape(
            "in-step",
            "Many to many, in step",
            "An answer at every step that is read: is the number of ones so far odd?",
            True,
            True,
            Choice("parity"),
        ),
        SequenceShape(
            "encoder-decoder",
            "Many to many, encoder and decoder",
            "Everything is read first, then many steps are answered: a row told backwards.",
            True,
            True,
            Choice("reverse"),
        ),
    )
}
_AFTER_READING = frozenset({"reverse"})
"""Data sets whose answers need the whole input."""
_HOW = ("reading", "target", "question", "asked")
"""Settings of data sets that decide about their shape."""


@dataclass(frozen=True)
class ShapeChange:
    """What to do, as one entry of the history, and what it does."""

    edit: Macro
    sentences: tuple[Words, ...]


def shape_of(network: Network, feedback: str = "") -> ShapeKey | None:
    """The shape that a network is wired for; None where it has not exactly one output or nothing enters that.

    An input that reads the data field ``feedback`` (``Dataset.feedback``) is the past of the answer and counts as no
    input, unless it is the only one.
    """
    outputs, every = network.of_kind("output"), network.of_kind("input")
    inputs = [layer for layer in every if layer.params["field"] != feedback] or every
    shapes = infer(network)
    if len(outputs) != 1 or not inputs or not network.into(outputs[0].id) or outputs[0].id not in shapes:
        return None
    entering = any(layer.params["sequence"] for layer in inputs)
    if not shapes[outputs[0].id].sequence:
        return "many-to-one" if entering else "one-to-one"
    if not entering:
        return "one-to-many"
    step = next(group for group in groups(network) if outputs[0].id in group)
    return "in-step" if any(layer.id in step for layer in inputs) else "encoder-decoder"


def shape_in(state: State) -> ShapeKey | None:
    """The shape of a state's network on its data; data that can not be loaded feeds nothing back."""
    try:
        feedback = load(state.data).feedback if state.data is not None else ""
    except StudioError:
        feedback = ""
    return shape_of(state.network, feedback)


def fits(data: Dataset, shape: SequenceShape) -> bool:
    """Whether a data set can be learned by networks of a shape."""
    main = next(iter(data.inputs.values()))
    if main.sequence != shape.input or data.target.sequence != shape.target:
        return False
    if not (shape.input and shape.target):
        return True
    if main.steps != data.target.steps or data.feedback not in ("", next(iter(data.inputs))):
        return shape.key == "encoder-decoder"
    return data.key.startswith("own") or (data.key in _AFTER_READING) == (shape.key == "encoder-decoder")


def fitting_data(choice: Choice | None, shape: SequenceShape) -> Choice:
    """The chosen data where it fits, else the same data read in another way, else the usual data of the shape."""
    datasets = catalogue("datasets")
    if choice is not None:
        spec = datasets[choice.key]
        others = [
            Choice(choice.key, {**choice.values, param.key: value})
            for param in spec.parameters
            if param.kind == "choice" and param.key in _HOW
            for value, _ in param.choices
        ]
        for one in (choice, *others):
            try:
                if fits(load(datasets.complete(one)), shape):
                    return datasets.complete(one)
            except StudioError:
                continue
    return datasets.complete(shape.usual)


def change_shape(state: State, wanted: ShapeKey) -> ShapeChange:
    """How to give a network another shape: wiring, data and what the loss counts, in one edit.

    Layers with neurons are kept where they can be, with their weights. Raises Refused with a sentence where the way is
    not known; a shape that it has already changes nothing but what does not fit.
    """
    shape, now = SHAPES[wanted], shape_in(state)
    if now is None:
        raise Refused("The shape of this network is not known: it needs an input that leads to one output.")
    work = Rewiring(state)
    data = fitting_data(state.data, shape)
    if now != wanted:
        _rewire(work, shape, load(data), _past(state))
    _take_data(work, state.data, data)
    if now != wanted:
        _lay_time(work, shape)
        work.read_past(load(data))
    work.repair()
    _count_steps(work, load(data))
    _check(work.state, wanted)
    return ShapeChange(Macro(tuple(work.edits), label=f"Change to {shape.title.lower()}"), tuple(work.told))


def _past(state: State) -> str:
    """The data field that gives the past of the answer beside the main input; empty where there is none."""
    try:
        data = load(state.data) if state.data is not None else None
    except StudioError:
        return ""
    return "" if data is None or data.feedback == next(iter(data.inputs)) else data.feedback


def _rewire(work: Rewiring, shape: SequenceShape, data: Dataset, past: str) -> None:
    """Everything out that belongs to the old shape; ``past`` is the field of the answer's past so far."""
    if past:
        work.take_out_past(past, kept=data.feedback not in ("", next(iter(data.inputs))))
    work.take_out_attention()
    work.cut_hand_overs()
    work.take_out_time()
    if not next(iter(data.inputs.values())).codes:
        work.take_out_embeddings()
    if not (shape.input or shape.target):
        work.forget_past()
    elif not shape.target:
        work.cut_feedback()


def _take_data(work: Rewiring, before: Choice | None, data: Choice) -> None:
    if before == data:
        work.do(choose_data(work.state, data))
        return
    loss = work.state.training["loss"].key
    task = load(data).task
    if before is None or _task(before) != task:
        work.use_loss("cross_entropy" if task == "classification" else "mse")
    work.do(choose_data(work.state, data))
    title = catalogue("datasets")[data.key].title
    if before is not None and before.key == data.key:
        changed = next(p for p in catalogue("datasets")[data.key].parameters if before.values[p.key] != data[p.key])
        how = dict(changed.choices)[data[changed.key]]
        work.say(
            "The data stays “{data}”, with “{setting}” set to “{how}”.", data=title, setting=changed.title, how=how
        )
    else:
        work.say("The data is “{data}” now: it has this shape.", data=title)
    if work.state.training["loss"].key != loss:
        name = catalogue("losses")[work.state.training["loss"].key].title
        work.say("The loss is {loss} now, which fits these answers.", loss=name)


def _task(choice: Choice) -> str:
    try:
        return load(choice).task
    except StudioError:
        return ""


def _lay_time(work: Rewiring, shape: SequenceShape) -> None:
    """Everything in that the new shape needs."""
    if shape.key == "one-to-many":
        work.repeat_input()
    if shape.input or shape.target:
        work.need_past()
    if shape.key == "many-to-one":
        work.keep_last_step()
    if shape.key == "encoder-decoder":
        work.part_encoder_and_decoder()


def _count_steps(work: Rewiring, data: Dataset) -> None:
    """All steps that the mask of the data leaves count alike."""
    if data.target.sequence and work.state.training["loss"].values.get("over_time", "all") != "all":
        work.set_training("loss.over_time", "all")
    if not data.target.sequence:
        work.say("The loss looks at one answer per sample.")
    elif data.mask is None:
        work.say("The loss counts the answers at all {steps} steps.", steps=data.target.steps)
    else:
        work.say(
            "The loss counts the steps at which an answer is due, {counted:.0%} of them; the mask leaves out the others.",
            counted=float(data.mask.mean()),
        )


def _check(state: State, wanted: ShapeKey) -> None:
    left = errors(state)
    if left:
        raise Refused("This network can not be changed by itself. {why}", why=left[0].text)
    if shape_in(state) != wanted:
        raise Refused("This network can not be changed by itself: time goes other ways through it.")
