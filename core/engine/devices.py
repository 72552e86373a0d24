"""Where and how exactly a session computes: device, precision, threads."""

from __future__ import annotations

import ctypes
import os
import sys

import torch

from core.errors import NotTrainable

_TITLES = {"cuda": "NVIDIA GPU", "mps": "Apple GPU"}
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
"""Of malloc.h."""
_KEPT = 1 << 28
"""Bytes of freed memory that the process keeps to itself."""


def pick_device(name: str) -> torch.device:
    """The device of the setting "device"; "auto" is the processor. One that is missing raises NotTrainable."""
    if name in ("cpu", "auto"):
        return torch.device("cpu")
    there = torch.cuda.is_available() if name == "cuda" else torch.backends.mps.is_available()
    if not there:
        raise NotTrainable(
            "There is no {device} here that can train. Choose “Processor” as the device in the training settings.",
            device=_TITLES.get(name, name),
        )
    device = torch.device(name)
    _repeat_itself(device)
    return device


def pick_dtype(precision: str, device: torch.device) -> torch.dtype:
    """The number type of the setting "precision"; the Apple GPU has no 64 bit numbers and raises NotTrainable."""
    if precision == "float64" and device.type == "mps":
        raise NotTrainable("The Apple GPU can not compute with 64 bit. Choose 32 bit, or the processor as the device.")
    return torch.float64 if precision == "float64" else torch.float32


def settle(device: torch.device, threads: int) -> None:
    """Prepare the calling thread to compute on ``device``, the same numbers every time.

    ``threads`` 0 leaves one core to the window: with all cores taken, one other busy process makes a step 30 times slower.
    """
    torch.set_num_threads(threads or max(1, (os.cpu_count() or 2) - 1))
    keep_memory()
    _repeat_itself(device)


def keep_memory() -> None:
    """Let the C library of Linux keep what a training step frees.

    It gives the large tensors of each step back to the system otherwise, which fills every page of them with zeros again
    for the next step: up to a seventh of the time of one.
    """
    tune = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if tune is not None:
        for option in (_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD):
            tune(option, _KEPT)


def _repeat_itself(device: torch.device) -> None:
    """Let a GPU give the same numbers every time, in full single precision; before its first product, or never."""
    if device.type == "cuda":
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # cuBLAS repeats itself only with a fixed workspace
        torch.backends.cudnn.benchmark = False
        torch.backends.cudnn.deterministic = True
        torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
        torch.use_deterministic_algorithms(True, warn_only=True)
