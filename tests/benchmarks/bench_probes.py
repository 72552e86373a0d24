"""What each probe costs, beside a training step of the same network.

OMP_NUM_THREADS=1 python -m tests.benchmarks.bench_probes [EXAMPLE ...]
"""

from __future__ import annotations

import itertools
import sys
from statistics import median

from core.catalogue.probes import PROBES, probe_spec
from core.engine.session import Session
from core.errors import BadValue
from core.examples import open_example
from tests.benchmarks.timing import interleaved

EXAMPLES = ("digits-rows-elman", "digits-pixels-lstm", "adding-rnn", "jordan")
ROUNDS = 5


def main(keys: list[str]) -> None:
    """One line per example and probe."""
    for key in keys:
        project = open_example(key)
        session = Session(project.state, project.dataset())
        reports = session.run()
        list(itertools.islice(reports, 20))
        step = median(interleaved({"step": lambda reports=reports: next(reports)}, 1.0)["step"])
        plan = session._model.program.plan
        layer = next(part for part in plan.parts if part.recurrent).layers[0]
        print(f"\n{key}: a training step takes {1000 * step:.1f} ms")
        for probe in PROBES:
            try:
                taken = median(session.probe(probe, layer).seconds for _ in range(ROUNDS))
            except BadValue as error:
                print(f"  {probe:15} {error}")
                continue
            print(f"  {probe:15} {1000 * taken:8.1f} ms  {taken / step:6.1f} steps  {probe_spec(probe).cost}")


if __name__ == "__main__":
    main(sys.argv[1:] or list(EXAMPLES))
