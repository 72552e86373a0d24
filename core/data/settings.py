"""The settings that data sets have in common: how samples are dealt out, generated and asked about."""

from __future__ import annotations

from core.catalogue.spec import Param

_VALIDATION = Param(
    "validation",
    "Validation share",
    "float",
    0.2,
    "Share of the samples that is kept out of training, to see how the network does on data it has not learned.",
    0.0,
    0.9,
    step=0.05,
)
PUT_AWAY = 0.1
"""Share of real data that comes with the program which is for the last check."""


def _test(share: float) -> Param:
    return Param(
        "test",
        "Test share",
        "float",
        share,
        "Share of the samples that is put away for one last check.",
        0.0,
        0.9,
        step=0.05,
        advanced=True,
    )


def dealt_by_lot(test: float = PUT_AWAY) -> tuple[Param, ...]:
    """How samples that do not depend on one another are dealt out; ``test`` is the share of the test part at first."""
    return (_VALIDATION, _test(test), _seed("Which samples go into which part is drawn from this number."))


def dealt_by_time(test: float = PUT_AWAY) -> tuple[Param, ...]:
    """How the windows of a series are dealt out; ``test`` is the share of the test part at first."""
    text = "Has no effect here: nothing is drawn by lot, the parts follow one another in time."
    return (_VALIDATION, _test(test), _seed(text, advanced=True))


def generated(samples: int) -> tuple[Param, ...]:
    """How many samples are generated (at first ``samples``), and how they are dealt out."""
    return (
        Param("samples", "Samples", "int", samples, "How many samples are generated.", 10, 100_000, log=True),
        _VALIDATION,
        # Whoever wants new samples generates some.
        _test(0.0),
        _seed("The samples and their parts are drawn from this number."),
    )


def whole(key: str, title: str, default: int, low: int, high: int, text: str, unit: str = "") -> Param:
    """A whole number from ``low`` to ``high``."""
    return Param(key, title, "int", default, text, low, high, unit=unit)


def noise(default: float, text: str = "How far each point is shaken, as a standard deviation.") -> Param:
    """Strength of normal noise."""
    return Param("noise", "Noise", "float", default, text, 0.0, 1.0, step=0.05)


def asked(last: str, every: str, default: str) -> Param:
    """Whether one answer is asked for at the end or one at every step; ``last`` and ``every`` word the two."""
    return Param(
        "target",
        "Asked",
        "choice",
        default,
        "When the network has to answer: once at the end, or at every step.",
        choices=(("last", last), ("every", every)),
    )


def fed_back(default: str = "none") -> Param:
    """Whether the network is also given its previous answer, as an input called "previous"."""
    return Param(
        "feedback",
        "The answer's past",
        "choice",
        default,
        "Whether the network also reads what was answered one step before. It can then be used to generate: what it "
        "answers is what it reads next.",
        choices=(("none", "Is not read"), ("previous", "The previous answer is read")),
    )


def _seed(text: str, advanced: bool = False) -> Param:
    return Param("seed", "Seed", "int", 0, text, 0, 2**31 - 1, advanced=advanced)
