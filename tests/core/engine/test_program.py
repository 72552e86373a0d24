"""What a drawn network computes, where something independent of the engine says what it must be."""

from __future__ import annotations

import gc
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from core.engine.capture import Capture
from core.engine.program import Program, compile_network
from core.errors import BadValue, DataError, NotTrainable
from core.network import Network
from tests.core.engine.drawing import layer, network, random_parameters

DOUBLE = torch.float64


def sequence_input(units: int = 3, key: str = "x"):
    return layer(key, "input", units=units, sequence=True)


def program(drawn: Network) -> Program:
    return compile_network(drawn, dtype=DOUBLE)


def normal(*shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(sum(shape)), dtype=DOUBLE)


def interlocked() -> Network:
    """Two cycles that share layers, delays 1 and 3, a longer one than the sequence, and blocks inside and outside."""
    parts = [
        sequence_input(),
        layer("a", "dense", units=4, initial_state="learned"),
        layer("b", "gru", units=3),
        layer("c", "dense", units=2, activation="softmax"),
        layer("d", "lstm", units=3),
        layer("y", "output", units=2),
    ]
    links = [("x", "a", 0), ("a", "b", 0), ("b", "c", 0), ("c", "a", 3), ("b", "a", 1), ("a", "a", 9), ("c", "d", 0)]
    return network(parts, [*links, ("d", "y", 0)])


@pytest.mark.parametrize("kind", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("both", [False, True], ids=["forward", "bidirectional"])
def test_padded_batches_equal_torch_on_packed_sequences(kind: str, both: bool) -> None:
    drawn = network([sequence_input(), layer("h", kind, units=4, bidirectional=both)], [("x", "h", 0)])
    parameters = random_parameters(drawn)
    module = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}[kind](3, 4, bidirectional=both, dtype=DOUBLE)
    with torch.no_grad():
        for name, tensor in module.named_parameters():
            tensor.copy_(parameters["h." + name.replace("_l0", "")])
    x, lengths = normal(6, 3, 3), torch.tensor([6, 2, 4])
    packed = pack_padded_sequence(x, lengths, enforce_sorted=False)
    wanted = pad_packed_sequence(module(packed)[0])[0]
    values = program(drawn).run(parameters, {"x": x}, lengths=lengths)
    valid = (torch.arange(6)[:, None] < lengths)[..., None]
    found = values.outputs["h"] * valid
    assert torch.allclose(found, wanted, atol=1e-12, rtol=0)
    (found**2).sum().backward()
    (wanted**2).sum().backward()
    for name, tensor in module.named_parameters():
        assert torch.allclose(parameters["h." + name.replace("_l0", "")].grad, tensor.grad, atol=1e-11, rtol=0)


def padded_network() -> Network:
    parts = [
        sequence_input(),
        layer("both", "gru", units=2, bidirectional=True),
        layer("loop", "dense", units=3),
        layer("last", "last_step"),
        layer("mean", "mean_time"),
        layer("max", "max_time"),
        layer("all", "concatenate"),
        layer("start", "repeat", steps=4),
        layer("decoder", "lstm", units=3),
        layer("y", "output", units=2),
    ]
    links = [("x", "both", 0), ("both", "loop", 0), ("loop", "loop", 1), ("loop", "loop", 2)]
    links += [("loop", key, 0) for key in ("last", "mean", "max")] + [
        (key, "all", 0) for key in ("last", "mean", "max")
    ]
    links += [("all", "start", 0), ("start", "decoder", 0), ("decoder", "y", 0)]
    return network(parts, links, [("loop", "decoder")])


@pytest.mark.parametrize("truncate", [0, 2])
def test_padding_leaks_into_no_value_and_no_gradient(truncate: int) -> None:
    drawn, lengths = padded_network(), torch.tensor([5, 1, 3])
    padding = (torch.arange(5)[:, None] >= lengths)[..., None]
    results = []
    for filling in (0.0, 1e6):
        x = torch.where(padding, torch.tensor(filling, dtype=DOUBLE), normal(5, 3, 3)).requires_grad_()
        parameters = random_parameters(drawn)
        capture = Capture(every_layer=True)
        values = program(drawn).run(parameters, {"x": x}, lengths=lengths, capture=capture, truncate=truncate)
        values.outputs["y"].square().sum().backward()
        assert torch.equal(x.grad * padding, torch.zeros_like(x))
        for key in ("both", "loop"):
            assert torch.equal(capture.total(key) * padding, torch.zeros_like(capture.total(key)))
        results.append([values.outputs["y"].detach(), x.grad, *(p.grad for p in parameters.values())])
    for zeros, huge in zip(*results, strict=True):
        assert torch.equal(zeros, huge)


