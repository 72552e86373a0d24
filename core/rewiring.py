"""Taking time out of a network and putting it in, edit by edit, with a sentence for each thing that is done."""

from __future__ import annotations

from dataclasses import replace

from core import graph
from core.catalogue.layers import layer_spec
from core.catalogue.registry import catalogue
from core.data.dataset import Dataset
from core.describe import Words
from core.edits import (
    AddLayer,
    AddLink,
    Edit,
    InsertLayer,
    MoveLayers,
    Remove,
    SetParam,
    SetTraining,
    TakeOut,
    new_layer,
    new_link,
)
from core.errors import Refused
from core.network import Layer, Link, Network, activation_of
from core.problems import errors
from core.project import State
from core.reading_again import COLUMN, lacks_its_past, read_again
from core.shapes import infer

_TIME = ("last_step", "mean_time", "max_time", "repeat")
_BLOCKS = ("rnn", "lstm", "gru")


class Rewiring:
    """A state under way, the edits that led there and what to tell about them."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.edits: list[Edit] = []
        self.told: list[Words] = []

    @property
    def network(self) -> Network:
        """As it is by now."""
        return self.state.network

    def do(self, edit: Edit) -> None:
        """Carry out an edit."""
        self.state = edit.apply(self.state)
        self.edits.append(edit)

    def say(self, template: str, **values: object) -> None:
        """Tell something."""
        self.told.append(Words(template, values))

    def set_training(self, path: str, value: object) -> None:
        """Change a setting."""
        self.do(SetTraining(path, value))

    def use_loss(self, key: str) -> None:
        """Another loss, and the activation that is recommended for it."""
        self.set_training("loss", key)
        fitting: tuple[str, ...] = getattr(catalogue("losses")[key], "activations", ())
        for output in self.network.of_kind("output"):
            has = activation_of(output)
            if fitting and has is not None and has.key != fitting[0]:
                self.do(SetParam(output.id, "activation", fitting[0]))

    # -- taking out --------------------------------------------------------------------------------------------------

    def cut_hand_overs(self) -> None:
        """No layer begins with the last state of another one."""
        for link in [k for k in self.network.links.values() if k.role == "initial"]:
            a, b = self.network.layers[link.source].name, self.network.layers[link.target].name
            self.do(Remove(links=(link.id,)))
            if any(k.source != link.target for k in self.network.into(link.target)):
                self.say("“{a}” no longer hands its last state to “{b}”.", a=a, b=b)
            else:
                self._join(link.source, link.target)
                self.say("“{b}” reads “{a}” instead of beginning with its last state.", a=a, b=b)

    def take_out_time(self) -> None:
        """No layer turns sequences into single values, or back."""
        for layer in self.network.of_kind(*_TIME):
            self._take_out(layer)
            self.say("“{name}” is taken out.", name=layer.name)

    def take_out_attention(self) -> None:
        """No layer looks through another sequence: what it asked with is read in its place."""
        for looks in [layer for layer in self.network if layer_spec(layer.kind).memory]:
            layer = self.network.layers[looks.id]
            entering, leaving = self.network.into(layer.id), self.network.out_of(layer.id)
            self.do(Remove((layer.id,)))
            for first in entering:
                for second in leaving:
                    if first.source != second.target:
                        self._join(first.source, second.target, first.delay + second.delay)
            self._close_gap(layer)
            self.say("“{name}” is taken out: there is no other sequence to look through.", name=layer.name)

    def take_out_past(self, before: str, kept: bool) -> None:
        """The input that reads ``before``, the past of the answer, goes with all that reads nothing else.

        It is not told where the new network gets one as well (``kept``).
        """
        for given in [layer for layer in self.network.of_kind("input") if layer.params["field"] == before]:
            gone = [given.id]
            for key in gone:
                for link in self.network.out_of(key):
                    target = self.network.layers[link.target]
                    if target.kind == "embedding" and target.id not in gone:
                        gone.append(target.id)
            self.do(Remove(tuple(gone)))
            if not kept:
                self.say("“{name}” is taken out: nobody reads what was answered before.", name=given.name)

    def read_past(self, data: Dataset) -> None:
        """Where the data offers the past of the answer beside the main input, it is read."""
        if not lacks_its_past(self.network, data):
            return
        edits, reader = read_again(self.state, data)
        for edit in edits:
            self.do(edit)
        if reader is not None:
            given = next(k for k in self.network.of_kind("input") if k.params["field"] == data.feedback)
            self.say(
                "“{given}” is added: “{reader}” reads what was answered one step before, so that answers can be fed back.",
                given=given.name,
                reader=reader.name,
            )

    def take_out_embeddings(self) -> None:
        """The input is made of numbers."""
        for layer in self.network.of_kind("embedding"):
            self._take_out(layer)
            self.say("“{name}” is taken out: the new data is made of numbers, not of codes.", name=layer.name)

    def cut_feedback(self) -> None:
        """The output answers once, so nobody reads what it said before."""
        output = self.network.of_kind("output")[0]
        back = [k for k in self.network.out_of(output.id) if k.delay > 0]
        if back:
            self.do(Remove(links=tuple(k.id for k in back)))
            self.say("“{name}” answers once, so that its past is no longer read.", name=output.name)

    def forget_past(self) -> None:
        """Nothing reads the past: links with a delay go, recurrent blocks become dense layers."""
        late = [k for k in self.network.links.values() if k.delay > 0]
        if late:
            self._cut_late(late)
        for block in self.network.of_kind(*_BLOCKS):
            self._make_dense(block)

    def _cut_late(self, late: list[Link]) -> None:
        names = sorted({self.network.layers[k.target].name for k in late})
        for link in late:
            self.do(Remove(links=(link.id,)))
            if not self.network.into(link.target) and link.source != link.target:
                # All that it read was the past: now it reads the same at once.
                self.do(AddLink(new_link(self.network, link.source, link.target)))
        listed = ", ".join(f"“{name}”" for name in names)
        self.say("Links with a delay are cut: without time there is no past to read ({names}).", names=listed)

    def _make_dense(self, block: Layer) -> None:
        units = infer(self.network)[block.id].features
        dense = new_layer(self.network, "dense", "Hidden", block.x, block.y, units=units)
        entering, leaving = self.network.into(block.id), self.network.out_of(block.id)
        self.do(Remove((block.id,)))
        self.do(AddLayer(dense))
        for link in entering:
            self._join(link.source, dense.id, link.delay)
        for link in leaving:
            self._join(dense.id, link.target, link.delay)
        self.say(
            "“{name}” becomes the dense layer “{new}” of as many units: a block with a state needs time.",
            name=block.name,
            new=dense.name,
        )

    def _take_out(self, layer: Layer) -> None:
        """Join what a layer reads with what reads it."""
        layer = self.network.layers[layer.id]  # where it is by now
        entering, leaving = self.network.into(layer.id), self.network.out_of(layer.id)
        if len(entering) == 1 and entering[0].delay == 0:
            self.do(TakeOut(layer.id))
        else:
            self.do(Remove((layer.id,)))
            for first in entering:
                for second in leaving:
                    self._join(first.source, second.target, first.delay + second.delay)
        self._close_gap(layer)

    def _join(self, source: str, target: str, delay: int = 0) -> None:
        there = any(k.source == source and k.delay == delay for k in self.network.into(target))
        if not there:
            self.do(AddLink(new_link(self.network, source, target, delay)))

    # -- putting in --------------------------------------------------------------------------------------------------

    def need_past(self) -> None:
        """A network over time without memory gets one: a dense layer reads its own last value."""
        if graph.recurrent_layers(self.network) or self.network.of_kind(*_BLOCKS):
            return
        dense = self.network.of_kind("dense")
        if not dense:
            self._insert_hidden()
            return
        last = dense[-1]
        self._join(last.id, last.id, 1)
        self.say("“{name}” reads its own last value now, so that it can remember.", name=last.name)

    def _insert_hidden(self) -> None:
        output = self.network.of_kind("output")[0]
        links = [k for k in self.network.into(output.id) if k.source != output.id]
        hidden = self._room_before(output, "dense", "Hidden")
        self.do(AddLayer(hidden))
        for link in links:
            self.do(Remove(links=(link.id,)))
            self._join(link.source, hidden.id, link.delay)
        self._join(hidden.id, hidden.id, 1)
        self._join(hidden.id, output.id)
        self.say("The recurrent layer “{name}” is put before the output, so that there is a memory.", name=hidden.name)

    def repeat_input(self) -> None:
        """What is given once is read at every step."""
        for given in [k for k in self.network.of_kind("input") if not k.params["sequence"]]:
            links = self.network.out_of(given.id)
            after = [self.network.layers[k.target] for k in links]
            if not after:
                continue
            repeat = self._room_before(min(after, key=lambda layer: layer.x), "repeat")
            at_once = [k for k in links if k.delay == 0]
            if at_once:
                self.do(InsertLayer(repeat, at_once[0].id))
            else:
                self.do(AddLayer(repeat))
                self._join(given.id, repeat.id)
            for link in links:
                if not at_once or link.id != at_once[0].id:
                    self.do(Remove(links=(link.id,)))
                    self._join(repeat.id, link.target, link.delay)
            self.say("“{name}” says the input at every step, as many times as there are answers.", name=repeat.name)

    def keep_last_step(self) -> None:
        """The output reads what was said at the end."""
        output = self.network.of_kind("output")[0]
        shapes = infer(self.network)
        for link in self.network.into(output.id):
            if shapes[link.source].sequence and link.source != output.id:
                last = self._room_before(self.network.layers[output.id], "last_step")
                self.do(InsertLayer(last, link.id))
                self.say("“{name}” keeps what was said at the end, and the output answers once.", name=last.name)

    def part_encoder_and_decoder(self) -> None:
        """One part reads everything, and its last state is all that the other one gets."""
        found = self._ready_decoder() or self._new_decoder()
        if found is None:
            return
        encoder, decoder = found
        link = next(k for k in self.network.into(decoder) if k.source == encoder and k.delay == 0)
        last = self._room_before(self.network.layers[decoder], "last_step")
        self.do(InsertLayer(last, link.id))
        repeat = self._room_before(self.network.layers[decoder], "repeat")
        self.do(InsertLayer(repeat, link.id))
        a, b = self.network.layers[encoder].name, self.network.layers[decoder].name
        self.say("“{a}” reads to the end; its last step is said to “{b}” at every step of the answer.", a=a, b=b)
        shapes = infer(self.network)
        if shapes[encoder].features == shapes[decoder].features and not self._bidirectional(encoder, decoder):
            self.do(AddLink(new_link(self.network, encoder, decoder, role="initial")))
            self.say("“{b}” begins with the last state of “{a}”.", a=a, b=b)

    def _bidirectional(self, *layers: str) -> bool:
        return any(bool(self.network.layers[key].params.get("bidirectional")) for key in layers)

    def _remembers(self, key: str) -> bool:
        layer = self.network.layers[key]
        return layer.kind in _BLOCKS or any(k.source == key and k.delay for k in self.network.into(key))

    def _ready_decoder(self) -> tuple[str, str] | None:
        """Two layers with neurons in a row before the output, of which the second one can be the decoder."""
        output = self.network.of_kind("output")[0].id
        entering = self.network.into(output)
        if len(entering) != 1 or entering[0].delay or self.network.out_of(output):
            return None
        decoder = entering[0].source
        reads = [k for k in self.network.into(decoder) if k.source != decoder]
        out = [k for k in self.network.out_of(decoder) if k.target != decoder]
        if len(reads) != 1 or len(out) != 1 or reads[0].delay:
            return None
        both = reads[0].source, decoder
        if any(self.network.layers[key].kind not in (*_BLOCKS, "dense") for key in both) or self._bidirectional(
            decoder
        ):
            return None
        for key in both:
            if not self._remembers(key):
                self._join(key, key, 1)
                name = self.network.layers[key].name
                self.say("“{name}” reads its own last value now, so that it can remember.", name=name)
        return both

    def _new_decoder(self) -> tuple[str, str] | None:
        """A layer like the one before the output, behind it."""
        output = self.network.of_kind("output")[0]
        self.cut_feedback()
        shapes = infer(self.network)
        links = [k for k in self.network.into(output.id) if k.source != output.id and shapes[k.source].sequence]
        if not links:
            return None
        # What else the output reads would let it hear the input in step.
        chosen = next((k for k in reversed(links) if self._remembers(k.source)), links[-1])
        for link in links:
            if link is not chosen:
                self.do(Remove(links=(link.id,)))
        encoder = self.network.layers[chosen.source]
        kind = encoder.kind if encoder.kind in (*_BLOCKS, "dense") else "gru"
        made = self._room_before(output, kind, "Decoder", units=shapes[encoder.id].features)
        if kind == "dense":
            made = replace(made, params={**made.params, "activation": encoder.params["activation"]})
        self.do(AddLayer(made))
        self.do(Remove(links=(chosen.id,)))
        self._join(encoder.id, made.id)
        self._join(made.id, output.id)
        if kind == "dense":
            self._join(made.id, made.id, 1)
        self.say("“{name}” is added: it tells the answer after everything has been read.", name=made.name)
        return encoder.id, made.id

    # -- whatever is left, and the canvas ----------------------------------------------------------------------------

    def repair(self) -> None:
        """Carry out the first repair of each error that is left, as the problems list would."""
        for _ in range(8):
            repairs = [p.repairs[0] for p in errors(self.state) if p.repairs]
            if not repairs:
                return
            try:
                self.do(repairs[0].edit)
            except Refused:
                return
            self.say("{repair}.", repair=repairs[0].title)

    def _room_before(self, layer: Layer, kind: str, name: str = "", **params: object) -> Layer:
        """A new layer where ``layer`` was, which moves to the right with all that is there."""
        layer = self.network.layers[layer.id]
        right = {k.id: (k.x + COLUMN, k.y) for k in self.network if k.x >= layer.x - 1}
        self.do(MoveLayers(right))
        return new_layer(self.network, kind, name, layer.x, layer.y, **params)

    def _close_gap(self, gone: Layer) -> None:
        """Move what is on the right of a layer that was taken out to its place, where nothing else stands there."""
        if any(abs(layer.x - gone.x) < COLUMN / 2 for layer in self.network):
            return
        right = {layer.id: (layer.x - COLUMN, layer.y) for layer in self.network if layer.x > gone.x}
        if right:
            self.do(MoveLayers(right))
