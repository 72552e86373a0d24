"""The data sets of text against their files: what is read, what is asked, and that parts do not share what they must not."""

from __future__ import annotations

import csv
import gzip
import re
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.data.catalogue import DATASETS, load
from core.data.dataset import Dataset, Field
from core.data.text.jalali import to_gregorian
from core.data.text.letters import without_spaces
from core.errors import DataError

FOLDER = Path(__file__).parents[4] / "resources" / "datasets"


def data_of(key: str, **values: Any) -> Dataset:
    return load(DATASETS.choose(key, **values))


def lines(name: str, file: str) -> list[str]:
    raw = (FOLDER / name / file).read_bytes()
    return (gzip.decompress(raw) if file.endswith(".gz") else raw).decode().splitlines()


def spelled(field: Field, sample: int, steps: int) -> list[str]:
    """The symbols of the first ``steps`` steps; what follows must be padding."""
    codes = field.values[sample, :, 0].astype(int)
    assert not codes[steps:].any()
    return [field.classes[code] for code in codes[:steps]]


def read(data: Dataset, sample: int) -> str:
    assert data.lengths is not None
    return "".join(spelled(data.inputs["x"], sample, int(data.lengths[sample])))


def answered(data: Dataset, sample: int) -> list[str]:
    """The answer without the symbol that ends it."""
    assert data.mask is not None and data.end == 0
    steps = int(data.mask[sample].sum())
    assert data.mask[sample, :steps].all()
    told = spelled(data.target, sample, steps)
    assert told[-1] == "·"
    assert "·" not in told[:-1]
    return told[:-1]


def told(data: Dataset, sample: int) -> str:
    return data.target.classes[int(data.target.values[sample, 0])]


SAMPLED = slice(None, None, 37)


def test_every_text_begins_with_the_symbol_for_start_and_end() -> None:
    for spec in DATASETS.values():
        if spec.family == "text":
            data = data_of(spec.key)
            assert data.view == "text"
            assert data.inputs["x"].classes[0] == "·"


def test_pronunciations_are_those_of_the_dictionaries() -> None:
    english = {}
    for line in lines("pronunciation", "english.txt.gz"):
        word, *phones = line.split()
        english[word.lower()] = [phone.rstrip("012") for phone in phones]
    data = data_of("pronunciation")
    assert len(data) == len(english) == 10_000
    assert all(answered(data, n) == english[read(data, n)] for n in range(len(data))[SAMPLED])
    assert len(data.target.classes) == 40
    persian = dict(line.split("\t") for line in lines("pronunciation", "persian.txt.gz"))
    data = data_of("pronunciation", language="persian")
    assert len(data) == len(persian) == 10_000
    assert all(answered(data, n) == persian[read(data, n)].split() for n in range(len(data))[SAMPLED])


def test_what_was_said_before_is_the_answer_one_step_late() -> None:
    data = data_of("pronunciation")
    assert data.feedback == "previous"
    before = data.inputs["previous"]
    assert before.classes == data.target.classes
    for n in range(len(data))[SAMPLED]:
        phones = answered(data, n)
        assert [before.classes[int(code)] for code in before.values[n, : len(phones) + 1, 0]] == ["·", *phones]


def test_good_and_bad_words_are_clearly_so() -> None:
    judged = {word: float(mean) for word, mean in list(csv.reader(lines("sentiment", "words.csv.gz")))[1:]}
    data = data_of("sentiment")
    assert len(data) == sum(abs(mean) >= 1 for mean in judged.values())
    for n in range(len(data)):
        mean = judged[read(data, n)]
        assert told(data, n) == ("positive" if mean >= 1 else "negative")
        assert abs(mean) >= 1


def test_a_family_name_belongs_to_one_language_alone() -> None:
    data = data_of("surnames")
    listed = {language: "\n".join(lines("surnames", f"{language.lower()}.txt")) for language in data.target.classes}
    plain = {language: names for language, names in listed.items() if names.isascii()}
    found: dict[str, set[str]] = {}
    for n in range(len(data)):
        found.setdefault(told(data, n), set()).add(read(data, n))
    for one, names in found.items():
        assert 200 <= len(names) <= 500
        assert all(re.fullmatch("[a-z' -]+", name) for name in names)
        assert not any(names & other for language, other in found.items() if language != one)
    for language, text in plain.items():
        assert found[language] <= set(text.lower().split("\n"))
    assert "müller" not in found["German"]
    assert {"hakala", "virtanen"} & found["Finnish"]


def test_a_written_name_is_of_the_class_that_was_given() -> None:
    for key, asked in (("names", "list"), ("surnames", "language")):
        given, whole = data_of(key, question="write"), data_of(key, question=asked)
        flags = given.inputs["x"]
        assert (flags.values.sum(axis=1) == 1).all()
        for n in range(len(given))[SAMPLED]:
            assert flags.names[int(flags.values[n].argmax())] == told(whole, n)
            assert "".join(answered(given, n)) == read(whole, n)


def test_verses_are_those_of_the_divan() -> None:
    divan = " ".join(lines("hafez", "hafez.txt.gz")).replace("ي", "ی").replace("ك", "ک")
    data = data_of("hafez")
    assert len(data) > 8000
    same = sum("".join(answered(data, n)) in divan for n in range(len(data))[SAMPLED])
    assert same > 0.95 * len(range(len(data))[SAMPLED]), "a few hold a sign that is left out"
    assert {"ي", "ك", "\u200c"}.isdisjoint(data.target.classes)


