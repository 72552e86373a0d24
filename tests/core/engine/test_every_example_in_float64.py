"""Every phase value and gradient of a traced sample of every example, against autograd over the plain interpreter.

The interpreter walks layer by layer and step by step in float64; what it computes is differentiated by torch alone.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.catalogue.layers import layer_spec
from core.catalogue.spec import replaced
from core.data.dataset import Dataset
from core.engine.batches import Batch, Batches
from core.engine.objective import Answers, Objective
from core.engine.program import Program
from core.engine.reference import ReferenceRun, gradient_of, interpret
from core.engine.session import Session
from core.examples import EXAMPLES, open_example
from core.network import activation_of
from core.project import State
from core.traces import LayerTrace
from core.training import TRAINING


def reference(
    state: State, data: Dataset, sample: int, cut: frozenset[str] = frozenset()
) -> tuple[ReferenceRun, dict[str, torch.Tensor], float]:
    """A sample walked through by the interpreter, after backward: (run, parameters, loss)."""
    weights = {k: torch.tensor(v, dtype=torch.float64).requires_grad_() for k, v in state.weights.items()}
    batch: Batch = Batches(state.network, data, torch.float64, torch.device("cpu")).take(np.array([sample]))
    run = interpret(state.network, weights, batch.inputs, steps=batch.steps, lengths=batch.lengths, cut=cut)
    for logit in run.logits.values():
        if logit.requires_grad:
            logit.retain_grad()
    objective = Objective(state.network, data, state.training)
    loss = objective.loss(Answers(run.output(objective.output), run.logit(objective.output)), batch)
    loss.backward()
    return run, weights, float(loss.detach())


def one(values: torch.Tensor) -> np.ndarray:
    return values.detach().select(-2, 0).numpy()


def same(found: np.ndarray, wanted: np.ndarray, valid: int | None, what: str) -> None:
    """Equal to float64 rounding; padding does not count."""
    if valid is not None and wanted.ndim == 2:
        found, wanted = found[:valid], wanted[:valid]
    scale = max(1e-9, float(np.abs(wanted).max(initial=0.0)))
    np.testing.assert_allclose(found / scale, wanted / scale, rtol=1e-7, atol=1e-9, err_msg=what)


def sums_gradient(run: ReferenceRun, key: str, steps: int | None) -> np.ndarray:
    at = [None] if steps is None else range(steps)
    rows = [gradient_of(run.logits[key, t])[0].numpy() for t in at]
    return rows[0] if steps is None else np.array(rows)


def blocks_agree(own: LayerTrace, valid: int | None, weights: dict[str, torch.Tensor], kind: str, key: str) -> None:
    """Gates from their definition (torch's documentation of LSTM and GRU), from what was read and the state before."""
    entering = np.concatenate([np.atleast_2d(read) for read in own.reads.values()], -1)
    w, u, b, d = (
        weights[f"{key}.{name}"].detach().numpy() for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    before = np.concatenate([own.initial[None], own.value[:-1]])
    x, h = (
        np.split(entering @ w.T + b, len(b) // own.value.shape[1], -1),
        np.split(before @ u.T + d, len(b) // own.value.shape[1], -1),
    )

    def sigmoid(a):
        return 1 / (1 + np.exp(-a))

    if kind == "lstm":
        wanted = {
            "input": sigmoid(x[0] + h[0]), "forget": sigmoid(x[1] + h[1]), "candidate": np.tanh(x[2] + h[2]),
            "output": sigmoid(x[3] + h[3]),
        }  # fmt: skip
    else:
        reset = sigmoid(x[0] + h[0])
        wanted = {"reset": reset, "update": sigmoid(x[1] + h[1]), "candidate": np.tanh(x[2] + reset * h[2])}
    for gate, values in wanted.items():
        same(own.gates[gate], values, valid, f"{gate} gate of {key}")


@pytest.mark.parametrize("key", sorted(EXAMPLES))
def test_every_phase_value_and_gradient(key: str) -> None:
    project = open_example(key)
    data = project.dataset()
    state = replace(project.state, training=replaced(project.training, TRAINING, "precision", "float64"))
    sample = int(data.samples("train")[1])
    trace = Session(state, data).trace(sample, "train")
    run, weights, loss = reference(state, data, sample)
    assert trace.loss == pytest.approx(loss, rel=1e-10)
    for layer in state.network:
        own, name = trace.layers[layer.id], f"{layer.name} of {key}"
        steps, valid = trace.steps.get(layer.id), trace.valid.get(layer.id)
        same(own.value, one(run.output(layer.id)), valid, f"value of {name}")
        same(own.total, one(run.gradient(layer.id)), valid, f"dL/dh of {name}")
        same(own.through, own.total - own.direct, valid, f"parts of {name}")
        if activation_of(layer) is not None:
            assert own.sums is not None and own.delta is not None
            same(own.sums, one(run.logit(layer.id)), valid, f"sums of {name}")
            same(own.delta, sums_gradient(run, layer.id, steps), valid, f"dL/da of {name}")
        if layer.kind == "lstm":
            same(own.cell, np.array([run.cells[layer.id, t][0].detach().numpy() for t in range(steps)]), valid, name)
            same(own.cell_gradient, one(run.cell_gradient(layer.id)), valid, f"dL/dc of {name}")
        if layer.kind in ("lstm", "gru") and steps and not layer.params["bidirectional"]:
            blocks_agree(own, valid, weights, layer.kind, layer.id)
    direct_parts_agree(state, data, sample, trace)
    shares_add_up(state, trace, weights)


def direct_parts_agree(state: State, data: Dataset, sample: int, trace) -> None:
    """The direct part is what is left where no gradient passes from one step to the next."""
    plan = Program(state.network, torch.float64, torch.device("cpu")).plan
    for part in plan.parts:
        if not part.recurrent:
            continue
        run, _, _ = reference(state, data, sample, frozenset(part.layers))
        for key in part.layers:
            same(trace.layers[key].direct, one(run.gradient(key)), trace.valid.get(key), f"direct dL/dh of {key}")


def shares_add_up(state: State, trace, weights: dict[str, torch.Tensor]) -> None:
    """What a weight of a dense layer feels is the sum of what it is told at every step: delta x read."""
    for link in state.network.links.values():
        target = state.network.layers[link.target]
        if link.role != "data" or layer_spec(target.kind).time == "reduces" or f"{link.id}.weight" not in weights:
            continue
        own = trace.layers[link.target]
        delta, read = np.atleast_2d(own.delta), np.atleast_2d(own.reads[link.id])
        found = delta.T @ read
        if link.mask is not None:
            found = found * link.mask
        same(found, weights[f"{link.id}.weight"].grad.numpy(), None, f"dL/dW of {link.id}")
        lengths = np.sqrt([np.square(np.outer(d, r) * (1 if link.mask is None else link.mask)).sum() for d, r in zip(delta, read, strict=True)])  # fmt: skip
        same(np.atleast_1d(own.shares[f"{link.id}.weight"]), lengths, None, f"shares of {link.id}")
