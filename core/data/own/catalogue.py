"""The catalogue entries for data of one's own: an import sets what is hidden, a form the rest."""

from __future__ import annotations

from core.catalogue.spec import Param, Spec
from core.data.settings import dealt_by_lot, dealt_by_time, whole

_SOURCE = "What you imported or made."


def _hidden(key: str, title: str, text: str, default: str = "") -> Param:
    return Param(key, title, "text", default, text, hidden=True)


_CONTENT = _hidden("content", "Imported data", "The name of the imported numbers: the sha256 of their bytes.")
_NAME = _hidden("name", "Name", "What the data is called.")
NORMALISE = Param(
    "normalise",
    "Normalise",
    "bool",
    True,
    "Bring every number to mean 0 and standard deviation 1, measured on the training part only.",
)

_TABLE = Spec(
    "own_table",
    "Your own table",
    "A table that you imported or made: some columns are what the network sees, one is what it has to tell. Each row is a sample, "
    "or rows that follow one another in time are cut into windows.",
    (
        _CONTENT,
        _NAME,
        _hidden("features", "Features", "The columns that the network sees.", "[]"),
        _hidden("target", "Target", "The columns that it has to tell.", "[]"),
        _hidden("time", "Time", "The column by which rows follow one another."),
        _hidden("group", "Group", "The column that says which rows belong together."),
        Param(
            "reading",
            "Read as",
            "choice",
            "rows",
            "What one sample is.",
            choices=(("rows", "One row"), ("windows", "A window of rows"), ("groups", "One sequence per group")),
        ),
        whole("window", "Window", 24, 1, 5000, "How many rows a window shows.", "rows"),
        whole("stride", "Stride", 1, 1, 100_000, "How many rows one window begins after the one before it.", "rows"),
        whole(
            "horizon",
            "Horizon",
            1,
            0,
            1000,
            "How many rows ahead it has to tell. 0 asks about the rows of the window themselves.",
            "rows",
        ),
        Param(
            "asked",
            "Asked",
            "choice",
            "last",
            "When the network has to answer: once at the end, or at every step.",
            choices=(("last", "Once at the end"), ("every", "At every step")),
        ),
        Param(
            "task",
            "Numbers are",
            "choice",
            "numbers",
            "Whether a target that is a number stands for a quantity or for a class. Text is always a class.",
            choices=(("numbers", "Quantities"), ("classes", "Classes")),
        ),
        Param(
            "missing",
            "Missing values",
            "choice",
            "drop",
            "What happens where a value is missing in what the network sees. Samples without an answer are left out, unless "
            "missing values are refused.",
            choices=(
                ("drop", "Leave the sample out"),
                ("forward", "Take the value before"),
                ("mean", "Fill in the mean of the training part"),
                ("refuse", "Refuse the table"),
            ),
        ),
        Param(
            "by",
            "Split",
            "choice",
            "auto",
            "How samples are dealt out to training, validation and test. By itself: by group or time where rows have "
            "one, else by lot; windows by time.",
            choices=(("auto", "By itself"), ("lot", "By lot"), ("time", "By time"), ("group", "By group")),
        ),
        NORMALISE,
        *dealt_by_lot(test=0.0),
    ),
    family="own",
    runs="core.data.own.table:table",
    source=_SOURCE,
)

_TEXT = Spec(
    "own_text",
    "Your own text",
    "A text that you imported, character by character or word by word. The network reads a stretch and tells what follows.",
    (
        _CONTENT,
        _NAME,
        whole("window", "Window", 40, 1, 2000, "How many symbols a window shows.", "symbols"),
        whole(
            "stride", "Stride", 20, 1, 100_000, "How many symbols one window begins after the one before it.", "symbols"
        ),
        Param(
            "asked",
            "Asked",
            "choice",
            "every",
            "When the network has to tell the next symbol: once at the end, or at every step.",
            choices=(("last", "After the window"), ("every", "At every step")),
        ),
        Param(
            "given",
            "Given as",
            "choice",
            "flags",
            "How a symbol enters the network: as one input per symbol of which one is 1, or as its number for an embedding.",
            choices=(("flags", "One input per symbol"), ("codes", "A code, for an embedding")),
        ),
        *dealt_by_time(test=0.0),
    ),
    family="own",
    runs="core.data.own.text:text",
    source=_SOURCE,
)

_SAMPLES = Spec(
    "own_samples",
    "Your own samples",
    "Arrays, pictures or recordings that you imported or drew, each with what the network has to tell about it.",
    (
        _CONTENT,
        _NAME,
        Param(
            "reading",
            "Read as",
            "choice",
            "rows",
            "Of pictures: the same pixels, all at once or one after another.",
            choices=(("image", "One picture"), ("rows", "Row by row"), ("pixels", "Pixel by pixel")),
        ),
        NORMALISE,
        *dealt_by_lot(test=0.0),
    ),
    family="own",
    runs="core.data.own.samples_of:samples",
    source=_SOURCE,
)

OWN = (_TABLE, _TEXT, _SAMPLES)
