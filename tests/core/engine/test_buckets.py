"""A batch that is cut to its longest sample learns what the padded one learns, and a session with buckets can go on anywhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core.buckets import by_length, epoch_order, padded_axes
from core.data.dataset import Dataset, Field
from core.edits import SetTraining
from core.engine.batches import Batches
from core.engine.capture import Capture
from core.engine.history import History
from core.engine.model import Model, Pass
from core.engine.program import Program
from core.engine.race import race
from core.engine.session import Session
from core.examples import open_example
from core.network import Link, Network
from core.parameters import initial
from core.project import Project, State
from core.runs import Run, ends
from core.training import default_training
from tests.core.engine.random_networks import Case, random_case
from tests.core.engine.session_toys import layer, network, state
from tests.core.engine.test_session_state import curve, through_files

CPU, DOUBLE = torch.device("cpu"), torch.float64
PADDED = [
    "names-gru", "vowels-gru", "sentiment-gru", "declaration-language", "names-write", "hafez-next", "hafez-spaces",
    "pronunciation-english", "dates-iso", "dates-attention", "addition",
]  # fmt: skip


def close(found: torch.Tensor, wanted: torch.Tensor, what: str) -> None:
    scale = max(1.0, float(wanted.abs().max())) if wanted.numel() else 1.0
    assert found.shape == wanted.shape, what
    assert float((found - wanted).abs().max()) <= 1e-12 * scale, what


def both(project: Project, rows: np.ndarray, **settings: object) -> tuple[Pass, Pass]:
    """The same samples padded to the length of the data, and cut to the longest of them; in float64, without dropout."""
    data, training = project.dataset(), default_training(**{**project.training.values, **settings})
    axes = padded_axes(project.network, data)
    batches, model = Batches(project.network, data, DOUBLE, CPU), Model(project.network, data, training, DOUBLE, CPU)
    weights = {
        name: torch.tensor(value, dtype=DOUBLE).requires_grad_() for name, value in initial(project.network, 3).items()
    }
    passes = []
    for batch in (batches.take(rows), batches.take(rows, axes)):
        copies = {name: weight.detach().clone().requires_grad_() for name, weight in weights.items()}
        seen = model.forward(copies, batch, capture=Capture(every_layer=True))
        penalty = seen.activity(training)
        torch.autograd.backward(seen.loss if penalty is None else seen.loss + penalty)
        passes.append(seen)
    whole, cut = passes
    assert sum(x.numel() for x in cut.batch.inputs.values()) < sum(x.numel() for x in whole.batch.inputs.values())
    return whole, cut


def shortest(project: Project, count: int = 7) -> np.ndarray:
    """Samples that leave a good part of the padding unused on every axis."""
    needed = np.sum([axis.needed / axis.steps for axis in padded_axes(project.network, project.dataset())], axis=0)
    return np.argsort(needed, kind="stable")[len(needed) // 20 :][:count]


@pytest.mark.parametrize("key", PADDED)
@pytest.mark.parametrize("settings", [{}, {"tbptt": 2}, {"activity": 0.3}], ids=["plain", "truncated", "activity"])
def test_a_cut_batch_has_the_loss_and_the_gradients_of_the_padded_one(key: str, settings: dict[str, object]) -> None:
    project = open_example(key)
    whole, cut = both(project, shortest(project), **settings)
    close(cut.loss.detach(), whole.loss.detach(), "loss")
    assert cut.capture is not None and whole.capture is not None
    for name, tensor in whole.parameters.items():
        assert tensor.grad is not None and cut.parameters[name].grad is not None
        close(cut.parameters[name].grad, tensor.grad, f"gradient of {name}")
    for one in project.network:
        of_cut, of_whole = cut.capture.total(one.id), whole.capture.total(one.id)
        if of_cut.dim() == 3:
            if not settings.get("activity"):
                assert not of_whole[len(of_cut) :].any(), f"padding of {one.name} reaches the loss"
            of_whole = of_whole[: len(of_cut)]
        close(of_cut, of_whole, f"dL/dh of {one.name}")


def test_every_way_to_read_a_sequence_is_compared() -> None:
    kinds = {one.kind for key in PADDED for one in open_example(key).network}
    assert {"embedding", "gru", "last_step", "max_time", "attention", "dropout", "dense"} <= kinds
    assert any(one.params.get("bidirectional") for key in PADDED for one in open_example(key).network)


def as_data(case: Case) -> tuple[Network, Dataset]:
    """The inputs of a random case as a data set, each input layer with a field of its own."""
    drawn, inputs = case.network, {}
    for one in case.network.of_kind("input"):
        drawn = replace(drawn, layers={**drawn.layers, one.id: replace(one, params={**one.params, "field": one.id})})
        value = case.inputs[one.id].detach().numpy()
        inputs[one.id] = Field(value.transpose(1, 0, 2) if value.ndim == 3 else value)
    samples = len(next(iter(inputs.values())).values)
    assert case.lengths is not None
    parts = {"train": np.arange(samples)}
    sequences = [key for key, one in inputs.items() if one.sequence]
    inputs = {key: inputs[key] for key in (*sequences, *(key for key in inputs if key not in sequences))}
    target = Field(np.zeros((samples, 1)))
    lengths = case.lengths.numpy() if sequences else None
    return drawn, Dataset("random", "Random", "regression", inputs, target, parts, lengths=lengths)  # type: ignore[arg-type]


def run(case: Case, drawn: Network, inputs: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The loss and the gradients of a case with these inputs, its weights of the loss cut to as many steps."""
    values = Program(drawn, DOUBLE, CPU).run(
        case.parameters, inputs, steps=case.steps, lengths=case.lengths, truncate=case.truncate
    )
    ends = {key: len(value) for key, value in values.outputs.items()}
    shorter = replace(
        case,
        judged={key: weights[: ends[key]] for key, weights in case.judged.items()},
        judged_logits={key: weights[: ends[key]] for key, weights in case.judged_logits.items()},
    )
    loss = shorter.loss(values)
    for leaf in case.parameters.values():
        leaf.grad = None
    if loss.requires_grad:
        loss.backward()
    found = {name: leaf.grad.clone() for name, leaf in case.parameters.items() if leaf.grad is not None}
    return {"loss": loss.detach(), **found}


