"""Adding an entry is one edit in one file: the form, ``--set``, training, files and explorers have it at once."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

LOSS = """_REGRESSION = (
    _loss(
        "smooth_l1",
        "Smooth L1",
        "Squared for small misses, straight for large ones, joined at beta.",
        Param("beta", "Beta", "float", 1.0, "Where the two parts are joined.", minimum=0.1, maximum=100.0),
        family="Regression",
        formula=r"L = \\frac{1}{N} \\sum_i s_\\beta(f(x_i) - y_i)",
        source="Girshick, Fast R-CNN, 2015",
        when="Numbers with a few outliers.",
        fails="Beta has the unit of the target.",
        runs="torch.nn.functional.smooth_l1_loss",
    ),
"""

OPTIMIZER = """        Spec(
            "asgd",
            "ASGD",
            "Averages the weights of gradient descent over its course.",
            (Param("lr", "Learning rate", "float", 0.01, "Length of a step.", minimum=0.0, maximum=10.0, log=True),),
            family="Gradient descent",
            formula=r"\\\\theta \\\\leftarrow \\\\theta - \\\\eta g",
            runs="torch.optim.ASGD",
            source="Polyak and Juditsky, 1992",
            when="Convex problems.",
            fails="Elsewhere it is slow.",
        ),
"""

CHECK = """
import numpy as np
from core.cli import main
from core.catalogue.registry import catalogue
from core.catalogue.spec import Choice
from core.explore.losses import curves
from core.explore.optimizers import Descent
from core.script import *

assert main(["train", "sunspots-forecast", "--epochs", "2", "--set", "loss=smooth_l1", "--set", "loss.beta=2"]) == 0
assert main(["train", "sunspots-forecast", "--epochs", "2", "--set", "optimizer=asgd"]) == 0
project = open_example("sunspots-forecast")
set_value(project, "loss", "smooth_l1")
save(project, "p.unroll")
assert load("p.unroll").training["loss"].key == "smooth_l1"
x = np.array([-3.0, -0.5, 0.0, 0.25, 2.0])
shown = curves(catalogue("losses").choose("smooth_l1"), x)
assert np.allclose(shown.loss, np.where(abs(x) < 1, x * x / 2, abs(x) - 0.5))
assert np.allclose(shown.slope, np.clip(x, -1, 1))
new, _ = Descent(Choice("asgd")).step(np.array([1.0, 2.0]), np.array([1.0, -1.0]))
assert new[0] < 1 and new[1] > 2
from PySide6.QtWidgets import QApplication
application = QApplication([])
from core.training import TRAINING, default_training
from gui.forms import SpecForm
form = SpecForm(TRAINING, default_training(loss="smooth_l1"))
assert "loss.beta" in form.paths()
"""


def test_a_loss_and_an_optimizer_of_torch_are_one_edit_each(tmp_path):
    for folder in ("core", "gui", "resources"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    losses = tmp_path / "core" / "catalogue" / "losses.py"
    text = losses.read_text("utf-8")
    assert text.count("_REGRESSION = (\n") == 1
    losses.write_text(text.replace("_REGRESSION = (\n", LOSS), "utf-8")
    optimizers = tmp_path / "core" / "catalogue" / "optimizers.py"
    lines = optimizers.read_text("utf-8").splitlines(keepends=True)
    first = next(i for i, line in enumerate(lines) if line.startswith("        Spec("))
    optimizers.write_text("".join([*lines[:first], OPTIMIZER, *lines[first:]]), "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", CHECK], cwd=tmp_path, capture_output=True, text=True, timeout=200, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
