"""The ``.unroll`` file: a zip of checked JSON (project.json), safetensors (weights, masks, runs, data) and a thumbnail.

A file is data: nothing in it is executed or extracted, and all of it is checked before a Project is made of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core import archive, tensors
from core.atomic import write_file
from core.catalogue.spec import Choice
from core.data import store
from core.documents import VERSION, DocumentError, Problem, parse
from core.errors import BadFile, NotSaved, StudioError
from core.network import Network
from core.parameters import parameters
from core.project import Project, State, same
from core.records import data_of, layer_json, link_json, looks_of, network_of, training_of
from core.runs import Run
from core.shapes import infer

if TYPE_CHECKING:
    from core.project_schema import ProjectRecord

SUFFIX = ".unroll"
MAX_RUNS = 200
"""Newest runs that a file keeps."""
MAX_FEATURES = 1_000_000
"""Features of all layers together, so that a chain of layers that double their input cannot fill the memory."""
_SHOWN = 8
_CANARY = b"\x89PNG\r\n\x1a\n"


def save(project: Project, path: Path | str, thumbnail: bytes | None = None) -> None:
    """Write ``project`` to ``path`` whole or not at all, having read it back; raises NotSaved.

    ``thumbnail`` is a small PNG picture of the network.
    """
    state, runs = project.state, list(project.runs)[-MAX_RUNS:]
    content = archive.pack(members(state, runs, thumbnail))

    def check(temporary: Path) -> None:
        _check_same(state, len(runs), temporary, Path(path).name)

    write_file(path, content, check)


def load(path: Path | str) -> Project:
    """The project in the file ``path``; raises BadFile with all that is wrong with it."""
    return _project(archive.unpack(path), Path(path).name)


def load_thumbnail(path: Path | str) -> bytes | None:
    """The picture in a project file, or None where it has none; raises BadFile."""
    return archive.unpack(path, only="thumbnail.png").get("thumbnail.png")


def members(
    state: State, runs: Iterable[Run] = (), thumbnail: bytes | None = None, *, data: bool = True
) -> dict[str, bytes]:
    """The parts of a project file by name; ``data`` False leaves out the imported data."""
    history = list(runs)
    masks = {link.id: link.mask for link in state.network.links.values() if link.mask is not None}
    document = {
        "format": "unroll-project",
        "version": VERSION,
        "layers": [layer_json(layer) for layer in state.network],
        "links": [link_json(link) for link in state.network.links.values()],
        "training": state.training.to_json(),
        "data": state.data.to_json() if state.data else None,
        "runs": len(history),
        "looks": [asdict(look) for look in state.looks],
    }
    parts = {"project.json": _json(document), "weights.safetensors": tensors.dump(state.weights)}
    if masks:
        parts["masks.safetensors"] = tensors.dump(masks)
    for number, run in enumerate(history, start=1):
        parts[f"runs/{number}.json"] = _json(run.to_json())
        parts[f"runs/{number}.safetensors"] = tensors.dump(run.to_arrays())
    if thumbnail is not None:
        parts["thumbnail.png"] = thumbnail
    needed = store.needed(state.data)
    imported = store.content(needed) if needed and data else None
    if imported is not None:
        parts[_data_member(needed)] = imported
    return parts


def _data_member(name: str) -> str:
    return f"data/{name}.safetensors"


def _json(document: Mapping[str, Any]) -> bytes:
    # A lone surrogate, which broken input methods can produce, is no text that a file can hold.
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1)
    return text.encode("utf-8", "replace")


def _check_same(state: State, runs: int, temporary: Path, name: str) -> None:
    try:
        found = load(temporary)
    except BadFile as error:
        raise NotSaved("“{file}” was not saved: it would not open again ({reason})", file=name, reason=error) from error
    if not same(found.state, state) or len(found.runs) != runs:
        raise NotSaved("“{file}” was not saved: it reads back different from what is on the screen.", file=name)


def _project(parts: Mapping[str, bytes], name: str) -> Project:
    from core.project_schema import read_project

    try:
        record = read_project(_parsed(parts["project.json"], name))
        network = network_of(record)
        _check_size(network)
        network = _with_masks(network, record, parts)
        weights = _weights(network, parts.get("weights.safetensors"))
        _check_picture(parts.get("thumbnail.png"))
        data = data_of(record)
        _keep_data(data, parts)
        project = Project(State(network, weights, training_of(record), data, looks_of(record)))
        project.runs += _runs(record.runs, parts)
    except DocumentError as error:
        raise _bad_file(name, error.problems) from None
    return project


def _parsed(content: bytes, name: str) -> dict[str, Any]:
    document = parse(content)
    if document.get("format") != "unroll-project":
        raise BadFile("“{file}” is not an Unroll Studio project: its format is another one.", file=name)
    version = document.get("version")
    if isinstance(version, int) and version > VERSION:
        raise BadFile(
            "“{file}” was made by a newer Unroll Studio (format {version}; this one reads {known}). Update to open it.",
            file=name,
            version=str(version)[:20],
            known=VERSION,
        )
    return document


def _bad_file(name: str, problems: list[Problem]) -> BadFile:
    """One sentence that names everything that is wrong, up to a bearable number; ``values["all"]`` has the rest."""
    lines = [f"{path}: {text}" if path else text for path, text in problems]
    shown = "; ".join(line.rstrip(".") for line in lines[:_SHOWN])
    if len(lines) > _SHOWN:
        shown += f"; and {len(lines) - _SHOWN} more"
    return BadFile("“{file}” cannot be opened as a project. {problems}.", file=name, problems=shown, all=tuple(lines))


def _check_size(network: Network) -> None:
    features = sum(shape.features for shape in infer(network).values())
    features += sum(int(layer.params.get("vocabulary", 0)) for layer in network)
    if features > MAX_FEATURES:
        raise DocumentError([("layers", f"they have {features:,} features together, more than {MAX_FEATURES:,}")])


def _with_masks(network: Network, record: ProjectRecord, parts: Mapping[str, bytes]) -> Network:
    wanted = {link.id for link in record.links if link.masked}
    masks = tensors.read(parts.get("masks.safetensors"), "masks", {"bool"})
    _check_names("masks", masks, wanted)
    problems = []
    owned = parameters(network) if masks else {}
    for key, mask in masks.items():
        weight = owned.get(f"{key}.weight")
        if weight is None or weight.shape != mask.shape:
            problems.append((f"masks.{key}", "does not fit its link"))
        network = network.with_link(replace(network.links[key], mask=mask))
    if problems:
        raise DocumentError(problems)
    return network


def _weights(network: Network, content: bytes | None) -> dict[str, np.ndarray]:
    found = tensors.read(content, "weights", {"float32", "float64"})
    expected = parameters(network)
    _check_names("weights", found, expected)
    problems = [
        (f"weights.{name}", f"has shape {found[name].shape}, not {parameter.shape}")
        for name, parameter in expected.items()
        if found[name].shape != parameter.shape
    ]
    if problems:
        raise DocumentError(problems)
    return {name: found[name] for name in expected}


def _check_names(what: str, found: Iterable[str], expected: Iterable[str]) -> None:
    have, need = set(found), set(expected)
    problems = [(f"{what}.{name}", "is missing") for name in sorted(need - have)]
    problems += [(f"{what}.{name[:80]}", "belongs to nothing in the network") for name in sorted(have - need)]
    if problems:
        raise DocumentError(problems)


def _keep_data(data: Choice | None, parts: Mapping[str, bytes]) -> None:
    """Imported data goes to the store. A project without it opens all the same, and a problem says what is missing."""
    wanted = _data_member(store.needed(data))
    for name in (name for name in parts if name.startswith("data/")):
        if name != wanted:
            raise DocumentError([(name, "belongs to nothing in the project")])
        if _data_member(store.name_of(parts[name])) != name:
            raise DocumentError([(name, "is not the data that the project names")])
        try:
            store.put_bytes(parts[name])
        except StudioError as error:
            raise DocumentError([(name, str(error))]) from None


def _check_picture(content: bytes | None) -> None:
    if content is not None and not content.startswith(_CANARY):
        raise DocumentError([("thumbnail.png", "is not a PNG picture")])


def _runs(count: int, parts: Mapping[str, bytes]) -> list[Run]:
    wanted = {f"runs/{n}.{kind}" for n in range(1, count + 1) for kind in ("json", "safetensors")}
    _check_names("file", [name for name in parts if name.startswith("runs/")], wanted)
    return [_run(number, parts) for number in range(1, count + 1)]


def _run(number: int, parts: Mapping[str, bytes]) -> Run:
    from core.project_schema import read_run

    path = f"runs.{number}"
    try:
        record = read_run(parse(parts[f"runs/{number}.json"]))
        arrays = tensors.read(parts[f"runs/{number}.safetensors"], "arrays", {"float32", "float64"})
        _check_tables(arrays)
    except DocumentError as error:
        raise DocumentError((f"{path}.{where}" if where else path, text) for where, text in error.problems) from None
    return Run.from_arrays(arrays, record.model_dump())


def _check_tables(arrays: Mapping[str, np.ndarray]) -> None:
    """Columns of one table have the same number of rows, and each table says which batch its rows belong to."""
    tables: dict[str, dict[str, np.ndarray]] = {}
    for name, array in arrays.items():
        table, _, column = name.rpartition("/")
        tables.setdefault(table, {})[column] = array
    problems: list[Problem] = []
    for table, columns in tables.items():
        vectors = table.startswith(("gradients/", "cells/")) and table.count("/") == 1
        if not vectors and table not in ("steps", "epochs", "layer_gradient", "update_ratio"):
            problems.append((table[:80], "is not a table of a run"))
        elif "batch" not in columns or (vectors and "total" not in columns):
            problems.append((table[:80], "lacks a column"))
        elif any(a.ndim != (2 if vectors and key not in ("batch", "steps") else 1) for key, a in columns.items()):
            problems.append((table[:80], "has columns of the wrong shape"))
        elif len({len(a) for a in columns.values()}) > 1:
            problems.append((table[:80], "has columns of different length"))
    if problems:
        raise DocumentError(problems)
