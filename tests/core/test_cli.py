"""The commands without a window: what they print, write and return, and how they answer what is wrong."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core import cli, lock
from core.project_file import load, save
from tests.core.engine.generating_toys import drawn, told_backwards
from tests.core.samples import small
from tests.core.test_script import built

ROOT = Path(__file__).parents[2]
ENV = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}


@pytest.fixture
def project(tmp_path):
    path = tmp_path / "پروژهٔ من.unroll"
    save(built(), path)
    return path


@pytest.fixture
def run(capsys):
    def call(*arguments):
        code = cli.main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return code, out, err

    return call


def test_training_a_project_reports_saves_and_sums_up(run, project, tmp_path):
    report, saved = tmp_path / "r.json", tmp_path / "trained.unroll"
    code, out, err = run(
        "train", project, "--epochs", 3, "--seed", 4, "--set", "optimizer=sgd", "--set", "optimizer.lr=0.05",
        "--set", "layers.Hidden.units=7", "--report", report, "--save", saved,
    )  # fmt: skip
    assert code == 0
    assert [line.split("  ")[0] for line in err.splitlines()] == ["epoch 1/3", "epoch 2/3", "epoch 3/3"]
    assert re.search(r"9 steps in [\d.]+ s, 78 parameters, seed 4", out)
    written = json.loads(report.read_text("utf-8"))
    assert written["seed"] == 4
    assert written["settings"]["values"]["optimizer"]["key"] == "sgd"
    assert written["settings"]["values"]["optimizer"]["values"]["lr"] == 0.05
    assert len(written["columns"]["loss"]) == 9 and len(written["evaluations"]["loss"]) == 3
    assert [len(row) for row in written["gradients"]["Hidden"]["total"]] == [6] * 9
    trained = load(saved)
    assert trained.network.layer("Hidden").params["units"] == 7
    assert trained.runs[0].id == written["run"]
    assert load(project).runs == []


def test_the_same_seed_writes_the_same_weights_and_the_same_columns(run, project, tmp_path):
    for name in ("a", "b"):
        arguments = (
            "--seed",
            9,
            "--epochs",
            2,
            "--save",
            tmp_path / f"{name}.unroll",
            "--report",
            tmp_path / f"{name}.json",
        )
        assert run("train", project, "--quiet", *arguments)[0] == 0
    one, other = load(tmp_path / "a.unroll").weights, load(tmp_path / "b.unroll").weights
    assert {k: v.tobytes() for k, v in one.items()} == {k: v.tobytes() for k, v in other.items()}
    columns = [json.loads((tmp_path / f"{name}.json").read_text())["columns"]["loss"] for name in ("a", "b")]
    assert columns[0] == columns[1]


def test_an_example_trains_by_its_key(run, tmp_path):
    code, out, _ = run("train", "iris-mlp", "--epochs", 1, "--set", "data.validation=0.3", "--quiet")
    assert code == 0
    assert "parameters" in out


def test_examples_are_listed(run):
    code, out, _ = run("examples")
    assert code == 0
    lines = out.splitlines()
    assert len(lines) >= 10
    assert lines[0].startswith("digits-rows-elman ")


def test_check_prints_problems_and_tells_them_by_its_exit_code(run, project, tmp_path):
    assert run("check", project) == (0, "No problems: this project can train.\n", "")
    save(small(), tmp_path / "broken.unroll")
    code, out, _ = run("check", tmp_path / "broken.unroll")
    assert code == 1
    assert "error: No data is chosen" in out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["trian"], "There is no command “trian”: did you mean “train”?"),
        (["train", "digit-mlp"], "There is no example or file “digit-mlp”: did you mean “digits-mlp”?"),
        (["train", "missing.unroll"], "There is no file “missing.unroll”. Check the name and the folder."),
        (["train", "iris-mlp", "--set", "optimizr.lr=1"], "There is no setting “optimizr.lr”: did you mean “optimizer.lr”?"),
        (["train", "iris-mlp", "--set", "optimizer=adm"], "There is no optimizer “adm”: did you mean “adam”?"),
        (["train", "iris-mlp", "--set", "epochs"], "“epochs” is not a setting: write KEY=VALUE, such as optimizer.lr=0.01."),
        (["train", "iris-mlp", "--epochs", "x"], "Epochs needs a number, not “x”."),
        (["train", "iris-mlp", "--seed", "x"], "--seed needs a whole number, not “x”."),
        (["train", "iris-mlp", "--report", "no/such/r.json"], "There is no folder “no/such” for “r.json”."),
        (["train", "iris-mlp", "--sed", "1"], None),
        (["check"], None),
        (["train", "iris-mlp", "more"], None),
        (["--nonsense"], None),
    ],
)  # fmt: skip
def test_a_wrong_request_gets_one_sentence_and_exit_code_2(run, monkeypatch, tmp_path, arguments, sentence):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(*arguments)
    assert code == 2 and out == ""
    assert len(err.splitlines()) == 1
    if sentence is not None:
        assert err.strip() == sentence
    assert list(tmp_path.iterdir()) == []


def test_a_foreign_file_gets_a_sentence(run, tmp_path):
    path = tmp_path / "x.unroll"
    path.write_bytes(b"\x80\x04\x95pickle")
    code, _, err = run("train", path)
    assert code == 2 and "not an Unroll Studio project" in err


def test_a_project_that_cannot_train_says_why_and_writes_nothing(run, tmp_path):
    save(small(), tmp_path / "p.unroll")
    code, _, err = run("train", tmp_path / "p.unroll", "--report", tmp_path / "r.json")
    assert code == 2 and "No data is chosen" in err
    assert not (tmp_path / "r.json").exists()


def test_a_project_that_is_open_elsewhere_is_not_overwritten(run, project):
    held = lock.take(project)
    code, _, err = run("train", project, "--save", project)
    held.release()
    assert code == 2 and "is open in another Unroll Studio" in err


def test_one_file_that_cannot_be_written_does_not_cost_the_other(run, project, tmp_path):
    (tmp_path / "folder.json").mkdir()
    saved = tmp_path / "t.unroll"
    code, _, err = run(
        "train", project, "--epochs", 1, "--quiet", "--report", tmp_path / "folder.json", "--save", saved
    )
    assert code == 2 and "folder.json" in err
    assert len(load(saved).runs) == 1


def test_help_and_version(run, capsys):
    for arguments in ([], ["help"]):
        code, out, _ = run(*arguments)
        assert code == 0 and "train" in out and "examples" in out and "check" in out
    for arguments, text in ((["--version"], "Unroll Studio"), (["train", "--help"], "--set KEY=VALUE")):
        with pytest.raises(SystemExit) as ended:
            cli.main(arguments)
        assert ended.value.code == 0
        assert text in capsys.readouterr().out


def test_diverging_is_said_where_it_happened_and_the_report_is_valid_json(run, project, tmp_path):
    report = tmp_path / "r.json"
    code, out, _ = run(
        "train", project, "--epochs", 50, "--quiet", "--set", "optimizer=sgd", "--set", "optimizer.lr=100",
        "--set", "layers.Hidden.activation=identity", "--report", report,
    )  # fmt: skip
    assert code == 1
    written = json.loads(report.read_text(), parse_constant=lambda name: pytest.fail(f"{name} in JSON"))
    assert written["stopped"] == "diverged"
    assert written["stopped_because"] in out


# -- as a program ----------------------------------------------------------------------------------------------------


def start(*arguments, **options):
    return subprocess.Popen(
        [sys.executable, "-m", "gui", *map(str, arguments)], cwd=ROOT, env=options.pop("env", ENV), text=True, **options
    )


def test_ctrl_c_stops_cleanly_and_still_writes_report_and_project(project, tmp_path):
    report, saved = tmp_path / "r.json", tmp_path / "t.unroll"
    arguments = ("train", project, "--epochs", 100000, "--report", report, "--save", saved)
    with start(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stderr.readline().startswith("epoch 1/")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in err
    written = json.loads(report.read_text())
    assert written["stopped"] == "stopped"
    assert 0 < len(written["columns"]["loss"]) == len(load(saved).runs[0])
    assert "steps in" in out


def test_a_terminal_gets_a_bar(project):
    ours, theirs = pty.openpty()
    with start("train", project, "--epochs", 2, stdout=subprocess.DEVNULL, stderr=theirs) as process:
        os.close(theirs)
        drawn, deadline = b"", time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:
            if select.select([ours], [], [], 0.2)[0]:
                drawn += read_all(ours)
        drawn += read_all(ours)
        os.close(ours)
    assert process.returncode == 0
    assert "█" * 24 + " epoch 2/2" in drawn.decode()
    assert b"\r" in drawn


def read_all(descriptor):
    try:
        return os.read(descriptor, 65536) if select.select([descriptor], [], [], 0)[0] else b""
    except OSError:  # Linux reports the closed other end of a terminal like this
        return b""


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("lines", [0, 1])
def test_a_reader_that_stops_reading_is_no_error(unbuffered, lines):
    env = {**ENV, "PYTHONUNBUFFERED": unbuffered}  # else all of it waits for the end of the program
    with start("examples", env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        for _ in range(lines):
            process.stdout.readline()
        process.stdout.close()
        err = process.stderr.read()
    assert err == "" and process.returncode == 0


def test_commands_do_not_load_qt():
    code = "import sys; from gui.__main__ import main; main(['examples']); sys.exit(any('PySide6' in m for m in sys.modules))"
    assert (
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=ENV, capture_output=True, check=False).returncode
        == 0
    )


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a display")
def test_without_a_display_the_headless_command_is_named():
    env = {k: v for k, v in ENV.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    with start(env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        out, err = process.communicate(timeout=30)
    assert process.returncode == 2 and out == ""
    assert len(err.splitlines()) == 1 and "unroll-studio train" in err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["trani"], "did you mean “train”"),
        (["gone.unroll"], "There is no file"),
        (["a.unroll", "b.unroll"], "Only one"),
    ],
)
def test_what_is_neither_file_nor_command_is_answered(capsys, monkeypatch, tmp_path, arguments, sentence):
    from gui.__main__ import main

    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.unroll").touch()
    assert main(arguments) == 2
    assert sentence in capsys.readouterr().err


def test_sequences_are_made_from_a_file(run, tmp_path):
    path = tmp_path / "told.unroll"
    save(told_backwards(length=4), path)
    code, out, _ = run("generate", path, "--source", "ABCA", "--way", "beam", "--set", "width=9", "--count", 3)
    assert code == 0
    lines = [line.split() for line in out.splitlines()]
    assert len(lines) == 3 and all(len(text) == 4 and 0 < float(chance) < 1 for chance, text in lines)
    assert [float(chance) for chance, _ in lines] == sorted((float(chance) for chance, _ in lines), reverse=True)
    code, out, _ = run("generate", path, "--sample", 3, "--way", "sampling", "--seed", 5, "--given", "AB")
    assert code == 0 and re.fullmatch(r"[\d.e-]+  AB[ABC]{2}\n", out)
    path = tmp_path / "drawn.unroll"
    save(drawn(), path)
    code, out, _ = run("generate", path, "--source", "3")
    assert code == 0 and len(out.splitlines()) == 8
    code, out, err = run("generate", path, "--source", "x")
    assert code == 2 and "There is no input of Drawing digits" in err
