"""The data sets that come with the program: what each is, its settings, and what loads it."""

from __future__ import annotations

from importlib import import_module

from core.catalogue.spec import Catalogue, Choice, Param, Spec
from core.data.dataset import Dataset
from core.data.own.catalogue import OWN
from core.data.settings import asked, dealt_by_lot, dealt_by_time, fed_back, generated, noise, whole
from core.data.text.catalogue import TEXT


def load(choice: Choice) -> Dataset:
    """The data set of a Choice; the same choice gives the same arrays. Takes well under a second."""
    complete = DATASETS.complete(choice)
    module, _, function = DATASETS[complete.key].runs.partition(":")
    loaded: Dataset = getattr(import_module(module), function)(**complete.values)
    return loaded


_IMAGES = (
    Spec(
        "digits",
        "Handwritten digits",
        "1,797 digits written by 13 people, 8 by 8 pixels. Read as one picture, row by row from top to bottom, or "
        "pixel by pixel, which makes a sequence of 64 steps.",
        (
            Param(
                "reading",
                "Read as",
                "choice",
                "rows",
                "The same pixels, all at once or one after another.",
                choices=(
                    ("image", "One picture (64 values)"),
                    ("rows", "Row by row (8 steps)"),
                    ("pixels", "Pixel by pixel (64 steps)"),
                ),
            ),
            *dealt_by_lot(),
        ),
        family="images",
        runs="core.data.images:digits",
        source="E. Alpaydin and C. Kaynak, Optical recognition of handwritten digits, 1998.",
    ),
    Spec(
        "drawing",
        "Drawing digits",
        "The handwritten digits the other way round: the network is told which digit to draw and gives its picture row by "
        "row. It can not know the hand, so it draws what all of them have in common.",
        (fed_back(), *dealt_by_lot()),
        family="images",
        runs="core.data.images:drawing",
        source="E. Alpaydin and C. Kaynak, Optical recognition of handwritten digits, 1998.",
    ),
)

_TABLES = (
    Spec(
        "iris",
        "Iris flowers",
        "150 flowers of three species, told apart by the length and width of their petals and sepals.",
        dealt_by_lot(),
        family="table",
        runs="core.data.tables:iris",
        source="R. A. Fisher, The use of multiple measurements in taxonomic problems, 1936.",
    ),
    Spec(
        "wine",
        "Wines",
        "178 wines from three growers, told apart by 13 chemical measurements.",
        dealt_by_lot(),
        family="table",
        runs="core.data.tables:wine",
        source="M. Forina et al., PARVUS.",
    ),
    Spec(
        "breast_cancer",
        "Breast tumours",
        "569 tumours, benign or malignant, told apart by 30 measurements of their cell nuclei.",
        dealt_by_lot(),
        family="table",
        runs="core.data.tables:breast_cancer",
        source="W. H. Wolberg, W. N. Street and O. L. Mangasarian, 1995.",
    ),
    Spec(
        "diabetes",
        "Diabetes after one year",
        "442 patients with ten measurements each; a score of how far the disease has gone a year later is to be "
        "predicted. A regression with much that cannot be known.",
        dealt_by_lot(),
        family="table",
        runs="core.data.tables:diabetes",
        source="B. Efron, T. Hastie, I. Johnstone and R. Tibshirani, Least angle regression, 2004.",
    ),
)

_SERIES = (
    Spec(
        "sunspots",
        "Sunspots",
        "How many spots the Sun had in each year from 1700 to 2008. It swings in about eleven years, never quite the "
        "same way twice. The network sees some years and tells the next ones.",
        (
            whole("window", "Window", 24, 2, 150, "How many years the network sees.", "years"),
            whole("horizon", "Horizon", 1, 1, 50, "How many years ahead it has to tell.", "years"),
            asked("What follows the window", "What follows each step", "last"),
            *dealt_by_time(),
        ),
        family="series",
        runs="core.data.series:sunspots",
        source="National Geophysical Data Center.",
    ),
    Spec(
        "co2",
        "Carbon dioxide in the air",
        "How much carbon dioxide was in the air of Hawaii in each month from 1958 to 2001: it breathes with the seasons "
        "and rises year by year. The level leaves the range that the network was trained on, its change does not.",
        (
            Param(
                "reading",
                "Read as",
                "choice",
                "change",
                "The level itself, or how much it changed since the month before.",
                choices=(("change", "Change from month to month"), ("level", "Level")),
            ),
            whole("window", "Window", 24, 2, 200, "How many months the network sees.", "months"),
            whole("horizon", "Horizon", 1, 1, 60, "How many months ahead it has to tell.", "months"),
            asked("What follows the window", "What follows each step", "last"),
            *dealt_by_time(),
        ),
        family="series",
        runs="core.data.series:co2",
        source="C. D. Keeling and T. P. Whorf, Carbon Dioxide Information Analysis Center, 2004.",
    ),
    Spec(
        "weather",
        "Weather in Seattle",
        "Rain, temperatures, wind and the kind of weather on each day from 2012 to 2015. The network sees some days "
        "and tells tomorrow.",
        (
            whole("window", "Window", 14, 2, 120, "How many days the network sees.", "days"),
            Param(
                "quantity",
                "To predict",
                "choice",
                "kind",
                "What is asked about the next day.",
                choices=(("kind", "Kind of weather"), ("temperature", "Highest temperature")),
            ),
            asked("The day after the window", "The day after each step", "last"),
            *dealt_by_time(),
        ),
        family="series",
        runs="core.data.series:weather",
        source="National Oceanic and Atmospheric Administration.",
    ),
)

