"""A pytest plugin that forbids Qt: ``pytest -p no:pytest-qt -p tests.no_qt tests/core``."""

import importlib.abc
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

import pytest

FORBIDDEN = ("PySide6", "shiboken6", "pyqtgraph")


class Block(importlib.abc.MetaPathFinder):
    """Answers every import of Qt with an error."""

    def find_spec(self, name: str, path: object = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Nothing but the error."""
        if name.partition(".")[0] in FORBIDDEN:
            raise ImportError(f"{name} is forbidden here")
        return None


sys.meta_path.insert(0, Block())


def pytest_addoption(parser: pytest.Parser) -> None:
    """Know the options of pytest-qt that pyproject.toml sets."""
    for name in ("qt_api", "qt_log_level_fail", "qt_log_ignore"):
        parser.addini(name, "of pytest-qt, which is off")