def test_random_networks_learn_the_same_from_cut_batches() -> None:
    cut = 0
    for seed in range(1500):
        case = random_case(seed)
        if case.lengths is None:
            continue
        drawn, data = as_data(case)
        axes = padded_axes(drawn, data)
        rows = np.arange(len(data))
        if all(axis.longest(rows) == axis.steps for axis in axes):
            continue
        cut += 1
        batches = Batches(drawn, data, DOUBLE, CPU)
        whole = run(case, drawn, dict(batches.take(rows).inputs))
        found = run(case, drawn, dict(batches.take(rows, axes).inputs))
        assert whole.keys() == found.keys(), f"seed {seed}"
        for name in whole:
            close(found[name], whole[name], f"seed {seed}: {name}")
    assert cut > 100


def pairs(samples: int = 45) -> Dataset:
    """Texts and answers of any length: the answer is as long as the text, or a step longer."""
    rng = np.random.default_rng(4)
    read, told = rng.integers(1, 8, samples), np.zeros(samples, int)
    told = np.minimum(read + rng.integers(0, 2, samples), 6)
    x = rng.normal(size=(samples, 7, 3)).astype(np.float32)
    y = rng.normal(size=(samples, 6, 1)).astype(np.float32)
    before = np.concatenate([np.zeros((samples, 1, 1), np.float32), y[:, :-1]], axis=1)
    order = rng.permutation(samples)
    return Dataset(
        "toy", "Toy", "regression", {"x": Field(x), "previous": Field(before)}, Field(y),
        {"train": order[:37], "validation": order[37:]}, mask=np.arange(6) < told[:, None], lengths=read,
        feedback="previous",
    )  # fmt: skip


def pair_network() -> Network:
    """A bidirectional encoder, attention over it, and a decoder with dropout that reads its answers."""
    layers = [
        layer("x", "input", units=3, sequence=True),
        layer("encoder", "gru", units=2, bidirectional=True),
        layer("said", "input", units=1, sequence=True, field="previous"),
        layer("decoder", "lstm", units=4),
        layer("drop", "dropout", rate=0.3),
        layer("look", "attention", score="general"),
        layer("y", "output", units=1),
    ]
    links = [("x", "encoder"), ("said", "decoder"), ("decoder", "drop"), ("drop", "look"), ("drop", "y"), ("look", "y")]
    made = network(layers, links)  # type: ignore[arg-type]
    return made.with_link(Link("memory", "encoder", "look", 0, "memory"))


