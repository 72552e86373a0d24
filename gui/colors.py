"""The colours of the two themes by name, and how the orange-blue table is mixed from three of them.

Text colours keep a contrast of 4.5 to every ground they stand on, lines and marks 3 (WCAG 2.2); a test measures it.
"""

from __future__ import annotations

import numpy as np

LIGHT = {
    # widgets
    "window": "#f2f4f7",
    "base": "#ffffff",
    "alternate": "#f6f8fa",
    "button": "#e9ecf1",
    "text": "#1c2430",
    "muted": "#566072",
    "disabled": "#9aa3b0",
    "tooltip": "#1f2733",
    "tooltip_text": "#f4f6f9",
    "highlight": "#1c66d1",
    "highlighted_text": "#ffffff",
    "light": "#ffffff",
    "midlight": "#dfe3ea",
    "mid": "#c3cad5",
    "dark": "#a3acba",
    "shadow": "#6d7786",
    "scroll": "#a9b2bf",
    "field_edge": "#b3bac5",
    "mark_edge": "#7f8794",
    # canvas
    "canvas": "#fafbfc",
    "layer": "#ffffff",
    "layer_edge": "#7f8a9b",
    "link": "#66717f",
    "recurrent": "#7a3fc0",
    "selection": "#1c66d1",
    "accent": "#1a60c4",
    "positive": "#1a62bd",
    "negative": "#b44d08",
    "allowed": "#157347",
    "refused": "#c02b2b",
    "warning": "#855600",
    # plots
    "plot_background": "#ffffff",
    "plot_grid": "#e0e4ea",
    "train": "#1a62bd",
    "validation": "#b44d08",
    "series1": "#1a62bd",
    "series2": "#b44d08",
    "series3": "#157347",
    "series4": "#a2358a",
    "series5": "#7a5c00",
    "series6": "#00707c",
    "series7": "#6447c2",
    "series8": "#566072",
}
DARK = {
    # widgets
    "window": "#2a2e36",
    "base": "#17191e",
    "alternate": "#1d2026",
    "button": "#303640",
    "text": "#e6e9ef",
    "muted": "#a3acbb",
    "disabled": "#6c7583",
    "tooltip": "#0f1115",
    "tooltip_text": "#e6e9ef",
    "highlight": "#2a66c2",
    "highlighted_text": "#ffffff",
    "light": "#535b69",
    "midlight": "#464d5a",
    "mid": "#4b5361",
    "dark": "#15181d",
    "shadow": "#0b0d10",
    "scroll": "#59626f",
    "field_edge": "#454c58",
    "mark_edge": "#7f8998",
    # canvas
    "canvas": "#1a1d23",
    "layer": "#2a2f38",
    "layer_edge": "#77818f",
    "link": "#8a94a3",
    "recurrent": "#bb97f7",
    "selection": "#6aa8f7",
    "accent": "#77b0fa",
    "positive": "#66a9fa",
    "negative": "#f29a52",
    "allowed": "#55c98f",
    "refused": "#ff8a80",
    "warning": "#ecbd52",
    # plots
    "plot_background": "#1a1d23",
    "plot_grid": "#343a45",
    "train": "#66a9fa",
    "validation": "#f29a52",
    "series1": "#66a9fa",
    "series2": "#f29a52",
    "series3": "#55c98f",
    "series4": "#f08ed8",
    "series5": "#e2c452",
    "series6": "#4cc7d4",
    "series7": "#b4a1ff",
    "series8": "#a3acbb",
}

LIGHT_ENDS = ("#b34700", "#f1f2f4", "#0b57b8")
"""Negative, zero, positive of the light theme: zero recedes into the ground."""
DARK_ENDS = ("#ff9a45", "#2b3038", "#62adff")


def diverging(negative: str, zero: str, positive: str) -> np.ndarray:
    """(256, 3) uint8 from ``negative`` over ``zero`` to ``positive``, even steps of lightness.

    Mixed in OKLab (B. Ottosson, "A perceptual color space for image processing", 2020).
    """
    ends = [_oklab(color) for color in (negative, zero, positive)]
    place = np.linspace(-1.0, 1.0, 256)[:, None]
    mixed = np.where(
        place < 0, ends[1] + (ends[0] - ends[1]) * np.abs(place), ends[1] + (ends[2] - ends[1]) * np.abs(place)
    )
    return _rgb(mixed)


_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def _oklab(color: str) -> np.ndarray:
    code = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255.0
    linear = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    lab: np.ndarray = _TO_LAB @ np.cbrt(_TO_LMS @ linear)
    return lab


def _rgb(lab: np.ndarray) -> np.ndarray:
    lms = (lab @ np.linalg.inv(_TO_LAB).T) ** 3
    linear = np.clip(lms @ np.linalg.inv(_TO_LMS).T, 0.0, 1.0)
    code = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.rint(code * 255).astype(np.uint8)
