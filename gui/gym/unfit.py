"""Why a sweep can not be, in a sentence whose numbers answer."""

from __future__ import annotations

import html
from functools import partial

from core.errors import StudioError
from core.gym.models import Unfit
from gui.problem_cards import about_numbers, problem_words
from gui.text import sentence, tr_core
from gui.why.told import Told


def show_error(label: Told, error: StudioError) -> None:
    """Tell an error; of a network that does not fit a task, the sizes can be asked about."""
    if not isinstance(error, Unfit):
        label.tell(html.escape(sentence(error), quote=False), None)
        return
    values = {key: html.escape(str(value), quote=False) for key, value in error.values.items()}
    values["problem"] = problem_words(error.problem)
    label.tell(tr_core(error.template, **values), partial(about_numbers, error.problem, error.network, error.data))
