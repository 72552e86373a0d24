"""Probes while training: they come when they are due, keep to their share of the time, and change nothing."""

from __future__ import annotations

import numpy as np
import pytest

from core.catalogue.probes import PROBES, probe_spec
from core.catalogue.spec import Choice
from core.engine.probes import Schedule
from core.engine.session import Session
from core.errors import BadValue, GivenUp
from core.questions import Explain, Measure, Repeat, answered
from core.reports import ProbeResult, Report
from core.runs import Run
from tests.core.engine.session_toys import elman, running_mean, state, tagger, two_classes


def asked(session: Session, layer: str, every: int) -> None:
    session.probes.share = 1e9
    for key in PROBES:
        if key != "gates" or session._model.network.layers[layer].kind in ("lstm", "gru"):
            session.probes.ask(key, layer if probe_spec(key).about == "layer" else "", every, samples=3)


@pytest.mark.parametrize("kind", ["lstm", "elman with dropout"])
def test_every_probe_at_every_batch_changes_nothing(kind: str) -> None:
    if kind == "lstm":
        begin, data = state(tagger("lstm"), epochs=2, batch_size=16), running_mean(padded=True)
    else:
        begin, data = state(elman(dropout=0.4), loss="cross_entropy", epochs=2, batch_size=20), two_classes()
    blind, seeing = Session(begin, data), Session(begin, data)
    asked(seeing, "h", 1)
    losses = [r.loss for r in blind.run()]
    reports = list(seeing.run())
    assert [r.loss for r in reports] == losses
    assert all(np.array_equal(blind.weights()[k], w) for k, w in seeing.weights().items())
    assert all(len(r.probes) == len(PROBES) - (kind != "lstm") for r in reports)


def test_probes_see_the_weights_that_the_batch_was_run_with() -> None:
    begin, data = state(tagger("gru"), epochs=1, batch_size=16), running_mean()
    session = Session(begin, data)
    session.probes.ask("input_gradient", every=1)
    session.probes.share = 1e9
    by_hand = session.probe("input_gradient").values["x/mean"]
    run = session.run()
    for taken in range(2):
        (found,) = next(run).probes
        assert found.batch == taken and found.key == "input_gradient"
        np.testing.assert_array_equal(found.values["x/mean"], by_hand)
        by_hand = session.probe("input_gradient").values["x/mean"]


def test_a_run_keeps_the_latest_answer_of_each_probe() -> None:
    session = Session(state(tagger("lstm"), epochs=1, batch_size=4), running_mean())
    session.probes.share = 1e9
    session.probes.ask("gates", "h", 3)
    run, batches = Run(), []
    for report in session.run():
        run.add(report)
        batches += [found.batch for found in report.probes]
    assert batches == [0, 3, 6]
    assert run.probes["gates", "h"].batch == 6


def result(seconds: float) -> ProbeResult:
    return ProbeResult("noise", "", 0, np.arange(1), {}, seconds)


def test_the_budget_is_kept_to() -> None:
    schedule = Schedule()
    schedule.share = 0.1
    schedule.ask("noise", every=1)
    spent = 0.0
    clock, answers = 0.0, 0
    for batch in range(1000):
        clock += 0.01
        for found in schedule.due(batch, clock, lambda choice, layer: result(0.05)):
            clock += found.seconds
            spent += found.seconds
            answers += 1
        assert spent <= 0.1 * (clock - spent) + 0.05
    assert answers >= 0.1 * 10 / 0.05 - 1


def test_a_probe_can_be_left_and_one_without_budget_is_asked_once() -> None:
    schedule = Schedule()
    schedule.share = 0.0
    schedule.ask("noise", every=1, samples=2)
    chosen: list[Choice] = []

    def answer(choice: Choice, layer: str) -> ProbeResult:
        chosen.append(choice)
        return result(0.5)

    for batch in range(20):
        schedule.due(batch, 100.0, answer)
    assert len(chosen) == 1 and chosen[0]["samples"] == 2
    schedule.ask("noise", every=0)
    assert schedule.due(100, 1e9, answer) == ()


def test_every_probe_states_its_cost() -> None:
    for key in PROBES:
        spec = probe_spec(key)
        assert spec.cost.endswith(".") and spec.when.endswith(".") and spec.fails.endswith(".")
        assert spec.formula and spec.source and spec.runs.startswith("core.engine.probes_")


