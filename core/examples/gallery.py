"""All examples, the default one first, then by the shape of their sequences."""

from __future__ import annotations

from core.errors import UnknownName
from core.examples.encoder_decoder import ENCODER_DECODER
from core.examples.example import Example
from core.examples.in_step import IN_STEP
from core.examples.many_to_one import MANY_TO_ONE
from core.examples.one_to_many import ONE_TO_MANY
from core.examples.one_to_one import ONE_TO_ONE
from core.project import Project
from core.sequence_shapes import ShapeKey

DEFAULT = "digits-rows-elman"

BY_SHAPE: dict[ShapeKey, tuple[Example, ...]] = {
    "many-to-one": MANY_TO_ONE,
    "one-to-one": ONE_TO_ONE,
    "one-to-many": ONE_TO_MANY,
    "in-step": IN_STEP,
    "encoder-decoder": ENCODER_DECODER,
}
EXAMPLES: dict[str, Example] = {example.key: example for examples in BY_SHAPE.values() for example in examples}


def open_example(key: str) -> Project:
    """A fresh project of the example; an unknown key is answered with the nearest one."""
    if key not in EXAMPLES:
        raise UnknownName("example", key, EXAMPLES)
    return EXAMPLES[key].build()
