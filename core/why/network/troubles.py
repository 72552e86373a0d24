"""How many problems a project has."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.describe import Words
from core.problem import Problem
from core.why.numbers import Aggregate, Term, one_each
from core.why.simple import given


def problem_count(found: Sequence[Problem]) -> Aggregate:
    """Those that keep it from training, and those that keep it from learning well; each is told."""
    wrong = sum(problem.severity == "error" for problem in found)

    def make(n: int) -> Term:
        title, note = Words(found[n].template, found[n].values), Words("The panel of problems says where it is.")
        return Term(1, 1, "", rf"\left[ p_{{{n + 1}}} \right]", about=given(title, 1, "1", note))

    terms = one_each(np.arange(len(found)), make)
    return Aggregate(
        Words("Problems of this project"), len(found), (r"n = n_{\text{errors}} + n_{\text{warnings}}",),
        (f"n = {wrong} + {len(found) - wrong} = {len(found)}",),
        Words("Errors keep it from training, warnings from learning well. Each is found by a check of the network, its data and "
              "its settings."), (), terms,
    )  # fmt: skip
