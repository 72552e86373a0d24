"""Params check what they are given; catalogues answer unknown names with the nearest one."""

import pytest

from core.catalogue.registry import catalogue
from core.catalogue.spec import Choice, Param, replaced
from core.errors import BadValue, UnknownName
from core.training import TRAINING, default_training

RATE = Param("lr", "Learning rate", "float", 0.1, "", minimum=0.0, maximum=10.0, open_minimum=True)
COUNT = Param("n", "Count", "int", 1, "", minimum=1)
FLAG = Param("on", "On", "bool", False, "")


@pytest.mark.parametrize(("text", "value"), [("1e-3", 1e-3), (" 2 ", 2.0), (5, 5.0)])
def test_numbers_are_read_from_text(text, value):
    assert RATE.check(text) == value


@pytest.mark.parametrize("bad", ["", "x", None, "nan", "inf", 0, -1, 11, "1,5", [1], "1e999"])
def test_bad_numbers_are_refused_in_words(bad):
    with pytest.raises(BadValue, match="Learning rate"):
        RATE.check(bad)


@pytest.mark.parametrize("bad", [0, 1.5, "two", True - 1])
def test_bad_whole_numbers_are_refused(bad):
    with pytest.raises(BadValue, match="Count"):
        COUNT.check(bad)


def test_yes_and_no():
    assert [FLAG.check(v) for v in (True, "yes", "ON", "1", "no", False, "false", 0)] == [True] * 4 + [False] * 4
    with pytest.raises(BadValue, match="yes or no"):
        FLAG.check("maybe")


def test_unknown_names_are_answered_with_the_nearest():
    with pytest.raises(UnknownName, match="did you mean “tanh”"):
        catalogue("activations").choose("tanhh")
    with pytest.raises(UnknownName, match="did you mean “losses”"):
        catalogue("loses")


def test_a_path_reaches_into_entries():
    training = replaced(default_training(optimizer="sgd"), TRAINING, "optimizer.lr", "0.5")
    assert training.get("optimizer.lr") == 0.5 and training["optimizer"].key == "sgd"
    assert default_training(optimizer="sgd").get("optimizer.lr") != 0.5, "the original is as it was"
    with pytest.raises(UnknownName):
        replaced(training, TRAINING, "optimizer.rate", 1)
    with pytest.raises(UnknownName):
        replaced(training, TRAINING, "epochs.lr", 1)


def test_choices_survive_json():
    training = default_training(optimizer="adam", loss="huber")
    assert Choice.from_json(training.to_json()) == training
    assert hash(training) == hash(Choice.from_json(training.to_json()))