def test_a_padded_sample_equals_the_sample_alone() -> None:
    drawn, lengths, x = padded_network(), torch.tensor([5, 2, 3]), normal(5, 3, 3)
    parameters = random_parameters(drawn)
    together = program(drawn).run(parameters, {"x": x}, lengths=lengths).outputs["y"]
    for b, n in enumerate([5, 2, 3]):
        alone = program(drawn).run(parameters, {"x": x[:n, b : b + 1]}).outputs["y"]
        assert torch.allclose(together[:, b : b + 1], alone, atol=1e-12, rtol=0)


@pytest.mark.parametrize("cut", [1, 2, 5, 8])
def test_a_sequence_in_stretches_gives_the_same_values(cut: int) -> None:
    drawn, x = interlocked(), normal(9, 2, 3)
    parameters, engine = random_parameters(drawn), program(interlocked())
    whole = engine.run(parameters, {"x": x}).outputs
    first = engine.run(parameters, {"x": x[:cut]})
    second = engine.run(parameters, {"x": x[cut:]}, initial=first.carry())
    for key in drawn.layers:
        joined = torch.cat([first.outputs[key], second.outputs[key]])
        assert torch.allclose(joined, whole[key], atol=1e-12, rtol=0)


def test_truncation_equals_stretches_that_carry_their_state() -> None:
    drawn, x, weights = interlocked(), normal(9, 2, 3), normal(9, 2, 2)
    parameters, engine = random_parameters(drawn), program(interlocked())
    (engine.run(parameters, {"x": x}, truncate=4).outputs["y"] * weights).sum().backward()
    cut = {name: tensor.grad.clone() for name, tensor in parameters.items()}
    for tensor in parameters.values():
        tensor.grad = None
    carried = None
    for first in range(0, 9, 4):
        values = engine.run(parameters, {"x": x[first : first + 4]}, initial=carried)
        (values.outputs["y"] * weights[first : first + 4]).sum().backward()
        carried = values.carry()
    for name, tensor in parameters.items():
        assert torch.allclose(tensor.grad, cut[name], atol=1e-11, rtol=0), name


def test_truncation_longer_than_the_sequence_changes_nothing() -> None:
    drawn, x = interlocked(), normal(6, 2, 3)
    found = []
    for truncate in (0, 6, 100):
        parameters = random_parameters(drawn)
        program(drawn).run(parameters, {"x": x}, truncate=truncate).outputs["y"].square().sum().backward()
        found.append([tensor.grad for tensor in parameters.values()])
    for full, exact, longer in zip(*found, strict=True):
        assert torch.equal(full, exact) and torch.equal(full, longer)


def test_variational_dropout_silences_the_same_units_at_every_step() -> None:
    for same in (True, False):
        drawn = network([sequence_input(50), layer("d", "dropout", rate=0.5, same_every_step=same)], [("x", "d", 0)])
        x = torch.ones(8, 2, 50, dtype=DOUBLE)
        value = program(drawn).run({}, {"x": x}, training=True, generator=torch.Generator().manual_seed(3)).outputs["d"]
        assert set(value.unique().tolist()) == {0.0, 2.0}
        assert bool((value == value[0]).all()) == same
        assert torch.equal(program(drawn).run({}, {"x": x}).outputs["d"], x)


def test_the_generator_alone_decides_the_masks() -> None:
    parts = [
        sequence_input(),
        layer("d", "dropout", rate=0.4),
        layer("h", "dense", units=4),
        layer("y", "output", units=1),
    ]
    drawn = network(parts, [("x", "d", 0), ("d", "h", 0), ("h", "h", 1), ("h", "y", 0)])
    parameters, x = random_parameters(drawn), normal(5, 2, 3)

    def run(seed: int) -> Tensor:
        generator = torch.Generator().manual_seed(seed)
        return program(drawn).run(parameters, {"x": x}, training=True, generator=generator).outputs["y"]

    torch.manual_seed(1)
    first = run(7)
    torch.manual_seed(2)
    assert torch.equal(first, run(7)) and not torch.equal(first, run(8))


