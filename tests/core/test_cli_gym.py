"""The command gym: what it prints and writes, and how it answers what is wrong."""

import json

import pytest

from core import cli


@pytest.fixture
def run(capsys):
    def call(*arguments):
        code = cli.main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return code, out, err

    return call


def test_models_try_and_are_told_beside_chance(run, tmp_path):
    code, out, err = run("gym", "recall", "--models", "elman,gru", "--lags", "2,4", "--epochs", 2, "--samples", 200,
                         "--budget", 300, "--report", tmp_path / "g.json")  # fmt: skip
    assert code == 0
    assert len(err.splitlines()) == 4 and err.startswith("Elman, lag 2, seed 0: ")
    written = json.loads((tmp_path / "g.json").read_text("utf-8"))
    assert [model["key"] for model in written["models"]] == ["elman", "gru"]
    assert all(abs(model["parameters"] - 300) < 40 for model in written["models"])
    far = written["remembers"]["elman"]
    wanted = "does not remember 2 steps" if far is None else f"remembers {far:g} steps"
    assert f"Elman ({written['models'][0]['parameters']} parameters): {wanted}." in out
    assert "chance" in out


def test_the_network_of_a_project_is_asked_as_it_is(run):
    code, out, _ = run("gym", "copy", "--models", "as_is", "--project", "copy-gru", "--lags", "3,6")
    assert code == 0 and "My network as it is" in out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("recal",), "did you mean “recall”?"),
        (("recall", "--models", "mine"), "say which with --project"),
        (("recall", "--models", "lsmt"), "did you mean “lstm”?"),
        (("recall", "--lags", "five"), "--lags needs numbers, not “five”."),
        (("recall", "--lags", ""), "at least one place"),
        (("recall", "--models", "mine", "--project", "digits-mlp", "--lags", "3"), "can not try"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(run, arguments, sentence):
    code, _, err = run("gym", *arguments)
    assert code == 2 and sentence in err
