"""Generated series: formulas mean what numpy says they mean, chance comes from the seed, faults are told with their place."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.own.expression import FUNCTIONS, MAX_DEPTH, MAX_LENGTH, FormulaError
from core.data.own.generate import Channel, Formulas, from_facts
from core.errors import DataError, StudioError

N = 50
T = np.arange(N, dtype=float)


def one(formula: str, seed: int = 1) -> np.ndarray:
    return Formulas((Channel("a", formula),), N, seed).table().values[1]


@pytest.mark.parametrize(
    ("formula", "wanted"),
    [
        ("3", np.full(N, 3.0)),
        ("sin(2 pi t / 24)", np.sin(2 * np.pi * T / 24)),
        ("2t + 3(t - 1)", 2 * T + 3 * (T - 1)),
        ("-t^2", -(T**2)),
        ("2^3^2 + 0t", np.full(N, 512.0)),
        ("2 ** -1 + 0*t", np.full(N, 0.5)),
        ("--t - -1", T + 1),
        ("1 - 2 - 3 + t*0", np.full(N, -4.0)),
        ("12 / 3 / 2 + 7 % 4", np.full(N, 5.0)),
        ("exp(-t / 10) cos(t)", np.exp(-T / 10) * np.cos(T)),
        ("step(t - 10) - step(t - 20)", ((T >= 10) & (T < 20)).astype(float)),
        ("t > 5", (T > 5).astype(float)),
        ("(t >= 5) * (t ≤ 7)", ((T >= 5) & (T <= 7)).astype(float)),
        ("min(t, 9) + max(t, 20)", np.minimum(T, 9) + np.maximum(T, 20)),
        ("lag(t, 3)", np.maximum(T - 3, 0)),
        ("sum(1)", T + 1),
        ("۲٫۵ × t − ۱", 2.5 * T - 1),
        ("max(t، ۷)", np.maximum(T, 7)),
        (".5 + 1e-3 n", np.full(N, 0.5 + 1e-3 * N)),
        ("triangle(pi / 2) + square(0) + saw(0) + 0t", np.full(N, 2.0)),
        ("sqrt(abs(t)) + log(e) + tan(0) + sign(-2) + round(1.6) + floor(1.6) + tanh(0)", np.sqrt(T) + 1 - 1 + 2 + 1),
    ],
)
def test_formulas_mean_what_they_say(formula: str, wanted: np.ndarray) -> None:
    assert one(formula) == pytest.approx(wanted, rel=1e-13, abs=1e-13)


def test_waves_have_the_period_of_the_sine() -> None:
    t = np.arange(240, dtype=float)
    for name, wanted in (
        ("square", np.where(t % 24 < 12, 1.0, -1.0)),
        ("saw", ((t / 24 + 0.5) % 1 - 0.5) * 2),
        ("triangle", 2 * np.abs(((t / 24 - 0.25) % 1 - 0.5) * 2) - 1),
    ):
        found = Formulas((Channel("a", f"{name}(2 pi (t + 0.001) / 24)"),), 240).table().values[1]
        assert np.abs(found - wanted).max() < 0.01, name


def test_channels_name_those_above_and_chance_comes_from_the_seed() -> None:
    formulas = Formulas((Channel("load", "walk()"), Channel("next_", "load + lag(load, 1)", noise=0.0)), N, seed=5)
    table = formulas.table()
    assert table.names == ("t", "load", "next_") and np.array_equal(table.values[0], T)
    load = table.values[1]
    assert np.array_equal(table.values[2], load + np.concatenate([load[:1], load[:-1]]))
    assert np.array_equal(formulas.table().values[1], load)
    assert not np.array_equal(Formulas(formulas.channels, N, seed=6).table().values[1], load)
    assert not np.array_equal(one("normal()"), one("normal() + 0 * normal() + normal()"))


def test_noise_and_random_numbers_have_their_moments() -> None:
    many = Formulas((Channel("a", "2", noise=0.5), Channel("b", "random()"), Channel("c", "ar(0.8)")), 100_000).table()
    _, a, b, c = many.values
    assert abs(a.mean() - 2) < 0.01 and abs(a.std() - 0.5) < 0.01
    assert b.min() >= 0 and b.max() < 1 and abs(b.mean() - 0.5) < 0.01
    assert (
        abs(np.corrcoef(c[1:], c[:-1])[0, 1] - 0.8) < 0.01
    )  # the first autocorrelation of an AR(1) is its coefficient


@pytest.mark.parametrize(
    ("formula", "at", "said"),
    [
        ("", 1, "there is no formula yet"),
        ("1 +", 4, "the formula ends too early"),
        ("sin(t", 4, "this bracket is never closed"),
        ("(1 + 2", 1, "this bracket is never closed"),
        ("1 + )", 5, "“)” is not expected here"),
        ("2 3", 3, "“3” is not expected here"),
        ("sine(t)", 1, "there is no “sine”: did you mean “sin”?"),
        ("2 * zzz", 5, "there is no “zzz”"),
        ("sin t", 1, "“sin” needs brackets"),
        ("min(1)", 1, "“min” takes 2 values in its brackets, not 1"),
        ("lag()", 1, "“lag” takes 1–2 values"),
        ("t & 1", 3, "“&” has no meaning in a formula"),
        ("t.__class__", 2, "“.” has no meaning"),
        ("t[0]", 2, "“[” has no meaning"),
        ("__import__(1)", 1, "there is no “__import__”"),
        ("lambda (t)", 1, "there is no “lambda”"),
        ("1e999", 1, "too large a number"),
        ("(" * 100 + "1" + ")" * 100, MAX_DEPTH + 1, "nested too deeply"),
        ("1+" * 400 + "1", MAX_LENGTH + 1, "more than"),
        ("b", 1, "there is no “b”"),
    ],
)
def test_faults_are_told_with_their_place(formula: str, at: int, said: str) -> None:
    with pytest.raises(FormulaError, match=rf"“a”, character {at}: .*{re.escape(said)}") as caught:
        one(formula)
    assert caught.value.at == at and str(caught.value).endswith((".", "?"))


@pytest.mark.parametrize(("formula", "t"), [("1 / t", 0), ("log(3 - t)", 3), ("2^t^9", 2), ("sqrt(9 - t)", 10)])
def test_values_that_are_no_numbers_are_told_with_their_time(formula: str, t: int) -> None:
    with pytest.raises(DataError, match=rf"“a”, t = {t}: the value is not a finite number"):
        one(formula)


def test_names_and_sizes() -> None:
    for name in ("sin", "t", "n", "pi", "1a", "a b", "", "x" * 41):
        with pytest.raises(DataError):
            Formulas((Channel(name, "1"),), N).table()
    with pytest.raises(DataError, match="Two channels are called “a”"):
        Formulas((Channel("a", "1"), Channel("a", "2")), N).table()
    for bad in (Formulas((), N), Formulas((Channel("a", "1"),), 1), Formulas((Channel("a", "1", noise=-1.0),), N)):
        with pytest.raises(DataError):
            bad.table()


def test_what_it_was_made_from_comes_back() -> None:
    formulas = Formulas((Channel("a", "sin(t)", 0.5), Channel("دما", "a^2")), 77, 9)
    assert from_facts(formulas.facts()) == formulas
    for damaged in (
        {},
        {"channels": 1},
        {"channels": [{"name": "a"}], "steps": 1, "seed": 1},
        {**formulas.facts(), "steps": "x"},
    ):
        with pytest.raises(DataError):
            from_facts(damaged)


@given(st.text(alphabet="0123456789.+-*/^%(), tabnsicopeqrlgw<>=e٫۲π", max_size=40))
def test_any_text_gives_numbers_or_a_sentence(text: str) -> None:
    try:
        assert np.isfinite(one(text)).all()
    except StudioError as error:
        assert str(error).endswith((".", "?"))


def test_every_function_is_explained() -> None:
    assert all(function.help for function in FUNCTIONS.values())
