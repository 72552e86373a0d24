"""The studio from Python: what a script needs, some dozen names.

    from core.script import *

    project = open_example("digits-rows-elman")
    set_value(project, "optimizer.lr", 0.005)
    run = train(project, epochs=10)
    print(evaluate(project).metrics)
    save(project, "digits.unroll")

Everything that the window does to a project is an edit (core.edits), and ``project.apply(edit)`` carries it out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from core import problems as checks
from core.atomic import write_file
from core.data.dataset import Part
from core.data.importers.progress import finish
from core.edits import (
    AddLayer,
    AddLink,
    Macro,
    OpenTest,
    Remove,
    ResetWeights,
    SetData,
    SetWeights,
    new_layer,
    new_link,
)
from core.errors import DataError, NotTrainable
from core.evaluation.report import to_csv, to_json
from core.evaluation.review import Review, Subject
from core.examples import EXAMPLES, open_example
from core.generation import Generated, answer_alphabet, inputs_of, read_text, way_of
from core.keys import edit_for
from core.looks import look_at, refuse_shut
from core.network import Layer, Link, Role
from core.problems import Problem
from core.project import Project, State
from core.project_file import load, save
from core.reports import Evaluation, Report
from core.runs import Run

__all__ = [
    "add",
    "check",
    "connect",
    "evaluate",
    "examples",
    "generate",
    "load",
    "new_project",
    "open_example",
    "remove",
    "review",
    "save",
    "set_value",
    "train",
    "write_report",
]

Progress = Callable[[Report], bool | None]
"""Called after every training step; returning False stops the training."""


def examples() -> dict[str, str]:
    """One line about each example, by the key that ``open_example`` takes."""
    return {key: example.line for key, example in EXAMPLES.items()}


def new_project(data: str | Path | None = None, **values: Any) -> Project:
    """An empty project on the data set called ``data``, or on a file of one's own.

    ``new_project("adding", length=50)``, ``new_project("prices.csv", target="price", window=30, asked="every")``. Of a table
    (CSV, TSV, one numpy array) the columns ``features``, ``target``, ``time`` and ``group`` may be named, the others are
    guessed; texts, arrays and folders of pictures or WAV files are imported alike (core.data.importers.whole.imported).
    """
    project = Project()
    if data is None:
        return project
    from core.data.catalogue import DATASETS
    from core.data.importers.whole import ENDINGS, imported

    path = Path(data)
    of_its_own = isinstance(data, Path) or path.suffix.lower() in ENDINGS or (data not in DATASETS and path.exists())
    project.apply(SetData(imported(path, **values) if of_its_own else DATASETS.choose(str(data), **values)))
    return project


def add(project: Project, kind: str, name: str = "", **params: Any) -> Layer:
    """Add a layer: ``add(project, "dense", "Hidden", units=32, activation="tanh")``; it lands right of the others."""
    x = max((layer.x for layer in project.network), default=-220.0) + 220.0
    layer = new_layer(project.network, kind, name, x=x, **params)
    project.apply(AddLayer(layer))
    return layer


def connect(
    project: Project,
    source: Layer | str,
    target: Layer | str,
    delay: int = 0,
    initial: bool = False,
    memory: bool = False,
) -> Link:
    """Link two layers, given as such or by name.

    ``initial``: the source's last state starts the target. ``memory``: the target, an attention layer, looks through it.
    """
    ends = [end.id if isinstance(end, Layer) else end for end in (source, target)]
    role: Role = "initial" if initial else "memory" if memory else "data"
    link = new_link(project.network, ends[0], ends[1], delay, role)
    project.apply(AddLink(link))
    return link


def remove(project: Project, *what: Layer | Link | str) -> None:
    """Remove layers (also by name) and links."""
    links = tuple(item.id for item in what if isinstance(item, Link))
    layers = tuple(
        item.id if isinstance(item, Layer) else project.network.layer(item).id
        for item in what
        if not isinstance(item, Link)
    )
    project.apply(Remove(layers, links))


def set_value(project: Project, key: str, value: Any) -> None:
    """Set "epochs", "optimizer.lr", "data", "data.length", "layers.Hidden.units" ...; see core.keys."""
    project.apply(edit_for(project.state, key, value))


def check(project: Project) -> list[Problem]:
    """What keeps the project from training (severity "error") or from learning well ("warning"); ``.text`` says it."""
    return checks.problems(project.state)


def train(
    project: Project, epochs: int | None = None, seed: int | None = None, progress: Progress | None = None
) -> Run:
    """Train ``project`` and keep the weights and the run in it.

    ``seed`` also draws fresh weights; without it training goes on from the weights there are. Raises NotTrainable with
    the first problem where there is one.
    """
    settings = {key: value for key, value in (("epochs", epochs), ("seed", seed)) if value is not None}
    edits = [edit_for(project.state, key, value) for key, value in settings.items()]
    if seed is not None:
        edits.append(ResetWeights())
    if edits:
        project.apply(Macro(edits, label="Change training"))
    _refuse_untrainable(project.state)
    return _run(project, progress)


def _refuse_untrainable(state: State) -> None:
    errors = checks.errors(state)
    if errors:
        more = f" ({len(errors) - 1} more: see check.)" if len(errors) > 1 else ""
        raise NotTrainable("The project can not train yet. {problem}{more}", problem=errors[0].text, more=more)


def _run(project: Project, progress: Progress | None) -> Run:
    from core.engine.session import Session

    run = Run(state=project.state)
    session = Session(project.state, project.dataset(), run.id)
    project.runs.append(run)
    for report in session.run():
        run.add(report)
        if progress is not None and progress(report) is False:
            session.stop()
    project.apply(SetWeights(session.weights(), trained=True, label="Train"))
    return run


def evaluate(project: Project, part: Part = "validation") -> Evaluation:
    """Loss, metrics and outputs of the network as it is now on a part of the data: train, validation or test.

    A look at the test part is counted in the project, see ``project.state.looks``.
    """
    return review(project, part).judged.evaluation


def review(project: Project, part: Part = "validation") -> Review:
    """Everything about a part: metrics beside baselines, classes, worst samples, errors by step and by length.

    A look at the test part is counted in the project.
    """
    from core.evaluation.review import review as judged

    _refuse_untrainable(project.state)
    run = project.runs[-1] if project.runs else None
    subject = Subject(run.id, len(run)) if run is not None else Subject()
    found = finish(judged(project.state, part, subject))
    if part == "test":
        project.apply(OpenTest(look_at(project.data, subject.run, subject.batch)))
        found = replace(found, state=project.state)
    return found


def generate(
    project: Project,
    source: int | str | Mapping[str, Any] | None = None,
    given: str = "",
    way: str = "greedy",
    count: int = 1,
    steps: int | None = None,
    seed: int = 0,
    **settings: Any,
) -> tuple[Generated, ...]:
    """Sequences that the network makes by reading its own answers, best first; ``.text`` is what they say.

    ``source``: what it is asked about, as a text, a sample number or arrays by input name; nothing for a network that only
    continues; no sample of a test part that nobody has evaluated yet. ``given``: how the answer begins. ``way``: "greedy", "sampling" (temperature, top_k) or "beam" (width,
    length_power): ``generate(project, given="an", way="sampling", temperature=0.7, count=5)``.
    """
    from core.engine.session import Session

    _refuse_untrainable(project.state)
    data = project.dataset()
    if isinstance(source, int):
        if not 0 <= source < len(data):
            raise DataError("“{data}” has no sample {number}.", data=data.title, number=source)
        refuse_shut(project.state.looks, project.data, data, source)
        inputs: Mapping[str, Any] = inputs_of(data, source)
    else:
        inputs = read_text(data, source) if isinstance(source, str) else source or {}
    beginning = answer_alphabet(data).read(given) if data.target.codes else []
    session = Session(project.state, data)
    return session.generate(inputs, way_of(way, **settings), beginning, count, steps, seed)


def write_report(what: Run | Review, path: Path | str) -> None:
    """Write a run as JSON: settings, seed, versions, all columns and the gradient of every recurrent layer and step; or a
    review: metrics with baselines, classes and errors. A review for a path that ends in .csv is written answer by answer.
    """
    if isinstance(what, Run):
        found = what.report(versions())
    elif Path(path).suffix.lower() == ".csv":
        write_file(path, to_csv(what))
        return
    else:
        found = to_json(what, versions())
    text = json.dumps(found, ensure_ascii=False, allow_nan=False, indent=1)
    write_file(path, text.encode("utf-8"))


def versions() -> dict[str, str]:
    """Versions of all that a result depends on."""
    import platform
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": platform.python_version()}
    for package in ("unroll-studio", "torch", "numpy"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            # Run out of a source folder without being installed.
            found[package] = "not installed"
    return found
