"""The history of a run: it keeps every number that it should, in bounded memory, through files and back."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from core.columns import Columns
from core.reports import Evaluation, GradientProfile, Moment, Report
from core.runs import GRADIENT_ROWS, Run, ends, gradient_rows


def report(batch: int, loss: float = 1.0, **more: object) -> Report:
    base = {
        "run": "r",
        "batch": batch,
        "epoch": 1 + (batch - 1) // 10,
        "batch_in_epoch": 1 + (batch - 1) % 10,
        "batches_per_epoch": 10,
        "loss": loss,
        "metrics": {"accuracy": batch / 100},
        "seconds": batch * 0.5,
        "learning_rate": 0.01,
        "gradient_norm": 2.0 * batch,
    }
    return Report(**{**base, **more})  # type: ignore[arg-type]


def profile(batch: int, steps: int = 5, cell: bool = False) -> GradientProfile:
    total = np.arange(steps, dtype=np.float32) + batch
    return GradientProfile(total, total / 2, total / 4, total * 3 if cell else None)


def test_columns_hold_what_was_reported() -> None:
    run = Run("r")
    for n in range(1, 301):
        run.add(report(n, loss=1 / n))
    assert len(run) == 300
    np.testing.assert_array_equal(run.steps["batch"], np.arange(1, 301))
    np.testing.assert_array_equal(run.steps["loss"], [1 / n for n in range(1, 301)])
    np.testing.assert_array_equal(run.steps["accuracy"], np.arange(1, 301) / 100)
    np.testing.assert_array_equal(run.steps["gradient_norm"], 2.0 * np.arange(1, 301))
    assert run.metrics == ("accuracy",)
    with pytest.raises(ValueError):
        run.steps["loss"][0] = 3


def test_a_moment_leaves_only_its_notes() -> None:
    run = Run("r")
    run.add(report(1, moment=Moment("forward", 0, 4), notes=("Learning rate is 0.1 from batch 1.",)))
    assert len(run) == 0 and len(run.steps) == 0
    assert run.notes == [(1, "Learning rate is 0.1 from batch 1.")]


def test_the_last_report_of_a_session_does_not_repeat_its_step() -> None:
    run = Run("r")
    run.add(report(1))
    run.add(report(1, stopped="stopped", stopped_because="Stopped at batch 1."))
    assert len(run.steps) == 1
    assert (run.stopped, run.stopped_because) == ("stopped", "Stopped at batch 1.")


def test_gradient_rows_are_thinned_evenly_and_know_their_batch() -> None:
    run = Run("r")
    count = 3 * GRADIENT_ROWS + 17
    for n in range(1, count + 1):
        run.add(report(n, gradients={"hidden": profile(n, cell=True)}))
    table = run.gradients["hidden"]
    assert GRADIENT_ROWS / 2 <= len(table) <= GRADIENT_ROWS
    batches = table["batch"]
    assert batches[0] == 1 and set(np.diff(batches)) == {table.stride}
    assert batches[-1] > count - table.stride
    np.testing.assert_array_equal(table["total"], batches[:, None] + np.arange(5))
    assert "cell" not in table
    cells = run.cells["hidden"]
    np.testing.assert_array_equal(cells["cell"], 3 * cells["total"])
    assert table["through"].dtype == np.float32


def test_cells_have_rows_of_their_own() -> None:
    run = Run("r")
    for n in range(1, 21):
        run.add(report(n, gradients={"h": profile(n, cell=n % 10 == 1)}))
    np.testing.assert_array_equal(run.gradients["h"]["batch"], np.arange(1, 21))
    np.testing.assert_array_equal(run.cells["h"]["batch"], [1, 11])
    np.testing.assert_array_equal(run.cells["h"]["total"], run.gradients["h"]["total"][[0, 10]])


def test_long_sequences_keep_fewer_rows() -> None:
    assert gradient_rows(8) == GRADIENT_ROWS
    assert gradient_rows(5_000) == 400
    assert gradient_rows(10**7) == 64


def test_longer_batches_that_come_later_keep_fewer_rows_too() -> None:
    run, rows = Run("r"), gradient_rows(30_000)
    for n in range(1, 1001):
        run.add(report(n, gradients={"h": profile(n, steps=3)}))
    assert len(run.gradients["h"]) == 1000 > rows
    for n in range(1001, 1100):
        run.add(report(n, gradients={"h": profile(n, steps=30_000 if n == 1001 or n % 2 else 7)}))
        assert len(run.gradients["h"]) <= rows or n == 1001
    table = run.gradients["h"]
    assert table["total"].shape == (len(table), 30_000) and table._arrays["total"].nbytes < 40e6
    assert set(ends(table)) <= {3, 7, 30_000}
    for row, end in enumerate(ends(table)):
        assert np.isfinite(table["total"][row, :end]).all() and np.isnan(table["total"][row, end:]).all()
    assert table["batch"][0] == 1


def test_rows_wait_for_columns_that_come_and_go() -> None:
    run = Run("r")
    run.add(report(1, layer_gradient={"a": 1.0}, update_ratio={"a": 0.1}))
    run.add(report(2))
    run.add(report(3, layer_gradient={"b": 2.0}))
    np.testing.assert_array_equal(run.layer_gradient["batch"], [1, 3])
    np.testing.assert_array_equal(run.layer_gradient["a"], [1, np.nan])
    np.testing.assert_array_equal(run.layer_gradient["b"], [np.nan, 2])
    np.testing.assert_array_equal(run.update_ratio["batch"], [1])
    assert run.update_ratio.get("nothing").shape == (0,)


def test_evaluations_are_a_row_per_epoch_and_the_latest_whole() -> None:
    run = Run("r")
    for n in (10, 20):
        outputs = np.full((3, 2), n, np.float32)
        seen = Evaluation("validation", 1 / n, {"accuracy": n / 100}, np.arange(3), outputs)
        run.add(report(n, evaluation=seen))
    np.testing.assert_array_equal(run.epochs["batch"], [10, 20])
    np.testing.assert_array_equal(run.epochs["loss"], [0.1, 0.05])
    np.testing.assert_array_equal(run.epochs["epoch"], [1, 2])
    assert run.evaluation is not None and run.evaluation.outputs[0, 0] == 20


def full_run() -> Run:
    run = Run("run-1")
    run.layers = {"h": "Hidden"}
    for n in range(1, 4500):
        more = {"gradients": {"h": profile(n, cell=n % 3 == 0)}, "layer_gradient": {"h": 1.0 * n}} if n % 2 else {}
        run.add(report(n, **more))
    run.add(report(4500, loss=float("nan"), stopped="diverged", stopped_because="NaN in the loss."))
    return run


def test_files_give_back_the_same_run_and_it_goes_on() -> None:
    run = full_run()
    meta = json.loads(json.dumps(run.to_json()))
    again = Run.from_arrays(run.to_arrays(), meta)
    assert again.to_json() == run.to_json()
    for name, array in run.to_arrays().items():
        np.testing.assert_array_equal(again.to_arrays()[name], array)
    for each in (run, again):
        each.add(report(4501, gradients={"h": profile(4501)}))
    np.testing.assert_array_equal(again.gradients["h"]["batch"], run.gradients["h"]["batch"])
    np.testing.assert_array_equal(again.gradients["h"]["total"], run.gradients["h"]["total"])


def test_the_report_is_strict_json_with_names_of_layers() -> None:
    data = json.loads(json.dumps(full_run().report({"torch": "2.13.0"}), allow_nan=False))
    assert data["versions"] == {"torch": "2.13.0"}
    assert data["columns"]["loss"][-1] is None and data["columns"]["batch"][-1] == 4500
    assert data["stopped"] == "diverged"
    first = data["gradients"]["Hidden"]
    assert first["batch"][0] == 1 and first["total"][0] == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert data["layer_gradient"]["Hidden"][:2] == [1.0, 3.0]


def test_memory_is_bounded() -> None:
    table = Columns(100)
    for n in range(10_000):
        table.add({"batch": n, "value": float(n)})
    assert 50 <= len(table) <= 100
    assert all(len(array) <= 128 for array in table._arrays.values())
    assert set(np.diff(table["batch"])) == {128}


def test_vectors_that_change_length_are_padded() -> None:
    table = Columns(10)
    table.add({"batch": 1, "v": np.array([1.0, 2.0])})
    table.add({"batch": 2, "v": np.array([1.0, 2.0, 3.0])})
    table.add({"batch": 3})
    np.testing.assert_array_equal(table["v"], [[1, 2, np.nan], [1, 2, 3], [np.nan] * 3])


def test_history_needs_no_torch() -> None:
    code = "import sys, core.runs; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
