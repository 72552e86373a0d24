"""The settings of a sweep, declared once: the form of the gym and the plan follow from this Spec."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from core.catalogue.spec import Choice, Param, Spec
from core.gym.models import Entrant
from core.gym.sweep import Plan, lags
from core.gym.tasks import settings_for, task_of, tasks

_TASKS = tuple((key, task.title) for key, task in tasks().items())

GYM = Spec(
    "gym",
    "Memory gym",
    "Which task, how far back, and how long everyone may train.",
    (
        Param("task", "Task", "choice", "recall", "A generated task that only a memory solves.", choices=_TASKS, effect="now"),
        Param("over", "Raise", "choice", "lag", "What gets harder from place to place: the steps to bridge, or the noise on what is read.", choices=(("lag", "Steps to bridge"), ("noise", "Noise")), effect="now"),
        Param("first", "From", "int", 5, "The smallest number of steps; where noise is raised, the number of steps at every strength.", 1, 1000, unit="steps", log=True, effect="now"),
        Param("last", "To", "int", 80, "The largest number of steps; where noise is raised, it is not used.", 1, 1000, unit="steps", log=True, effect="now"),
        Param("noise", "Noise up to", "float", 1.0, "The strongest noise, as a standard deviation, where noise is raised.", 0.0, 10.0, step=0.1, effect="now"),
        Param("places", "Places", "int", 5, "How many places from the first to the last one are tried.", 1, 30, effect="now"),
        Param("epochs", "Epochs", "int", 20, "Training at each place, at most: who is right 99 times out of 100 is done sooner.", 1, 1000, log=True, effect="now", group="For each place"),
        Param("seeds", "Trainings", "int", 1, "How often each model is trained at each place, from other weights and other samples.", 1, 20, effect="now", group="For each place"),
        Param("seconds", "Seconds", "float", 0.0, "Longest training at a place; 0 sets no limit. With a limit the result depends on the speed of the machine.", 0.0, 3600.0, step=5.0, unit="s", effect="now", group="For each place", advanced=True),
        Param("samples", "Samples", "int", 2000, "How many samples are generated at each place, a fifth of them to judge by.", 50, 50000, log=True, effect="now", group="For each place", advanced=True),
        Param("equal", "Equal size", "bool", True, "On: each ready model gets as many units as bring it nearest to the same number of weights. Off: the same number of units.", effect="now", group="Ready models", advanced=True),
        Param("budget", "Weights", "int", 3000, "Learned numbers of each ready model, where their sizes are equal.", 20, 1000000, log=True, effect="now", group="Ready models", advanced=True),
        Param("units", "Units", "int", 32, "Units of each ready model, where their sizes are not equal.", 1, 512, log=True, effect="now", group="Ready models", advanced=True),
        Param("give_up", "Give up after", "int", 2, "A model tries no further places after so many in a row at which it does not remember; 0 for never.", 0, 30, unit="places", effect="now", group="Ready models", advanced=True),
    ),
)  # fmt: skip


def default_settings() -> Choice:
    """Everything at its default."""
    return Choice(GYM.key, GYM.complete({}))


def places_of(chosen: Choice) -> tuple[float, ...]:
    """The places of the axis: lags that grow by about the same factor, or even steps of noise from 0 on."""
    if chosen["over"] == "noise":
        steps = np.linspace(0.0, float(chosen["noise"]), max(1, int(chosen["places"])))
        return tuple(float(f"{value:.4g}") for value in steps)
    return lags(*ends_of(chosen), int(chosen["places"]))


def ends_of(chosen: Choice) -> tuple[int, int]:
    """The first and the last lag, as far as the task allows them."""
    param = task_of(chosen["task"]).lag
    low, high = int(param.minimum or 1), int(param.maximum or 1000)
    return max(low, int(chosen["first"])), min(high, max(low, int(chosen["last"])))


def plan_of(chosen: Choice, models: Iterable[Entrant], project_data: Choice | None = None) -> Plan:
    """The plan of these settings. The open network keeps the project's settings of the task, if it learns that."""
    task = task_of(chosen["task"])
    settings = settings_for(task.key, project_data, int(chosen["samples"]))
    if chosen["over"] == "noise":
        settings = Choice(settings.key, {**settings.values, task.lag.key: task.lag.check(int(chosen["first"]))})
    return Plan(
        task.key, places_of(chosen), tuple(models), chosen["over"], settings, int(chosen["epochs"]),
        float(chosen["seconds"]), int(chosen["seeds"]), int(chosen["budget"]) if chosen["equal"] else 0,
        int(chosen["give_up"]),
    )  # fmt: skip
