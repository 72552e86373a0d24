"""The command ``evaluate``: a part of the data judged without a window, beside what is known without a network."""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.catalogue.metrics import METRICS
from core.cli_files import open_project, refuse_impossible
from core.errors import BadValue, StudioError
from core.examples import EXAMPLES
from core.looks import looks_at

if TYPE_CHECKING:
    from core.evaluation.review import Review
    from core.project import Project

PARTS = ("train", "validation", "test")


def add_to(commands: Any) -> None:
    """Offer the command."""
    parser = commands.add_parser(
        "evaluate", help="judge a project on a part of its data, beside baselines", description=evaluate.__doc__
    )
    parser.add_argument("project", help="a .unroll file or the key of an example")
    parser.add_argument(
        "--part", default="validation", metavar="PART",
        help="train, validation or test (%(default)s); every look at the test part is counted in the project file",
    )  # fmt: skip
    parser.add_argument(
        "--report", metavar="FILE", help="write everything as JSON, or every answer as CSV where the name ends in .csv"
    )
    parser.set_defaults(run=evaluate)


def evaluate(options: argparse.Namespace) -> int:
    """Judge a project as it is on a part of its data: loss and metrics, each beside what one would say without a network."""
    from core import script

    if options.part not in PARTS:
        raise BadValue("There is no part “{part}”: choose train, validation or test.", part=options.part)
    refuse_impossible(options.report)
    project = open_project(options.project)
    found = script.review(project, options.part)
    print("\n".join(lines(found)))
    if options.part == "test":
        _keep_look(project, options.project)
    if options.report is not None:
        script.write_report(found, options.report)
    return 0


def lines(review: Review) -> list[str]:
    """What a person wants to know, in a few lines."""
    answers = len(review.given.scores)
    told = [f"{review.data.title}: {review.part} part, {len(review.judged.evaluation.samples):,} samples"]
    told[0] += f", {answers:,} answers" if review.given.sequence else ""
    titles = ["network", *(one.title for one in review.baselines)]
    width = max(12, *(len(title) for title in titles)) + 2
    told.append(f"{'':26}" + "".join(f"{title:>{width}}" for title in titles))
    told.append(f"{'loss':26}{_number(review.loss):>{width}}")
    for one in review.metrics:
        name = METRICS[one.key].title if one.key in METRICS else "Cross-entropy (nats)"
        values = [one.value, *(one.baselines[way.key] for way in review.baselines)]
        told.append(f"{name:26}" + "".join(f"{_number(value):>{width}}" for value in values))
    if review.sequences is not None and review.sequences.edits is not None:
        told.append(f"{'Edits per sequence':26}{_number(review.sequences.mean_edits):>{width}}")
        told.append(f"{'Symbol error rate':26}{_number(review.sequences.symbol_error_rate):>{width}}")
    told += [f"{one.title}: {one.line}." for one in review.baselines]
    worst = ", ".join(str(sample) for sample in review.worst(5))
    return [*told, f"Largest loss: samples {worst}."]


def _number(value: float) -> str:
    return f"{value:.4g}" if math.isfinite(value) else "no value"


def _keep_look(project: Project, name: str) -> None:
    """Say how often the test part was looked at, and write that into the project's file."""
    from core import script
    from core.project_file import load_thumbnail

    looks = looks_at(project.state.looks, project.data)
    print(f"The test part of this data has been looked at {looks} time{'' if looks == 1 else 's'}.")
    if name in EXAMPLES and not Path(name).exists():
        return
    try:
        _refuse_open(name)
        script.save(project, name, load_thumbnail(name))
    except StudioError as error:
        print(f"This look could not be counted in the file. {error}", file=sys.stderr)


def _refuse_open(name: str) -> None:
    from core import lock

    process = lock.owner(name)
    if process is not None:
        raise lock.in_use(Path(name).name, process)
