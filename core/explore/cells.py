"""One recurrent cell walked through time in plain numpy: every gate and state, and the gradient on the way back.

Gates stand in the order and with the formulas of torch: LSTM i, f, g, o and GRU r, z, n. The loss is half the squared
length of the last state, so that dL/dh at the last step is that state itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

Kind = Literal["elman", "lstm", "gru"]
NAMES = {
    "x": "input x", "h": "state h", "c": "cell c", "i": "input gate i", "f": "forget gate f", "g": "candidate g",
    "o": "output gate o", "r": "reset gate r", "z": "update gate z", "n": "candidate n",
}  # fmt: skip
"""What is walked through, in words."""
GATES: dict[str, tuple[str, ...]] = {"elman": ("h",), "lstm": ("i", "f", "g", "o"), "gru": ("r", "z", "n")}


@dataclass(frozen=True)
class Cell:
    """Weights in torch's layout: (gates * units, inputs), (gates * units, units) and two biases."""

    kind: Kind
    weight_ih: np.ndarray
    weight_hh: np.ndarray
    bias_ih: np.ndarray
    bias_hh: np.ndarray

    @property
    def units(self) -> int:
        """How many numbers the state has."""
        return int(self.weight_hh.shape[1])


def make_cell(kind: Kind, units: int, size: float, seed: int, forget_bias: float = 1.0) -> Cell:
    """A cell of one input whose recurrent matrices are ``size`` times an orthogonal one; LSTM forgets little at first."""
    rng = np.random.default_rng(seed)
    gates = len(GATES[kind])
    blocks = []
    for _ in range(gates):
        q, r = np.linalg.qr(rng.normal(size=(units, units)))
        blocks.append(size * q * np.sign(np.diagonal(r)))
    bias = np.zeros(gates * units)
    if kind == "lstm":
        bias[units : 2 * units] = forget_bias
    return Cell(kind, rng.uniform(-1, 1, (gates * units, 1)), np.concatenate(blocks), bias, np.zeros(gates * units))


@dataclass
class Walk:
    """Everything of one way through the sequence; (steps, units) each."""

    x: np.ndarray
    """(steps, 1)."""
    parts: dict[str, np.ndarray]
    """Gates by name, then "c" (LSTM) and "h"."""
    gradient: np.ndarray
    """dL/dh_t: through the output at t and through every later step."""
    deltas: np.ndarray
    """dL/d(sum) of every gate before its squashing, (steps, gates * units)."""
    cell_gradient: np.ndarray | None = None
    """dL/dc_t of an LSTM."""

    @property
    def profile(self) -> np.ndarray:
        """|dL/dh_t|, (steps,)."""
        return np.asarray(np.linalg.norm(self.gradient, axis=1))

    @property
    def cell_profile(self) -> np.ndarray | None:
        """|dL/dc_t|, (steps,)."""
        return None if self.cell_gradient is None else np.asarray(np.linalg.norm(self.cell_gradient, axis=1))


def walk(cell: Cell, x: np.ndarray) -> Walk:
    """Forward over x (steps, 1), and the gradient of the last state's half squared length back to the first step."""
    return {"elman": _elman, "lstm": _lstm, "gru": _gru}[cell.kind](cell, np.asarray(x, float))


def predicted(cell: Cell, found: Walk) -> np.ndarray:
    """What one number alone foretells of the gradient on its way back, (steps,), from the last one on.

    Elman: |dL/dh_t| if every step multiplied by |W|. LSTM: |dL/dc_t| if every step multiplied by the mean forget gate.
    GRU: |dL/dh_t| if every step multiplied by the mean update gate.
    """
    steps = len(found.x)
    if cell.kind == "elman":
        factors = np.full(steps, float(np.linalg.norm(cell.weight_hh, 2)))
    else:
        factors = found.parts["f" if cell.kind == "lstm" else "z"].mean(axis=1)
    profile = found.profile if found.cell_profile is None else found.cell_profile
    later = np.append(factors[1:], 1.0)
    return np.asarray(profile[-1] * np.cumprod(later[::-1])[::-1])


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return np.asarray((1 + np.tanh(z / 2)) / 2)


