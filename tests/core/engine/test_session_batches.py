"""The data of a session: time-major batches, their order, and where a session is in them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.engine.batches import Batches
from core.engine.course import Best, Course, Pulse, Stopwatch
from core.engine.session import CELLS_EVERY, Session
from core.errors import UnknownName
from core.training import default_training
from tests.core.engine.session_toys import elman, layer, network, running_mean, state, tagger, two_classes

CPU = torch.device("cpu")


def test_a_batch_is_time_major_with_mask_and_lengths() -> None:
    data = running_mean(padded=True)
    batches = Batches(tagger("rnn"), data, torch.float64, CPU)
    rows = np.array([5, 3, 17])
    batch = batches.take(rows)
    assert batch.inputs["x"].shape == (7, 3, 3) and batch.inputs["x"].dtype == torch.float64
    for n, row in enumerate(rows):
        np.testing.assert_array_equal(batch.inputs["x"][:, n].numpy(), data.inputs["x"].values[row])
        np.testing.assert_array_equal(batch.target[:, n].numpy(), data.target.values[row])
        np.testing.assert_array_equal(batch.mask[:, n].numpy(), data.mask[row])  # type: ignore[index]
        assert next(iter(batch.lengths.values()))[n] == data.lengths[row]  # type: ignore[index]
    assert (len(batch), batch.steps, batch.longest, batches.longest) == (3, 7, 7, 7)


def test_a_static_target_has_no_steps() -> None:
    batch = Batches(elman(), two_classes(), torch.float32, CPU).take(np.arange(4))
    assert batch.target.shape == (4, 1) and batch.steps is None and batch.longest == 6
    assert batch.mask is None and batch.lengths is None


def test_walking_a_part_visits_every_sample_once_and_in_order() -> None:
    batches = Batches(elman(), two_classes(), torch.float32, CPU)
    rows = np.arange(3, 26)
    seen = [batch.samples for batch in batches.walk(rows, 7)]
    assert [len(one) for one in seen] == [7, 7, 7, 2]
    np.testing.assert_array_equal(np.concatenate(seen), rows)


def test_an_unknown_data_field_gets_the_nearest_one() -> None:
    wrong = network(
        [layer("x", "input", units=3, sequence=True, field="xx"), layer("y", "output", units=1)], [("x", "y")]
    )
    with pytest.raises(UnknownName, match="did you mean “x”"):
        Batches(wrong, running_mean(), torch.float32, CPU)


def test_the_order_depends_on_seed_and_epoch_alone() -> None:
    rows = np.arange(20, 70)

    def orders(seed: int, shuffle: bool = True) -> list[np.ndarray]:
        course, found = Course(rows, default_training(seed=seed, shuffle=shuffle)), []
        for _ in range(3):
            found.append(course.order)
            np.random.seed(0)
            torch.manual_seed(0)
            while not course.advance(len(course.next(8))):
                pass
        return found

    first, again, other = orders(1), orders(1), orders(2)
    for epoch in range(3):
        np.testing.assert_array_equal(first[epoch], again[epoch])
        np.testing.assert_array_equal(np.sort(first[epoch]), rows)
        assert not np.array_equal(first[epoch], other[epoch])
    assert not np.array_equal(first[0], first[1])
    assert all(np.array_equal(order, rows) for order in orders(1, shuffle=False))


def test_a_course_counts_batches_and_starts_the_next_epoch() -> None:
    course = Course(np.arange(20), default_training(batch_size=8, epochs=5))
    assert course.batches(8) == 3 and course.steps(default_training(batch_size=8, epochs=5)) == 15
    assert [course.advance(len(course.next(8))) for _ in range(3)] == [False, False, True]
    assert (course.position.epoch, course.position.batch, course.position.batch_in_epoch) == (2, 3, 0)
    course.advance(8)
    assert course.batches(4) == 1 + 3


def test_the_best_loss_is_never_nan() -> None:
    best = Best()
    for epoch, loss in enumerate([3.0, float("nan"), 2.0, 2.0, 5.0], 1):
        best.see(loss, epoch, lambda epoch=epoch: {"epoch": np.array(epoch)})
    assert (best.loss, best.epoch, best.waited) == (2.0, 3, 2) and best.weights["epoch"] == 3


def test_pauses_do_not_count_as_training_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("core.engine.course.perf_counter", lambda: now[0])
    watch, pulse = Stopwatch(), Pulse()
    watch.go()
    now[0] = 2.0
    assert watch.seconds == 2.0
    watch.pause()
    now[0] = 50.0
    assert watch.seconds == 2.0
    watch.go()
    now[0] = 51.5
    assert watch.seconds == 3.5
    assert pulse.due(1.0) and not pulse.due(1.0) and not pulse.due(0.0)
    now[0] = 52.6
    assert pulse.due(1.0)


def test_showing_takes_at_most_a_tenth_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("core.engine.course.perf_counter", lambda: now[0])
    pulse, shown = Pulse(), 0.0
    for _ in range(10_000):
        now[0] += 0.01
        if pulse.due(0.1):
            with pulse.showing():
                now[0] += 0.05
            shown += 0.05
    assert 0.08 < shown / now[0] <= 0.1
    assert now[0] > 100


def test_the_gradient_of_the_cell_is_measured_less_often() -> None:
    session = Session(state(tagger("lstm"), epochs=7, batch_size=16), running_mean())
    reports = list(session.run())
    assert all(r.gradients["h"].total.shape == (7,) for r in reports)
    measured = [r.batch for r in reports if r.gradients["h"].cell is not None]
    assert measured == list(range(1, len(reports) + 1, CELLS_EVERY))


def test_other_inputs_can_be_asked_about() -> None:
    data = running_mean()
    session = Session(state(tagger("gru")), data)
    seen = session.evaluate("train")
    assert seen is not None
    answered = session.outputs(data.inputs["x"].values[seen.samples])
    np.testing.assert_allclose(answered, seen.outputs, atol=1e-6)
