"""What project.json may hold, as pydantic models; core.records makes layers, links and choices of them.

Every fault of a file is collected with its path ("layers.2.params.units") before anything is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, Strict, StringConstraints, ValidationError

from core.catalogue.layers import LAYERS, layer_spec
from core.catalogue.registry import catalogue
from core.catalogue.spec import Param, Spec
from core.documents import VERSION, DocumentError, Problem, short
from core.errors import StudioError
from core.network import Role
from core.rules import MAX_DELAY
from core.training import TRAINING

MAX_LAYERS = 5_000
MAX_LINKS = 20_000
_ENOUGH = 1_000
"""Faults after which the values of a document are not looked at any further."""
_FAR = 1e9

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Text = Annotated[str, StringConstraints(max_length=4096)]
Place = Annotated[float, Field(ge=-_FAR, le=_FAR)]


class Record(BaseModel):
    """Base of all records: types are exact, keys are known, numbers are finite."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class ChoiceRecord(Record):
    """A chosen catalogue entry; its values are compared with the Spec of the entry."""

    key: Text
    values: dict[str, Any] = {}


class LayerRecord(Record):
    """One layer."""

    id: Id
    name: Text
    kind: Text
    params: dict[str, Any] = {}
    x: Place = 0.0
    y: Place = 0.0
    frozen: bool = False


class LinkRecord(Record):
    """One link; ``masked`` says that masks.safetensors holds its mask."""

    id: Id
    source: Id
    target: Id
    delay: Annotated[int, Field(ge=0, le=MAX_DELAY)] = 0
    role: Role = "data"
    frozen: bool = False
    masked: bool = False


class LookRecord(Record):
    """One look at the test part."""

    when: Text
    data: Text
    run: Text = ""
    batch: Annotated[int, Field(ge=0, le=1 << 62)] = 0


class ProjectRecord(Record):
    """The whole of project.json."""

    format: Literal["unroll-project"]
    version: Annotated[int, Field(ge=1, le=VERSION)]
    layers: list[LayerRecord] = []
    links: list[LinkRecord] = []
    training: ChoiceRecord
    data: ChoiceRecord | None = None
    runs: Annotated[int, Field(ge=0, le=9999)] = 0
    """How many runs there are: members runs/1.json, runs/1.safetensors and on."""
    looks: list[LookRecord] = []


class RunRecord(Record):
    """What runs/<n>.json holds: all of a run but its arrays."""

    id: Text
    started: Text
    training: ChoiceRecord | None = None
    data: ChoiceRecord | None = None
    layers: dict[Id, Text] = {}
    parameters: Annotated[int, Field(ge=0, le=1 << 62)] = 0
    batches: Annotated[int, Field(ge=0, le=1 << 62)] = 0
    metrics: list[Text] = []
    notes: list[Annotated[tuple[int, Text], Strict(False)]] = []
    stopped: Literal["finished", "stopped", "early stopping", "diverged", "error"] | None = None
    stopped_because: Text = ""
    strides: dict[str, Annotated[int, Field(ge=1, le=1 << 40)]] = {}


class RecoveryRecord(Record):
    """What recovery.json says about an autosaved copy."""

    pid: int
    host: Text
    started: Text
    original: Text | None = None
    title: Text = ""
    time: float = 0.0
    """Seconds since 1970 of the snapshot."""
    replaces: list[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,64}\.unroll$")]] = []
    """Names of older copies in the same folder out of which this work went on."""


R = TypeVar("R", bound=Record)


def read_project(document: Mapping[str, Any]) -> ProjectRecord:
    """The checked record of a project; raises DocumentError with everything that is wrong."""
    record, problems = _validated(ProjectRecord, document)
    problems += _too_many(document) or list(islice(_bad_values(document), _ENOUGH))
    if record is not None and not problems:
        problems += _inconsistent(record)
    if record is None or problems:
        raise DocumentError(problems)
    return record


def read_run(document: Mapping[str, Any]) -> RunRecord:
    """The checked record of a run; raises DocumentError."""
    record, problems = _validated(RunRecord, document)
    problems += _bad_settings(document)
    if record is None or problems:
        raise DocumentError(problems)
    return record


def read_recovery(document: Mapping[str, Any]) -> RecoveryRecord:
    """The checked record of an autosaved copy; raises DocumentError."""
    record, problems = _validated(RecoveryRecord, document)
    if record is None:
        raise DocumentError(problems)
    return record


def _validated(model: type[R], document: Mapping[str, Any]) -> tuple[R | None, list[Problem]]:
    try:
        return model.model_validate(document), []
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        return None, [(".".join(map(str, fault["loc"])), _in_words(fault["type"], fault["msg"])) for fault in found]


def _in_words(kind: str, message: str) -> str:
    if kind == "missing":
        return "is missing"
    if kind == "extra_forbidden":
        return "is not a key that a project has"
    return message[:1].lower() + message[1:]


