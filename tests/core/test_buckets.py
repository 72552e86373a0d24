"""Length buckets: every sample once an epoch, similar lengths together, and how much of a batch is padding."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.buckets import Padding, batches_of, by_length, epoch_order, padded_axes
from core.edits import SetParam
from core.engine.course import Course, Position
from core.examples import open_example
from core.project import Project
from core.script import set_value
from core.training import default_training


@st.composite
def settled(draw):
    """Samples out of a larger data set, the lengths of all of it, and settings with buckets."""
    count = draw(st.integers(1, 120))
    seed = draw(st.integers(0, 999))
    rng = np.random.default_rng(seed)
    samples = rng.permutation(count + draw(st.integers(0, 20)))[:count]
    lengths = rng.integers(1, draw(st.integers(2, 30)), count + 20)
    training = default_training(
        seed=seed,
        batch_size=draw(st.integers(1, 40)),
        buckets=draw(st.integers(1, 12)),
        shuffle=draw(st.booleans()),
    )
    return samples, lengths, training


@given(settled(), st.integers(1, 5))
def test_an_epoch_has_every_sample_once_and_only_its_last_batch_is_smaller(case, epoch):
    samples, lengths, training = case
    order = epoch_order(samples, training, epoch, lengths)
    np.testing.assert_array_equal(np.sort(order), np.sort(samples))
    sizes = [len(batch) for batch in batches_of(order, training["batch_size"])]
    assert set(sizes[:-1]) <= {training["batch_size"]} and sizes[-1] <= training["batch_size"]


@given(settled(), st.integers(1, 5))
def test_the_order_is_decided_by_seed_and_epoch_alone(case, epoch):
    samples, lengths, training = case
    order = epoch_order(samples, training, epoch, lengths)
    np.random.seed(7)
    np.testing.assert_array_equal(epoch_order(samples, training, epoch, lengths), order)


def test_another_epoch_and_another_seed_have_another_order():
    samples, lengths = np.arange(200), np.random.default_rng(0).integers(1, 20, 200)
    orders = [
        epoch_order(samples, default_training(seed=seed, buckets=4, batch_size=10), epoch, lengths)
        for seed, epoch in ((0, 1), (0, 2), (1, 1))
    ]
    assert len({order.tobytes() for order in orders}) == 3
    batches = {frozenset(batch.tolist()) for order in orders for batch in batches_of(order, 10)}
    assert len(batches) == 60, "other samples meet, not only in another order"


def test_batches_of_a_pool_come_in_any_order_and_not_one_behind_the_other():
    samples, lengths = np.arange(400), np.random.default_rng(0).integers(1, 20, 400)
    training = default_training(batch_size=10, buckets=10)
    plain = epoch_order(samples, default_training(batch_size=10), 1, lengths)
    pool_of = {int(sample): place // 100 for place, sample in enumerate(plain)}
    batches = batches_of(epoch_order(samples, training, 1, lengths), 10)
    pools = [pool_of[int(batch[0])] for batch in batches]
    assert np.count_nonzero(np.diff(pools)) > 10
    longest = [int(lengths[batch].max()) for batch in batches]
    first = [length for length, pool in zip(longest, pools, strict=True) if pool == 0]
    assert first != sorted(first)
    in_order = epoch_order(samples, default_training(batch_size=10, buckets=10, shuffle=False), 1, lengths)
    firsts = [int(lengths[batch].max()) for batch in batches_of(in_order, 10)[:10]]
    assert firsts == sorted(firsts) and set(in_order[:100]) == set(range(100))


@given(settled())
def test_within_a_pool_no_batch_reaches_into_the_lengths_of_another(case):
    samples, lengths, training = case
    size, pool = training["batch_size"], training["buckets"]
    plain = epoch_order(samples, default_training(**{**training.values, "buckets": 0}), 1, lengths)
    pools = [set(plain[start : start + size * pool].tolist()) for start in range(0, len(plain), size * pool)]
    of_pool: dict[int, list[np.ndarray]] = {}
    for batch in batches_of(epoch_order(samples, training, 1, lengths), size):
        (home,) = [n for n, one in enumerate(pools) if one.issuperset(batch.tolist())]
        of_pool.setdefault(home, []).append(batch)
    for batches in of_pool.values():
        spans = sorted((int(lengths[batch].min()), int(lengths[batch].max())) for batch in batches)
        assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))


@given(settled())
def test_sorting_never_adds_padding_to_a_pool(case):
    samples, lengths, training = case
    size = training["batch_size"]

    def longest(values):
        order = epoch_order(samples, default_training(**values), 1, lengths)
        return sum(len(batch) * int(lengths[batch].max()) for batch in batches_of(order, size))

    if len(samples) % size == 0:
        assert longest(training.values) <= longest({**training.values, "buckets": 0})


def test_without_buckets_or_lengths_the_order_is_the_one_from_before():
    samples = np.arange(50)
    wanted = np.random.default_rng([3, 2]).permutation(samples)
    for training, lengths in ((default_training(seed=3), samples), (default_training(seed=3, buckets=8), None)):
        np.testing.assert_array_equal(epoch_order(samples, training, 2, lengths), wanted)


@given(settled(), st.integers(0, 30))
def test_a_course_goes_on_at_any_batch(case, stopped):
    samples, lengths, training = case
    size = training["batch_size"]
    whole, seen = Course(samples, training, lengths), []
    for _ in range(40):
        seen.append(whole.next(size))
        whole.advance(len(seen[-1]))
    first = Course(samples, training, lengths)
    for _ in range(stopped):
        first.advance(len(first.next(size)))
    again = Course(samples, training, lengths)
    again.position, again.order = Position(**vars(first.position)), first.order.copy()
    for wanted in seen[stopped:]:
        np.testing.assert_array_equal(again.next(size), wanted)
        again.advance(len(wanted))


def test_a_new_batch_size_forms_the_buckets_of_the_next_epoch():
    samples, lengths = np.arange(60), np.random.default_rng(0).integers(1, 20, 60)
    course = Course(samples, default_training(batch_size=10, buckets=3), lengths)
    course.advance(10)
    course.training = default_training(batch_size=12, buckets=3)
    seen = [course.next(12)]
    while not course.advance(len(seen[-1])):
        seen.append(course.next(12))
    assert sum(map(len, seen)) == 50
    np.testing.assert_array_equal(course.order, epoch_order(samples, course.training, 2, lengths))


def test_the_order_goes_by_the_first_axis_and_then_by_the_next():
    project = open_example("pronunciation-english")
    first, second = padded_axes(project.network, project.dataset())
    order = np.argsort(by_length((first, second)), kind="stable")
    pairs = list(zip(first.needed[order].tolist(), second.needed[order].tolist(), strict=True))
    assert pairs == sorted(pairs)
    assert by_length(()) is None


def test_axes_of_encoder_and_decoder():
    project = open_example("pronunciation-english")
    data = project.dataset()
    read, told = padded_axes(project.network, data)
    assert (read.answered, told.answered) == (False, True)
    np.testing.assert_array_equal(read.needed, data.lengths)
    np.testing.assert_array_equal(told.needed, data.mask.sum(axis=1))
    assert (read.steps, told.steps) == (data.inputs["x"].steps, data.target.steps)


@pytest.mark.parametrize("key", ["digits-rows-elman", "iris-mlp", "copy-gru", "drawing-gru", "sorting-encoder-decoder"])
def test_data_of_one_length_has_no_axes(key):
    project = open_example(key)
    assert padded_axes(project.network, project.dataset()) == ()


def test_a_target_without_a_mask_keeps_its_axis_whole():
    project = open_example("names-write")
    assert len(padded_axes(project.network, project.dataset())) == 1
    assert padded_axes(project.network, replace(project.dataset(), mask=None, lengths=None)) == ()
    tagged = open_example("hafez-spaces")
    assert padded_axes(tagged.network, replace(tagged.dataset(), mask=None)) == ()


def test_an_input_that_does_not_fit_the_data_has_no_axis():
    project = open_example("names-gru")
    project.apply(SetParam(project.network.layer("Input").id, "field", "nowhere"))
    assert padded_axes(project.network, project.dataset()) == ()
    assert padded_axes(Project().network, project.dataset()) == ()


@pytest.mark.parametrize("key", ["names-gru", "pronunciation-english"])
@pytest.mark.parametrize("buckets", [0, 3])
def test_the_share_of_padding_is_counted_sample_by_sample(key, buckets):
    project = open_example(key)
    axes = padded_axes(project.network, project.dataset())
    samples = project.dataset().samples("train")[:150]
    found = Padding.of(axes, samples, default_training(batch_size=32, buckets=buckets, seed=5))
    batches = batches_of(found.order, 32)
    assert [len(batch) for batch in batches] == [32, 32, 32, 32, 22]
    filler = computed = 0
    for batch in batches:
        for axis in axes:
            steps = max(int(axis.needed[sample]) for sample in batch) if buckets else axis.steps
            assert found.steps(axis, batch) == steps
            filler += sum(steps - int(axis.needed[sample]) for sample in batch)
            computed += len(batch) * steps
    assert found.share == pytest.approx(filler / computed)
    assert np.isnan(Padding.of((), samples, default_training()).share)


def test_buckets_spare_most_of_the_padding_of_real_data():
    project = open_example("sentiment-gru")
    axes, samples = padded_axes(project.network, project.dataset()), project.dataset().samples("train")
    plain, sorted_ = (Padding.of(axes, samples, default_training(batch_size=64, buckets=pool)) for pool in (0, 8))
    assert plain.share > 0.5 and sorted_.share < 0.15


def test_the_setting_is_declared_for_every_way_of_setting_it():
    project = Project()
    set_value(project, "buckets", "8")
    assert project.training["buckets"] == 8
    assert default_training()["buckets"] == 0
