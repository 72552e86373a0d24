"""Choosing data fits the ends and the loss in one edit, and keeps what it can."""

import numpy as np
import pytest

from core.catalogue.registry import catalogue
from core.catalogue.spec import Choice
from core.data.cache import dataset
from core.edits import SetParam
from core.examples import open_example
from core.fitting import choose_data
from core.problems import errors
from tests.core.builders import elman

NEEDS_ANOTHER_LAYER = {"missing reduction", "missing repeat", "no past", "no time"}


LOADING = sorted(key for key, spec in catalogue("datasets").items() if spec.family != "own")


@pytest.mark.parametrize("key", LOADING)
def test_every_data_set_fits_but_for_time(key):
    project = elman(features=3, outputs=2)
    project.apply(choose_data(project.state, catalogue("datasets").choose(key)))
    assert {p.key for p in errors(project.state)} <= NEEDS_ANOTHER_LAYER
    data = dataset(project.data)
    assert project.network.layers["l4"].params["units"] == data.outputs
    assert project.network.layers["l1"].params["units"] == next(iter(data.inputs.values())).features


def test_it_is_one_edit_that_keeps_the_recurrent_weights():
    project = elman(features=3, outputs=2)
    recurrent, before = project.weights["k2.weight"], project.state
    inverse = project.apply(choose_data(project.state, Choice("digits", {"reading": "rows"})))
    assert errors(project.state) == []
    assert np.array_equal(project.weights["k2.weight"], recurrent)
    project.apply(inverse)
    assert project.state is before


def test_an_output_that_shares_among_classes_becomes_a_plain_number():
    project = elman(features=3, outputs=2)
    project.apply(choose_data(project.state, catalogue("datasets").choose("digits", reading="rows")))
    project.apply(SetParam("l4", "activation", "softmax"))
    project.apply(choose_data(project.state, catalogue("datasets").choose("sunspots")))
    assert project.network.layers["l4"].params["activation"].key == "identity"
    assert errors(project.state) == []


def test_a_table_of_symbols_grows_with_the_data():
    project = open_example("names-gru")
    letters = project.network.layer("Letters")
    before = project.weights[f"{letters.id}.table"]
    project.apply(choose_data(project.state, catalogue("datasets").choose("declaration")))
    table = project.weights[f"{letters.id}.table"]
    assert len(table) == len(next(iter(dataset(project.data).inputs.values())).classes) > len(before)
    assert np.array_equal(table[: len(before)], before) and errors(project.state) == []
