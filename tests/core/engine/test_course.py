"""What the course names can be trained with on a bundled example: its losses, optimizers and activations."""

import math

import pytest

from core.catalogue.losses import LOSSES
from core.data.cache import dataset
from core.edits import SetParam, SetTraining
from core.engine.session import Session
from core.errors import NotTrainable
from core.examples import EXAMPLES, open_example

REGRESSION = ("mbe", "mae", "mse", "rmse", "huber", "log_cosh")
CLASSIFICATION = ("bce", "hinge", "cross_entropy", "kl")
OPTIMIZERS = ("sgd", "adam", "rmsprop", "adagrad", "adadelta", "nadam", "adamw")
ACTIVATIONS = ("identity", "step", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "softplus", "softmax")


@pytest.fixture(scope="module")
def forecast():
    """Key of the first bundled example that predicts numbers."""
    return next(key for key in EXAMPLES if dataset(open_example(key).data).task == "regression")


def trained(key, *edits, batches=8):
    """Losses of some batches of a bundled example after these edits."""
    project = open_example(key)
    for edit in edits:
        project.apply(edit(project) if callable(edit) else edit)
    reports = Session(project.state, project.dataset()).run()
    losses = [next(reports).loss for _ in range(batches)]
    assert all(math.isfinite(loss) for loss in losses)
    return losses


def output_of(project):
    return project.network.of_kind("output")[0].id


@pytest.mark.parametrize("loss", REGRESSION)
def test_losses_for_numbers(forecast, loss):
    trained(forecast, SetTraining("loss", loss))


@pytest.mark.parametrize("loss", CLASSIFICATION)
def test_losses_for_classes(loss):
    best = LOSSES[loss].activations[0]
    trained(
        "digits-rows-elman",
        SetTraining("loss", loss),
        lambda project: SetParam(output_of(project), "activation", best),
    )


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_optimizers(optimizer):
    trained("digits-rows-elman", SetTraining("optimizer", optimizer))


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_activations(activation):
    hidden = open_example("digits-rows-elman").network.layer("Hidden").id
    trained("digits-rows-elman", SetParam(hidden, "activation", activation))


def test_cross_entropy_learns_and_mean_bias_error_runs_away(forecast):
    losses = trained("digits-rows-elman", batches=40)
    assert sum(losses[-5:]) < 0.8 * sum(losses[:5])
    bias = trained(forecast, SetTraining("loss", "mbe"), SetTraining("optimizer.lr", 0.05), batches=30)
    assert bias[-1] < bias[0] - 1


def test_a_loss_that_makes_no_sense_for_the_data_is_a_sentence(forecast):
    with pytest.raises(NotTrainable, match="choose another loss"):
        trained(forecast, SetTraining("loss", "kl"))
