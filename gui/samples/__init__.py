"""How one sample of a data set looks: picture, curves, strips over time, table or point in the plane."""

from gui.samples.view import SampleView

__all__ = ["SampleView"]
