"""Trains the examples and prints what each reaches, beside a baseline that knows nothing of the network.

    python -m tests.benchmarks.bench_examples [--seeds N] [EXAMPLE ...]

The table is Markdown. Where answers are fed back, "reached" counts them with the right ones before (teacher forcing), and
"alone" is the share of whole answers that are right when a decoder reads what it said itself; of numbers the error from the
middle of the window on. The time is that of the processor, which on a machine with nothing else to do is the time on the
clock: training computes on one thread. Exits with 1 where an example misses the quality or the time that it states.
"""

from __future__ import annotations

import argparse
import sys
import time

import numpy as np

from core.engine.session import Session
from core.examples import BY_SHAPE, EXAMPLES, open_example
from core.examples.quality import alone, baseline, middle, quality, reached, unit
from core.project import Project
from core.script import evaluate, generate, train
from core.sequence_shapes import SHAPES

HEAD = ("example", "shape", "data", "", "baseline", "reached", "at least", "alone", "time", "ok")
ALONE = 200
"""Samples that are answered without a teacher."""


def bench(key: str, seed: int) -> bool:
    """Train one example, print its line, and tell whether it reached its goal."""
    project, goal = open_example(key), EXAMPLES[key].goal
    started = time.process_time()
    train(project, seed=seed)
    seconds = time.process_time() - started
    data = project.dataset()
    found = evaluate(project)
    value = quality(data, found.samples, found.outputs)
    good = reached(goal, value, data) and seconds <= goal.seconds
    name, without = baseline(data)
    shape = next(shape for shape, examples in BY_SHAPE.items() if EXAMPLES[key] in examples)
    by_itself = ""
    if shape == "encoder-decoder" and data.feedback:
        by_itself = f"{whole_answers(project):.2f}"
    elif goal.alone is not None:
        miss = alone(Session(project.state, data).free_run("validation", middle(data)))
        by_itself, good = f"{miss:.2f}", good and miss <= goal.alone
    wanted = f"{'stays at ' if goal.fails else '' if data.target.codes else 'at most '}{goal.quality:.3g}"
    cells = (
        key,
        SHAPES[shape].title,
        data.title,
        unit(data),
        f"{without:.3g} ({name})",
        f"{value:.3f}",
        wanted,
        by_itself,
        f"{seconds:.0f} s",
        "yes" if good else "NO",
    )
    print("| " + " | ".join(cells) + " |", flush=True)
    return good


def whole_answers(project: Project) -> float:
    """The share of validation samples that are answered right from end to end by a decoder that reads its own answers."""
    data = project.dataset()
    right = 0
    samples = data.samples("validation")[:ALONE].tolist()
    for sample in samples:
        told = generate(project, sample)[0].answers
        steps = data.target.values.shape[1] if data.mask is None else int(data.mask[sample].sum())
        right += np.array_equal(told, data.target.values[sample, :steps, 0])
    return right / len(samples)


def main() -> int:
    """Run the chosen examples, all of them by default."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("examples", nargs="*", metavar="EXAMPLE", help="keys of examples; all where none is given")
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds each is trained with")
    options = parser.parse_args()
    print("| " + " | ".join(HEAD) + " |\n" + "|---" * len(HEAD) + "|")
    keys = options.examples or list(EXAMPLES)
    good = [bench(key, seed) for key in keys for seed in range(options.seeds)]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
