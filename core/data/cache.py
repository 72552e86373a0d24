"""Loaded data sets, kept so that rules, views and training share one copy."""

from __future__ import annotations

from functools import lru_cache

from core.catalogue.spec import Choice
from core.data.dataset import Dataset


@lru_cache(maxsize=4)
def dataset(choice: Choice) -> Dataset:
    """The data set of a complete Choice; the last four are kept."""
    from core.data.catalogue import load

    return load(choice)