def _elman(cell: Cell, x: np.ndarray) -> Walk:
    h, states = np.zeros(cell.units), []
    for step in x:
        h = np.tanh(cell.weight_ih @ step + cell.weight_hh @ h + cell.bias_ih + cell.bias_hh)
        states.append(h)
    said = np.array(states)
    gradient = np.zeros_like(said)
    gradient[-1] = said[-1]
    deltas = np.zeros_like(said)
    for t in range(len(x) - 1, -1, -1):
        deltas[t] = gradient[t] * (1 - said[t] ** 2)
        if t:
            gradient[t - 1] = cell.weight_hh.T @ deltas[t]
    return Walk(x, {"h": said}, gradient, deltas)


def _lstm(cell: Cell, x: np.ndarray) -> Walk:
    h = c = np.zeros(cell.units)
    rows: list[list[np.ndarray]] = []
    for step in x:
        z = np.split(cell.weight_ih @ step + cell.weight_hh @ h + cell.bias_ih + cell.bias_hh, 4)
        i, f, g, o = _sigmoid(z[0]), _sigmoid(z[1]), np.tanh(z[2]), _sigmoid(z[3])
        c = f * c + i * g
        h = o * np.tanh(c)
        rows.append([i, f, g, o, c, h])
    i, f, g, o, c, h = (np.array(part) for part in zip(*rows))
    dh, dc = np.zeros_like(h), np.zeros_like(c)
    dh[-1] = h[-1]
    deltas = np.zeros((len(x), 4 * cell.units))
    for t in range(len(x) - 1, -1, -1):
        dc[t] += dh[t] * o[t] * (1 - np.tanh(c[t]) ** 2)
        before = c[t - 1] if t else np.zeros(cell.units)
        deltas[t] = np.concatenate([
            dc[t] * g[t] * i[t] * (1 - i[t]),
            dc[t] * before * f[t] * (1 - f[t]),
            dc[t] * i[t] * (1 - g[t] ** 2),
            dh[t] * np.tanh(c[t]) * o[t] * (1 - o[t]),
        ])  # fmt: skip
        if t:
            dh[t - 1] = cell.weight_hh.T @ deltas[t]
            dc[t - 1] = dc[t] * f[t]
    return Walk(x, {"i": i, "f": f, "g": g, "o": o, "c": c, "h": h}, dh, deltas, dc)


def _gru(cell: Cell, x: np.ndarray) -> Walk:
    n_units = cell.units
    h = np.zeros(n_units)
    rows: list[list[np.ndarray]] = []
    recurrent: list[np.ndarray] = []
    for step in x:
        own = np.split(cell.weight_ih @ step + cell.bias_ih, 3)
        past = np.split(cell.weight_hh @ h + cell.bias_hh, 3)
        r, z = _sigmoid(own[0] + past[0]), _sigmoid(own[1] + past[1])
        n = np.tanh(own[2] + r * past[2])
        h = (1 - z) * n + z * h
        rows.append([r, z, n, h])
        recurrent.append(past[2])
    r, z, n, h = (np.array(part) for part in zip(*rows))
    dh = np.zeros_like(h)
    dh[-1] = h[-1]
    deltas = np.zeros((len(x), 3 * n_units))
    for t in range(len(x) - 1, -1, -1):
        before = h[t - 1] if t else np.zeros(n_units)
        dn = dh[t] * (1 - z[t]) * (1 - n[t] ** 2)
        dz = dh[t] * (before - n[t]) * z[t] * (1 - z[t])
        dr = dn * recurrent[t] * r[t] * (1 - r[t])
        deltas[t] = np.concatenate([dr, dz, dn])
        if t:
            dh[t - 1] = dh[t] * z[t] + cell.weight_hh.T @ np.concatenate([dr, dz, dn * r[t]])
    return Walk(x, {"r": r, "z": z, "n": n, "h": h}, dh, deltas)
