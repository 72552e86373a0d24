"""Numbers of a neuron and of a small network that learns, against autograd in 64 bit through several updates."""

import numpy as np
import pytest
import torch

from core.catalogue.spec import Choice
from core.explore.feed_forward import SmallNetwork
from core.why.labs.walked import Small, Taken, neuron, neuron_sum
from tests.core.why.reading import check_words, walk_on

SIZES = (2, 3, 2)


def taught(seed=1, steps=3, rate=0.7):
    """A small network after some updates, and the same in torch."""
    rng = np.random.default_rng(seed)
    network, target, past = SmallNetwork.drawn(SIZES, "tanh", "sigmoid", seed), rng.random(2), ()
    x = rng.normal(size=2)
    weights = [torch.tensor(w, requires_grad=True) for w in network.weights]
    biases = [torch.tensor(b, requires_grad=True) for b in network.biases]
    learner = torch.optim.SGD([*weights, *biases], lr=rate)
    for step in range(steps + 1):
        walk = network.forward(x)
        network.backward(walk, target)
        small = Small(network, walk, seed, target, past)
        learner.zero_grad()
        values = [torch.tensor(x, requires_grad=True)]
        sums = []
        for w, b, bend in zip(weights, biases, (torch.tanh, torch.sigmoid), strict=True):
            sums.append(w @ values[-1] + b)
            values.append(bend(sums[-1]))
        for one in (*values[1:], *sums):
            one.retain_grad()
        loss = torch.nn.functional.mse_loss(values[-1], torch.tensor(target))
        loss.backward()
        if step < steps:
            learner.step()
            past = (*past, Taken(small, rate))
            network = network.stepped(walk, rate)
    return small, values, sums, weights, biases, loss


@pytest.mark.parametrize("seed", range(4))
def test_every_number_of_the_small_network_is_that_of_autograd(seed):
    small, values, sums, weights, biases, loss = taught(seed)
    close = lambda value: pytest.approx(value.item(), rel=1e-9, abs=1e-14)  # noqa: E731
    assert small.loss().value == close(loss)
    assert sum(term.contribution for term in small.loss().terms) == close(loss)
    for layer, size in enumerate(SIZES):
        for unit in range(size):
            assert small.value(layer, unit).value == close(values[layer][unit])
            assert small.gradient(layer, unit).value == close(values[layer].grad[unit])
            if not layer:
                continue
            assert small.sum(layer, unit).value == close(sums[layer - 1][unit])
            assert small.delta(layer, unit).value == close(sums[layer - 1].grad[unit])
            assert small.bias(layer, unit).value == close(biases[layer - 1][unit])
            for source in range(SIZES[layer - 1]):
                gradient = weights[layer - 1].grad[unit, source]
                assert small.weight(layer, unit, source).value == close(weights[layer - 1][unit, source])
                assert small.weight_gradient(layer, unit, source).value == close(gradient)
                updated = small.updated(layer, unit, source, 0.3)
                assert updated.value == close(weights[layer - 1][unit, source] - 0.3 * gradient)
                assert sum(term.contribution for term in updated.terms) == pytest.approx(updated.value)


def test_rows_of_a_weight_are_its_updates():
    small, *_ = taught(steps=4)
    found = small.weight(2, 1, 2)
    assert len(found.terms) == 5 and sum(term.contribution for term in found.terms) == pytest.approx(found.value)
    assert found.terms[0].value == SmallNetwork.drawn(SIZES, "tanh", "sigmoid", 1).weights[1][1, 2]
    untaught, *_ = taught(steps=0)
    assert not untaught.weight(1, 0, 0).terms


def test_many_updates_are_told_together():
    small, *_, weights, _biases, _loss = taught(steps=60)
    found = small.weight(1, 0, 1)
    assert len(found.terms) == 42 and found.value == pytest.approx(weights[0][0, 1].item(), rel=1e-9)
    assert sum(term.contribution for term in found.terms) == pytest.approx(found.value)


def test_rows_lead_on_and_every_written_number_has_one():
    rng, read = np.random.default_rng(0), 0
    for seed in range(10):
        small, *_ = taught(seed, steps=seed % 4)
        for start in (small.loss(), small.value(2, 1), small.gradient(0, 1), small.gradient(2, 0), small.weight_gradient(1, 2, 1),
                      small.weight(2, 1, 2), small.bias(1, 1), small.updated(1, 0, 1, 0.5)):  # fmt: skip
            read += walk_on(start, rng, 7, (0.5, 3.0, 1e-4, 2e-4))
            check_words(start) if seed < 2 else None
    assert read > 200


def test_a_neuron():
    rng = np.random.default_rng(2)
    for _ in range(20):
        x, w, bias = rng.normal(size=3), rng.normal(size=3), float(rng.normal())
        z, y = neuron_sum(x, w, bias), neuron(Choice("tanh"), x, w, bias)
        layer = torch.nn.functional.linear(torch.tensor(x), torch.tensor(w)[None], torch.tensor([bias]).double())
        assert z.value == pytest.approx(layer.item()) and y.value == pytest.approx(torch.tanh(layer).item())
        assert sum(term.contribution for term in y.terms) == pytest.approx(z.value)
        assert walk_on(y, rng, 3) > 1
    check_words(y)
    assert " - " in neuron_sum(np.ones(2), np.ones(2), -0.14).numbers[0]
