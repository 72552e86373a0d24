"""Numbers and sums as they are written: with signs as one would write them by hand."""

import re

import numpy as np
import pytest

from core.formula import factor, latex_number, summed, svg
from core.why.numbers import Term, added, plain


def term(value, factor=None):
    """A bare summand, or a product."""
    return Term(1.0, value, "", "b") if factor is None else Term(factor, value, "w", "x")


@pytest.mark.parametrize(
    "terms, latex, text",
    [
        ([], "0", "0"),
        ([term(0.3)], "0.3", "0.3"),
        ([term(-0.3)], "{-}0.3", "-0.3"),
        ([term(0.3), term(-0.14)], "0.3 - 0.14", "0.3 - 0.14"),
        ([term(-0.3), term(-0.14)], "{-}0.3 - 0.14", "-0.3 - 0.14"),
        ([term(-0.2, 0.3), term(-0.14)], r"0.3 \cdot ({-}0.2) - 0.14", "0.3 · (-0.2) - 0.14"),
        ([term(0.2, -0.3), term(0.5, -2.0)], r"{-}0.3 \cdot 0.2 - 2 \cdot 0.5", "-0.3 · 0.2 - 2 · 0.5"),
        ([term(0.2, 0.3), term(-0.5, -2.0)], r"0.3 \cdot 0.2 - 2 \cdot ({-}0.5)", "0.3 · 0.2 - 2 · (-0.5)"),
        ([term(1.0), term(0.5, -2e-7)], r"1 - (2 \cdot 10^{-7}) \cdot 0.5", "1 - (2 · 10^-7) · 0.5"),
        ([term(1.0), term(-2e-7)], r"1 - 2 \cdot 10^{-7}", "1 - 2 · 10^-7"),
        ([term(1.0), term(-np.inf)], r"1 - \infty", "1 - ∞"),
        ([term(1.0), term(-0.0)], "1 + 0", "1 + 0"),
        ([term(0.3), Term(-0.14, 1.0, "b", "")], "0.3 - 0.14", "0.3 - 0.14"),
    ],
)
def test_a_sum_has_the_signs_of_its_summands(terms, latex, text):
    assert added(terms) == latex
    assert plain(latex) == text and "<svg" in svg(latex)


def worth(text):
    """What a sum in plain text comes to."""
    digits = re.sub(r" · 10\^(-?\d+)", r"e\1", text).replace(" · ", "*")
    return eval(digits, {"__builtins__": {}})


@pytest.mark.parametrize("seed", range(50))
def test_sums_are_worth_what_their_terms_add_up_to(seed):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=int(rng.integers(1, 6))) * 10.0 ** rng.integers(-9, 4)
    terms = [term(float(v), None if rng.random() < 0.5 else float(rng.normal())) for v in values]
    text = plain(added(terms))
    assert not re.search(r"[-+] -", text)
    size = sum(abs(one.contribution) for one in terms)
    assert worth(text) == pytest.approx(sum(one.contribution for one in terms), abs=2e-3 * size)


def test_what_is_left_of_a_long_sum_keeps_its_sign_in_brackets():
    terms = [term(float(n)) for n in range(5, 10)] + [term(-0.25), term(-0.5)]
    assert added(terms) == r"5 + 6 + 7 + 8 + 9 + \underbrace{({-}0.75)}_{2 \text{ more}}"


def test_a_factor_stands_in_brackets_where_a_product_could_be_misread():
    assert [factor(v) for v in (0.5, -0.5, 0.0, -0.0, 2e-7)] == ["0.5", "({-}0.5)", "0", "0", r"(2 \cdot 10^{-7})"]
    assert summed(latex_number(v) for v in (-1.0, 0.0, -np.inf, np.nan)) == r"{-}1 + 0 - \infty + \text{NaN}"


def test_cases_and_brackets_can_be_read_as_plain_text():
    assert plain(r"f = \begin{cases} z & z > 0 \\ 0 & z \leq 0 \end{cases}") == "f = ( z if z > 0 ; 0 if z ≤ 0 )"
    assert plain(r"\left[ \left| z \right| < 3 \right]") == "[ | z | < 3 ]"
    assert plain(r"w \leftarrow w - \eta g") == "w ← w - η g"
    assert plain(r"n_{h \to y} \neq \pm \infty") == "n_h → y ≠ ± ∞"


def test_squares_keep_the_sign_of_what_is_squared():
    assert summed(["({-}0.2)^2", "({-}0.3)^2"]) == "({-}0.2)^2 + ({-}0.3)^2"
