"""The command ``unroll-studio``: commands without a window go to core.cli, all else opens the studio."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from core.cli_names import COMMANDS
from core.errors import BadFile, StudioError, UnknownName


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments and (arguments[0] in COMMANDS or arguments[0].startswith("-")):
        from core import cli

        return cli.main(arguments)
    try:
        path = _project(arguments)
        _need_display()
    except StudioError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    # Qt is loaded only now: the commands above work where it is missing, and the window does without them.
    from gui.app import run

    return run(path)


def _project(arguments: Sequence[str]) -> str | None:
    """The project file to open; what is neither a file nor a command is answered with the nearest command."""
    if not arguments:
        return None
    name, *others = arguments
    if others:
        raise BadFile("Only one project can be opened at a time, not “{name}” as well.", name=others[0])
    if Path(name).exists():
        return name
    if Path(name).suffix or os.sep in name:
        raise BadFile("There is no file “{file}”. Check the name and the folder.", file=name)
    raise UnknownName("command or file", name, COMMANDS)


def _need_display() -> None:
    has_display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("QT_QPA_PLATFORM")
    if sys.platform.startswith("linux") and not has_display:
        raise StudioError(
            "There is no display to open a window on. To train without one, use “unroll-studio train [PROJECT or EXAMPLE]”."
        )


if __name__ == "__main__":
    sys.exit(main())
