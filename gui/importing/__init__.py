"""Importing one's own data: the dialog, its pages, and what the window needs to open it."""

from gui.importing.opening import Imports, accepts

__all__ = ["Imports", "accepts"]
