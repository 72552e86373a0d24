"""The command ``gym``: how far back do networks remember? A sweep over lag or noise without a window."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from core.cli_files import open_project, refuse_impossible
from core.errors import BadValue

if TYPE_CHECKING:
    from core.gym.results import Results


def add_to(commands: Any) -> None:
    """Offer the command."""
    parser = commands.add_parser(
        "gym", help="find how far back networks remember", description=gym.__doc__,
        epilog="Tasks: recall, copy, echo, adding, temporal_order, parity, reverse and every other memory task.",
    )  # fmt: skip
    parser.add_argument("task", help="key of a memory task, such as recall")
    parser.add_argument(
        "--models", default="elman,lstm,gru", metavar="LIST",
        help="who tries: elman, irnn, delayed, gru, lstm, and with --project mine (trained afresh) and as_is (%(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--project", metavar="FILE", help="the network of mine and as_is: a file or the key of an example"
    )
    parser.add_argument("--lags", default="5,10,20,40", metavar="LIST", help="steps to bridge (%(default)s)")
    parser.add_argument("--noise", metavar="LIST", help="sweep over these strengths of noise instead, at the first lag")
    parser.add_argument("--epochs", default="20", metavar="N", help="training at each place, at most (%(default)s)")
    parser.add_argument("--seconds", default="0", metavar="S", help="training at each place, at most; 0 for no limit")
    parser.add_argument("--seeds", default="1", metavar="N", help="trainings of each model at each place (%(default)s)")
    parser.add_argument(
        "--budget", default="0", metavar="N", help="parameters of each ready model; 0 for 32 units each"
    )
    parser.add_argument("--samples", metavar="N", help="generated samples")
    parser.add_argument(
        "--report", metavar="FILE", help="write everything as JSON, or as CSV where the name ends in .csv"
    )
    parser.set_defaults(run=gym)


def gym(options: argparse.Namespace) -> int:
    """Train each model at each place of a sweep, and tell how far back it remembers, beside chance."""
    from core.gym.models import AS_IS, MINE, entrant, mine
    from core.gym.results import Point, save
    from core.gym.sweep import Plan, sweep
    from core.gym.tasks import settings_for, task_of

    refuse_impossible(options.report)
    task = task_of(options.task)
    project = open_project(options.project) if options.project is not None else None
    models = []
    for key in _list(options.models):
        if key in (MINE, AS_IS):
            if project is None:
                raise BadValue("“{key}” is the network of a project: say which with --project.", key=key)
            models.append(mine(project.state, as_it_is=key == AS_IS))
        else:
            models.append(entrant(key))
    samples = None if options.samples is None else _whole(options.samples, "--samples")
    settings = settings_for(task.key, project.data if project is not None else None, samples)
    places = tuple(_number(text, "--lags") for text in _list(options.lags))
    over_noise = options.noise is not None
    if over_noise and places:
        settings = type(settings)(settings.key, {**settings.values, task.lag.key: int(places[0])})
        places = tuple(_number(text, "--noise") for text in _list(options.noise))
    plan = Plan(
        task.key, places, tuple(models), "noise" if over_noise else "lag", settings,
        _whole(options.epochs, "--epochs"), _number(options.seconds, "--seconds"), _whole(options.seeds, "--seeds"),
        _whole(options.budget, "--budget"),
    )  # fmt: skip
    told: tuple[Point, ...] = ()
    work = sweep(plan)
    while True:
        try:
            standing = next(work)
        except StopIteration as end:
            results = end.value
            break
        if standing.results is not None and len(standing.results.points) > len(told):
            told = standing.results.points
            one = told[-1]
            name = standing.results.model(one.model).title
            print(f"{name}, {plan.over} {one.value:g}, seed {one.seed}: {100 * one.right:.1f} % right", file=sys.stderr)
    if options.report is not None:
        save(results, options.report)
    print("\n".join(lines(results)))
    return 0


def lines(results: Results) -> list[str]:
    """The shares right as a table, and how far each model remembers."""
    width = max(len(model.title) for model in results.models)
    told = [f"{results.title}: share right by {results.over}"]
    told.append(f"{'':{width}}" + "".join(f"{value:>9g}" for value in results.values))
    told.append(f"{'chance':{width}}" + "".join(f"{100 * results.chance[v]:>7.1f} %" for v in results.values if v in results.chance))  # fmt: skip
    for model in results.models:
        curve = results.curve(model.key)
        shares = dict(zip(curve.values.tolist(), curve.mean.tolist(), strict=True))
        cells = [f"{100 * shares[v]:>7.1f} %" if v in shares else f"{'–':>9}" for v in results.values]
        told.append(f"{model.title:{width}}" + "".join(cells))
    for model in results.models:
        told.append(f"{model.title} ({model.parameters:,} parameters): {remembered(results, model.key)}.")
    return told


def remembered(results: Results, key: str) -> str:
    """The one number, in words."""
    far = results.remembers(key)
    if results.over == "noise":
        return "remembers under none of these strengths" if far is None else f"remembers under noise of {far:g}"
    return f"does not remember {results.values[0]:g} steps" if far is None else f"remembers {far:g} steps"


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _number(text: str, name: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise BadValue("{name} needs numbers, not “{text}”.", name=name, text=text) from None


def _whole(text: str, name: str) -> int:
    try:
        return max(1 if name in ("--epochs", "--seeds") else 0, int(text))
    except ValueError:
        raise BadValue("{name} needs a whole number, not “{text}”.", name=name, text=text) from None