@pytest.mark.parametrize("kind", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("frozen", [False, True])
def test_gradients_are_captured_where_nothing_below_learns(kind: str, frozen: bool) -> None:
    parts = [sequence_input(), layer("h", kind, units=4), layer("last", "last_step"), layer("y", "output", units=1)]
    drawn = network(parts, [("x", "h", 0), ("h", "last", 0), ("last", "y", 0)])
    for dtype in (torch.float32, torch.float64):
        totals = []
        for held in (frozen, False):
            parameters = random_parameters(drawn, dtype=dtype)
            for name, tensor in parameters.items():
                tensor.requires_grad_(not (held and name.startswith("h.")))
            capture = Capture()
            values = compile_network(drawn, dtype=dtype).run(parameters, {"x": normal(6, 2, 3)}, capture=capture)
            values.outputs["y"].sum().backward()
            totals.append(capture.total("h"))
        assert float(totals[0].abs().min()) > 0
        assert torch.allclose(*totals, atol=1e-6 if dtype == torch.float32 else 1e-12, rtol=0)


def test_a_cut_connection_stays_cut() -> None:
    parts = [sequence_input(2), layer("h", "dense", units=2, activation="identity", bias=False)]
    drawn = network(parts, [("x", "h", 0), ("h", "h", 1)])
    link = replace(drawn.links["h>h@1"], mask=np.array([[True, False], [True, True]]))
    parameters = random_parameters(drawn)
    program(drawn.with_link(link)).run(parameters, {"x": normal(4, 1, 2)}).outputs["h"].square().sum().backward()
    gradient = parameters["h>h@1.weight"].grad
    assert gradient[0, 1] == 0 and (gradient[torch.tensor(link.mask)] != 0).all()


def test_a_learned_initial_state_is_what_the_past_reads() -> None:
    parts = [
        sequence_input(1),
        layer("h", "dense", units=1, activation="identity", bias=False, initial_state="learned"),
    ]
    drawn = network(parts, [("x", "h", 0), ("h", "h", 3)])
    parameters = {"x>h@0.weight": [[1.0]], "h>h@3.weight": [[10.0]], "h.initial": [5.0]}
    weights = {name: torch.tensor(value, dtype=DOUBLE) for name, value in parameters.items()}
    x = torch.arange(1.0, 6.0, dtype=DOUBLE)[:, None, None]
    assert program(drawn).run(weights, {"x": x}).outputs["h"].flatten().tolist() == [51, 52, 53, 514, 525]


def test_an_lstm_hands_over_its_cell_too() -> None:
    parts = [
        sequence_input(2), layer("encoder", "lstm", units=3), layer("code", "last_step"),
        layer("again", "repeat", steps=2), layer("decoder", "lstm", units=3),
    ]  # fmt: skip
    links = [("x", "encoder", 0), ("encoder", "code", 0), ("code", "again", 0), ("again", "decoder", 0)]
    drawn = network(parts, links, [("encoder", "decoder")])
    parameters, x = random_parameters(drawn, dtype=torch.float32), normal(4, 2, 2).float()
    found = compile_network(drawn).run(parameters, {"x": x}).outputs["decoder"]
    modules = {key: nn.LSTM(size, 3) for key, size in (("encoder", 2), ("decoder", 3))}
    for key, module in modules.items():
        with torch.no_grad():
            for name, tensor in module.named_parameters():
                tensor.copy_(parameters[f"{key}.{name.replace('_l0', '')}"])
    out, state = modules["encoder"](x)
    wanted, _ = modules["decoder"](out[-1].expand(2, -1, -1), state)
    assert torch.allclose(found, wanted, atol=1e-6)


def test_a_static_value_is_read_at_every_step() -> None:
    parts = [sequence_input(1), layer("s", "input", units=1), layer("h", "dense", units=1, activation="identity")]
    drawn = network(parts, [("x", "h", 0), ("s", "h", 0), ("h", "h", 1)])
    names = {"x>h@0.weight": [[1.0]], "s>h@0.weight": [[2.0]], "h>h@1.weight": [[1.0]], "h.bias": [0.0]}
    parameters = {name: torch.tensor(value, dtype=DOUBLE) for name, value in names.items()}
    inputs = {"x": torch.ones(3, 1, 1, dtype=DOUBLE), "s": torch.full((1, 1), 10.0, dtype=DOUBLE)}
    assert program(drawn).run(parameters, inputs).outputs["h"].flatten().tolist() == [21, 42, 63]


def test_one_to_many_takes_its_length_from_the_target() -> None:
    parts = [
        layer("s", "input", units=2),
        layer("r", "repeat"),
        layer("h", "gru", units=2),
        layer("y", "output", units=1),
    ]
    drawn = network(parts, [("s", "r", 0), ("r", "h", 0), ("h", "y", 0)])
    values = program(drawn).run(random_parameters(drawn), {"s": normal(3, 2)}, steps=7)
    assert values.outputs["y"].shape == (7, 3, 1)
    with pytest.raises(DataError, match="how many steps"):
        program(drawn).run(random_parameters(drawn), {"s": normal(3, 2)})


def test_sequences_that_run_in_step_must_be_equally_long() -> None:
    drawn = network([sequence_input(1), sequence_input(1, "z"), layer("h", "add")], [("x", "h", 0), ("z", "h", 0)])
    with pytest.raises(DataError, match="“x” has 3 steps and “z” has 5"):
        program(drawn).run({}, {"x": normal(3, 1, 1), "z": normal(5, 1, 1)})


def test_an_unknown_symbol_is_named() -> None:
    drawn = network([sequence_input(1), layer("e", "embedding", vocabulary=4, units=2)], [("x", "e", 0)])
    parameters = random_parameters(drawn)
    assert program(drawn).run(parameters, {"x": torch.tensor([[[3.0]]])}).outputs["e"].shape == (1, 1, 2)
    with pytest.raises(BadValue, match="holds 4"):
        program(drawn).run(parameters, {"x": torch.tensor([[[4.0]]])})


def test_a_loop_without_delay_is_refused() -> None:
    parts = [sequence_input(1), layer("a", "dense", units=1), layer("b", "dense", units=1)]
    with pytest.raises(NotTrainable, match="without delay"):
        compile_network(network(parts, [("x", "a", 0), ("a", "b", 0), ("b", "a", 0)]))


def test_a_cycle_that_no_sequence_enters_is_refused() -> None:
    parts = [layer("s", "input", units=1), layer("a", "dense", units=1)]
    with pytest.raises(NotTrainable, match="no sequence enters"):
        compile_network(network(parts, [("s", "a", 0), ("a", "a", 1)]))


def test_logits_and_values_of_the_output_agree() -> None:
    parts = [sequence_input(), layer("y", "output", units=4, activation="softmax")]
    jordan = network(parts, [("x", "y", 0), ("y", "y", 1)])
    values = program(jordan).run(random_parameters(jordan), {"x": normal(5, 2, 3)})
    assert torch.allclose(values.logits["y"].softmax(-1), values.outputs["y"], atol=1e-12)


def test_evaluation_without_gradient_gives_the_same_values() -> None:
    drawn, x = interlocked(), normal(5, 2, 3)
    parameters = random_parameters(drawn)
    with torch.no_grad():
        quiet = program(drawn).run(parameters, {"x": x}).outputs["y"]
    assert torch.equal(quiet, program(drawn).run(parameters, {"x": x}).outputs["y"].detach())


def test_two_backward_passes_through_one_run_agree() -> None:
    drawn, x = interlocked(), normal(5, 2, 3)
    parameters = random_parameters(drawn)
    learning = list(parameters.values())
    loss = program(drawn).run(parameters, {"x": x}, capture=Capture()).outputs["y"].square().sum()
    first = torch.autograd.grad(loss, learning, retain_graph=True)
    second = torch.autograd.grad(loss, learning)
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("captured", [False, True])
def test_the_memory_of_a_run_is_freed_without_waiting_for_the_garbage_collector(captured: bool) -> None:
    drawn, x = interlocked(), normal(50, 4, 3)
    parameters, engine = random_parameters(drawn), program(interlocked())

    def tensors_after_a_step() -> int:
        capture = Capture() if captured else None
        engine.run(parameters, {"x": x}, capture=capture).outputs["y"].square().sum().backward()
        del capture
        return sum(issubclass(type(item), Tensor) for item in gc.get_objects())

    gc.collect()
    gc.disable()
    try:
        tensors_after_a_step()
        first = tensors_after_a_step()
        assert tensors_after_a_step() <= first
    finally:
        gc.enable()


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA GPU")
@pytest.mark.parametrize("truncate", [0, 2])
@pytest.mark.parametrize("draw", [interlocked, padded_network])
def test_a_gpu_gives_the_same_values_and_gradients(draw, truncate: int) -> None:
    drawn, x, results = draw(), normal(5, 3, 3), []
    for device in ("cpu", "cuda"):
        parameters = {k: v.detach().to(device).requires_grad_() for k, v in random_parameters(drawn).items()}
        capture = Capture(every_layer=True)
        engine = compile_network(drawn, dtype=DOUBLE, device=device)
        values = engine.run(
            parameters, {"x": x}, lengths=torch.tensor([5, 2, 3]), truncate=truncate, capture=capture, training=True
        )
        values.outputs["y"].square().mean().backward()
        found = [values.outputs["y"].detach(), *(p.grad for p in parameters.values())]
        results.append([t.cpu() for t in [*found, *(capture.total(key) for key in drawn.layers if key != "x")]])
    for on_cpu, on_gpu in zip(*results, strict=True):
        assert torch.allclose(on_cpu, on_gpu, atol=1e-10, rtol=0)
