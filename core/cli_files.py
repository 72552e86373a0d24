"""What the commands without a window do with files and words."""

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


def setting_of(text: str) -> tuple[str, str]:
    """KEY=VALUE in two."""
    key, equals, value = text.partition("=")
    if not equals:
        raise BadValue("“{text}” is not a setting: write KEY=VALUE, such as optimizer.lr=0.01.", text=text)
    return key.strip(), value.strip()


def whole_number(text: str, name: str) -> int:
    """The value of the option called ``name``."""
    try:
        return int(text)
    except ValueError:
        raise BadValue("{name} needs a whole number, not “{text}”.", name=name, text=text) from None
