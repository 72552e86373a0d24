"""The core works on a machine without Qt: an import hook forbids it, and every module still loads and trains."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

BLOCKED = """
import importlib.abc, sys

class Block(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("PySide6", "shiboken6", "pyqtgraph", "PyQt5", "PyQt6"):
            raise ImportError(f"{name} is blocked")

sys.meta_path.insert(0, Block())
"""


def run(code):
    env = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", BLOCKED + code],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_block_works():
    done = run("import PySide6")
    assert done.returncode != 0 and "blocked" in done.stderr


def test_every_module_of_the_core_loads_without_qt():
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in sorted(ROOT.glob("core/**/*.py"))
    ]
    assert len(modules) > 30
    done = run("\n".join(f"import {module}" for module in modules))
    assert done.returncode == 0, done.stderr


def test_an_example_trains_and_is_saved_without_qt(tmp_path):
    done = run(f"""
from core.script import *
project = open_example("digits-rows-elman")
first = evaluate(project).loss
run = train(project, epochs=2, seed=1)
assert evaluate(project).loss < 0.8 * first
save(project, {str(tmp_path / "p.unroll")!r})
assert len(load({str(tmp_path / "p.unroll")!r}).runs) == 1
import sys
assert not any(m.partition(".")[0] in ("PySide6", "pyqtgraph") for m in sys.modules)
""")
    assert done.returncode == 0, done.stderr


def test_the_model_loads_without_torch():
    done = run("""
import core.script, core.cli, core.project_file, core.autosave, sys
core.script.open_example("digits-rows-elman")
assert "torch" not in sys.modules
""")
    assert done.returncode == 0, done.stderr
