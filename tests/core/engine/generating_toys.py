"""Networks that read their own answers, with random weights, and the same written with torch.nn in a plain loop."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from core.data.cache import dataset
from core.data.importers.text import Symbols
from core.data.own.text import store
from core.edits import SetWeights
from core.engine.session import Session
from core.project import Project
from core.script import add, connect, new_project, set_value

Plain = Callable[[Tensor, Tensor | None], tuple[Tensor, object]]
"""From what is read at a step (batch, features) and the state to the sums of the output (batch, units) and the state."""


def told_backwards(length: int = 4, symbols: int = 3, dropout: float = 0.0, samples: int = 40) -> Project:
    """An LSTM encoder hands its states to an LSTM decoder, which reads its own previous answer."""
    project = new_project("reverse", length=length, symbols=symbols, samples=samples, feedback="previous")
    source = add(project, "input", "Source", units=symbols, sequence=True)
    encoder = add(project, "lstm", "Encoder", units=5)
    told = add(project, "input", "Told", units=1, sequence=True, field="previous")
    letters = add(project, "embedding", "Letters", vocabulary=symbols + 1, units=4)
    decoder = add(project, "lstm", "Decoder", units=5)
    output = add(project, "output", "Output", units=symbols, activation="softmax")
    connect(project, source, encoder), connect(project, encoder, decoder, initial=True)
    connect(project, told, letters), connect(project, letters, decoder)
    if dropout:
        silent = add(project, "dropout", "Dropout", rate=dropout)
        connect(project, decoder, silent), connect(project, silent, output)
    else:
        connect(project, decoder, output)
    return _ready(project)


def written(activation: str = "softmax") -> Project:
    """A GRU writes names; all it reads is the letter before."""
    project = new_project("names", question="next")
    letters = dataset(project.data).outputs
    told = add(project, "input", "Told", units=1, sequence=True)
    embedding = add(project, "embedding", "Letters", vocabulary=letters, units=4)
    gru = add(project, "gru", "GRU", units=6)
    output = add(project, "output", "Output", units=letters, activation=activation)
    connect(project, told, embedding), connect(project, embedding, gru), connect(project, gru, output)
    return _ready(project)


def drawn() -> Project:
    """An Elman layer with a second loop of delay 2 draws digits; it reads the digit and its own row before."""
    project = new_project("drawing", feedback="previous")
    digit = add(project, "input", "Digit", units=10, sequence=False)
    again = add(project, "repeat", "Again")
    row = add(project, "input", "Row", units=8, sequence=True, field="previous")
    hidden = add(project, "dense", "Hidden", units=6, activation="tanh")
    output = add(project, "output", "Output", units=8, activation="identity")
    connect(project, digit, again), connect(project, again, hidden), connect(project, row, hidden)
    connect(project, hidden, hidden, delay=1), connect(project, hidden, hidden, delay=2)
    connect(project, hidden, output)
    return _ready(project)


def continued() -> Project:
    """A GRU goes on with a text of one's own, of which it reads a flag for each letter."""
    codes = np.random.default_rng(7).integers(0, 4, 90).astype(np.int32)
    content = store(Symbols(codes, ("a", "b", "c", "d"), "characters"), "t")
    project = new_project("own_text", content=content, name="t", window=6, stride=2)
    told = add(project, "input", "Told", units=4, sequence=True)
    gru = add(project, "gru", "GRU", units=6)
    output = add(project, "output", "Output", units=4, activation="softmax")
    connect(project, told, gru), connect(project, gru, output)
    return _ready(project)


def foretold() -> Project:
    """An Elman layer tells the sunspots of the next year at each one."""
    project = new_project("sunspots", target="every", window=7)
    years = add(project, "input", "Years", units=1, sequence=True)
    hidden = add(project, "dense", "Hidden", units=5, activation="tanh")
    output = add(project, "output", "Output", units=1, activation="identity")
    connect(project, years, hidden), connect(project, hidden, hidden, delay=1), connect(project, hidden, output)
    return _ready(project)


def _ready(project: Project) -> Project:
    set_value(project, "precision", "float64")
    set_value(project, "loss", "mse" if project.dataset().task == "regression" else "cross_entropy")
    set_value(project, "batch_size", 16)
    generator = torch.Generator().manual_seed(5)
    weights = {
        key: 1.3 * torch.randn(value.shape, generator=generator).numpy() for key, value in project.weights.items()
    }
    project.apply(SetWeights(weights))
    return project


def session(project: Project) -> Session:
    return Session(project.state, project.dataset())


def tensors(project: Project) -> Callable[[str], Tensor]:
    """The numbers of a parameter by the name of its layer, or of the link into it from another one: "Output<GRU.weight"."""
    network = project.network

    def find(name: str) -> Tensor:
        owner, _, part = name.partition(".")
        target, _, source = owner.partition("<")
        key = network.layer(target).id
        if source:
            source, _, delay = source.partition("@")
            key = next(
                k.id for k in network.into(key)
                if k.source == network.layer(source).id and k.delay == int(delay or 0)
            )  # fmt: skip
        return torch.tensor(project.weights[f"{key}.{part}"], dtype=torch.float64)

    return find


def recurrent(project: Project, name: str, make: Callable[..., nn.Module], inputs: int, units: int) -> nn.Module:
    """The block called ``name`` as a module of torch."""
    find, module = tensors(project), make(inputs, units).double()
    for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
        getattr(module, f"{part}_l0").data = find(f"{name}.{part}")
    return module.requires_grad_(False)