def start(**settings: object) -> State:
    defaults = {"batch_size": 5, "epochs": 3, "buckets": 3, "schedule": "cosine", "teaching": "linear"}
    return state(pair_network(), **{**defaults, **settings})


def test_a_session_with_buckets_is_resumed_at_every_batch(tmp_path: Path) -> None:
    begin, data = start(early_stopping=True), pairs()
    whole = curve(Session(begin, data))
    for batch in range(24):
        first = Session(begin, data)
        reports = first.run()
        for _ in range(batch):
            next(reports)
        taken = through_files(first.snapshot(), tmp_path)
        assert curve(Session(begin, data, resume=taken)) == whole[batch:]


def test_stepping_back_replays_a_session_with_buckets() -> None:
    begin, data = start(), pairs()
    session = Session(begin, data)
    history = History(session, begin, data, budget=1, share=np.inf)
    weights, losses = [session.weights()], []
    for report in session.run():
        losses.append(report.loss)
        weights.append(session.weights())
        history.observe(session)
    for batch in (23, 13, 14, 2, 9, 0):
        again = history.session_at(batch)
        assert all(np.array_equal(value, weights[batch][name]) for name, value in again.weights().items())
        assert next(again.run()).loss == losses[batch]


def test_a_smaller_last_batch_and_a_live_batch_size_lose_no_sample() -> None:
    data, session = pairs(), Session(start(batch_size=6, epochs=2), pairs())
    seen, take = [], session._data.take

    def noted(samples, axes=()):
        if axes:
            seen.extend(samples.tolist())
        return take(samples, axes)

    session._data.take = noted  # type: ignore[method-assign]
    for report in session.run():
        if report.batch == 2:
            session.change(default_training(**{**session.training.values, "batch_size": 4}))
    for epoch in (seen[:37], seen[37:]):
        assert sorted(epoch) == sorted(data.split["train"].tolist())
    wanted = epoch_order(data.split["train"], session.training, 2, by_length(session._axes))
    assert session.training["batch_size"] == 4 and seen[37:] == wanted.tolist(), (
        "the next epoch has buckets of the new size"
    )


def test_a_batch_reaches_to_the_last_answer_that_counts_behind_the_end_of_what_is_read() -> None:
    whole = pairs()
    inputs = {"x": Field(whole.inputs["x"].values[:, :6]), "previous": whole.inputs["previous"]}
    data = replace(
        whole, inputs=inputs, lengths=np.ones(45, int), mask=np.arange(6) < np.arange(1, 46)[:, None] % 4 + 1
    )
    drawn = network(
        [layer("x", "input", units=3, sequence=True), layer("h", "rnn", units=2), layer("y", "output", units=1)],
        [("x", "h"), ("h", "y")],
    )
    (axis,) = axes = padded_axes(drawn, data)
    assert data.mask is not None
    np.testing.assert_array_equal(axis.needed, data.mask.sum(axis=1))
    batches, model = Batches(drawn, data, DOUBLE, CPU), Model(drawn, data, default_training(), DOUBLE, CPU)
    weights = {name: torch.tensor(value, dtype=DOUBLE) for name, value in initial(drawn, 3).items()}
    rows = np.array([4, 8, 9])
    padded, cut = (model.forward(weights, batch).loss for batch in (batches.take(rows), batches.take(rows, axes)))
    assert axis.longest(rows) == 3
    close(cut, padded, "loss")


def test_watching_time_step_by_time_step_changes_nothing_and_ends_with_the_longest_sample() -> None:
    plain, stepped = Session(start(), pairs()), Session(start(), pairs())
    losses = [report.loss for report in plain.run()]
    stepped.granularity = "step"
    moments, found = [], []
    for report in stepped.run():
        if report.moment is None:
            found.append((report.loss, len(moments)))
            moments = []
        else:
            moments.append(report.moment)
            assert report.moment.steps == 7, "the steps of the data, which is what views draw"
            forward = [moment.step for moment in moments if moment.phase == "forward"]
            assert forward == list(range(len(forward)))
    assert [loss for loss, _ in found] == losses
    assert len({count for _, count in found}) > 1, "some batches are walked through in fewer moments"


def test_without_padding_buckets_change_no_bit() -> None:
    data = replace(pairs(), lengths=None, mask=None)
    assert curve(Session(start(), data)) == curve(Session(start(buckets=0), data))


