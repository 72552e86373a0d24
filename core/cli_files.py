"""What the commands without a window do with files."""

from __future__ import annotations

from pathlib import Path

from core.errors import BadValue, UnknownName
from core.project import Project


def open_project(name: str) -> Project:
    """The example with this key or the project in this file; what is neither is answered with the nearest example."""
    from core.examples import EXAMPLES, open_example
    from core.project_file import load

    if name in EXAMPLES:
        return open_example(name)
    if Path(name).exists() or name.endswith(".unroll") or "/" in name or "\\" in name:
        return load(name)
    raise UnknownName("example or file", name, EXAMPLES)


def refuse_impossible(*paths: str | None) -> None:
    """Say now, not after an hour of work, that a file has no folder to go to."""
    for path in paths:
        if path is not None and not Path(path).absolute().parent.is_dir():
            raise BadValue(
                "There is no folder “{folder}” for “{file}”.", folder=Path(path).parent, file=Path(path).name
            )
