"""Tells whether the process that left a lock or a temporary file behind is still running."""

from __future__ import annotations

import os
import socket
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Process:
    """A process of some machine, as it is written into locks and recovery copies."""

    pid: int
    host: str
    started: str = ""
    """Start time as the system counts it, so that a reused process number is noticed; empty where it is not known."""

    @property
    def here(self) -> bool:
        """True where the process belongs to this machine."""
        return self.host == host_name()

    @property
    def running(self) -> bool:
        """True unless the process is known to be gone; one on another machine cannot be asked and counts as running."""
        if not self.here:
            return True
        if self.pid <= 0 or not _exists(self.pid):
            return False
        return not self.started or self.started == _start_time(self.pid)

    def to_json(self) -> dict[str, object]:
        """Plain JSON values."""
        return {"pid": self.pid, "host": self.host, "started": self.started}


@cache
def host_name() -> str:
    """The name of this machine."""
    return socket.gethostname()


def this_process() -> Process:
    """The process that runs this code."""
    pid = os.getpid()
    return Process(pid, host_name(), _start_time(pid))


def _exists(pid: int) -> bool:
    if sys.platform == "win32":
        return _exists_on_windows(pid)
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _exists_on_windows(pid: int) -> bool:
    # os.kill(pid, 0) ends the process on Windows, so the system is asked for a handle instead.
    import ctypes

    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined]
    handle = kernel.OpenProcess(0x1000, False, pid)  # PROCESS_QUERY_LIMITED_INFORMATION
    if not handle:
        return False
    code = ctypes.c_ulong()
    kernel.GetExitCodeProcess(handle, ctypes.byref(code))
    kernel.CloseHandle(handle)
    return code.value == 259  # STILL_ACTIVE


def _start_time(pid: int) -> str:
    # Field 22 of /proc/<pid>/stat; the name in field 2 may hold spaces and brackets.
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    fields = stat.rpartition(")")[2].split()
    # A zombie ("Z") has ended; only its parent has not noticed.
    return fields[19] if len(fields) > 19 and fields[0] != "Z" else "ended"
