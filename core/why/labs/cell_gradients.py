"""Numbers of the recurrent step: the gradient on its way back through a cell, unit by unit and over all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.describe import Words
from core.explore.cells import GATES, NAMES, predicted
from core.formula import latex_number
from core.why.labs.celled import CellForward
from core.why.network.stretched import stretch
from core.why.numbers import Aggregate, Later, Number, Term, added
from core.why.simple import Part, Told, left_over, length, product, quotient, slope_of_tanh, tanh_of

WRITTEN = 3
"""Factors of a long product that are written out."""


@dataclass(frozen=True, eq=False)
class OfCell(CellForward):
    """A cell forward and backward. The loss is half the squared length of its last state."""

    def gradient(self, step: int, unit: int, memory: bool = False) -> Aggregate:
        """dL/dh of a unit at a step, or dL/dc of its ``memory``."""
        return self._cell_gradient(step, unit) if memory else self._state_gradient(step, unit)

    def _state_gradient(self, step: int, unit: int) -> Aggregate:
        title, value = self._gradient_title(step, unit, False), float(self.found.gradient[step, unit])
        sign = self._slope_sign("h", step, unit)
        if step == len(self.found.x) - 1:
            return Aggregate(
                title, value, (r"L = \frac{1}{2} \left| h_T \right|^2", r"\frac{\partial L}{\partial h_T} = h_T"),
                (f"{sign} = {latex_number(value)}",), Words("The loss is half the squared length of the last state."),
                terms=(self.part("h", step, unit).term,),
            )  # fmt: skip
        terms: list[Term] = []
        if self.cell.kind == "gru":
            kept, later = self.part("z", step + 1, unit), self._gradient_part(step + 1, unit, False)
            terms.append(
                Term(kept.value, later.value, kept.symbol, later.symbol, about=later.about, factor_about=kept.about)
            )
        for row in range(len(self.cell.weight_hh)):
            w, felt = self.weight("hh", row, unit), self._delta_part(step + 1, row, recurrent=True)
            terms.append(Term(w.value, felt.value, w.symbol, felt.symbol, about=felt.about, factor_about=w.about))
        line = r"\frac{\partial L}{\partial h_t} = W_h^T \delta_{t+1}"
        if self.cell.kind == "gru":
            line = r"\frac{\partial L}{\partial h_t} = z_{t+1} \odot \frac{\partial L}{\partial h_{t+1}} + W_h^T \delta_{t+1}"
        return Aggregate(
            title, value, (line,), (f"{sign} = {added(terms)} = {latex_number(value)}",),
            Words("It comes back from the next step along each recurrent weight."), terms=tuple(terms),
        )  # fmt: skip

    def _cell_gradient(self, step: int, unit: int) -> Aggregate:
        found = self.found.cell_gradient
        assert found is not None
        value, felt = float(found[step, unit]), self._gradient_part(step, unit, False)
        o, c = self.at("o", step, unit), self.at("c", step, unit)
        steep = o * (1 - float(np.tanh(c)) ** 2)
        terms = [
            Term(
                steep,
                felt.value,
                r"o_t \left(1 - \tanh^2 c_t\right)",
                felt.symbol,
                about=felt.about,
                factor_about=self._opened(step, unit),
            )
        ]
        if step + 1 < len(found):
            kept, later = self.part("f", step + 1, unit), self._gradient_part(step + 1, unit, True)
            terms.append(
                Term(kept.value, later.value, kept.symbol, later.symbol, about=later.about, factor_about=kept.about)
            )
        line = (
            r"\frac{\partial L}{\partial c_t} = o_t \left(1 - \tanh^2 c_t\right) \frac{\partial L}{\partial h_t} + f_{t+1} "
            r"\frac{\partial L}{\partial c_{t+1}}"
        )
        return Aggregate(
            self._gradient_title(step, unit, True), value, (line,),
            (f"{self._slope_sign('c', step, unit)} = {added(terms)} = {latex_number(value)}",),
            Words("The forget gate of the next step decides how much of the gradient of the cell comes back."), terms=tuple(terms),
        )  # fmt: skip

    def _opened(self, step: int, unit: int) -> Later:
        title = Words("How much of the cell the output gate lets through at t = {step}", {"step": step + 1})
        bent = slope_of_tanh(tanh_of(self.part("c", step, unit), NAMES["c"]), NAMES["c"])
        note = Words("The gate times the slope of tanh at the cell.")
        return Later(title, lambda: product(title, "s", (self.part("o", step, unit), bent), note))

    def delta(self, step: int, row: int) -> Aggregate:
        """dL/d(sum) of a gate, ``row`` as in the matrices."""
        gate, unit = GATES[self.cell.kind][row // self.cell.units], row % self.cell.units
        note = Words("What is felt behind the gate, times how steep it is at its sum.")
        return product(self._delta_title(step, row), r"\delta", self._delta_parts(gate, step, unit), note)

    def _delta_parts(self, gate: str, step: int, unit: int) -> tuple[Part, ...]:
        felt = self._gradient_part(step, unit, self.cell.kind == "lstm" and gate != "o")
        open_ = self.part(gate, step, unit)
        steep: tuple[Part, ...] = (open_, left_over(open_, NAMES[gate]))
        if gate in ("h", "g", "n"):
            steep = (slope_of_tanh(open_, NAMES[gate]),)
        if gate == "h":
            return (felt, *steep)
        if self.cell.kind == "lstm":
            other = {
                "i": self.part("g", step, unit), "f": self.part("c", step - 1, unit), "g": self.part("i", step, unit),
                "o": tanh_of(self.part("c", step, unit), NAMES["c"]),
            }[gate]  # fmt: skip
            return (felt, other, *steep)
        z, n = self.part("z", step, unit), self.part("n", step, unit)
        if gate == "n":
            return (felt, left_over(z, NAMES["z"]), *steep)
        if gate == "z":
            before = self.part("h", step - 1, unit)
            return (
                felt,
                Part(rf"\left({before.symbol} - {n.symbol}\right)", before.value - n.value, self._apart(step, unit)),
                *steep,
            )
        row = 2 * self.cell.units + unit
        inner = Part(
            r"(W_h h_{t-1})", sum(t.contribution for t in self.recurrent(row, step)), self.recurrent_later(row, step)
        )
        return (self._delta_part(step, row), inner, *steep)

    def _apart(self, step: int, unit: int) -> Later:
        title = Words("How far the state before is from the candidate at t = {step}", {"step": step + 1})

        def answer() -> Aggregate:
            before, n = self.part("h", step - 1, unit), self.part("n", step, unit)
            terms = (before.term, Term(-1.0, n.value, "-1", n.symbol, about=n.about))
            value = before.value - n.value
            return Aggregate(
                title, value, ("d = h_{t-1} - n_t",), (f"d = {added(terms)} = {latex_number(value)}",),
                Words("The update gate chooses between both."), terms=terms,
            )  # fmt: skip

        return Later(title, answer)

    def _delta_part(self, step: int, row: int, recurrent: bool = False) -> Part:
        gate, unit = GATES[self.cell.kind][row // self.cell.units], row % self.cell.units
        value = float(self.found.deltas[step, row])
        plain = Part(
            rf"\delta^{{{gate}}}_{{{step + 1},{unit + 1}}}",
            value,
            Later(self._delta_title(step, row), lambda: self.delta(step, row)),
        )
        if not (recurrent and gate == "n"):
            return plain
        # What a candidate sends back to the state goes through its reset gate.
        reset, title = (
            self.part("r", step, unit),
            Words("What candidate {unit} sends back at t = {step}", {"unit": unit + 1, "step": step + 1}),
        )
        note = Words("The reset gate lets through as much of the gradient as of the state.")
        return Part(
            rf"r \, {plain.symbol}",
            reset.value * value,
            Later(title, lambda: product(title, "s", (reset, plain), note)),
        )

    def _delta_title(self, step: int, row: int) -> Words:
        gate, unit = GATES[self.cell.kind][row // self.cell.units], row % self.cell.units
        return Words(
            "The gradient at the sum of {what} of unit {unit} at t = {step}",
            {"what": NAMES[gate], "unit": unit + 1, "step": step + 1},
        )

    def _gradient_part(self, step: int, unit: int, memory: bool) -> Part:
        table = self.found.cell_gradient if memory else self.found.gradient
        assert table is not None
        about = Later(self._gradient_title(step, unit, memory), lambda: self.gradient(step, unit, memory))
        return Part(self._slope_sign("c" if memory else "h", step, unit), float(table[step, unit]), about)

    @staticmethod
    def _gradient_title(step: int, unit: int, memory: bool) -> Words:
        return Words(
            "dL/d{letter} of unit {unit} at t = {step}",
            {"letter": "c" if memory else "h", "unit": unit + 1, "step": step + 1},
        )

    @staticmethod
    def _slope_sign(letter: str, step: int, unit: int) -> str:
        return rf"\frac{{\partial L}}{{\partial {letter}_{{{step + 1},{unit + 1}}}}}"

    # -- over all units ----------------------------------------------------------------------------------------------

    def profile(self, step: int, memory: bool = False) -> Aggregate:
        """|dL/dh_t|, or |dL/dc_t| of the ``memory``: made of the gradient of each unit."""
        letter = "c" if memory else "h"
        sign = rf"\left| \frac{{\partial L}}{{\partial {letter}_{{{step + 1}}}}} \right|"
        return length(
            self._profile_title(step, memory), sign, [self._gradient_part(step, unit, memory) for unit in range(self.cell.units)],
            Words("It is the length over all units of the gradient that has come back to this step."),
            (rf"\left| \frac{{\partial L}}{{\partial {letter}_t}} \right| = \sqrt{{\sum_i \left(\frac{{\partial L}}{{\partial {letter}_{{t,i}}}}\right)^2}}",
             r"L = \frac{1}{2} \left| h_T \right|^2"),
        )  # fmt: skip

    @staticmethod
    def _profile_title(step: int, memory: bool) -> Words:
        return Words("|dL/d{letter}| at t = {step}", {"letter": "c" if memory else "h", "step": step + 1})

    def profile_part(self, step: int, memory: bool) -> Part:
        """The same as part of another answer."""
        table = self.found.cell_profile if memory else self.found.profile
        assert table is not None
        sign = rf"\left| \partial L / \partial {'c' if memory else 'h'}_{{{step + 1}}} \right|"
        return Part(
            sign, float(table[step]), Later(self._profile_title(step, memory), lambda: self.profile(step, memory))
        )

    def left(self, first: int, last: int, memory: bool) -> Aggregate:
        """How much of the gradient at the step ``last`` arrives at an earlier one."""
        where = {"letter": "c" if memory else "h", "first": first + 1, "last": last + 1}
        return quotient(
            Words("How much of dL/d{letter} at t = {last} arrives at t = {first}", where), "r", self.profile_part(first, memory),
            self.profile_part(last, memory), Words("Below 1 the gradient shrinks on its way back, above 1 it grows."),
        )  # fmt: skip

    def foretold(self, step: int) -> Aggregate:
        """What one number of each step alone foretells of the gradient (see core.explore.cells.predicted)."""
        memory, last = self.found.cell_gradient is not None, len(self.found.x) - 1
        end, factors = self.profile_part(last, memory), [self._passed(t) for t in range(last, step, -1)]
        value = float(predicted(self.cell, self.found)[step])
        written = [end, *factors[:WRITTEN]]
        numbers = r" \cdot ".join(latex_number(part.value) for part in written)
        more = rf" \cdots \text{{{len(factors) - WRITTEN} more}}" if len(factors) > WRITTEN else ""
        lines = {
            "elman": r"p_t = \left| W \right|^{T - t} \cdot \left| \frac{\partial L}{\partial h_T} \right|",
            "lstm": r"p_t = \left| \frac{\partial L}{\partial c_T} \right| \cdot \prod_{k > t} \overline{f}_k",
            "gru": r"p_t = \left| \frac{\partial L}{\partial h_T} \right| \cdot \prod_{k > t} \overline{z}_k",
        }
        return Aggregate(
            Words("What is foretold of the gradient at t = {step}", {"step": step + 1}), value, (lines[self.cell.kind],),
            (f"p = {numbers}{more} = {latex_number(value)}",),
            Words("It is as if nothing else happened to the gradient on its way back; what is measured differs by the rest."),
            terms=tuple(part.term for part in (end, *factors)),
        )  # fmt: skip

    def left_of_foretold(self) -> Aggregate:
        """How much would arrive at the first step if it went as foretold."""
        memory, last, curve = (
            self.found.cell_gradient is not None,
            len(self.found.x) - 1,
            predicted(self.cell, self.found),
        )
        first = Part(
            "p_1", float(curve[0]), Later(Words("What is foretold of the gradient at t = 1"), lambda: self.foretold(0))
        )
        return quotient(
            Words("How much of the gradient is foretold to arrive at the first step"), "r", first, self.profile_part(last, memory),
            Words("Below 1 the gradient shrinks on its way back, above 1 it grows."),
        )  # fmt: skip

    def _passed(self, step: int) -> Part:
        """By what the gradient is foretold to be multiplied on its way back from a step."""
        if self.cell.kind == "elman":
            title = Words("The size |W| of the recurrent weights")
            size = float(np.linalg.norm(self.cell.weight_hh, 2))
            return Part(
                r"\left| W \right|", size, Later(title, lambda: stretch(title, self.cell.weight_hh, self._entry))
            )
        gate = "f" if self.cell.kind == "lstm" else "z"
        mean = float(self.found.parts[gate][step].mean())
        title = Words("The mean of {what} at t = {step}", {"what": NAMES[gate], "step": step + 1})

        def answer() -> Aggregate:
            share, sign = 1 / self.cell.units, rf"\frac{{1}}{{{self.cell.units}}}"
            parts = [self.part(gate, step, unit) for unit in range(self.cell.units)]
            terms = tuple(Term(share, part.value, sign, part.symbol, about=part.about) for part in parts)
            bar = rf"\overline{{{gate}}}"
            return Aggregate(
                title, mean, (rf"{bar} = {sign} \sum_u {gate}_u",), (f"{bar} = {added(terms)} = {latex_number(mean)}",),
                Words("It is the mean over the units."), terms=terms,
            )  # fmt: skip

        return Part(rf"\overline{{{gate}}}_{{{step + 1}}}", mean, Later(title, answer))

    def _entry(self, row: int, column: int) -> Told | Number | None:
        return self.weight("hh", row, column).about
