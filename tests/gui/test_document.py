"""What a document owes to Python's garbage collector."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
COLLECTED = """
import gc
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from core.edits import AddLayer
from core.network import Layer
from gui import document

class View(QObject):
    pass

app = QApplication([])
for _ in range(10):
    view, opened = View(), document.Document()
    for name in "abc":
        opened.do(AddLayer(Layer(name, name, "dense")))
    assert opened.undo_stack.count() == 3
    view.document, opened.view = opened, view
    del view, opened
    gc.collect()
print("collected, kept", len(document._HISTORIES))
"""


def test_a_document_in_a_cycle_is_collected_with_its_history():
    """In a process of its own: where the history is freed twice, the process crashes."""
    where = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", COLLECTED], cwd=ROOT, env=where, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "collected, kept 0"), done.stderr