def _too_many(document: Mapping[str, Any]) -> list[Problem]:
    limits = (("layers", MAX_LAYERS), ("links", MAX_LINKS))
    return [
        (key, f"there are more than {most}")
        for key, most in limits
        if isinstance(document.get(key), list) and len(document[key]) > most
    ]


def _bad_values(document: Mapping[str, Any]) -> Iterator[Problem]:
    """What the Specs say about the parameters of layers, training and data, wherever these can be told."""
    layers = document.get("layers")
    for number, layer in enumerate(layers if isinstance(layers, list) else ()):
        if isinstance(layer, dict) and isinstance(layer.get("kind"), str):
            if layer["kind"] not in LAYERS:
                yield f"layers.{number}.kind", _sentence(lambda kind=layer["kind"]: LAYERS[kind])
            else:
                params = layer.get("params", {})
                yield from _bad_params(LAYERS[layer["kind"]], params, f"layers.{number}.params")
    yield from _bad_settings(document)


def _bad_settings(document: Mapping[str, Any]) -> Iterator[Problem]:
    training = document.get("training")
    if isinstance(training, dict):
        if training.get("key") != "training":
            yield "training.key", "should be “training”"
        yield from _bad_params(TRAINING, training.get("values", {}), "training.values")
    if isinstance(document.get("data"), dict):
        yield from _bad_choice(catalogue("datasets"), document["data"], "data")


def _bad_params(spec: Spec, params: Any, path: str) -> Iterator[Problem]:
    if not isinstance(params, dict):
        return
    known = {param.key: param for param in spec.parameters}
    for key, value in params.items():
        here = f"{path}.{short(key)}"
        if key not in known:
            yield here, _sentence(lambda key=key: spec.param(key))
        elif known[key].kind == "entry" and isinstance(value, dict):
            yield from _bad_choice(catalogue(known[key].catalogue), value, here)
        elif isinstance(value, dict | list) or value is None:
            yield here, f"{known[key].title} needs a single value"
        else:
            yield from _bad_value(known[key], value, here)


def _bad_choice(entries: Mapping[str, Spec], value: Mapping[str, Any], path: str) -> Iterator[Problem]:
    key = value.get("key")
    if not isinstance(key, str):
        yield f"{path}.key", "needs the key of a catalogue entry"
    elif key not in entries:
        yield f"{path}.key", _sentence(lambda: entries[key])
    elif value.keys() - {"key", "values"}:
        yield path, "holds more than a key and values"
    elif not isinstance(value.get("values", {}), dict):
        yield f"{path}.values", "should be an object"
    else:
        yield from _bad_params(entries[key], value.get("values", {}), f"{path}.values")


def _bad_value(param: Param, value: Any, path: str) -> Iterator[Problem]:
    sentence = _sentence(lambda: param.check(value))
    if sentence:
        yield path, sentence


def _sentence(check: Any) -> str:
    """What ``check`` has to say against a value; empty where it takes it."""
    try:
        check()
    except StudioError as error:
        return short(error)
    return ""


def _inconsistent(record: ProjectRecord) -> list[Problem]:
    found: list[Problem] = []
    ids: set[str] = set()
    names: set[str] = set()
    for number, layer in enumerate(record.layers):
        if layer.id in ids:
            found.append((f"layers.{number}.id", f"“{layer.id}” stands twice"))
        if layer.name in names:
            found.append((f"layers.{number}.name", f"“{short(layer.name)}” stands twice"))
        ids.add(layer.id)
        names.add(layer.name)
    return found + _inconsistent_links(record, ids)


def _inconsistent_links(record: ProjectRecord, ids: set[str]) -> list[Problem]:
    found: list[Problem] = []
    kinds = {layer.id: layer.kind for layer in record.layers}
    joined: set[tuple[str, str, int, str]] = set()
    for number, link in enumerate(record.links):
        path = f"links.{number}"
        if link.id in ids:
            found.append((f"{path}.id", f"“{link.id}” stands twice"))
        ids.add(link.id)
        found += [
            (f"{path}.{which}", f"there is no layer “{end}”")
            for which, end in (("source", link.source), ("target", link.target))
            if end not in kinds
        ]
        if kinds.get(link.target) == "input":
            found.append((f"{path}.target", "is an input, which no link may enter"))
        found += _faults_of_memory(record, number, kinds)
        wire = (link.source, link.target, link.delay, link.role)
        if wire in joined:
            found.append((path, "joins the same layers with the same delay as another link"))
        joined.add(wire)
    return found


def _faults_of_memory(record: ProjectRecord, number: int, kinds: Mapping[str, str]) -> list[Problem]:
    link, path, kind = record.links[number], f"links.{number}", kinds.get(record.links[number].target, "")
    others = [other for other in record.links[:number] if (other.role, other.target) == ("memory", link.target)]
    checks = (
        (f"{path}.target", "looks through no memory", kind in LAYERS and not layer_spec(kind).memory),
        (f"{path}.delay", "is not 0, but a memory link has no delay", link.delay != 0),
        (path, "is a second memory of the same layer", bool(others)),
    )
    return [(where, what) for where, what, wrong in checks if wrong and link.role == "memory"]
