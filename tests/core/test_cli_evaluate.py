"""The command evaluate: what it prints and writes, and how it counts looks at the test part."""

import csv
import json
import re

import pytest

from core import cli
from core.examples import open_example
from core.keys import edit_for
from core.looks import looks_at
from core.project_file import load, load_thumbnail, save
from tests.core.samples import PNG


@pytest.fixture
def run(capsys):
    def call(*arguments):
        code = cli.main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return code, out, err

    return call


@pytest.fixture
def project(tmp_path):
    made = open_example("circles-mlp")
    made.apply(edit_for(made.state, "data.test", 0.2))
    save(made, tmp_path / "circles.unroll", PNG)
    return tmp_path / "circles.unroll"


def test_metrics_stand_beside_their_baselines(run, project, tmp_path):
    before = project.read_bytes()
    code, out, err = run("evaluate", project, "--report", tmp_path / "r.json")
    assert (code, err) == (0, "")
    written = json.loads((tmp_path / "r.json").read_text("utf-8"))
    line = next(line for line in out.splitlines() if line.startswith("Accuracy"))
    told = written["metrics"]["accuracy"]
    assert re.findall(r"[\d.]+", line) == [f"{told['value']:.4g}", f"{told['prior']:.4g}"]
    assert "always answers" in out
    assert project.read_bytes() == before  # the validation part may be looked at


def test_a_look_at_the_test_part_is_written_into_the_project(run, project):
    for count in (1, 2):
        code, out, err = run("evaluate", project, "--part", "test")
        assert (code, err) == (0, "")
        assert f"looked at {count} time{'s' if count > 1 else ''}." in out
        found = load(project)
        assert looks_at(found.state.looks, found.data) == count
    assert load_thumbnail(project) == PNG


def test_answers_are_written_where_the_name_ends_in_csv(run, project, tmp_path):
    code, _, _ = run("evaluate", project, "--part", "train", "--report", tmp_path / "answers.csv")
    rows = list(csv.reader((tmp_path / "answers.csv").read_text("utf-8").splitlines()))
    assert code == 0 and rows[0] == ["sample", "sample loss", "truth", "answer", "right"] and len(rows) > 100


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("iris-mlp", "--part", "tets"), "There is no part “tets”: choose train, validation or test."),
        (("parity", "--part", "test"), "Parity of bits has no test part."),
        (("iris-mpl",), "did you mean “iris-mlp”?"),
        (("iris-mlp", "--report", "/nowhere/r.json"), "There is no folder “/nowhere” for “r.json”."),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(run, arguments, sentence):
    code, out, err = run("evaluate", *arguments)
    assert code == 2 and out == "" and sentence in err
