"""Making one's own data in the window: sketched curves, drawn pictures, typed tables, formulas with noise.

Each is a page of the import dialog (gui.importing), so that what is made is cut, split, stored and undone as an import is.
"""

from gui.making.opening import Making

__all__ = ["Making"]
