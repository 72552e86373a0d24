"""A sweep over lag or noise: who tries where, and the generator that trains point by point. Pausing is not asking on."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, replace

from core.catalogue.spec import Choice
from core.data.dataset import Dataset
from core.data.importers.progress import Progress
from core.errors import BadValue, StudioError
from core.gym.models import Entrant, network, prepared, size, tensors, with_budget
from core.gym.results import REMEMBERED, Model, Over, Point, Results
from core.gym.tasks import chance, data_at, settings_for, share_right, task_of
from core.network import activation_of
from core.project import State
from core.reports import Evaluation

MOST_POINTS = 2_000


@dataclass(frozen=True, eq=False)
class Plan:
    """What is to be tried."""

    task: str
    values: tuple[float, ...]
    """Lags in steps, or strengths of noise (standard deviation)."""
    models: tuple[Entrant, ...]
    over: Over = "lag"
    settings: Choice | None = None
    """Of the data set; None for the usual ones."""
    epochs: int = 20
    """At every point, at most: who is right 99 times out of 100 has done with it."""
    seconds: float = 0.0
    """Longest training at a point; 0 for no limit."""
    seeds: int = 1
    budget: int = 0
    """Parameters that each ready kind gets, as nearly as whole units allow; 0 leaves their units as they are."""
    give_up: int = 2
    """After so many places in a row that a model does not remember, it tries no further ones; 0 for never."""


@dataclass(frozen=True)
class Standing(Progress):
    """How far a sweep is."""

    results: Results | None = None
    model: str = ""
    """Key of the one who tries now."""
    value: float = 0.0
    seed: int = 0
    epoch: int = 0


@dataclass(frozen=True, eq=False)
class _Place:
    value: float
    seed: int
    data: Dataset


Sweep = Generator[Standing, None, Results]


def sweep(plan: Plan) -> Sweep:
    """Try everything, the easy places first; yields after every training step, and returns the results.

    Everybody learns from the same samples at a place. The same plan gives the same points, but where seconds are limited.
    """
    plan = _checked(plan)
    results = _nothing_yet(plan)
    total = len(plan.values) * len(plan.models) * plan.seeds
    done = 0
    given_up: dict[str, int] = {who.key: 0 for who in plan.models}
    for value in plan.values:
        places = {}
        for who in plan.models:
            if plan.give_up and who.learns and given_up[who.key] >= plan.give_up:
                done += plan.seeds
                continue
            for seed in range(plan.seeds):
                if seed not in places:
                    places[seed] = _place(plan, value, seed)
                    results = replace(results, chance={**results.chance, value: chance(places[seed].data)})
                start = Standing(done / total, done, results, who.key, value, seed)
                yield start
                point = yield from _point(plan, who, places[seed], start, total)
                results = replace(results, points=(*results.points, point))
                done += 1
                yield Standing(done / total, done, results, who.key, value, seed, point.epochs)
            given_up[who.key] = 0 if _remembered(results, who.key, value) else given_up[who.key] + 1
    return results


def _point(plan: Plan, who: Entrant, place: _Place, start: Standing, total: int) -> Generator[Standing, None, Point]:
    from core.engine.gym import Trial, asked, trained

    settings = plan.settings
    assert settings is not None
    state = prepared(who, place.data, settings, plan.epochs, place.seed)
    if not who.learns:
        right, seconds = asked(state, place.data, _score(state))
        return Point(who.key, place.value, place.seed, right, 0, seconds)
    trial = trained(state, place.data, _score(state), plan.seconds)
    while True:
        try:
            epoch, share = next(trial)
        except StopIteration as end:
            found: Trial = end.value
            return Point(who.key, place.value, place.seed, found.right, found.epochs, found.seconds, found.note)
        yield replace(start, done=start.done + share / total, epoch=epoch)


def _score(state: State) -> Callable[[Dataset, Evaluation], float]:
    chosen = activation_of(state.network.of_kind("output")[0])
    return lambda data, evaluation: share_right(data, evaluation, chosen.key if chosen else "")


def _remembered(results: Results, model: str, value: float) -> bool:
    curve = results.curve(model)
    return results.above_chance(value, float(curve.mean[curve.values == value][0])) >= REMEMBERED


def _place(plan: Plan, value: float, seed: int) -> _Place:
    settings = plan.settings
    assert settings is not None
    own = int(settings.values.get("seed", 0)) + seed
    over_lag = plan.over == "lag"
    data = data_at(settings, int(value) if over_lag else None, None if over_lag else value, own)
    return _Place(value, seed, data)


def _checked(plan: Plan) -> Plan:
    """With all that was left open settled; raises a sentence about what can not be tried."""
    task = task_of(plan.task)
    settings = plan.settings if plan.settings is not None else settings_for(plan.task)
    values = tuple(sorted(set(plan.values)))
    if not values or not plan.models:
        raise BadValue("The gym needs at least one {what}.", what="place to try" if not values else "model that tries")
    if plan.over == "lag":
        values = tuple(float(task.lag.check(int(value))) for value in values)
    elif values[0] < 0:
        raise BadValue("Noise is a standard deviation of 0 or more, not {value}.", value=values[0])
    if len({who.key for who in plan.models}) < len(plan.models):
        raise BadValue("A model stands twice in the list of those who try.")
    if len(values) * len(plan.models) * plan.seeds > MOST_POINTS:
        raise BadValue("These are more than {most} trainings: choose fewer places, models or seeds.", most=MOST_POINTS)
    plan = replace(plan, settings=settings, values=values)
    first = _place(plan, values[0], 0).data
    return replace(plan, models=tuple(with_budget(who, first, plan.budget) for who in plan.models))


def _nothing_yet(plan: Plan) -> Results:
    first = _place(plan, plan.values[0], 0).data
    assert plan.settings is not None
    models = []
    for who in plan.models:
        drawn = who.state.network if who.state is not None else network(who, first)
        if who.state is not None:
            prepared(who, first, plan.settings, plan.epochs, 0)  # what can not try is told before anybody has begun
        models.append(Model(who.key, who.title, size(drawn), tensors(drawn)))
    about = {key: getattr(plan, key) for key in ("epochs", "seconds", "seeds", "budget", "give_up")}
    return Results(plan.task, first.title, plan.over, plan.values, dict(plan.settings.values), about, tuple(models))


def run(plan: Plan) -> Results:
    """Carry a sweep out in one go."""
    work = sweep(plan)
    while True:
        try:
            next(work)
        except StopIteration as end:
            found: Results = end.value
            return found


def reason_against(who: Entrant, task: str, settings: Choice) -> StudioError | None:
    """Why someone can not try a task; None where nothing stands against it."""
    try:
        prepared(who, data_at(settings), settings, 1, 0)
    except StudioError as error:
        return error
    return None


def lags(first: int, last: int, count: int) -> tuple[float, ...]:
    """About ``count`` whole lags from ``first`` to ``last``, each about as many times the one before."""
    if count < 2 or last <= first:
        return (float(first),)
    steps = [first * (last / first) ** (n / (count - 1)) for n in range(count)]
    return tuple(float(value) for value in _apart(round(step) for step in steps))


def _apart(values: Iterable[int]) -> list[int]:
    found: list[int] = []
    for value in values:
        if not found or value > found[-1]:
            found.append(value)
    return found
