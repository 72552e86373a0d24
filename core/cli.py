"""The commands without a window: train, generate, evaluate, gym, check, examples. The same engine, the same files, no Qt.

Exit codes: 0 done, 1 ``check`` found problems or the training diverged, 2 something was wrong with the request,
130 stopped by Ctrl-C.
"""

from __future__ import annotations

import argparse
import io
import math
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn, TextIO

from core import cli_evaluate, cli_generate, cli_gym, lock
from core.cli_files import open_project, refuse_impossible, setting_of, whole_number
from core.cli_names import COMMANDS
from core.errors import BadValue, StudioError, UnknownName
from core.project import Project
from core.reports import Report
from core.runs import Run, ends

DEFAULT_EXAMPLE = "digits-rows-elman"
_BAR = 24


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are the studio's: one sentence."""

    def error(self, message: str) -> NoReturn:
        raise BadValue(
            "{message}. See “{command} --help”.", message=message[:1].upper() + message[1:], command=self.prog
        )


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code; errors are one sentence on standard error."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that lacks a character gets a question mark, not a crash.
            stream.reconfigure(errors="replace")
    try:
        if arguments and not arguments[0].startswith("-") and arguments[0] not in COMMANDS:
            raise UnknownName("command", arguments[0], COMMANDS)
        options = _parser().parse_args(arguments)
        run: Callable[[argparse.Namespace], int] = options.run
        code = run(options)
        sys.stdout.flush()  # while what is wrong with it can still be dealt with
        return code
    except StudioError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read the output (head, less) has seen enough; Python must not try to flush the rest at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="unroll-studio",
        description="Draw a recurrent neural network, press Play, and see the gradient of every time step.",
        epilog="“unroll-studio [PROJECT]” opens the window.",
    )
    parser.set_defaults(run=lambda options: _help(parser))
    parser.add_argument("--version", action="version", version=version_line())
    commands = parser.add_subparsers(title="commands", metavar="", parser_class=_Parser)
    _add_train(commands.add_parser("train", help="train a project or an example", description=_train.__doc__))
    cli_generate.add_to(commands)
    cli_evaluate.add_to(commands)
    cli_gym.add_to(commands)
    check = commands.add_parser("check", help="print the problems of a project", description=_check.__doc__)
    check.add_argument("project", help="a .unroll file or the key of an example")
    check.set_defaults(run=_check)
    listing = commands.add_parser("examples", help="list the examples", description=_examples.__doc__)
    listing.set_defaults(run=_examples)
    commands.add_parser("help", help="print this help").set_defaults(run=lambda options: _help(parser))
    return parser


def _add_train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "project", nargs="?", default=DEFAULT_EXAMPLE, help="a .unroll file or the key of an example (%(default)s)"
    )
    parser.add_argument("--epochs", metavar="N", help="how many times to go through the training data")
    parser.add_argument("--seed", metavar="S", help="start of all random numbers; draws fresh weights")
    parser.add_argument(
        "--set", dest="settings", metavar="KEY=VALUE", action="append", default=[],
        help="change a setting: optimizer=sgd, optimizer.lr=0.01, data=adding, data.length=50, layers.Hidden.units=32; "
        "may be given several times and is applied in order",
    )  # fmt: skip
    parser.add_argument("--report", metavar="FILE.json", help="write settings, columns and gradients as JSON")
    parser.add_argument("--save", metavar="FILE", help="save the trained project")
    parser.add_argument("--quiet", action="store_true", help="print the summary only")
    parser.set_defaults(run=_train)


