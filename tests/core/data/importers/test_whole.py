"""A file of one's own in one call: the same data that the pages of the window make of it, and a sentence where none can be."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

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


def test_how_a_file_is_read_can_be_told(tmp_path: Path) -> None:
    table = tmp_path / "odd.csv"
    table.write_bytes("day|kind|höhe\n05.04.2021|1|1.000,5\n06.04.2021|2|zwölf\n07.04.2021|1|3\n".encode("cp1252"))
    how: dict[str, Any] = {"encoding": "cp1252", "delimiter": "|", "decimal": ",", "thousands": ".", "dates": "dmy"}
    data = new_project(
        table,
        **how,
        kinds={"kind": "text", "höhe": "number"},
        tolerance="missing",
        target="kind",
        time="",
        reading="rows",
        test=0.0,
    ).dataset()
    assert data.target.classes == ("1", "2") and data.inputs["x"].names == ("höhe",)
    height = data.inputs["x"].normalisation.undo(data.inputs["x"].values.astype(float))  # type: ignore[union-attr]
    assert sorted(height[:, 0].tolist()) == pytest.approx([3, 1000.5], rel=1e-6), "twelve in words is missing"
    plain = tmp_path / "plain.csv"
    plain.write_text("".join(f"{n},{n * n}\n" for n in range(30)), "utf-8")
    sizes = [len(new_project(plain, header=header, reading="rows", time="").dataset()) for header in (False, True)]
    assert sizes == [30, 29]
    draw = np.random.default_rng(0)
    np.savez(tmp_path / "three.npz", a=draw.normal(size=(30, 4)), b=draw.normal(size=(30, 4)), n=np.arange(30) % 3)
    arrays = new_project(tmp_path / "three.npz", inputs="b", target="n", classes=False, normalise=False).dataset()
    assert arrays.target.classes == () and arrays.inputs["x"].values[7] == pytest.approx(
        np.load(tmp_path / "three.npz")["b"][7], rel=1e-6
    )
    text = tmp_path / "t.txt"
    text.write_text("Ab aB " * 200, "utf-8")
    assert set(new_project(text, fold=True, window=4).dataset().target.classes) == {"a", "b", " "}
    for file, wrong, said in (
        (table, {**how, "kinds": {"kindd": "text"}}, "did you mean “kind”"),
        (table, {**how, "kinds": {"kind": "texts"}}, "did you mean “text”"),
        (table, {**how, "tolerance": "forgive"}, "Known: missing, refuse"),
        (table, {**how, "dates": "dym"}, "did you mean “"),
        (table, {**how, "delimiter": "||"}, "one character each"),
        (table, {**how, "encoding": "utf-9"}, "no encoding “utf-9”"),
        (table, {**how, "delimitr": "|"}, "did you mean “"),
        (table, {**how, "kinds": {"höhe": "number"}}, r"row 3, column 3"),
        (text, {"unit": "letters"}, "letters"),
        (tmp_path / "three.npz", {"inputs": "c"}, "There is no array “c”"),
        (tmp_path / "three.npz", {"inputs": "a", "bands": 3}, "“bands”"),
    ):
        with pytest.raises(StudioError, match=said):
            new_project(file, **wrong)


def test_what_is_no_data_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    for kind in ("cat", "dog"):
        (tmp_path / "pictures" / kind).mkdir(parents=True)
        (tmp_path / "pictures" / kind / "1.png").write_bytes(b"")
    assert holds(tmp_path / "a.pdf") is None and holds(tmp_path / "pictures") == "pictures"
    for path, words in (
        ("a.pdf", "“a.pdf” can not be imported"),
        ("pictures", r"cat/1\.png” is no picture"),
        ("no.csv", "no.csv"),
    ):
        with pytest.raises(StudioError, match=words):
            imported(tmp_path / path)
    bad = waves(tmp_path)
    bad.write_text(bad.read_text("utf-8").replace("20,9975", "twenty", 1), "utf-8")
    with pytest.raises(StudioError, match=r"row \d+, column 3"):
        new_project(bad)
