"""Runs are told apart by exactly those settings in which they differ."""

from core.beside import beside
from core.catalogue.registry import catalogue
from core.catalogue.spec import replaced
from core.data.catalogue import DATASETS
from core.project import State
from core.reports import Report
from core.runs import Run
from core.training import TRAINING, default_training


def a_run(data="digits", steps=1, **settings):
    training = default_training()
    for path, value in settings.items():
        training = replaced(training, TRAINING, path.replace("__", "."), value)
    run = Run(state=State(training=training, data=DATASETS.choose(data)))
    for batch in range(1, steps + 1):
        run.add(Report("", batch, 1, batch, steps, 1.0, {}, 0.0))
    return run


def told(found):
    return [
        [(setting.param.key, getattr(setting.value, "key", setting.value)) for setting in one.settings] for one in found
    ]


def test_the_last_runs_on_the_same_data_stand_before_the_current_one():
    runs = [a_run() for _ in range(8)]
    runs[3] = a_run("sunspots")
    runs[5] = a_run(steps=0)
    found = beside(runs, runs[7])
    assert [one.number for one in found] == [1, 2, 3, 5, 7, 8] and found[-1].run is runs[7]
    assert [one.number for one in beside(runs, runs[0])] == [2, 3, 5, 7, 8, 1]
    assert all(not one.settings and one.parameters is None for one in found)


def test_only_what_differs_is_told():
    runs = [a_run(optimizer__lr=0.01), a_run(optimizer__lr=0.1, clip_norm=1.0), a_run(optimizer__lr=0.01, seed=3)]
    assert told(beside(runs, runs[2])) == [
        [("lr", 0.01), ("clip_norm", 0.0), ("seed", 0)],
        [("lr", 0.1), ("clip_norm", 1.0), ("seed", 0)],
        [("lr", 0.01), ("clip_norm", 0.0), ("seed", 3)],
    ]


def test_of_different_optimizers_the_names_are_told_and_what_both_have():
    runs = [a_run(optimizer="adam"), a_run(optimizer="sgd", optimizer__lr=0.5)]
    default = catalogue("optimizers")["adam"].param("lr").default
    assert told(beside(runs, runs[1])) == [
        [("optimizer", "adam"), ("lr", default)],
        [("optimizer", "sgd"), ("lr", 0.5)],
    ]


def test_runs_of_different_size_tell_their_parameters_and_a_run_from_a_file_needs_no_settings():
    runs = [a_run(), a_run()]
    runs[0].parameters, runs[0].training = 10, None
    assert [(one.parameters, one.settings) for one in beside(runs, runs[1])] == [(10, ()), (0, ())]
