"""What is in the docks: where the code of each panel is, which is loaded when the panel is made."""

from __future__ import annotations

from importlib import import_module

from PySide6.QtWidgets import QWidget

from gui.document import Document
from gui.runner import Runner

PLOTS = {
    "loss": "gui.plots.loss.LossPlot",
    "gradient": "gui.plots.gradient.GradientPlot",
    "output": "gui.plots.output.OutputView",
    "activations": "gui.plots.activations.ActivationPlot",
    "norms": "gui.plots.norms.NormsPlot",
    "states": "gui.plots.states.StatesPlot",
    "probe": "gui.plots.probe.ProbePlot",
    "free_run": "gui.plots.free_running.FreeRunPlot",
}
PANELS = {
    **PLOTS,
    "outline": "gui.panels.outline.OutlinePanel",
    "history": "gui.panels.history.HistoryPanel",
    "training": "gui.panels.training.TrainingPanel",
    "inspector": "gui.panels.inspector.Inspector",
    "data": "gui.panels.data.DataPanel",
    "problems": "gui.panels.problems.ProblemsPanel",
    "use": "gui.using.panel.UsePanel",
    "evaluation": "gui.evaluating.panel.EvaluationPanel",
    "breakpoints": "gui.panels.breakpoints.BreakpointsPanel",
    "why": "gui.panels.why.WhyPanel",
}
"""Dotted names of widgets that are made of a Document and a Runner."""


def make_panel(key: str, document: Document, runner: Runner, *more: object) -> QWidget:
    """The panel called ``key``, made now; ``more`` is what it needs besides."""
    module, _, name = PANELS[key].rpartition(".")
    panel: QWidget = getattr(import_module(module), name)(document, runner, *more)
    return panel
