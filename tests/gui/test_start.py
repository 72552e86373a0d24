"""How the program starts: what is loaded before the window is up."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LATER = ("torch", "networkx", "scipy", "hypothesis", "ziamath", "jinja2", "gui.explorers.window")


def test_what_is_slow_to_load_waits_until_the_window_is_up(tmp_path):
    script = (
        "import sys; from gui.app import make_application; app = make_application(['x']);"
        "from gui.main_window import MainWindow; window = MainWindow(); window.show(); app.processEvents();"
        f"print([name for name in {LATER!r} if name in sys.modules])"
    )
    environment = {"QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() == "[]"
