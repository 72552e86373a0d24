"""A race on the user's network trains each copy exactly as a session of its own would."""

import numpy as np
import pytest

from core.catalogue.optimizers import OPTIMIZERS
from core.engine.race import race
from core.engine.session import Session
from core.parameters import parameters
from tests.core.engine.session_toys import elman, running_mean, state, tagger, two_classes


def settings(**more):
    return state(elman(dropout=0.3), **{"loss": "cross_entropy", "batch_size": 8, "epochs": 2, "seed": 7, **more})


def first_weight(project):
    return next(name for name in parameters(project.network) if name.endswith(".weight"))


@pytest.mark.parametrize("key", list(OPTIMIZERS))
def test_equals_a_session_of_its_own(key):
    choice = OPTIMIZERS.choose(key)
    project, data = settings(weight_decay=0.01), two_classes()
    name = first_weight(project)
    standings = list(race(project, data, {"sgd": OPTIMIZERS.choose("sgd"), key: choice}, 5, (name, (0, 0))))
    alone = Session(settings(weight_decay=0.01, optimizer=choice), data).run()
    expected = [next(alone).loss for _ in range(5)]
    np.testing.assert_allclose(standings[-1].losses[key], expected, rtol=1e-6)
    assert standings[-1].taken == 5 and len(standings) == 5


@pytest.mark.parametrize("key", sorted({*OPTIMIZERS} - {"lbfgs"}))
def test_the_xray_of_a_weight_tells_the_step_that_was_taken(key):
    project, data = settings(), two_classes()
    name = first_weight(project)
    previous = None
    for standing in race(project, data, {key: OPTIMIZERS.choose(key)}, 6, (name, (1, 0))):
        xray = standing.xrays[key][-1]
        shadow = dict(xray.now)
        if previous is not None:
            assert xray.weight == pytest.approx(previous.weight + previous.now["change"], rel=1e-5)
        if key == "adam":
            assert shadow["change"] == pytest.approx(
                -0.001 * shadow["m_hat"] / (np.sqrt(shadow["v_hat"]) + 1e-8), rel=1e-3
            )
        if key == "sgd":
            assert shadow["change"] == pytest.approx(-0.01 * shadow["g"], rel=1e-3)
        previous = xray


def test_a_runaway_stands_still_and_the_others_go_on():
    project, data = state(tagger(), loss="mse", batch_size=8, epochs=20, seed=1), running_mean()
    racers = {"sgd": OPTIMIZERS.choose("sgd", lr=100.0), "adam": OPTIMIZERS.choose("adam")}
    last = list(race(project, data, racers, 40, (first_weight(project), (0, 0))))[-1]
    assert last.lost == {"sgd"}
    assert len(last.losses["sgd"]) < 40
    assert len(last.losses["adam"]) == 40
    assert last.losses["adam"][-1] < last.losses["adam"][0]
