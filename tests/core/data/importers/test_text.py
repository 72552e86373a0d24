"""Texts as symbols: every character comes back, windows follow one another, no part knows another's answers."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalogue.registry import catalogue
from core.data.cache import dataset
from core.data.importers import text as importer
from core.data.importers.encoding import sniff_encoding
from core.data.importers.progress import finish
from core.data.importers.text import RARE, Symbols, read_text
from core.data.own import text as own
from core.errors import DataError, StudioError

SPEC = catalogue("datasets")["own_text"]
POEM = "توانا بود هر که دانا بود\r\nز دانش دل پیر برنا بود\r\n"


def built(source: Symbols, **settings: object):
    return own.build(source, "test", SPEC.complete(settings))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1256"])
def test_every_character_comes_back(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "poem.txt"
    text = POEM if encoding != "cp1256" else POEM.replace("ی", "ي")
    path.write_bytes(text.encode(encoding))
    found = finish(read_text(path, sniff_encoding(path)))
    assert "".join(found.vocabulary[code] for code in found.codes) == text.replace("\r\n", "\n")
    assert list(found.vocabulary) == sorted(set(text) - {"\r"})


def test_words_and_what_stands_between_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "words.txt"
    path.write_text("The cat, the dog.\nDon't; می‌روم\n", "utf-8")
    found = finish(read_text(path, "utf-8", "words", fold=True))
    said = [found.vocabulary[code] for code in found.codes]
    assert said == ["the", "cat", ",", "the", "dog", ".", "\n", "don't", ";", "می‌روم", "\n"]
    monkeypatch.setattr(importer, "MAX_WORDS", 3)
    few = finish(read_text(path, "utf-8", "words", fold=True))
    assert few.vocabulary == ("\n", "the", RARE)
    assert few.rare == 7


@given(st.integers(1, 20), st.integers(1, 9), st.sampled_from(["last", "every"]), st.sampled_from(["flags", "codes"]))
def test_the_next_symbol_is_asked_and_parts_share_none(window: int, stride: int, asked: str, given_as: str) -> None:
    codes = np.random.default_rng(0).integers(0, 7, 400).astype(np.int32)
    codes[:7] = range(7)
    data = built(
        Symbols(codes, tuple("abcdefg"), "characters"),
        window=window,
        stride=stride,
        asked=asked,
        given=given_as,
        test=0.2,
    )
    values = data.inputs["x"].values
    shown = values.argmax(-1) if given_as == "flags" else values[..., 0]
    told = data.target.values[..., 0]
    places = {}
    for part in data.parts:
        for sample in data.samples(part):
            start = sample * stride
            assert shown[sample].tolist() == codes[start : start + window].tolist()
            asked_at = range(start + 1, start + window + 1) if asked == "every" else [start + window]
            assert np.atleast_1d(told[sample]).tolist() == [codes[at] for at in asked_at]
            places.setdefault(part, set()).update(asked_at)
    assert data.feedback == ("x" if asked == "every" else "") and data.start is None and data.end is None
    assert max(places["train"]) < min(places["validation"]) <= max(places["validation"]) < min(places["test"])


def test_what_makes_no_data_set_is_told() -> None:
    short = Symbols(np.array([0, 1, 0], np.int32), ("a", "b"), "characters")
    with pytest.raises(DataError, match="does not fit a text of 3 characters"):
        built(short)
    with pytest.raises(DataError, match="repeats one symbol"):
        built(Symbols(np.zeros(99, np.int32), ("a",), "characters"))
    many = Symbols(np.arange(2000, dtype=np.int32), tuple(map(str, range(2000))), "words")
    with pytest.raises(DataError, match="too many for an input each"):
        built(many)
    assert len(built(many, given="codes"))
    with pytest.raises(DataError, match="raise the stride"):
        built(
            Symbols(np.arange(2_000_000, dtype=np.int32) % 99, tuple(map(str, range(99))), "words"),
            stride=1,
            window=2000,
        )


def test_it_comes_out_of_the_store_the_same() -> None:
    source = Symbols(np.tile(np.arange(5, dtype=np.int32), 60), tuple("abcde"), "characters")
    choice = catalogue("datasets").choose("own_text", content=own.store(source, "t"), name="t")
    assert np.array_equal(dataset(choice).target.values, built(source).target.values)
    assert dataset(choice).key == "own_text"


def test_400_broken_texts(tmp_path: Path) -> None:
    path = tmp_path / "broken.txt"
    for seed in range(400):
        draw = random.Random(seed)
        content = bytearray(POEM.encode(draw.choice(["utf-8", "utf-16", "cp1256"]), "replace") * draw.choice([1, 5]))
        for _ in range(draw.randrange(6)):
            content[draw.randrange(len(content))] = draw.randrange(256)
        path.write_bytes(bytes(content[: draw.randrange(len(content) + 1)]) if draw.random() < 0.5 else bytes(content))
        try:
            found = finish(read_text(path, sniff_encoding(path), draw.choice(["characters", "words"])))  # type: ignore[arg-type]
        except StudioError as error:
            assert str(error).endswith((".", "?")), seed
        else:
            assert found.codes.max() < len(found.vocabulary) and found.codes.min() >= 0
