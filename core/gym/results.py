"""What came of a sweep: shares right beside chance, how far each one remembers, as JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, ValidationError

from core.atomic import write_file
from core.documents import DocumentError, parse
from core.errors import BadFile
from core.gym.tasks import LAGS
from core.project_schema import Record, Text

REMEMBERED = 0.8
"""Of the way from chance to always right, the share from which on something counts as remembered."""
FORMAT = "unroll-gym"
MOST_BYTES = 20_000_000

Over = Literal["lag", "noise"]
Note = Literal["", "solved", "cut short", "diverged"]


@dataclass(frozen=True)
class Point:
    """One training (or one look, of the network as it is) at one place of the axis."""

    model: str
    """Key of the one who tried."""
    value: float
    """The lag in steps, or the noise."""
    seed: int
    right: float
    """Share of the answers on the validation part that are right, 0 to 1."""
    epochs: int = 0
    seconds: float = 0.0
    note: Note = ""


@dataclass(frozen=True)
class Tensor:
    """Some of the numbers that a model learns."""

    kind: str
    """The last part of the name of the parameter, as core.parameters has it."""
    layer: str
    """Name of the layer that computes with it."""
    source: str = ""
    """Name of the layer that a link comes from."""
    delay: int = 0
    shape: tuple[int, ...] = ()


@dataclass(frozen=True)
class Model:
    """Who tried."""

    key: str
    title: str
    parameters: int = 0
    tensors: tuple[Tensor, ...] = ()
    """What the parameters are; () in files that do not say."""


@dataclass(frozen=True)
class Curve:
    """One model along the axis, (n,) each; only where it has tried."""

    values: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    """The worst seed."""
    high: np.ndarray
    """The best seed."""
    seeds: np.ndarray
    """How many seeds have tried."""


@dataclass(frozen=True)
class Results:
    """Everything that is known so far; each further point makes another one."""

    task: str
    """Key of the data set."""
    title: str
    over: Over
    values: tuple[float, ...]
    """The places of the axis, ascending."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Of the data set, plain JSON values."""
    plan: Mapping[str, Any] = field(default_factory=dict)
    """Epochs, seconds, seeds and budget of the sweep, plain JSON values."""
    models: tuple[Model, ...] = ()
    chance: Mapping[float, float] = field(default_factory=dict)
    """Share right without reading, by place of the axis."""
    points: tuple[Point, ...] = ()

    def curve(self, model: str) -> Curve:
        """The points of a model, gathered over seeds."""
        mine = [point for point in self.points if point.model == model]
        values = sorted({point.value for point in mine})
        groups = [[point.right for point in mine if point.value == value] for value in values]
        return Curve(
            np.array(values, float),
            np.array([float(np.mean(group)) for group in groups]),
            np.array([min(group) for group in groups], float),
            np.array([max(group) for group in groups], float),
            np.array([len(group) for group in groups], int),
        )

    def model(self, key: str) -> Model:
        """Who tried under this key."""
        return next(model for model in self.models if model.key == key)

    def above_chance(self, value: float, right: float) -> float:
        """How far of the way from chance (0) to always right (1)."""
        least = self.chance.get(value, 0.0)
        return (right - least) / (1.0 - least) if least < 1.0 else 0.0

    def remembers(self, model: str) -> float | None:
        """The largest place of the axis up to which all that was tried is remembered, on the mean of its seeds.

        None where not even the first one is.
        """
        found = None
        curve = self.curve(model)
        for value, mean in zip(curve.values.tolist(), curve.mean.tolist(), strict=True):
            if self.above_chance(value, mean) < REMEMBERED:
                break
            found = value
        return found

    def beside(self, older: Results | None) -> Results:
        """These, together with the models of ``older`` that are not in them, where both are about the same."""
        if older is None or (self.task, self.over, self._alike()) != (older.task, older.over, older._alike()):
            return self
        keys = {model.key for model in self.models}
        kept = tuple(model for model in older.models if model.key not in keys)
        points = tuple(point for point in older.points if point.model not in keys)
        values = tuple(sorted({*self.values, *(older.values if kept else ())}))
        chance = {**older.chance, **self.chance} if kept else self.chance
        return replace(self, values=values, models=(*kept, *self.models), chance=chance, points=(*points, *self.points))

    def _alike(self) -> dict[str, Any]:
        """What has to be the same for two curves to be drawn beside one another."""
        swept = LAGS if self.over == "lag" else ("noise",)
        return {key: value for key, value in self.settings.items() if key not in swept}

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "format": FORMAT,
            "version": 1,
            "task": self.task,
            "title": self.title,
            "over": self.over,
            "values": list(self.values),
            "settings": dict(self.settings),
            "plan": dict(self.plan),
            "models": [asdict(model) for model in self.models],
            "chance": [[value, share] for value, share in self.chance.items()],
            "points": [asdict(point) for point in self.points],
            "remembers": {model.key: self.remembers(model.key) for model in self.models},
        }