def test_the_share_is_a_setting_that_can_change_while_training() -> None:
    begin = state(tagger("gru"), epochs=1, batch_size=16, probe_share=20)
    session = Session(begin, running_mean())
    assert session.probes.share == 0.2
    session.change(Choice("training", {**begin.training.values, "probe_share": 1.0}))
    next(session.run())
    assert session.probes.share == 0.01


def test_only_one_probe_is_repeated_and_it_keeps_its_turn() -> None:
    schedule = Schedule(1e9)
    asked: list[tuple[str, int]] = []

    def answer(choice: Choice, layer: str) -> ProbeResult:
        asked.append((choice.key, choice["samples"]))
        return result(0.1)

    schedule.only("noise", every=10, samples=2)
    schedule.due(0, 1.0, answer)
    schedule.only("noise", every=10, samples=2)
    schedule.due(1, 1.0, answer)
    schedule.only("noise", every=10, samples=3)
    schedule.due(2, 1.0, answer)
    schedule.only("gates", "h")
    schedule.due(3, 1.0, answer)
    schedule.only("")
    schedule.due(4, 1.0, answer)
    assert asked == [("noise", 2), ("noise", 3), ("gates", 32)]


def test_what_was_asked_by_hand_while_training_makes_the_others_wait() -> None:
    schedule = Schedule(0.1)
    schedule.ask("noise", every=1)
    assert len(schedule.due(0, 0.0, lambda choice, layer: result(1.0))) == 1
    schedule.charge(2.0)
    for batch in range(1, 60):
        found = schedule.due(batch, float(batch), lambda choice, layer: result(1.0))
        if found:
            break
    # 1 s inside the training time and 2 s beside it have been taken; a fourth one is a tenth of 40 s of bare training.
    assert batch == 41


def test_a_probe_that_does_not_fit_is_given_up_and_the_training_goes_on() -> None:
    begin, data = state(tagger("rnn"), epochs=1, batch_size=16), running_mean()
    blind, seeing = Session(begin, data), Session(begin, data)
    seeing.repeat("gates", "h")
    plain, reports = list(blind.run()), list(seeing.run())
    assert [r.loss for r in reports] == [r.loss for r in plain]
    assert ["has no gates" in note for r in reports for note in r.notes] == [True]


def test_questions_reach_the_probes_and_the_plan() -> None:
    begin, data = state(tagger("lstm"), epochs=1, batch_size=16), running_mean()
    session = Session(begin, data)
    found = answered(Measure("gates", "h", {"samples": 3}, charged=True), session, begin).result
    assert isinstance(found, ProbeResult) and len(found.samples) == 3
    assert session.probes.spent == found.seconds
    assert "h" in [p.layer for r in _repeated(session) for p in r.probes]
    text = answered(Explain(), session, begin).result
    assert isinstance(text, str) and "step by step (LSTM kernel)" in text and "all steps at once" in text
    refused = answered(Measure("gates", "x"), session, begin)
    assert refused.result is None and "has no gates" in refused.template


def _repeated(session: Session) -> list[Report]:
    answered(Repeat("gates", "h"), session, None)
    session.probes.share = 1e9
    return list(session.run())


def test_numbers_too_large_for_eigenvalues_are_answered_with_a_sentence() -> None:
    begin, data = state(elman(), loss="cross_entropy", epochs=1), two_classes()
    session = Session(begin, data)
    for tensor in session._learner.tensors.values():
        tensor.data.fill_(float("nan"))
    with pytest.raises(BadValue, match="too large"):
        session.probe("factor", "h")


@pytest.mark.parametrize("key", ["factor", "horizon", "weight_share", "truncation", "noise"])
def test_what_takes_long_is_given_up_when_something_else_is_wanted(key: str) -> None:
    session = Session(state(tagger("lstm")), running_mean())
    weights = session.weights()
    session.probe(key, "h", 4)
    asked = []

    def wanted() -> bool:
        asked.append(key)
        return len(asked) > 2

    session.given_up = wanted
    with pytest.raises(GivenUp):
        session.probe(key, "h", 4)
    assert len(asked) == 3
    assert all(np.array_equal(weights[name], array) for name, array in session.weights().items())


def test_a_probe_on_a_schedule_that_was_given_up_is_asked_again() -> None:
    session = Session(state(tagger("rnn")), running_mean())
    session.probes.share = 1e6
    session.probes.ask("factor", "h", every=1)
    session.given_up = lambda: session.batch == 1
    found = [report for report, _ in zip(session.run(), range(3), strict=False)]
    assert [len(report.probes) for report in found] == [1, 0, 1]
    assert not any(report.notes for report in found)
