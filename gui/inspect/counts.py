"""Counts of learned numbers as facts, and what can be asked about them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.describe import Words
from core.network import Network
from core.parameters import Parameter
from core.why.network.counted import Counting
from gui.inspect.facts import Fact, whole
from gui.text import tr
from gui.why.here import Question
from gui.why.told import asked


def numbers_of(found: Sequence[Parameter]) -> str:
    """How many numbers tensors hold, and how many of them are frozen; asked about as "parameters" and "frozen"."""
    total = sum(p.size for p in found)
    frozen = sum(p.size for p in found if p.frozen)
    number = asked("parameters", whole(total))
    if frozen and frozen == total:
        return tr("{n}, frozen", n=number)
    return tr("{n}, {frozen} frozen", n=number, frozen=asked("frozen", whole(frozen))) if frozen else number


def parameters_fact(network: Network, found: Sequence[Parameter], title: Words) -> Fact:
    """How many numbers tensors hold; ``title`` says whose they are."""

    def questions() -> dict[str, Question]:
        counting = Counting(network)
        still = [one for one in found if one.frozen]
        return {
            "parameters": Question(counting.parameters(found, title), tr("Why so many parameters?")),
            "frozen": Question(
                counting.parameters(still, Words("How many numbers of these are frozen")),
                tr("Why so many frozen ones?"),
            ),
        }

    return tr("Parameters"), numbers_of(found), questions


def about_size(network: Network, layer: str) -> Question:
    """How many numbers a layer gives; of one whose size is known."""
    return Question(Counting(network).size(layer), tr("Why so many units?"))


def about_parameters(network: Network, layer: str, found: Sequence[Parameter]) -> Question:
    """How many numbers a layer learns, its links' too."""
    return Question(Counting(network).parameters(found, of_layer(network, layer)), tr("Why so many parameters?"))


def of_layer(network: Network, layer: str) -> Words:
    """The title of that."""
    return Words("How many numbers “{layer}” learns, with the links into it", {"layer": network.layers[layer].name})


def about_layers(network: Network, keys: Iterable[str]) -> dict[str, Question]:
    """How many layers these are, as "layers"."""
    return {"layers": Question(Counting(network).layers(keys), tr("Why so many layers?"))}


def about_links(network: Network, keys: Iterable[str]) -> dict[str, Question]:
    """How many links these are, as "links"."""
    return {"links": Question(Counting(network).links(keys), tr("Why so many links?"))}
