"""The data sets made of text, as entries of the catalogue."""

from __future__ import annotations

from core.catalogue.spec import Param, Spec
from core.data.settings import dealt_by_lot, generated, whole
from core.data.text.jalali import FIRST, LAST

_CODES = "Letters are codes: read them through an embedding."


def _question(default: str, *choices: tuple[str, str]) -> Param:
    return Param("question", "Asked", "choice", default, "What the network has to tell.", choices=choices)


_NEXT = ("next", "The next letter, at every step")
_SPACES = ("spaces", "Where the spaces were, at every letter")

TEXT = (
    Spec(
        "names",
        "First names",
        "Some 8,000 English first names, letter by letter. The network tells whether a name is on the list of women or of "
        f"men, guesses at every letter which one comes next, or writes a name of a given list. {_CODES}",
        (
            _question("list", ("list", "A woman's or a man's name"), _NEXT, ("write", "A name, given its list")),
            *dealt_by_lot(),
        ),
        family="text",
        runs="core.data.text.names:names",
        source="G. Ward, Moby word lists, Project Gutenberg 2002.",
    ),
    Spec(
        "surnames",
        "Family names",
        "Some 3,500 family names of eight languages, without their accents. The network tells from which language a name "
        f"comes, or writes a name of a given language. {_CODES}",
        (
            _question("language", ("language", "The language of a name"), ("write", "A name, given its language")),
            *dealt_by_lot(),
        ),
        family="text",
        runs="core.data.text.names:surnames",
        source="Faker, D. Faraglia and contributors.",
    ),
    Spec(
        "hafez",
        "Verses of Hafez",
        "The Divan of Hafez in Persian: 495 poems, one sample per hemistich. The network guesses the next letter, puts the "
        "spaces back, or writes a hemistich that ends in a given letter. Poems are not torn apart between training and "
        f"validation. {_CODES}",
        (
            _question("next", _NEXT, _SPACES, ("rhyme", "A hemistich, given the letter it ends in")),
            *dealt_by_lot(),
        ),
        family="text",
        runs="core.data.text.verses:hafez",
        source="Hafez of Shiraz, 14th century.",
    ),
    Spec(
        "declaration",
        "Declaration of human rights",
        "The same declaration in twelve languages, three of them in Arabic script, in pieces of a few words. The network "
        f"tells the language, guesses the next letter, or puts the spaces back. {_CODES}",
        (
            _question("language", ("language", "The language of a piece"), _NEXT, _SPACES),
            Param(
                "text",
                "Text",
                "choice",
                "english",
                "Which text is continued or gets its spaces back; where the language is asked, all twelve are read.",
                choices=(("english", "English"), ("persian", "Persian")),
            ),
            whole("length", "Length", 40, 12, 200, "Signs that a piece has at most; words stay whole.", "signs"),
            *dealt_by_lot(),
        ),
        family="text",
        runs="core.data.text.declaration:declaration",
        source="United Nations, 1948.",
    ),
    Spec(
        "sentiment",
        "Good and bad words",
        "Some 5,500 English words that people find clearly positive or negative. From their letters alone the network can "
        f"only tell by stems and endings, un-, -less, -ful; words of one stem stand in both parts. {_CODES}",
        dealt_by_lot(),
        family="text",
        runs="core.data.text.words:sentiment",
        source="C. J. Hutto and E. Gilbert, VADER, 2014.",
    ),
    Spec(
        "pronunciation",
        "Pronunciation",
        "10,000 English or Persian words and how they are spoken. A word is read to its end, then the network tells phone "
        f"after phone; Persian does not even write its short vowels. Words of one stem stand in both parts. {_CODES}",
        (
            Param(
                "language",
                "Language",
                "choice",
                "english",
                "Whose words.",
                choices=(("english", "English"), ("persian", "Persian")),
            ),
            *dealt_by_lot(),
        ),
        family="text",
        runs="core.data.text.words:pronunciation",
        source="The Carnegie Mellon Pronouncing Dictionary; M. Hansen, gruut.",
    ),
    Spec(
        "dates",
        "Dates",
        "A day told in one way is to be told in another: between the Jalali calendar of Iran and the Gregorian one, or "
        f"from words to numbers. {_CODES}",
        (
            _question(
                "iso",
                ("iso", "An English date in numbers"),
                ("persian", "A Persian date in numbers"),
                ("gregorian", "Gregorian date of a Jalali one"),
                ("jalali", "Jalali date of a Gregorian one"),
            ),
            whole("first", "First year", 1380, FIRST, LAST, "The Jalali year in which the days begin.", "years"),
            whole("years", "Years", 30, 1, 200, "How many years the days are drawn from.", "years"),
            *generated(5000),
        ),
        family="text",
        runs="core.data.text.numbers:dates",
    ),
    Spec(
        "addition",
        "Sums",
        "Two numbers are given as text, 27+58, and their sum is asked as text. Told backwards it is much easier: whoever "
        f"begins with the units knows what to carry. {_CODES}",
        (
            whole("digits", "Digits", 2, 1, 5, "Digits that each of the two numbers has at most.", "digits"),
            Param(
                "order",
                "Told",
                "choice",
                "usual",
                "In which order the digits of the sum are asked.",
                choices=(("usual", "As usual"), ("backwards", "Backwards, units first")),
            ),
            *generated(5000),
        ),
        family="text",
        runs="core.data.text.numbers:addition",
        source="W. Zaremba and I. Sutskever, Learning to execute, 2014.",
    ),
)
