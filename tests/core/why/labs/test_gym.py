"""Numbers of the memory gym against counts and means of their own."""

import numpy as np
import pytest

from core.catalogue.spec import Choice
from core.gym import results as files
from core.gym.models import KINDS, entrant, network, size, tensors
from core.gym.plans import GYM, places_of
from core.gym.results import Model, Point, Results
from core.gym.sweep import Plan, Standing, sweep
from core.gym.tasks import data_at, settings_for, tasks
from core.why.labs import gym as why
from tests.core.why.reading import check_arithmetic, check_words, rowless, walk_on


def tried(seed):
    rng = np.random.default_rng(seed)
    values = tuple(sorted({float(v) for v in rng.integers(2, 200, 5)}))
    points = tuple(
        Point(key, value, n, float(np.round(rng.random(), 3)), int(rng.integers(1, 20)), 1.5)
        for key in "ab" for value in values for n in range(int(rng.integers(1, 5)))
    )  # fmt: skip
    least = {value: float(np.round(0.5 * rng.random(), 3)) for value in values}
    return Results("copy", "Copy", "lag", values, {}, {"seeds": 4}, (Model("a", "A"), Model("b", "B")), least, points)


@pytest.mark.parametrize("seed", range(10))
def test_shares_edges_chance_and_how_far(seed):
    found, rng, read = tried(seed), np.random.default_rng(seed), 0
    for model in "ab":
        curve = found.curve(model)
        for at, value in enumerate(curve.values.tolist()):
            own = [p.right for p in found.points if (p.model, p.value) == (model, value)]
            share = why.share_right(found, model, value)
            assert share.value == pytest.approx(np.mean(own)) == pytest.approx(curve.mean[at])
            assert why.seed_at_edge(found, model, value, True).value == max(own) == curve.high[at]
            assert why.seed_at_edge(found, model, value, False).value == min(own) == curve.low[at]
            above = why.above_chance(found, model, value)
            least = found.chance[value]
            assert above.value == pytest.approx((np.mean(own) - least) / (1 - least))
            assert why.goal(found, value).value == pytest.approx(least + 0.8 * (1 - least))
            for one in (share, above, why.goal(found, value), why.seed_at_edge(found, model, value, True)):
                read += walk_on(one, rng, 3, (0.8, len(own), 1 / len(own)))
                check_words(one) if seed < 2 else None
        far = why.how_far(found, model)
        assert far.value == (found.remembers(model) or 0.0)
        read += walk_on(far, rng, 4, (0.8, 1.0))
    assert read > 30


@pytest.mark.parametrize("task", tasks())
@pytest.mark.parametrize("key", KINDS)
def test_weights_are_counted_tensor_by_tensor(task, key):
    data = data_at(settings_for(task, samples=40))
    drawn = network(entrant(key, 5), data)
    model = Model(key, KINDS[key].title, size(drawn), tensors(drawn))
    found = why.weights(Results(task, "", "lag", (1.0,), plan={"budget": 300}, models=(model,)), model)
    assert found.value == size(drawn) == sum(term.contribution for term in found.terms)
    assert not rowless(found) and check_arithmetic(found)
    assert all(term.about.value == term.contribution for term in found.terms)
    check_words(found)
    assert "nearest to {budget}" in found.note.template


def test_weights_survive_a_file_and_a_false_file_explains_nothing(tmp_path):
    drawn = network(entrant("lstm", 4), data_at(settings_for("recall", samples=40)))
    model = Model("lstm", "LSTM", size(drawn), tensors(drawn))
    files.save(Results("recall", "Recall", "lag", (1.0,), models=(model,)), tmp_path / "gym.json")
    found = files.load(tmp_path / "gym.json")
    assert found.models == (model,)
    text = (tmp_path / "gym.json").read_text("utf-8")
    (tmp_path / "false.json").write_text(text.replace(f'"parameters": {size(drawn)}', '"parameters": 7'), "utf-8")
    false = files.load(tmp_path / "false.json")
    assert false.models[0].parameters == 7 and not false.models[0].tensors
    assert why.weights(false, false.models[0]).value == 7 and not why.weights(false, false.models[0]).terms
    files.save(Results("recall", "Recall", "lag", (1.0,), models=(Model("x", "X", 3),)), tmp_path / "old.json")
    old = (tmp_path / "old.json").read_text("utf-8").replace(',\n   "tensors": []', "")
    (tmp_path / "old.json").write_text(old, "utf-8")
    assert '"tensors"' not in old and files.load(tmp_path / "old.json").models == (Model("x", "X", 3),)


@pytest.mark.parametrize("values", [{}, {"first": 1, "last": 9, "places": 30}, {"first": 7, "last": 7}, {"over": "noise", "places": 7}, {"over": "noise", "places": 1}, {"first": 2, "last": 1000, "places": 2}])  # fmt: skip
def test_places(values):
    chosen = Choice(GYM.key, GYM.complete(values))
    found = why.places(chosen)
    assert [one.value for one in found] == list(places_of(chosen))
    for one in found:
        check_words(one)
        assert not rowless(one, tuple(range(31)))
        exact = one.numbers[0].partition(r" \approx ")[0]
        assert check_arithmetic(type(one)(one.title, one.value, (), (exact,), one.note)) or len(found) == 1


def test_how_much_of_a_sweep_is_done():
    settings = settings_for("recall", samples=60)
    plan = Plan("recall", (2.0, 4.0), (entrant("elman", 3), entrant("gru", 3)), settings=settings, epochs=2, seeds=2)
    seen = [standing for standing in sweep(plan) if standing.results is not None]
    assert len(seen) > 8
    for standing in seen:
        found = why.progress(standing.results, standing)
        assert found.value == standing.done and not rowless(found, (8 * standing.done, 8)) and check_arithmetic(found)
        assert 8 * standing.done == pytest.approx(standing.count, abs=1)
        now = why.epoch(standing.results, standing)
        assert 1 <= now.value <= 2 and now.value == max(1, standing.epoch)
    assert isinstance(seen[-1], Standing)
    check_words(found)
