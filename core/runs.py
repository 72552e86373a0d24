"""The history of one training: what a Session reported, in bounded memory, for plots, files and the headless report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

import numpy as np

from core.catalogue.spec import Choice
from core.columns import Columns
from core.reports import Evaluation, GradientProfile, ProbeResult, Report, StopReason

if TYPE_CHECKING:
    from core.project import State

STEP_ROWS = 400_000
EPOCH_ROWS = 20_000
LAYER_ROWS = 20_000
GRADIENT_ROWS = 2_000
GRADIENT_CELLS = 2_000_000
"""Numbers kept per layer and kind of gradient; sequences of more than 1,000 steps keep fewer than GRADIENT_ROWS rows."""


class Note(NamedTuple):
    """Something that happened in a run, to be marked on its plots."""

    batch: int
    """The training step from which it holds."""
    text: str


class Run:
    """One training. Every table has a column "batch": the number of training steps taken when the row was written.

    ``steps``           loss, epoch, learning_rate, gradient_norm, clipped, seconds and the metrics, per training step
    ``epochs``          epoch, loss and metrics of the evaluation (validation part) after each epoch
    ``gradients``       by layer id: total, direct, through, a vector over time steps per row, and steps, how many there are;
                        behind them, where a batch was cut to its longest sample, the vectors read NaN
    ``cells``           by id of LSTM layer: the same and cell, for the fewer training steps where dL/dc was measured
    ``layer_gradient``  norm of the gradient of each layer's parameters, a column per layer id
    ``update_ratio``    |change of the weights| / |weights|, a column per layer id
    """

    def __init__(self, run_id: str = "", state: State | None = None) -> None:
        self.id = run_id or uuid4().hex[:12]
        self.started = datetime.now(UTC).isoformat(timespec="seconds")
        """ISO 8601, UTC."""
        self.state = state
        """The network, weights and settings it started with; None for a run read from a file."""
        self.training: Choice | None = state.training if state else None
        self.data: Choice | None = state.data if state else None
        self.layers: dict[str, str] = {layer.id: layer.name for layer in state.network} if state else {}
        """Names of the layers by id, as they were at the start."""
        self.parameters = sum(int(np.size(w)) for w in state.weights.values()) if state else 0
        """Number of parameters."""
        self.steps = Columns(STEP_ROWS)
        self.epochs = Columns(EPOCH_ROWS)
        self.layer_gradient = Columns(LAYER_ROWS)
        self.update_ratio = Columns(LAYER_ROWS)
        self.gradients: dict[str, Columns] = {}
        self.cells: dict[str, Columns] = {}
        self.notes: list[Note] = []
        self.evaluation: Evaluation | None = None
        """The latest one."""
        self.probes: dict[tuple[str, str], ProbeResult] = {}
        """The latest answer of each probe, by its key and the id of its layer."""
        self.metrics: tuple[str, ...] = ()
        """Keys of the metrics, which are columns of ``steps`` and ``epochs``."""
        self.stopped: StopReason | None = None
        self.stopped_because = ""
        self._batches = 0

    def __len__(self) -> int:
        """Training steps taken so far."""
        return self._batches

    def add(self, report: Report) -> None:
        """Keep what is worth keeping of a report; a moment inside a batch leaves only its notes."""
        fresh = [Note(report.batch, text) for text in report.notes]
        self.notes += [note for note in fresh if note not in self.notes]
        if report.stopped:
            self.stopped, self.stopped_because = report.stopped, report.stopped_because
        if report.moment is not None or report.batch <= self._batches:
            return  # the last report of a stopped session repeats the step before it, and so does a walk through the past
        self._add_step(report)
        self.probes.update({(found.key, found.layer): found for found in report.probes})
        for layer, profile in report.gradients.items():
            self._add_profile(layer, report.batch, profile)
        if report.layer_gradient:
            self.layer_gradient.add({"batch": report.batch, **report.layer_gradient})
        if report.update_ratio:
            self.update_ratio.add({"batch": report.batch, **report.update_ratio})
        if report.evaluation is not None:
            self.evaluation = report.evaluation
            row = {"batch": report.batch, "epoch": report.epoch, "loss": report.evaluation.loss}
            self.epochs.add({**row, **report.evaluation.metrics})

    def _add_step(self, report: Report) -> None:
        self._batches = report.batch
        self.metrics = tuple(dict.fromkeys((*self.metrics, *report.metrics)))
        self.steps.add(
            {
                "batch": report.batch,
                "epoch": report.epoch,
                "loss": report.loss,
                "learning_rate": report.learning_rate,
                "gradient_norm": report.gradient_norm,
                "clipped": float(report.clipped),
                "seconds": report.seconds,
                **report.metrics,
            }
        )

    def _add_profile(self, layer: str, batch: int, profile: GradientProfile) -> None:
        steps = len(profile.total)
        row: dict[str, float | np.ndarray] = {"batch": batch, "steps": steps, "total": profile.total}
        row |= {"direct": profile.direct, "through": profile.through}
        self._add_vectors(self.gradients, layer, row, steps)
        if profile.cell is not None:
            self._add_vectors(self.cells, layer, {**row, "cell": profile.cell}, steps)

    @staticmethod
    def _add_vectors(tables: dict[str, Columns], layer: str, row: Mapping[str, float | np.ndarray], steps: int) -> None:
        limit = gradient_rows(steps)
        table = tables.setdefault(layer, Columns(limit))
        table.limit = min(table.limit, limit)  # the first batch may be shorter than others
        table.add(row)

    def _vectors(self) -> dict[str, Columns]:
        """The tables of vectors by the names that they have in files."""
        gradients = {f"gradients/{layer}/": table for layer, table in self.gradients.items()}
        return {**gradients, **{f"cells/{layer}/": table for layer, table in self.cells.items()}}

    def until(self, batch: int) -> Run:
        """A new run that shares this one's past up to ``batch`` training steps and then goes its own way."""
        arrays, meta = self.to_arrays(), self.to_json()
        kept = {}
        for name, array in arrays.items():
            table = name.rpartition("/")[0]
            kept[name] = array[arrays[f"{table}/batch"] <= batch]
        notes = [note for note in meta["notes"] if note[0] <= batch]
        branch = Run.from_arrays(
            kept,
            {
                **meta,
                "id": "",
                "started": Run().started,
                "notes": notes,
                "batches": batch,
                "stopped": None,
                "stopped_because": "",
            },
        )
        branch.id = uuid4().hex[:12]
        branch.state = self.state
        branch.notes.append(Note(batch, f"Branched after batch {batch}."))
        return branch

    def to_arrays(self) -> dict[str, np.ndarray]:
        """The numbers of the run, for a file; ``to_json`` holds the rest."""
        arrays = {
            **self.steps.to_arrays("steps/"),
            **self.epochs.to_arrays("epochs/"),
            **self.layer_gradient.to_arrays("layer_gradient/"),
            **self.update_ratio.to_arrays("update_ratio/"),
        }
        for prefix, table in self._vectors().items():
            arrays.update(table.to_arrays(prefix))
        return arrays

    def to_json(self) -> dict[str, Any]:
        """What is not an array: settings, names, notes and why it stopped."""
        strides = {prefix: table.stride for prefix, table in self._vectors().items()}
        return {
            "id": self.id,
            "started": self.started,
            "training": self.training.to_json() if self.training else None,
            "data": self.data.to_json() if self.data else None,
            "layers": dict(self.layers),
            "parameters": self.parameters,
            "batches": self._batches,
            "metrics": list(self.metrics),
            "notes": [[note.batch, note.text] for note in self.notes],
            "stopped": self.stopped,
            "stopped_because": self.stopped_because,
            "strides": {"steps/": self.steps.stride, **strides},
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray], meta: Mapping[str, Any]) -> Run:
        """The inverse of ``to_arrays`` and ``to_json``; the state it ran with is not kept in files."""
        run = cls(str(meta.get("id", "")))
        run.started = str(meta.get("started", run.started))
        run.training = Choice.from_json(meta["training"]) if meta.get("training") else None
        run.data = Choice.from_json(meta["data"]) if meta.get("data") else None
        run.layers = dict(meta.get("layers", {}))
        run.parameters = int(meta.get("parameters", 0))
        run.metrics = tuple(meta.get("metrics", ()))
        run.notes = [Note(int(batch), str(text)) for batch, text in meta.get("notes", ())]
        run._batches = int(meta.get("batches", 0))
        run.stopped, run.stopped_because = meta.get("stopped"), str(meta.get("stopped_because", ""))
        strides = meta.get("strides", {})

        def table(prefix: str, limit: int) -> Columns:
            own = {name[len(prefix) :]: a for name, a in arrays.items() if name.startswith(prefix)}
            return Columns.from_arrays(own, limit, int(strides.get(prefix, 1)))

        run.steps, run.epochs = table("steps/", STEP_ROWS), table("epochs/", EPOCH_ROWS)
        run.layer_gradient = table("layer_gradient/", LAYER_ROWS)
        run.update_ratio = table("update_ratio/", LAYER_ROWS)
        for name, array in arrays.items():
            kind, _, rest = name.partition("/")
            if kind in ("gradients", "cells") and rest.endswith("/total"):
                layer = rest.removesuffix("/total")
                tables = run.gradients if kind == "gradients" else run.cells
                tables[layer] = table(f"{kind}/{layer}/", gradient_rows(array.shape[1]))
        return run

    def report(self, versions: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The run as plain JSON values for other programs; NaN and infinity become null. Layers go by their names."""
        seed = self.training.values.get("seed") if self.training else None
        return {
            "run": self.id,
            "started": self.started,
            "versions": dict(versions or {}),
            "seed": seed,
            "settings": self.training.to_json() if self.training else None,
            "data": self.data.to_json() if self.data else None,
            "parameters": self.parameters,
            "columns": _plain(self.steps),
            "evaluations": _plain(self.epochs),
            "gradients": {self._name(layer): _plain(table) for layer, table in self.gradients.items()},
            "cell_gradients": {self._name(layer): _plain(table) for layer, table in self.cells.items()},
            "layer_gradient": {self._name(k): v for k, v in _plain(self.layer_gradient).items()},
            "update_ratio": {self._name(k): v for k, v in _plain(self.update_ratio).items()},
            "notes": [{"batch": note.batch, "text": note.text} for note in self.notes],
            "stopped": self.stopped,
            "stopped_because": self.stopped_because,
        }

    def _name(self, layer: str) -> str:
        return self.layers.get(layer, layer)


def ends(table: Columns) -> np.ndarray:
    """(rows,) how many time steps each row of ``Run.gradients`` or ``Run.cells`` has; those behind were not computed."""
    width = table["total"].shape[1]
    told = table["steps"] if "steps" in table else np.full(len(table), width)
    return np.asarray(np.nan_to_num(told, nan=width).astype(int))


def gradient_rows(steps: int) -> int:
    """How many rows of gradient through time are kept for sequences of ``steps`` time steps."""
    return max(64, min(GRADIENT_ROWS, GRADIENT_CELLS // max(1, steps)))


def _plain(table: Columns) -> dict[str, list[Any]]:
    return {name: _numbers(table[name], name in ("batch", "epoch", "steps")) for name in table.names}


def _numbers(values: np.ndarray, whole: bool) -> list[Any]:
    if whole and np.isfinite(values).all():
        return [int(v) for v in values]
    if np.isfinite(values).all():
        return list(values.tolist())
    cells = values.astype(object)
    cells[~np.isfinite(values)] = None
    return list(cells.tolist())
