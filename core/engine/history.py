"""Every batch of a training can be reached again, bit for bit: snapshots within a memory budget, and replay between them."""

from __future__ import annotations

import json
import math
from bisect import bisect_right
from dataclasses import dataclass
from time import thread_time

import numpy as np

from core.catalogue.spec import Choice
from core.data.dataset import Dataset
from core.engine.session import Session
from core.engine.state import SessionState
from core.errors import BadValue
from core.project import State

BUDGET = 256 * 2**20
"""Bytes of snapshots kept by default."""
OBJECT = 250
"""Bytes that Python takes for a snapshot beside what is in it."""
SHARE = 0.02
"""Share of the processor time of the training that snapshots may take."""
NEAR = 0.05
"""Seconds of training between two snapshots up to which a jump feels immediate."""


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A session as it stood after ``batch`` training steps."""

    batch: int
    text: str
    """JSON: what is no array, and what each array in ``data`` is."""
    data: bytes
    """All arrays, one after another. A few large objects cost the garbage collector nothing, thousands of small ones do."""

    @property
    def bytes(self) -> int:
        """Memory that it holds."""
        return len(self.text) + len(self.data) + OBJECT

    @classmethod
    def of(cls, session: Session) -> Snapshot:
        """The session as it stands."""
        state = session.snapshot()
        kinds = [[name, array.dtype.str, array.shape] for name, array in state.arrays.items()]
        data = b"".join([np.ascontiguousarray(array).tobytes() for array in state.arrays.values()])
        return cls(session.batch, json.dumps([state.meta, kinds]), data)

    @property
    def state(self) -> SessionState:
        """What a session is made from again."""
        meta, kinds = json.loads(self.text)
        arrays, at = {}, 0
        for name, kind, shape in kinds:
            dtype, count = np.dtype(kind), int(np.prod(shape))
            arrays[name] = np.frombuffer(self.data, dtype, count, at).reshape(shape).copy()
            at += count * dtype.itemsize
        return SessionState(arrays, meta)


class History:
    """The past of one session. ``observe`` it after every batch; ``session_at`` gives it back as it was.

    Snapshots are spread evenly over the whole run: when they outgrow ``budget`` bytes, every second one is dropped and
    from then on they are taken half as often. They are also taken less often where one takes more than ``share`` of the time
    between two of them; of half that share, as long as they are so near to each other that a jump is quick all the same.
    Neither has any influence on the training.
    """

    def __init__(
        self, session: Session, state: State, dataset: Dataset, budget: int = BUDGET, share: float = SHARE
    ) -> None:
        self._state, self._dataset, self._budget, self._share = state, dataset, budget, share
        self.every = 1
        """Batches between two snapshots."""
        self.bytes = 0
        """Memory that the snapshots hold."""
        self._keep([Snapshot.of(session)])
        self._changes: list[tuple[int, Choice]] = []
        self._cost, self._last = 0.0, thread_time()
        self.end = session.batch
        """Training steps that can be reached."""

    @property
    def begin(self) -> int:
        """The first batch that can be reached."""
        return self._snapshots[0].batch

    def observe(self, session: Session) -> None:
        """Call this after every batch of the session itself (not of one that replays)."""
        self.end = max(self.end, session.batch)
        if session.batch % self.every or session.batch <= self._snapshots[-1].batch:
            return
        begun = thread_time()
        longest = self._cost / self._share
        if begun - self._last < max(min(2 * longest, NEAR), longest):
            return
        self._snapshots.append(Snapshot.of(session))
        self.bytes += self._snapshots[-1].bytes
        if self.bytes > self._budget and len(self._snapshots) > 2:
            self._thin()
        self._last = thread_time()
        # A single one that was slow must not leave a gap that takes long to be replayed: the mean of the last few counts.
        self._cost += (self._last - begun - self._cost) / 5

    def keep_within(self, budget: int) -> None:
        """Another budget, at once: what is too much is dropped; with more room, more is kept from now on."""
        if budget > self._budget:
            self.every = max(1, self.every // 2)
        self._budget = budget
        while self.bytes > self._budget and len(self._snapshots) > 2:
            self._thin()

    def note_change(self, batch: int, training: Choice) -> None:
        """Settings that were asked for when ``batch`` training steps had been taken."""
        self._changes.append((batch, training))

    def session_at(self, batch: int) -> Session:
        """A session that stands where this one stood after ``batch`` training steps, and goes on exactly like it.

        Raises BadValue for a batch outside of the recorded part.
        """
        if not self.begin <= batch <= self.end:
            raise BadValue(
                "Batch {batch} is not in the recorded part, which goes from {begin} to {end}.",
                batch=batch,
                begin=self.begin,
                end=self.end,
            )
        nearest = self._snapshots[bisect_right([s.batch for s in self._snapshots], batch) - 1]
        session = Session(self._state, self._dataset, resume=nearest.state)
        session.gradient_every = 0
        reports = session.run()
        changes = [change for change in self._changes if nearest.batch <= change[0] < batch]
        while session.batch < batch:
            for _, training in [change for change in changes if change[0] == session.batch]:
                session.change(training)
            if next(reports, None) is None:
                break
        reports.close()  # type: ignore[attr-defined]
        return session

    def forget_after(self, batch: int) -> None:
        """Drop what came after ``batch``: from there another future begins."""
        self._keep([s for s in self._snapshots if s.batch <= batch] or self._snapshots[:1])
        self._changes = [change for change in self._changes if change[0] < batch]
        self.end = batch

    def _thin(self) -> None:
        """Drop about every second snapshot, so that those that stay are spread evenly whatever they were before.

        Those that come later are then as far apart as those that stay, also where time and not ``every`` held them back.
        """
        first, *rest = self._snapshots
        apart = 2 * (rest[-1].batch - first.batch) // len(rest)
        self.every = max(self.every, 1 << max(0, apart.bit_length() - 1))
        kept, last = [], first.batch
        for one, after in zip(rest, [*(s.batch for s in rest[1:]), math.inf], strict=True):
            if after - last > apart:
                kept.append(one)
                last = one.batch
        self._keep([first, *(kept if len(kept) < len(rest) else rest[1::2])])

    def _keep(self, snapshots: list[Snapshot]) -> None:
        self._snapshots = snapshots
        self.bytes = sum(snapshot.bytes for snapshot in snapshots)
