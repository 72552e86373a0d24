"""Texts that follow from a rule: dates in two calendars and several forms, and sums of numbers."""

from __future__ import annotations

from datetime import date

import numpy as np

from core.data.dataset import Dataset
from core.data.split import random_split
from core.data.text import jalali
from core.data.text.letters import Head, translated
from core.data.text.persian import DIGITS
from core.errors import DataError

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def dates(*, question: str, first: int, years: int, samples: int, validation: float, test: float, seed: int) -> Dataset:
    """Days of ``years`` Jalali years from ``first`` on, each told in another way.

    "gregorian": the Gregorian date of a Jalali one; "jalali": the other way round; "iso": "20 March 2024" in numbers;
    "persian": the same in Persian.
    """
    if first + years - 1 > jalali.LAST:
        raise DataError(
            "The Jalali calendar is known up to the year {last}: begin earlier or take fewer years.", last=jalali.LAST
        )
    begin = jalali.new_year(first).toordinal()
    days = jalali.new_year(first + years).toordinal() - begin
    if samples > days:
        raise DataError(
            "{years} years have {days:,} days, fewer than the {samples:,} samples: take more years or fewer samples.",
            years=years,
            days=days,
            samples=samples,
        )
    chosen = np.random.default_rng([seed, 0]).permutation(days)[:samples]
    pairs = [_asked(question, date.fromordinal(begin + int(day))) for day in chosen]
    head = Head("dates", "Dates", "Generated from the calendars.", random_split(samples, validation, test, seed))
    return translated(head, [text for text, _ in pairs], [answer for _, answer in pairs])


def addition(
    *, digits: int, order: str, samples: int, validation: float, test: float, seed: int
) -> Dataset:  # fmt: skip
    """Sums of two numbers of up to ``digits`` digits; the answer in the usual "order" or "backwards", its units first."""
    numbers = 10**digits
    if samples > numbers**2:
        raise DataError(
            "There are only {all} sums of numbers with {digits} digits: take fewer samples or more digits.",
            all=numbers**2,
            digits=digits,
        )
    random = np.random.default_rng([seed, 0])
    drawn = random.permutation(numbers**2)[:samples] if digits <= 2 else _different(random, numbers**2, samples)
    texts, sums = [], []
    for pair in drawn.tolist():
        one, other = divmod(pair, numbers)
        texts.append(f"{one}+{other}")
        sums.append(str(one + other)[:: -1 if order == "backwards" else 1])
    head = Head("addition", "Sums", "Generated from the seed.", random_split(samples, validation, test, seed))
    return translated(head, texts, sums, ("·", *"+0123456789"), ("·", *"0123456789"))


def _different(random: np.random.Generator, below: int, count: int) -> np.ndarray:
    """``count`` different whole numbers, far fewer than there are."""
    found = np.unique(random.integers(0, below, 2 * count))
    while len(found) < count:
        found = np.unique(np.concatenate([found, random.integers(0, below, count)]))
    return random.permutation(found)[:count]


def _asked(question: str, day: date) -> tuple[str, str]:
    """How a day is given and how it is asked back."""
    year, month, number = jalali.from_gregorian(day)
    numeric = persian(f"{year}/{month:02}/{number:02}")
    spoken = f"{persian(str(number))} {jalali.MONTHS[month - 1]} {persian(str(year))}"
    if question == "gregorian":
        return numeric, day.isoformat()
    if question == "jalali":
        return day.isoformat(), numeric
    if question == "persian":
        return spoken, numeric
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}", day.isoformat()


def persian(text: str) -> str:
    """A text with Persian digits."""
    return "".join(DIGITS[int(sign)] if sign.isdecimal() else sign for sign in text)