def save(results: Results, path: Path | str) -> None:
    """Write results as JSON, or their points as CSV where the name ends so. Raises NotSaved."""
    if Path(path).suffix.lower() == ".csv":
        write_file(path, to_csv(results))
    else:
        text = json.dumps(results.to_json(), ensure_ascii=False, allow_nan=False, indent=1)
        write_file(path, text.encode("utf-8"))


def to_csv(results: Results) -> bytes:
    """One line per training."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["model", results.over, "seed", "share right", "chance", "epochs", "seconds", "note"])
    for one in results.points:
        writer.writerow(
            [results.model(one.model).title, f"{one.value:g}", one.seed, repr(one.right),
             repr(results.chance.get(one.value, 0.0)), one.epochs, f"{one.seconds:.3f}", one.note]
        )  # fmt: skip
    return out.getvalue().encode("utf-8")


Share = Annotated[float, Field(ge=0, le=1)]
Value = Annotated[float, Field(ge=0, le=1e6)]


class _PointRecord(Record):
    model: Text
    value: Value
    seed: int
    right: Share
    epochs: Annotated[int, Field(ge=0)] = 0
    seconds: Annotated[float, Field(ge=0)] = 0.0
    note: Note = ""


class _TensorRecord(Record):
    kind: Text
    layer: Text
    source: Annotated[str, Field(max_length=500)] = ""
    delay: Annotated[int, Field(ge=0)] = 0
    shape: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1, max_length=2)]


class _ModelRecord(Record):
    key: Text
    title: Text
    parameters: Annotated[int, Field(ge=0)] = 0
    tensors: Annotated[list[_TensorRecord], Field(max_length=1000)] = Field(default_factory=list)


class _ResultsRecord(Record):
    format: Literal["unroll-gym"]
    version: Literal[1]
    task: Text
    title: Text
    over: Over
    values: list[Value]
    settings: dict[str, Any] = Field(default_factory=dict)
    plan: dict[str, Any] = Field(default_factory=dict)
    models: list[_ModelRecord]
    chance: list[Annotated[list[float], Field(min_length=2, max_length=2)]]
    points: list[_PointRecord]
    remembers: dict[str, float | None] = Field(default_factory=dict)


def load(path: Path | str) -> Results:
    """The results in a file; raises BadFile with what is wrong."""
    name = Path(path).name
    try:
        if Path(path).stat().st_size > MOST_BYTES:
            raise BadFile("“{file}” is too large to hold results of the gym.", file=name)
        record = _ResultsRecord.model_validate(parse(Path(path).read_bytes()))
    except OSError as error:
        raise BadFile("“{file}” can not be read: {reason}.", file=name, reason=error.strerror or str(error)) from error
    except DocumentError as error:
        where, text = error.problems[0]
        raise BadFile(
            "“{file}” holds no results of the gym: {what}.", file=name, what=f"{where} {text}".strip()
        ) from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        what = f"{'.'.join(map(str, first['loc']))}: {first['msg'][:1].lower()}{first['msg'][1:]}"
        raise BadFile("“{file}” holds no results of the gym: {what}.", file=name, what=what) from None
    keys = {model.key for model in record.models}
    if any(point.model not in keys for point in record.points):
        raise BadFile("“{file}” holds no results of the gym: {what}.", file=name, what="a point belongs to no model")
    return Results(
        record.task,
        record.title,
        record.over,
        tuple(sorted(record.values)),
        record.settings,
        record.plan,
        tuple(_model(model) for model in record.models),
        {pair[0]: pair[1] for pair in record.chance},
        tuple(Point(**point.model_dump()) for point in record.points),
    )


def _model(record: _ModelRecord) -> Model:
    tensors = (Tensor(**{**one.model_dump(), "shape": tuple(one.shape)}) for one in record.tensors)
    found = tuple(tensors)
    if sum(math.prod(one.shape) for one in found) != record.parameters:
        found = ()  # which would explain another number than the one that is shown
    return Model(record.key, record.title, record.parameters, found)
