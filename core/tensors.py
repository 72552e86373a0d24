"""Numpy arrays to safetensors bytes and back, exact and checked; safetensors holds numbers only and runs no code."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as _load
from safetensors.numpy import save as _save

from core.documents import DocumentError

MAX_TENSORS = 50_000


def dump(arrays: Mapping[str, np.ndarray]) -> bytes:
    """The bytes of ``arrays``."""
    # safetensors reads the memory of an array as it lies there: a transposed or sliced one must be laid out first.
    return bytes(_save({name: np.ascontiguousarray(array) for name, array in arrays.items()}))


def read(content: bytes | None, what: str, types: Collection[str]) -> dict[str, np.ndarray]:
    """The arrays in ``content``, read-only, or none where it is None; raises DocumentError with ``what`` as the path.

    ``types`` names the numpy types that are expected there.
    """
    if content is None:
        return {}
    try:
        found: dict[str, np.ndarray] = _load(content)
    except (SafetensorError, KeyError, ValueError, OverflowError, TypeError) as error:
        raise DocumentError([(what, f"does not read as safetensors ({str(error)[:120]})")]) from None
    if len(found) > MAX_TENSORS:
        raise DocumentError([(what, "holds too many arrays")])
    wrong = [(f"{what}.{name[:80]}", f"has type {a.dtype}") for name, a in found.items() if str(a.dtype) not in types]
    if wrong:
        raise DocumentError(wrong)
    return {name: _own(array) for name, array in found.items()}


def _own(array: np.ndarray) -> np.ndarray:
    own = np.array(array)
    own.flags.writeable = False
    return own
