"""How many problems a project has."""

from __future__ import annotations

from collections.abc import Sequence

from core.describe import Words
from core.problem import Problem
from core.why.numbers import MOST, Aggregate, Term


def problem_count(found: Sequence[Problem]) -> Aggregate:
    """Those that keep it from training, and those that keep it from learning well; each is told."""
    wrong = sum(problem.severity == "error" for problem in found)
    terms = [
        Term(1, 1, "", rf"\left[ p_{{{n}}} \right]", about=Aggregate(
            Words(problem.template, problem.values), 1, ("1",), ("1",), Words("The panel of problems says where it is.")))
        for n, problem in enumerate(found[:MOST], 1)
    ]  # fmt: skip
    if len(found) > MOST:
        terms.append(Term(1, len(found) - MOST, "", r"\sum_{\text{others}} 1"))
    return Aggregate(
        Words("Problems of this project"), len(found), (r"n = n_{\text{errors}} + n_{\text{warnings}}",),
        (f"n = {wrong} + {len(found) - wrong} = {len(found)}",),
        Words("Errors keep it from training, warnings from learning well. Each is found by a check of the network, its data and "
              "its settings."), (), tuple(terms),
    )  # fmt: skip
