"""The schedule: what runs at once, what step by step, and how it reads."""

from __future__ import annotations

from core.engine.plan import Plan, make_plan
from tests.core.engine.drawing import layer, network


def plan(layers, links, initial=None) -> Plan:
    return make_plan(network([layer("x", "input", units=2, sequence=True), *layers], links, initial))


def test_only_what_is_recurrent_runs_step_by_step() -> None:
    layers = [layer("a", "dense"), layer("h", "dense"), layer("last", "last_step"), layer("y", "output", units=2)]
    made = plan(layers, [("x", "a", 0), ("a", "h", 0), ("h", "h", 1), ("h", "last", 0), ("last", "y", 0)])
    assert str(made).splitlines() == [
        "1. x: all steps at once",
        "2. a: all steps at once",
        "3. h: step by step (RNN kernel, because the layer reads only its own last step)",
        "4. last: once per sample",
        "5. y: once per sample",
    ]


def test_a_delay_alone_is_no_recurrence() -> None:
    made = plan([layer("a", "dense"), layer("b", "dense")], [("x", "a", 2), ("a", "b", 1), ("x", "b", 0)])
    assert not any(part.recurrent for part in made.parts)


def test_what_equals_a_known_cell_is_lowered_to_its_kernel() -> None:
    loop = [("x", "h", 0), ("h", "h", 1)]
    for activation, kernel in [("tanh", "elman"), ("relu", "elman"), ("identity", "elman"), ("gelu", "scan")]:
        assert plan([layer("h", "dense", activation=activation)], loop).part_of("h").kernel == kernel
    assert plan([layer("h", "dense")], [*loop, ("h", "h", 2)]).part_of("h").kernel == "scan"
    assert plan([layer("h", "dense")], [("x", "h", 0), ("h", "h", 2)]).part_of("h").kernel == "scan"
    for kind in ("rnn", "gru", "lstm"):
        assert plan([layer("h", kind)], loop[:1]).part_of("h").kernel == kind
        assert plan([layer("h", kind)], loop).part_of("h").kernel == "scan"


def test_interlocking_cycles_are_one_part_in_the_order_of_a_step() -> None:
    layers = [layer(key, "dense", units=2) for key in ("c", "b", "a")]
    links = [("x", "a", 0), ("a", "b", 0), ("b", "c", 0), ("b", "a", 1), ("c", "a", 3)]
    part = plan(layers, links).part_of("b")
    assert part.layers == ("a", "b", "c") and part.kernel == "scan" and part.how == "step by step"


def test_a_layer_runs_after_the_one_whose_last_state_it_starts_from() -> None:
    layers = [layer("late", "gru", units=3), layer("early", "gru", units=3)]
    made = plan(layers, [("x", "late", 0), ("x", "early", 0)], [("early", "late")])
    assert [part.layers[0] for part in made.parts] == ["x", "early", "late"]
