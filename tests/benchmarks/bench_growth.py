"""How time and memory grow with the number of steps.

    python -m tests.benchmarks.bench_growth [--threads 1] [--seconds 1] [--clock wall]

Time of a training step with capture, divided by its time steps, for T = 50 ... 5,000; and the memory that a training step
adds to the process, over the whole sequence at once and in stretches of 100 steps that carry their state on (each
measured in a process of its own). Python's garbage collector is off, as it is in the
worker of the window: left on, every second step of interlocked cycles over T = 5,000 makes so many objects that it looks
through all of memory, 150 ms with torch loaded, which shows as 75 instead of 44 microseconds per step.

Measured on a quiet machine, one thread: 10 to 14 microseconds per step for the RNN and LSTM, 30 to 36 for the GRU, 40 to 47 for
interlocked cycles, the same at T = 5,000 as at T = 100; at T = 50 up to a third more. Memory at T = 5,000: 80 to 278 MiB
whole, 8 to 15 MiB in stretches of 100.
"""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median

import torch

from core.engine.capture import Capture
from core.engine.program import compile_network
from core.network import Network
from tests.benchmarks.bench_cycles import interlocked
from tests.benchmarks.drawn import block, tensors, training_step
from tests.benchmarks.timing import Clock, interleaved, options

BATCH, FEATURES, UNITS = 16, 8, 32
LENGTHS = [50, 100, 200, 500, 1000, 2000, 5000]
STRETCH = 100
DRAWN: dict[str, tuple[Callable[[], Network], str]] = {
    "rnn": (lambda: block("rnn", FEATURES, UNITS), "h"),
    "gru": (lambda: block("gru", FEATURES, UNITS), "h"),
    "lstm": (lambda: block("lstm", FEATURES, UNITS), "h"),
    "interlocked cycles": (lambda: interlocked(FEATURES, UNITS), "y"),
}


def times(seconds: float, clock: Clock) -> None:
    """Microseconds per time step."""
    print(f"{'microseconds per step, T =':28}" + "".join(f"{length:>8}" for length in LENGTHS))
    for name, (draw, judged) in DRAWN.items():
        row = []
        for length in LENGTHS:
            step = training_step(draw(), torch.randn(length, BATCH, FEATURES), judged, "yes")
            row.append(1e6 * median(interleaved({"step": step}, seconds, clock=clock)["step"]) / length)
        print(f"{name:28}" + "".join(f"{value:8.1f}" for value in row), flush=True)


def peak() -> float:
    """MiB of the highest resident size since it was last reset (Linux)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return float(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def memory(name: str, length: int, stretch: int) -> float:
    """MiB that training steps add to the peak of this process; ``stretch`` 0 is the whole sequence at once."""
    draw, judged = DRAWN[name]
    drawn = draw()
    program, parameters = compile_network(drawn), tensors(drawn)
    x = torch.randn(length, BATCH, FEATURES)
    program.run(parameters, {"x": x[:2]})
    Path("/proc/self/clear_refs").write_text("5")
    before = peak()
    carried = None
    for first in range(0, length, stretch or length):
        capture = Capture()
        values = program.run(
            parameters, {"x": x[first : first + (stretch or length)]}, capture=capture, initial=carried
        )
        values.outputs[judged].square().mean().backward()
        carried = values.carry()
    return peak() - before


def memories(threads: int) -> None:
    """One process for each number."""
    print(f"\n{'MiB, T = ':28}{'500':>8}{'5000':>8}{'5000 in stretches of 100':>26}")
    for name in DRAWN:
        row = []
        for length, stretch in ((500, 0), (5000, 0), (5000, STRETCH)):
            command = [
                sys.executable,
                "-m",
                "tests.benchmarks.bench_growth",
                name,
                str(length),
                str(stretch),
                str(threads),
            ]
            row.append(float(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
        print(f"{name:28}{row[0]:8.1f}{row[1]:8.1f}{row[2]:26.1f}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in DRAWN:
        name, length, stretch, threads = sys.argv[1:]
        torch.set_num_threads(int(threads))
        print(memory(name, int(length), int(stretch)))
    else:
        asked = options(__doc__, 1.0)
        print(f"batch {BATCH}, {UNITS} units, capture on")
        gc.disable()
        times(asked.seconds, asked.clock)
        memories(asked.threads)
