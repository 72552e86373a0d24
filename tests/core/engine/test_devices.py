"""What a session asks of the machine before it computes."""

from __future__ import annotations

import subprocess
import sys

import pytest

STEPS, PAGES = 10, 8 * (1 << 20) * 4 // 4096
"""Steps that are counted, and the pages of memory that each of them takes."""
COUNT = f"""
import resource, torch
from core.engine.devices import keep_memory
keep_memory()
def step():
    for tensor in [torch.ones(1 << 20) for _ in range(8)]:
        tensor.add_(1)
for _ in range(5):
    step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range({STEPS}):
    step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only the C library of Linux gives memory back so soon")
def test_the_memory_of_a_step_is_there_for_the_next_one() -> None:
    """Left alone, the C library mostly has all pages filled anew: it depends on where the process happens to lie."""
    done = subprocess.run([sys.executable, "-c", COUNT], check=True, capture_output=True, text=True)
    assert int(done.stdout) < STEPS * PAGES / 10, "pages that the system filled anew"
