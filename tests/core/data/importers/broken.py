"""What strangers' files suffer: changes to bytes that the fuzz tests of all importers share."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

from core.data import store
from core.errors import StudioError

Change = Callable[[random.Random, bytes], bytes]


def no_change(draw: random.Random, content: bytes) -> bytes:
    return content


def flip(draw: random.Random, content: bytes) -> bytes:
    found = bytearray(content)
    for _ in range(draw.randint(1, 12)):
        found[draw.randrange(len(found))] = draw.randrange(256)
    return bytes(found)


def flip_head(draw: random.Random, content: bytes) -> bytes:
    """Where headers promise what the rest does not hold."""
    found = bytearray(content)
    for _ in range(draw.randint(1, 4)):
        found[draw.randrange(min(64, len(found)))] = draw.choice([0, 1, 2, 127, 128, 254, 255, draw.randrange(256)])
    return bytes(found)


def flip_tail(draw: random.Random, content: bytes) -> bytes:
    """Where an archive keeps its list of members."""
    found = bytearray(content)
    for _ in range(draw.randint(1, 4)):
        found[-1 - draw.randrange(min(120, len(found)))] = draw.randrange(256)
    return bytes(found)


def cut_off(draw: random.Random, content: bytes) -> bytes:
    return content[: draw.randrange(len(content))]


def cut_out(draw: random.Random, content: bytes) -> bytes:
    at = draw.randrange(len(content))
    return content[:at] + content[at + draw.randint(1, 40) :]


def twice(draw: random.Random, content: bytes) -> bytes:
    return content + content[draw.randrange(len(content)) :]


def insert_bytes(draw: random.Random, content: bytes) -> bytes:
    at = draw.randrange(len(content) + 1)
    return content[:at] + draw.randbytes(draw.choice([1, 4, 100])) + content[at:]


def noise(draw: random.Random, content: bytes) -> bytes:
    return draw.randbytes(draw.choice([0, 1, 3, 200, 5000]))


BYTES: tuple[Change, ...] = (
    no_change, flip, flip_head, flip_head, flip_tail, cut_off, cut_out, twice, insert_bytes, noise,
)  # fmt: skip


def broken(draw: random.Random, content: bytes, changes: tuple[Change, ...] = BYTES) -> bytes:
    """``content`` after one to three accidents."""
    for _ in range(draw.choice([1, 1, 2, 3])):
        content = draw.choice(changes)(draw, content) if content else content
    return content


def survives(read: Callable[[], object]) -> bool:
    """True where it was read, False where it was refused with a sentence; anything else, or a hang, fails the test."""
    started = time.process_time()
    kept = set(store._blobs)
    try:
        read()
    except StudioError as error:
        sentence = str(error)
        assert sentence.endswith((".", "?")), sentence
        assert len(sentence) < 600
        assert set(store._blobs) == kept, "half an import is kept"
        return False
    finally:
        assert time.process_time() - started < 5
    return True


def fuzz(one_round: Callable[[random.Random, Path], bool], first: int, files: int, folder: Path) -> None:
    """``files`` rounds from seed ``first`` on; some must be read and some refused, else they test nothing."""
    read = 0
    for seed in range(first, first + files):
        try:
            read += one_round(random.Random(seed), folder)
        except BaseException as error:
            raise AssertionError(f"seed {seed}: {error!r}") from error
    assert 0.05 * files < read < 0.95 * files, f"{read} of {files} files are sound: they test nothing"
