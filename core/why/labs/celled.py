"""Numbers of the recurrent step: gates and states of a cell on its way through time."""

from __future__ import annotations

from dataclasses import dataclass

from core.describe import Words
from core.explore.cells import GATES, NAMES, Cell, Walk
from core.formula import latex_number
from core.why.numbers import Aggregate, Later, Term, added
from core.why.simple import Part, given, left_over, product, tanh_of


@dataclass(frozen=True, eq=False)
class CellForward:
    """A cell and its way through a sequence. Steps and units count from 0; step -1 is before the first one."""

    cell: Cell
    found: Walk
    size: float
    """The recurrent matrices are this many times an orthogonal one."""
    strength: float
    """The weights of the input are this many times random ones."""

    def value(self, name: str, step: int, unit: int) -> Aggregate:
        """A gate or a state by its letter, or the input x."""
        if name == "x" or step < 0:
            note = (
                Words("It is what the cell reads at this step.")
                if name == "x"
                else Words("There is nothing before the first step.")
            )
            return given(self._title(name, step, unit), self.at(name, step, unit), self._sign(name, step, unit), note)
        if name == "c":
            terms = (
                self._times("f", step, unit, self.part("c", step - 1, unit)),
                self._times("i", step, unit, self.part("g", step, unit)),
            )  # fmt: skip
            return self._sum(name, step, unit, terms, r"c_t = f_t \odot c_{t-1} + i_t \odot g_t")
        if name == "h" and self.cell.kind == "lstm":
            inside = tanh_of(self.part("c", step, unit), NAMES["c"])
            return self._sum(name, step, unit, (self._times("o", step, unit, inside),), r"h_t = o_t \odot \tanh(c_t)")
        if name == "h" and self.cell.kind == "gru":
            z, kept = self.part("z", step, unit), self._times("z", step, unit, self.part("h", step - 1, unit))
            new, rest = self.part("n", step, unit), left_over(z, NAMES["z"])
            fresh = Term(rest.value, new.value, rest.symbol, new.symbol, about=new.about, factor_about=rest.about)
            return self._sum(name, step, unit, (fresh, kept), r"h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}")
        return self._squashed(name, step, unit)

    def later(self, name: str, step: int, unit: int) -> Later:
        """The same, as soon as someone asks."""
        return Later(self._title(name, step, unit), lambda: self.value(name, step, unit))

    def _squashed(self, name: str, step: int, unit: int) -> Aggregate:
        """What is squashed from a sum over the input and the state before."""
        row = GATES[self.cell.kind].index(name) * self.cell.units + unit
        squash = r"\tanh" if name in ("h", "g", "n") else r"\sigma"
        own, state = self._own(row, step), self.recurrent(row, step)
        line = rf"{name}_t = {squash}(W_x x_t + W_h h_{{t-1}})"
        if name == "n":
            reset = self.part("r", step, unit)
            inner = Part(r"(W_h h_{t-1})", sum(term.contribution for term in state), self.recurrent_later(row, step))
            state = (
                Term(reset.value, inner.value, reset.symbol, inner.symbol, about=inner.about, factor_about=reset.about),
            )
            line = r"n_t = \tanh(W_x x_t + r_t \odot (W_h h_{t-1}))"
        terms, value = (*own, *state), self.at(name, step, unit)
        z, sign = sum(term.contribution for term in terms), self._sign(name, step, unit)
        return Aggregate(
            self._title(name, step, unit), value, (line,),
            (f"z = {added(terms)} = {latex_number(z)}", rf"{sign} = {squash}\left({latex_number(z)}\right) = {latex_number(value)}"),
            Words("It is squashed from a sum over what is read now and the state one step ago."), terms=terms,
        )  # fmt: skip

    def _own(self, row: int, step: int) -> tuple[Term, ...]:
        x, w = self.part("x", step, 0), self.weight("ih", row, 0)
        terms = (Term(w.value, x.value, w.symbol, x.symbol, about=x.about, factor_about=w.about),)
        bias = float(self.cell.bias_ih[row] + self.cell.bias_hh[row])
        if not bias:
            return terms
        return (*terms, Part("b", bias, given(Words("The forget bias"), bias, "b", Words("It is set by hand."))).term)

    def recurrent(self, row: int, step: int) -> tuple[Term, ...]:
        """What the state before adds to a sum, ``row`` as in the matrices."""
        pairs = [(self.weight("hh", row, k), self.part("h", step - 1, k)) for k in range(self.cell.units)]
        return tuple(Term(w.value, h.value, w.symbol, h.symbol, about=h.about, factor_about=w.about) for w, h in pairs)

    def recurrent_later(self, row: int, step: int) -> Later:
        """The same added up, as a GRU takes it."""
        title = Words(
            "What the state before sends to candidate {unit} at t = {step}",
            {"unit": row % self.cell.units + 1, "step": step + 1},
        )

        def answer() -> Aggregate:
            terms = self.recurrent(row, step)
            value = float(sum(term.contribution for term in terms))
            return Aggregate(
                title, value, (r"s = W_h h_{t-1}",), (f"s = {added(terms)} = {latex_number(value)}",),
                Words("The reset gate decides how much of it is used."), terms=terms,
            )  # fmt: skip

        return Later(title, answer)

    def weight(self, tensor: str, row: int, column: int) -> Part:
        """A weight of the input ("ih") or of the state ("hh")."""
        matrix = self.cell.weight_ih if tensor == "ih" else self.cell.weight_hh
        value, times = float(matrix[row, column]), self.strength if tensor == "ih" else self.size
        letter = "x" if tensor == "ih" else "h"
        sign = rf"W_{{{letter},{row % self.cell.units + 1}{column + 1}}}"
        title = Words("A weight of the input") if tensor == "ih" else Words("A recurrent weight")

        def answer() -> Aggregate:
            drawn = value / times if times else 0.0
            note = (
                Words("It was drawn at random between -1 and 1.")
                if tensor == "ih"
                else Words("It belongs to a random orthogonal matrix.")
            )
            factor = (
                Words("The strength of the input") if tensor == "ih" else Words("The size of the recurrent weights")
            )
            parts = (
                Part("s", times, given(factor, times, "s", Words("It is set by hand."))),
                Part("q", drawn, given(Words("The number that was drawn"), drawn, "q", note)),
            )
            return product(title, sign, parts, Words("Moving the slider makes all of them larger or smaller."))

        return Part(sign, value, Later(title, answer))

    def _times(self, gate: str, step: int, unit: int, part: Part) -> Term:
        open_ = self.part(gate, step, unit)
        return Term(open_.value, part.value, open_.symbol, part.symbol, about=part.about, factor_about=open_.about)

    def _sum(self, name: str, step: int, unit: int, terms: tuple[Term, ...], line: str) -> Aggregate:
        value = self.at(name, step, unit)
        return Aggregate(
            self._title(name, step, unit), value, (line,), (f"{self._sign(name, step, unit)} = {added(terms)} = {latex_number(value)}",),
            Words("Gates decide how much of each is let through."), terms=terms,
        )  # fmt: skip

    def part(self, name: str, step: int, unit: int) -> Part:
        """A gate, a state or the input, as part of another answer."""
        return Part(self._sign(name, step, unit), self.at(name, step, unit), self.later(name, step, unit))

    def at(self, name: str, step: int, unit: int) -> float:
        """Its value; 0 before the first step."""
        if step < 0:
            return 0.0
        return float(self.found.x[step, 0] if name == "x" else self.found.parts[name][step, unit])

    @staticmethod
    def _sign(name: str, step: int, unit: int) -> str:
        return f"x_{{{step + 1}}}" if name == "x" else f"{name}_{{{step + 1},{unit + 1}}}"

    @staticmethod
    def _title(name: str, step: int, unit: int) -> Words:
        where = {"what": NAMES[name], "unit": unit + 1, "step": step + 1}
        if step < 0:
            return Words("{what} of unit {unit} before the first step", where)
        return (
            Words("{what} at t = {step}", where) if name == "x" else Words("{what} of unit {unit} at t = {step}", where)
        )
