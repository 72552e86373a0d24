"""What the README promises: its script runs, its commands exist, its pictures and files are there."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def test_the_script_runs_as_printed(tmp_path):
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    script = tmp_path / "script.py"
    script.write_text(code.replace("epochs=10", "epochs=2"), "utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert "accuracy" in done.stdout and (tmp_path / "digits.unroll").exists()


def test_the_surface_is_what_the_module_offers():
    import core.script

    (listed,) = re.findall(r"The whole surface: (.*?)\. What", README, re.DOTALL)
    assert set(re.findall(r"`(\w+)`", listed)) == set(core.script.__all__)


def test_pictures_and_paths_exist():
    for path in re.findall(r"!\[.*?\]\((.*?)\)", README) + re.findall(
        r"`((?:core|gui|resources)/[\w/]+(?:\.py)?)`", README
    ):
        assert (ROOT / path).exists(), path


def test_ci_runs_the_same_test_command():
    (command,) = re.findall(r"```sh\n(python3 -m venv .*?pytest)\n```", README)
    words = command.replace(".venv/bin/pip install", ".venv/bin/pip install -q")
    assert words in (ROOT / ".ci" / "run").read_text("utf-8")
