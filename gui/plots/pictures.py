"""A sample's input as something to look at."""

from __future__ import annotations

import numpy as np

from core.data.dataset import Dataset, Field
from core.network import Network
from core.shapes import groups


def picture(field: Field, values: np.ndarray, image_shape: tuple[int, int] | None) -> np.ndarray:
    """A sample's input as (rows, columns): a picture as it is, a sequence as features x time, else one column."""
    if values.ndim == 2:
        return values.T
    if image_shape is not None and values.size == image_shape[0] * image_shape[1]:
        return values.reshape(image_shape)
    return values[:, None]


def valid_steps(network: Network, data: Dataset, layer: str, sample: int) -> int | None:
    """The steps of a layer that are no padding in a sample; None where all of them belong to it."""
    if data.lengths is None:
        return None
    main = next(iter(data.inputs.values()))
    for group in groups(network):
        inputs = [network.layers[key] for key in group if network.layers[key].kind == "input"]
        read = [data.inputs.get(str(one.params["field"])) for one in inputs]
        if layer in group and any(field is not None and field.steps == main.steps for field in read):
            return int(data.lengths[sample])
    return None
