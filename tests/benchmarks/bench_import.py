"""How long a table of a million rows takes, and how much memory: python tests/benchmarks/bench_import.py [rows]."""

from __future__ import annotations

import random
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from core.data.catalogue import DATASETS
from core.data.importers.progress import finish
from core.data.importers.table import preview, read_table
from core.data.own import table as own


def write(path: Path, rows: int, form: str) -> None:
    """A table of one date, three numbers and a text, written plainly, with decimal commas and gaps, or in Persian."""
    draw = random.Random(1)
    persian = str.maketrans("0123456789.", "۰۱۲۳۴۵۶۷۸۹٫")
    comma = form == "comma"
    with path.open("w", encoding="utf-8") as file:
        file.write("time;a;b;c;place\n" if comma else "time,a,b,c,place\n")
        for n in range(rows):
            day = f"2000-01-{n % 28 + 1:02} {n % 24:02}:00:00"
            cells = [
                f"{draw.gauss(15, 8):.3f}",
                f"{draw.random():.4f}",
                "" if comma and n % 50 == 0 else f"{draw.expovariate(0.1):.2f}",
            ]
            if comma:
                cells = [cell.replace(".", ",") for cell in cells]
            if form == "persian":
                cells = [cell.translate(persian) for cell in cells]
            file.write((";" if comma else ",").join([day, *cells, draw.choice(["Tehran", "Shiraz"])]) + "\n")


def main(rows: int) -> None:
    """One line per way of writing."""
    for form in ("plain", "comma", "persian"):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "table.csv"
            write(path, rows, form)
            begun = time.perf_counter()
            top = preview(path)
            looked = time.perf_counter()
            worked = time.process_time()
            table = finish(read_table(path, top.dialect, dict(enumerate(top.columns))))
            read = time.perf_counter()
            worked = time.process_time() - worked
            content = own.store(table, "bench")
            kept = time.perf_counter()
            names = {"features": own.columns_text(["a", "b", "c"]), "target": own.columns_text(["a"])}
            values = DATASETS["own_table"].complete(
                {**names, "reading": "windows", "window": 24, "stride": 4, "missing": "mean"}
            )
            data = own.build(table, "bench", values)
            built = time.perf_counter()
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
            print(
                f"{form:8} {path.stat().st_size >> 20:4} MB {len(table):,} rows: look {looked - begun:.2f} s, read {read - looked:.2f} s ({worked:.2f} s of processor), "
                f"keep {kept - read:.2f} s, {len(data):,} windows {built - kept:.2f} s; at most {memory} MB; {content[:8]}"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
