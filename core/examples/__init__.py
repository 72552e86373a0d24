"""The examples of the gallery: each a network, its data and settings that are known to train well.

example      what an example is, and what it must reach
building     the few lines that put a network together
one_to_one, one_to_many, many_to_one, in_step, encoder_decoder     the examples, by the shape of their sequences
gallery      all of them, in their order
quality      what an example reached and what one reaches without a network

``tests/benchmarks/bench_examples.py`` trains them all and prints what each one reaches, beside its baseline.
"""

from core.examples.building import COLUMN, ROW
from core.examples.gallery import BY_SHAPE, DEFAULT, EXAMPLES, open_example

__all__ = ["BY_SHAPE", "COLUMN", "DEFAULT", "EXAMPLES", "ROW", "open_example"]
