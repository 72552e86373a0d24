"""Adaptive clipping and the activity penalty."""

import numpy as np
import pytest
import torch

from core.catalogue.optimizers import OPTIMIZERS
from core.engine.clipping import adaptive_clip
from core.engine.session import Session
from tests.core.engine.session_toys import elman, state, two_classes


def test_each_row_is_shortened_to_its_share():
    weight = torch.tensor([[3.0, 4.0], [0.0, 0.0], [0.3, 0.4]], requires_grad=True)
    bias = torch.tensor([2.0, 0.0], requires_grad=True)
    weight.grad = torch.tensor([[30.0, 40.0], [1.0, 0.0], [0.01, 0.0]])
    bias.grad = torch.tensor([-1.0, 0.0])
    assert adaptive_clip([weight, bias], 0.1)
    np.testing.assert_allclose(weight.grad.numpy(), [[0.3, 0.4], [1e-4, 0.0], [0.01, 0.0]], rtol=1e-6)
    np.testing.assert_allclose(bias.grad.numpy(), [-0.2, 0.0], rtol=1e-6)
    assert not adaptive_clip([weight, bias], 0.2)
    assert not adaptive_clip([weight, bias], 0.0)


def settings(**more):
    return state(elman(), **{"loss": "cross_entropy", "batch_size": 40, "epochs": 8, "seed": 7, **more})


def test_a_session_clips_by_weight():
    first = next(Session(settings(clip_adaptive=1e-6), two_classes()).run())
    assert first.clipped
    assert first.gradient_norm > 0.01, "it is told as it was before clipping"
    assert not next(Session(settings(), two_classes()).run()).clipped


def test_the_activity_penalty_quiets_the_units():
    def loudness(share):
        session = Session(
            settings(activity=share, epochs=40, optimizer=OPTIMIZERS.choose("adam", lr=0.05)), two_classes()
        )
        list(session.run())
        return float(np.square(session.examine(0, "train").activations["h"]).mean())

    assert loudness(10.0) < 0.8 * loudness(0.0)


def test_the_activity_penalty_is_not_part_of_the_loss_that_is_told():
    plain, quiet = (next(Session(settings(activity=share), two_classes()).run()) for share in (0.0, 1.0))
    assert quiet.loss == pytest.approx(plain.loss)
    assert quiet.gradient_norm != pytest.approx(plain.gradient_norm)
