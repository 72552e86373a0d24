"""What a session asks of the machine before it computes."""

from __future__ import annotations

import subprocess
import sys

import pytest

COUNT = """
import resource, sys, torch
from core.engine.devices import keep_memory
if sys.argv[1] == "kept":
    keep_memory()
def step():
    for tensor in [torch.ones(1 << 20) for _ in range(8)]:
        tensor.add_(1)
step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(how: str) -> int:
    """Pages that the system filled anew during ten steps that take and free 32 MiB each."""
    done = subprocess.run([sys.executable, "-c", COUNT, how], check=True, capture_output=True, text=True)
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="only the C library of Linux gives memory back so soon")
def test_the_memory_of_a_step_is_there_for_the_next_one() -> None:
    kept, given_back = faults("kept"), faults("given back")
    assert kept * 10 < given_back