def test_one_batch_an_epoch_learns_what_it_learns_without_buckets() -> None:
    ways = []
    for buckets in (0, 2):
        made = state(pair_network(), batch_size=37, epochs=12, buckets=buckets, precision="float64", shuffle=False)
        made = replace(made, network=made.network.with_layer(layer("drop", "dropout", rate=0.0)))
        session = Session(made, pairs())
        list(session.run())
        ways.append(session.weights())
    for name, value in ways[0].items():
        np.testing.assert_allclose(ways[1][name], value, rtol=1e-9, atol=1e-11)


def test_a_run_says_which_steps_a_batch_had(tmp_path: Path) -> None:
    begin, data = start(), pairs()
    run = Run(state=begin)
    lengths = {}
    for report in Session(begin, data).run():
        run.add(report)
        lengths[report.batch] = len(report.gradients["encoder"].total)
    table = run.gradients["encoder"]
    assert len(set(lengths.values())) > 1
    for row, batch in enumerate(table["batch"]):
        steps = ends(table)[row]
        assert steps == lengths[int(batch)]
        assert np.isfinite(table["total"][row][:steps]).all() and np.isnan(table["total"][row][steps:]).all()
    told = run.report()["gradients"]["Encoder"]
    assert [sum(value is not None for value in row) for row in told["total"]] == told["steps"]
    again = Run.from_arrays(run.to_arrays(), run.to_json())
    np.testing.assert_array_equal(again.gradients["encoder"]["steps"], table["steps"])


def test_a_project_keeps_the_setting_and_the_run(tmp_path: Path) -> None:
    from core.project_file import load, save
    from core.script import train

    project = open_example("names-gru")
    for path, value in (("buckets", 4), ("epochs", 1), ("batch_size", 512)):
        project.apply(SetTraining(path, value))
    train(project)
    save(project, tmp_path / "names.unroll")
    again = load(tmp_path / "names.unroll")
    assert again.training["buckets"] == 4
    (table,), (kept,) = project.runs[-1].gradients.values(), again.runs[-1].gradients.values()
    np.testing.assert_array_equal(table["steps"], kept["steps"])
    np.testing.assert_array_equal(table["total"], kept["total"])


def test_a_race_of_optimizers_takes_the_batches_of_the_session() -> None:
    begin, data = replace(start(), training=default_training(batch_size=5, epochs=1, buckets=3, seed=2)), pairs()
    losses = [report.loss for report in Session(begin, data).run()]
    name = next(iter(begin.weights))
    standings = list(race(begin, data, {"own": begin.training["optimizer"]}, len(losses), (name, (0, 0))))
    assert list(standings[-1].losses["own"]) == losses


def test_a_target_that_another_axis_takes_its_length_from_is_not_cut() -> None:
    layers = [
        layer("given", "input", units=3, sequence=True),
        layer("last", "last_step"),
        layer("again", "repeat"),
        layer("memory", "rnn", units=2),
        layer("said", "input", units=1, sequence=True, field="previous"),
        layer("decoder", "rnn", units=2),
        layer("look", "attention", score="dot"),
        layer("y", "output", units=1),
    ]
    links = [("given", "last"), ("last", "again"), ("again", "memory"), ("said", "decoder"), ("decoder", "look"), ("look", "y")]  # fmt: skip
    drawn = network(layers, links).with_link(Link("m", "memory", "look", 0, "memory"))  # type: ignore[arg-type]
    axes = padded_axes(drawn, pairs())
    assert [axis.answered for axis in axes] == [False]


def test_a_repeat_layer_with_a_number_of_its_own_keeps_its_axis_whole() -> None:
    layers = [
        layer("x", "input", units=3, sequence=True),
        layer("last", "last_step"),
        layer("again", "repeat"),
        layer("both", "add"),
        layer("y", "output", units=3),
    ]
    links = [("x", "last"), ("last", "again"), ("again", "both"), ("x", "both"), ("both", "y")]
    whole, drawn = pairs(), network(layers, links)  # type: ignore[arg-type]
    still = Field(np.zeros((45, 3), np.float32))
    data = replace(whole, inputs={"x": whole.inputs["x"]}, target=still, mask=None, feedback="")
    assert [axis.steps for axis in padded_axes(drawn, data)] == [7]
    fixed = replace(layers[2], params={**layers[2].params, "steps": 7})
    assert padded_axes(drawn.with_layer(fixed), data) == ()