_SPEECH = (
    Spec(
        "vowels",
        "Spoken vowels",
        "Nine men say two Japanese vowels, 640 times in all. From 7 to 29 short frames of sound, each described by 12 "
        "numbers, the network tells who speaks. The sequences differ in length.",
        dealt_by_lot(),
        family="speech",
        runs="core.data.speech:vowels",
        source="M. Kudo, J. Toyama and M. Shimbo, Multidimensional curve classification, 1999.",
    ),
)

_MEMORY = (
    Spec(
        "adding",
        "Adding problem",
        "A long row of numbers of which two are marked; at the end their sum is asked. The classic test of long "
        "memory: a network that forgets the first mark can only guess.",
        (whole("length", "Length", 100, 4, 2000, "Steps of a row.", "steps"), *generated(5000)),
        family="memory task",
        runs="core.data.synthetic:adding",
        source="S. Hochreiter and J. Schmidhuber, Long short-term memory, 1997, experiment 4.",
    ),
    Spec(
        "copy",
        "Copy after a pause",
        "Some symbols are shown, then nothing for a while; after a sign the network has to tell them in order.",
        (
            whole("symbols", "Symbols", 4, 2, 26, "How many different symbols there are."),
            whole("items", "Items", 3, 1, 50, "How many symbols are shown and asked back.", "steps"),
            whole("lag", "Pause", 10, 1, 1000, "Steps between the last symbol and the answer.", "steps"),
            *generated(2000),
        ),
        family="memory task",
        runs="core.data.synthetic:copy",
        source="S. Hochreiter and J. Schmidhuber 1997; M. Arjovsky, A. Shah and Y. Bengio 2016.",
    ),
    Spec(
        "reverse",
        "A row told backwards",
        "A row of symbols is read to its end; then the network has to tell it backwards, or sorted. One part reads, another "
        "one answers, and all that passes between them is a state.",
        (
            whole("symbols", "Symbols", 4, 2, 26, "How many different symbols there are."),
            whole("length", "Length", 8, 2, 200, "Symbols of a row.", "steps"),
            Param(
                "order",
                "Told",
                "choice",
                "backwards",
                "In which order the symbols are asked back.",
                choices=(("backwards", "Backwards"), ("sorted", "Sorted")),
            ),
            fed_back(),
            *generated(4000),
        ),
        family="memory task",
        runs="core.data.synthetic:reverse",
        source="I. Sutskever, O. Vinyals and Q. Le, Sequence to sequence learning with neural networks, 2014.",
    ),
    Spec(
        "parity",
        "Parity of bits",
        "A row of zeros and ones: is the number of ones so far even or odd? One forgotten bit and the answer is wrong.",
        (
            whole("length", "Length", 12, 2, 1000, "Bits of a row.", "steps"),
            asked("After the last bit", "After every bit", "every"),
            *generated(2000),
        ),
        family="memory task",
        runs="core.data.synthetic:parity",
    ),
    Spec(
        "temporal_order",
        "Temporal order",
        "Two signs, X or Y, stand far apart among letters that mean nothing. Which came first, which second?",
        (whole("length", "Length", 50, 10, 2000, "Steps of a row.", "steps"), *generated(3000)),
        family="memory task",
        runs="core.data.synthetic:temporal_order",
        source="S. Hochreiter and J. Schmidhuber, Long short-term memory, 1997, experiment 6a.",
    ),
    Spec(
        "recall",
        "Recall of the first symbol",
        "One symbol is shown, then only noise; at the end the network has to say which it was. Raise the pause to find "
        "how far back it remembers.",
        (
            whole("symbols", "Symbols", 4, 2, 26, "How many different symbols there are."),
            whole("lag", "Pause", 20, 1, 1000, "Steps between the symbol and the question.", "steps"),
            noise(0.1, "Strength of the noise during the pause, as a standard deviation."),
            *generated(2000),
        ),
        family="memory task",
        runs="core.data.synthetic:recall",
    ),
    Spec(
        "echo",
        "Echo of bits",
        "A stream of zeros and ones; at every step the network repeats the bit of some steps ago.",
        (
            whole("length", "Length", 20, 2, 1000, "Bits to repeat.", "steps"),
            whole("lag", "Lag", 5, 1, 500, "How many steps ago.", "steps"),
            *generated(2000),
        ),
        family="memory task",
        runs="core.data.synthetic:echo",
    ),
)

_PLANE = (
    Spec(
        "circles",
        "Disc and ring",
        "Points of one class lie in a disc, those of the other on a ring around it.",
        (noise(0.1), *generated(400)),
        family="plane",
        runs="core.data.plane:circles",
    ),
    Spec(
        "spirals",
        "Two spirals",
        "Two classes wound into one another: easy to see, hard to separate.",
        (
            Param("turns", "Turns", "float", 1.25, "How often each spiral goes round.", 0.25, 4.0, step=0.25),
            noise(0.02),
            *generated(600),
        ),
        family="plane",
        runs="core.data.plane:spirals",
        source="K. Lang and M. Witbrock, Learning to tell two spirals apart, 1988.",
    ),
    Spec(
        "xor",
        "Exclusive or",
        "Four quarters of a square, opposite ones of the same class. One neuron alone cannot do it.",
        (noise(0.05), *generated(400)),
        family="plane",
        runs="core.data.plane:xor",
        source="M. Minsky and S. Papert, Perceptrons, 1969.",
    ),
    Spec(
        "moons",
        "Two moons",
        "Two half circles that reach into one another.",
        (noise(0.1), *generated(400)),
        family="plane",
        runs="core.data.plane:moons",
    ),
)

DATASETS = Catalogue("data set", _IMAGES + _TABLES + _SERIES + _SPEECH + TEXT + _MEMORY + _PLANE + OWN)