def version_line() -> str:
    """Name and version, for ``--version``."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"Unroll Studio {version('unroll-studio')}"
    except PackageNotFoundError:
        return "Unroll Studio (run from its source folder)"


def _help(parser: argparse.ArgumentParser) -> int:
    parser.print_help()
    return 0


def _examples(options: argparse.Namespace) -> int:
    """List the examples, one line each."""
    from core.examples import EXAMPLES

    width = max(map(len, EXAMPLES), default=0)
    for key, example in EXAMPLES.items():
        print(f"{key:{width}}  {example.line}")
    return 0


def _check(options: argparse.Namespace) -> int:
    """Print what keeps a project from training, or from learning well; exit code 1 where there is anything."""
    from core import script

    found = script.check(open_project(options.project))
    for problem in found:
        print(f"{problem.severity}: {problem.text}")
    if not found:
        print("No problems: this project can train.")
    return 1 if found else 0


def _train(options: argparse.Namespace) -> int:
    """Train a project or an example without a window. Ctrl-C stops after the current step and still writes files."""
    from core import script

    project = open_project(options.project)
    refuse_impossible(options.report, options.save)
    if options.save is not None and (process := lock.owner(options.save)) is not None:
        raise lock.in_use(Path(options.save).name, process)
    for setting in options.settings:
        script.set_value(project, *setting_of(setting))
    if options.epochs is not None:
        script.set_value(project, "epochs", options.epochs)
    seed = None if options.seed is None else whole_number(options.seed, "--seed")
    with _stop_on_interrupt() as stop:
        progress = Progress(sys.stderr, int(project.training["epochs"]), options.quiet, stop)
        run = script.train(project, seed=seed, progress=progress)
    progress.close()
    _write_files(options, project, run)
    print("\n".join(summary(project, run)))
    if stop.asked:
        return 130
    return 1 if run.stopped == "diverged" else 0


def _write_files(options: argparse.Namespace, project: Project, run: Run) -> None:
    from core import script

    failures: list[StudioError] = []
    writers: tuple[tuple[str | None, Callable[[str], None]], ...] = (
        (options.report, lambda path: script.write_report(run, path)),
        (options.save, lambda path: script.save(project, path)),
    )
    for path, write in writers:
        if path is not None:
            try:
                write(path)
            except StudioError as error:
                # One file that cannot be written must not cost the other.
                failures.append(error)
    if failures:
        raise failures[0]


class _Stop:
    def __init__(self) -> None:
        self.asked = False


@contextmanager
def _stop_on_interrupt() -> Iterator[_Stop]:
    """Turn the first Ctrl-C into a wish to stop; the second one ends the program at once."""
    stop = _Stop()

    def ask(number: int, frame: FrameType | None) -> None:
        if stop.asked:
            raise KeyboardInterrupt
        stop.asked = True

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


class Progress:
    """Shows how far a training is: a bar in a terminal, one line per epoch elsewhere."""

    def __init__(self, out: TextIO, epochs: int, quiet: bool, stop: _Stop) -> None:
        self._out, self._epochs, self._quiet, self._stop = out, epochs, quiet, stop
        self._terminal = out.isatty() and not quiet
        self._last = -math.inf
        self._evaluated = ""

    def __call__(self, report: Report) -> bool:
        if report.evaluation is not None:
            numbers = {"validation loss" if k == "loss" else k: v for k, v in _evaluated(report).items()}
            self._evaluated = "  ".join(f"{name} {value:.4g}" for name, value in numbers.items())
            if not self._terminal and not self._quiet:
                print(f"epoch {report.epoch}/{self._epochs}  loss {report.loss:.4g}  {self._evaluated}", file=self._out)
        if self._terminal and (report.seconds - self._last > 0.1 or report.stopped):
            self._last = report.seconds
            self._draw(report)
        return not self._stop.asked

    def _draw(self, report: Report) -> None:
        done = (report.epoch - 1 + report.batch_in_epoch / max(1, report.batches_per_epoch)) / max(1, self._epochs)
        full = round(min(1.0, done) * _BAR)
        bar = "█" * full + "░" * (_BAR - full)
        line = f"{bar} epoch {report.epoch}/{self._epochs}  loss {report.loss:.4g}  {self._evaluated}"
        print(f"\r{line[:110]:110}", end="", file=self._out, flush=True)

    def close(self) -> None:
        """End the line of the bar."""
        if self._terminal:
            print(file=self._out)


def _evaluated(report: Report) -> dict[str, float]:
    assert report.evaluation is not None
    return {"loss": report.evaluation.loss, **report.evaluation.metrics}


def summary(project: Project, run: Run) -> list[str]:
    """What a person wants to know after a training, in a few lines."""
    lines = [run.stopped_because or f"Training {run.stopped or 'ended'}."]
    seconds = float(run.steps["seconds"][-1]) if len(run.steps) else 0.0
    lines.append(
        f"{len(run):,} steps in {seconds:.1f} s, {run.parameters:,} parameters, seed {project.training['seed']}"
    )
    if len(run.epochs):
        best = _best(run)
        for name in ("loss", *run.metrics):
            lines.append(f"validation {name}: {float(run.epochs[name][-1]):.4g}{best.get(name, '')}")
    for layer, table in run.gradients.items():
        from core.describe import gradient_verdict

        last = table["total"][-1][: ends(table)[-1]]
        lines.append(f"{run.layers.get(layer, layer)}: {gradient_verdict(last)}")
    return lines


def _best(run: Run) -> dict[str, str]:
    losses = run.epochs["loss"]
    if not math.isfinite(float(min(losses))):
        return {}
    at = int(losses.argmin())
    return {"loss": f" (lowest {float(losses[at]):.4g} after epoch {int(run.epochs['epoch'][at])})"}
