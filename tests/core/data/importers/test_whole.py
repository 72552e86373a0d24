"""A file of one's own in one call: the same data that the pages of the window make of it, and a sentence where none can be."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from core.data.importers.whole import holds, imported
from core.errors import StudioError
from core.project import same
from core.script import add, check, connect, load, new_project, save, set_value, train


def waves(folder: Path) -> Path:
    days = [
        f"{np.datetime64('2020-01-01') + n};{n // 9 % 2};{20 + np.sin(n / 4):.4f}".replace(".", ",") for n in range(120)
    ]
    path = folder / "waves.csv"
    path.write_text("\n".join(["day;switch;heat", *days]), "utf-8")
    return path


def test_a_table_is_imported_learned_and_saved_in_a_few_lines(tmp_path: Path) -> None:
    project = new_project(waves(tmp_path), window=12, asked="every")
    data = project.dataset()
    assert data.title == "waves" and data.inputs["x"].names == ("switch", "heat") and data.feedback == "x"
    heat = data.target.normalisation.undo(data.target.values.astype(float))  # type: ignore[union-attr]
    assert heat[3, :, 0] == pytest.approx([20 + np.sin((3 + n) / 4) for n in range(1, 13)], abs=1e-4)
    layers = [
        add(project, "input", units=2, sequence=True),
        add(project, "gru", units=4),
        add(project, "output", units=1),
    ]
    connect(project, layers[0], layers[1])
    connect(project, layers[1], layers[2])
    set_value(project, "loss", "mse")
    assert not check(project)
    train(project, epochs=1)
    save(project, tmp_path / "waves.unroll")
    (tmp_path / "waves.csv").unlink()
    again = load(tmp_path / "waves.unroll")
    assert same(again.state, project.state) and np.array_equal(again.dataset().target.values, data.target.values)


def test_columns_that_are_named_are_taken_and_the_others_guessed(tmp_path: Path) -> None:
    path = waves(tmp_path)
    one = new_project(str(path), target="switch", task="classes", window=6, test=0.2).dataset()
    assert one.target.classes == ("0", "1") and one.inputs["x"].names == ("heat",) and "test" in one.split
    rows = new_project(path, features=["heat"], target=["switch"], time="", reading="rows").dataset()
    assert rows.inputs["x"].values.shape == (120, 1) and rows.target.values.shape == (120, 1)
    with pytest.raises(StudioError, match="did you mean “heat”"):
        new_project(path, target="heta")


def test_texts_arrays_and_sound_are_imported_alike(tmp_path: Path) -> None:
    text = tmp_path / "rhyme.txt"
    text.write_text("jack and jill went up the hill\n" * 30, "utf-8")
    words = new_project(text, unit="words", window=5).dataset()
    assert words.view == "text" and "jill" in words.target.classes and words.target.steps == 5
    draw = np.random.default_rng(0)
    np.savez(tmp_path / "two.npz", x=draw.normal(size=(40, 6, 2)), label=np.arange(40) % 3)
    arrays = new_project(tmp_path / "two.npz").dataset()
    assert arrays.inputs["x"].values.shape == (40, 6, 2) and len(arrays.target.classes) == 3
    np.save(tmp_path / "one.npy", np.stack([np.arange(60.0), np.arange(60.0) ** 2], 1))
    table = new_project(tmp_path / "one.npy").dataset()
    assert table.key == "own_table" and table.target.names == ("data 2",)
    for kind in ("high", "low"):
        (tmp_path / "sounds" / kind).mkdir(parents=True)
        for n in range(4):
            with wave.open(str(tmp_path / "sounds" / kind / f"{n}.wav"), "wb") as file:
                file.setparams((1, 2, 8000, 0, "NONE", ""))
                tone = np.sin(np.arange(4000) * (0.9 if kind == "high" else 0.1)) * 9000
                file.writeframes(tone.astype("<i2").tobytes())
    heard = new_project(tmp_path / "sounds").dataset()
    assert heard.target.classes == ("high", "low") and len(heard) == 8


def test_what_is_no_data_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    (tmp_path / "pictures" / "cat").mkdir(parents=True)
    (tmp_path / "pictures" / "cat" / "1.png").write_bytes(b"")
    assert holds(tmp_path / "a.pdf") is None and holds(tmp_path / "pictures") == "pictures"
    for path, words in (("a.pdf", "“a.pdf” can not be imported"), ("pictures", "in the window"), ("no.csv", "no.csv")):
        with pytest.raises(StudioError, match=words):
            imported(tmp_path / path)
    bad = waves(tmp_path)
    bad.write_text(bad.read_text("utf-8").replace("20,9975", "twenty", 1), "utf-8")
    with pytest.raises(StudioError, match=r"row \d+, column 3"):
        new_project(bad)
