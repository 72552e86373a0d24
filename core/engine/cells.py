"""One step of RNN, LSTM and GRU blocks, as plainly as it can be written: what the kernels must compute."""

from __future__ import annotations

import torch
from torch import Tensor

from core.network import Layer


def rnn_cell(layer: Layer, weights: list[Tensor], x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    """Elman: h' = f(W_ih x + b_ih + W_hh h + b_hh)."""
    w_ih, w_hh, b_ih, b_hh = weights
    new = torch.tanh if layer.params["nonlinearity"] == "tanh" else torch.relu
    state = new(x @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
    return state, state


def lstm_inside(weights: list[Tensor], x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    """(o, c') with c' = f c + i g; gates in the order i, f, g, o."""
    w_ih, w_hh, b_ih, b_hh = weights
    i, f, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, -1)
    return torch.sigmoid(o), torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)


def lstm_cell(layer: Layer, weights: list[Tensor], x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    """h' = o tanh(c')."""
    opened, cell = lstm_inside(weights, x, h, c)
    return opened * torch.tanh(cell), cell


def gru_cell(layer: Layer, weights: list[Tensor], x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    """h' = (1 - z) n + z h with n = tanh(W_in x + b_in + r (W_hn h + b_hn)); gates in the order r, z, n."""
    w_ih, w_hh, b_ih, b_hh = weights
    xr, xz, xn = (x @ w_ih.T + b_ih).chunk(3, -1)
    hr, hz, hn = (h @ w_hh.T + b_hh).chunk(3, -1)
    r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
    state = (1 - z) * torch.tanh(xn + r * hn) + z * h
    return state, state


CELLS = {"rnn": rnn_cell, "lstm": lstm_cell, "gru": gru_cell}
