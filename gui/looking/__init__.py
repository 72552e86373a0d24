"""Looking at data: the whole series with its parts and windows, and histograms of every feature, in a window of their own."""

from gui.looking.opening import Looking

__all__ = ["Looking"]
