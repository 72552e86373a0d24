"""How the program starts: what is loaded before the window is up."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LATER = (
    "torch",
    "networkx",
    "scipy",
    "hypothesis",
    "ziamath",
    "jinja2",
    "pydantic",
    "core.cli",
    "core.script",
    "core.project_schema",
    "core.why.explain",
    "gui.evaluating.panel",
    "gui.explorers.window",
    "gui.gallery",
    "gui.gym.window",
    "gui.importing.dialog",
    "gui.making.pages",
    "gui.panels.why",
    "gui.plots.probe",
    "gui.unroll.view",
    "gui.using.panel",
)


def started(tmp_path, then):
    """What a new process prints at the end of ``then``, which finds the window shown with the default example."""
    script = (
        "import sys, gui.__main__; from gui.app import DEFAULT_EXAMPLE, make_application; app = make_application(['x']);"
        "from gui.main_window import MainWindow; window = MainWindow(); window.show();"
        f"window.files.open_example(DEFAULT_EXAMPLE); app.processEvents(); {then}"
    )
    environment = {"QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


def test_what_is_slow_to_load_waits_until_the_window_is_up(tmp_path):
    assert started(tmp_path, f"print([name for name in {LATER!r} if name in sys.modules])") == "[]"


def test_what_waits_is_named_as_it_is(tmp_path):
    """A name that nothing has any more would be missing for ever."""
    own = [name for name in LATER if name.startswith(("core.", "gui."))]
    assert started(tmp_path, f"from importlib.util import find_spec; print(all(map(find_spec, {own!r})))") == "True"
