"""Each problem is found, said in a sentence, and solved by its repairs."""

import pytest

from core.catalogue.spec import Choice
from core.edits import AddLayer, AddLink, Remove, SetData, SetParam, SetTraining, TakeOut, new_layer, new_link
from core.network import Link
from core.problems import errors, problems
from core.project import Project, State
from tests.core.builders import add, elman, join

ROWS = ("digits", {"reading": "rows"})


def found(project, key):
    return [p for p in problems(project.state) if p.key == key]


def repair(project, key):
    """Carry out the first repair of the first problem of this kind."""
    problem = found(project, key)[0]
    project.apply(problem.repairs[0].edit)


def fitting():
    project = elman(data=ROWS)
    project.apply(SetTraining("loss", "cross_entropy"))
    return project


def test_a_fitting_project_has_no_problem():
    assert problems(fitting().state) == []


def test_an_empty_project_says_what_is_missing():
    assert {p.key for p in problems(State())} == {"no data", "no input", "no output"}


def test_a_loop_from_a_file_is_named_and_repaired():
    project = fitting()
    network = project.network.with_link(Link("k9", "l2", "l2", 0))
    project = Project(State(network, project.weights, project.training, project.data))
    problem = found(project, "instantaneous loop")[0]
    assert "“Hidden” → “Hidden”" in problem.text and problem.links == ("k9",)


def test_missing_reduction_is_inserted():
    project = fitting()
    project.apply(TakeOut("l3"))
    assert found(project, "missing reduction")
    repair(project, "missing reduction")
    assert errors(project.state) == []
    assert [layer.kind for layer in project.network].count("last_step") == 1


def test_missing_repeat_is_inserted():
    project = Project()
    x, y = add(project, "input", units=2), add(project, "output", units=1)
    join(project, x, y)
    project.apply(SetData(Choice("copy")))
    assert found(project, "missing repeat")


def test_ends_are_fitted_to_the_data():
    project = fitting()
    project.apply(SetParam("l1", "units", 3))
    project.apply(SetParam("l4", "units", 3))
    assert "takes 3 numbers at every step" in found(project, "input does not fit")[0].text
    repair(project, "input does not fit")
    repair(project, "output does not fit")
    assert problems(project.state) == []


def test_a_loss_that_does_not_fit_the_output_is_repaired():
    project = fitting()
    project.apply(SetParam("l4", "activation", "relu"))
    repair(project, "loss does not fit output")
    assert project.network.layers["l4"].params["activation"].key == "softmax"
    assert errors(project.state) == []


def test_a_loss_that_does_not_fit_the_data_is_repaired():
    project = fitting()
    project.apply(SetData(Choice("sunspots")))
    assert found(project, "loss does not fit data")
    repair(project, "loss does not fit data")
    assert project.training["loss"].key == "mse"


def test_mean_bias_error_is_honest():
    project = elman(data=("sunspots", {}))
    project.apply(SetTraining("loss", "mbe"))
    assert "no minimum" in found(project, "no minimum")[0].text


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_a_recurrent_block_without_time_is_offered_a_repeat(kind):
    project = Project()
    x, h = add(project, "input", units=2), add(project, kind)
    join(project, x, h)
    repair(project, "no time")
    assert [layer.kind for layer in project.network] == ["input", kind, "repeat"]
    assert not found(project, "no time")


def test_a_reduction_without_time_is_taken_out():
    project = Project()
    x, m, y = add(project, "input", units=2), add(project, "mean_time"), add(project, "output")
    join(project, x, m)
    join(project, m, y)
    repair(project, "no time")
    assert project.network.into(y)[0].source == x


def test_sizes_that_differ_are_named():
    project = Project()
    a, b, plus = add(project, "dense", "A", units=2), add(project, "dense", "B", units=3), add(project, "add")
    join(project, a, plus)
    join(project, b, plus)
    assert "“A” 2, “B” 3" in found(project, "sizes differ")[0].text


def attention(score="general"):
    project = Project()
    x, m = add(project, "input", "x", units=2, sequence=True), add(project, "dense", "M", units=3)
    q, a = add(project, "dense", "Q", units=4), add(project, "attention", "Look", score=score)
    join(project, x, m)
    join(project, x, q)
    return project, m, q, a


def test_an_attention_layer_without_memory_offers_what_it_reads():
    project, m, q, a = attention()
    join(project, q, a)
    join(project, m, a)
    titles = [one.title for one in found(project, "no memory")[0].repairs]
    assert titles == ["Let it look through “Q”", "Let it look through “M”"]
    project.apply(found(project, "no memory")[0].repairs[1].edit)
    assert project.network.into(a, "memory")[0].source == m and not found(project, "no memory")


def test_an_attention_layer_without_a_query_says_so():
    project, m, _, a = attention()
    join(project, m, a, role="memory")
    assert "“Look” has nothing to ask with" in found(project, "no query")[0].text


def test_a_dot_of_unlike_sizes_is_made_general():
    project, m, q, a = attention("dot")
    join(project, q, a)
    join(project, m, a, role="memory")
    assert "compares 4 units with 3 of its memory “M”" in found(project, "sizes differ")[0].text
    repair(project, "sizes differ")
    assert not found(project, "sizes differ") and project.network.layers[a].params["score"] == "general"


def test_a_memory_without_time_is_named():
    project, m, q, a = attention()
    last = add(project, "last_step", "Last")
    join(project, m, last)
    join(project, q, a)
    join(project, last, a, role="memory")
    assert "steps of “Last”, which has no time steps" in found(project, "no time")[0].text


def test_a_memory_from_a_file_that_depends_on_what_looks_at_it_is_named_and_repaired():
    project, m, q, a = attention()
    join(project, q, a)
    join(project, a, m)
    network = project.network.with_link(Link("k9", m, a, 0, "memory"))
    project = Project(State(network, project.weights, project.training, project.data))
    assert "“M” must be known to its end before “Look” begins" in found(project, "loop through the end")[0].text
    repair(project, "loop through the end")
    assert not found(project, "loop through the end")


def test_what_leads_nowhere_is_a_warning_and_what_reads_nothing_an_error():
    project = fitting()
    spare = new_layer(project.network, "dense", "Spare")
    project.apply(AddLayer(spare))
    assert found(project, "no source")[0].severity == "error"
    project.apply(AddLink(new_link(project.network, "l1", spare.id)))
    assert found(project, "unused")[0].severity == "warning" and not errors(project.state)
    repair(project, "unused")
    assert spare.id not in project.network.layers


def test_a_network_without_ends_says_so():
    project = fitting()
    project.apply(Remove(("l1", "l4")))
    assert {"no input", "no output"} <= {p.key for p in problems(project.state)}