def test_a_verse_ends_in_its_rhyme() -> None:
    data = data_of("hafez", question="rhyme")
    flags = data.inputs["x"]
    for n in range(len(data)):
        assert answered(data, n)[-1] == flags.names[int(flags.values[n].argmax())]
    assert flags.values.sum(axis=0).min() >= 60


@pytest.mark.parametrize("question", ["next", "spaces", "rhyme"])
def test_no_poem_is_torn_apart(question: str) -> None:
    second = {}
    for number, poem in enumerate(
        gzip.decompress((FOLDER / "hafez" / "hafez.txt.gz").read_bytes()).decode().split("\n\n")
    ):
        for verse in poem.splitlines():
            second.setdefault(re.sub(r"\s", "", verse), number)
    data = data_of("hafez", question=question, validation=0.3)
    parts: dict[int, set[str]] = {}
    known = 0
    for part in data.parts:
        for n in data.samples(part):
            text = "".join(answered(data, n)) if data.end is not None else read(data, n)
            poem = second.get(text.replace(" ", ""))
            if poem is not None:
                known += 1
                parts.setdefault(poem, set()).add(part)
    assert known > 0.9 * len(data)
    assert sum(len(found) > 1 for found in parts.values()) <= 3, "verses that stand in two poems"


def test_spaces_come_back_where_they_were() -> None:
    assert without_spaces("ab c", " ")[0] == "abc"
    assert without_spaces("ab c", " ")[1].tolist() == [0, 1, 0]
    for key, values in (("hafez", {}), ("declaration", {}), ("declaration", {"text": "persian"})):
        data = data_of(key, question="spaces", **values)
        whole = data_of(key, question="next", **values)
        marks = {"joined": "", "space": " ", "half-space": "\u200c"}
        for n in range(len(data))[SAMPLED]:
            text = read(data, n)
            told = [data.target.classes[int(code)] for code in data.target.values[n, : len(text), 0]]
            back = "".join(letter + marks[follows] for letter, follows in zip(text, told, strict=True))
            assert whole.mask is not None
            assert back == "".join(spelled(whole.target, n, int(whole.mask[n].sum()))).rstrip("·")
    assert data.target.classes == ("joined", "space", "half-space")


def test_a_declaration_is_read_whole_in_pieces_of_whole_words() -> None:
    short, long = (data_of("declaration", length=length) for length in (20, 80))
    assert len(short) > 3 * len(long)
    whole = re.findall(r"\w+", " ".join(lines("declaration", "english.txt.gz")).lower().replace("'", " "))
    for data, length in ((short, 20), (long, 80)):
        pieces = [read(data, n) for n in range(len(data)) if told(data, n) == "English"]
        assert max(map(len, pieces)) <= length
        letters = [word for word in whole if not word.isdigit() and len(word) > 1]
        assert [word for word in " ".join(pieces).split() if len(word) > 1] == letters
    assert len(short.target.classes) == 12


def test_a_law_goes_on_without_an_end() -> None:
    data = data_of("declaration", question="next")
    assert data.end is None
    assert data.feedback == "x"
    assert data.mask is not None
    assert data.lengths is not None
    np.testing.assert_array_equal(data.mask.sum(axis=1), data.lengths)


MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
JALALI = ["فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"]


def test_dates_are_the_same_day_told_in_another_way() -> None:
    for question in ("iso", "persian", "gregorian", "jalali"):
        data = data_of("dates", question=question, samples=500)
        texts = [(read(data, n), "".join(answered(data, n))) for n in range(len(data))]
        assert len({text for text, _ in texts}) == len(texts)
        for text, answer in texts:
            if question == "iso":
                day, month, year = text.split()
                assert date.fromisoformat(answer) == date(int(year), MONTHS.index(month) + 1, int(day))
                continue
            if question == "persian":
                day, month, year = text.split()
                assert [int(part) for part in answer.split("/")] == [int(year), JALALI.index(month) + 1, int(day)]
                continue
            persian, iso = (text, answer) if question == "gregorian" else (answer, text)
            assert not persian.isascii()
            year, month, day = (int(part) for part in persian.split("/"))  # type: ignore[assignment]
            assert to_gregorian(year, month, day) == date.fromisoformat(iso)  # type: ignore[arg-type]


def test_sums_are_right_and_none_is_asked_twice() -> None:
    for digits, samples in ((1, 100), (2, 3000), (5, 3000)):
        for order in ("usual", "backwards"):
            data = data_of("addition", digits=digits, order=order, samples=samples)
            asked = [read(data, n) for n in range(len(data))]
            assert len(set(asked)) == samples
            for n, text in enumerate(asked):
                one, other = text.split("+")
                assert max(len(one), len(other)) <= digits
                total = "".join(answered(data, n))[:: -1 if order == "backwards" else 1]
                assert int(total) == int(one) + int(other)


def test_more_than_there_is_gets_a_sentence() -> None:
    with pytest.raises(DataError, match="only 100 sums of numbers with 1 digits"):
        data_of("addition", digits=1, samples=101)
    with pytest.raises(DataError, match="fewer than the 5,000 samples"):
        data_of("dates", years=2)
    with pytest.raises(DataError, match="known up to the year 1634"):
        data_of("dates", first=1600, years=100)
