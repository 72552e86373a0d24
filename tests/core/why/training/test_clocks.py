"""What the clocks of a training say is the sum of what is told, however long it went on."""

from __future__ import annotations

from core.formula import svg
from core.why.training.clocks import Standing, epochs_over, progress


def test_epochs_that_are_over_add_up_where_they_are_many() -> None:
    asked = epochs_over(list(range(0, 1010, 10)), 100)
    assert asked.value == sum(term.contribution for term in asked.terms) == 100
    latest = asked.terms[0].about
    assert str(latest.title) == "Epoch 100" and latest.note.values["batch"] == 1000
    assert not epochs_over([0], 0).terms
    for line in (*asked.symbols, *asked.numbers, *(term.symbol for term in asked.terms)):
        assert "<svg" in svg(line)


def test_progress_is_never_more_than_all() -> None:
    assert progress(Standing(30, 2, 20), 4, 20).value == 30 / 80
    over = progress(Standing(90, 5, 80), 4, 20)
    assert over.value == 1 and over.numbers[0].endswith("= 1")
