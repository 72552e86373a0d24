"""What the program remembers between two starts: window layout, theme, recent files. Never anything about a project."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, QStandardPaths

ORGANISATION, APPLICATION = "Unroll Studio", "Unroll Studio"
RECENT = 10


def settings() -> QSettings:
    """The user's settings."""
    return QSettings(ORGANISATION, APPLICATION)


def state_folder() -> Path:
    """Where autosaved work and logs live; made when it is missing."""
    kind = QStandardPaths.StandardLocation.AppLocalDataLocation
    folder = Path(QStandardPaths.writableLocation(kind) or Path.home() / ".unroll-studio")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def recent_files() -> list[Path]:
    """Files opened or saved lately that still exist, latest first."""
    saved = settings().value("recent", [])
    paths = [saved] if isinstance(saved, str) else list(saved or [])
    return [path for text in paths if (path := Path(str(text))).is_file()][:RECENT]


def remember_file(path: Path) -> None:
    """Put a file at the front of the recent ones."""
    path = path.absolute()
    settings().setValue("recent", [str(p) for p in [path, *(p for p in recent_files() if p != path)][:RECENT]])


def forget_files() -> None:
    """Empty the list of recent files."""
    settings().remove("recent")


def remembered(key: str) -> QByteArray | None:
    """A remembered window state, if there is one."""
    value = settings().value(key)
    return value if isinstance(value, QByteArray) else None
