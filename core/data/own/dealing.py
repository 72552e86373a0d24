"""Which samples of an imported table are for training, validation and test, so that no part knows another's answers."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from core.data.own.samples import Cut
from core.data.split import Split, stratified_split, time_split
from core.errors import DataError


class Wish(Protocol):
    """The settings that a split needs."""

    @property
    def reading(self) -> str: ...
    @property
    def by(self) -> str: ...
    @property
    def group(self) -> str: ...
    @property
    def time(self) -> str: ...
    @property
    def validation(self) -> float: ...
    @property
    def test(self) -> float: ...
    @property
    def seed(self) -> int: ...


def way(wish: Wish) -> str:
    """How samples are dealt out: "lot", "time" or "group"; what "auto" means where that is chosen."""
    if wish.by != "auto":
        return wish.by
    if wish.reading == "rows":
        return "group" if wish.group else "time" if wish.time else "lot"
    return "lot" if wish.reading == "groups" else "time"


def deal(cut: Cut, wish: Wish, times: np.ndarray | None, group: np.ndarray, classes: np.ndarray | None) -> Split:
    """The split; ``times`` and ``group`` are (rows,), ``classes`` is (rows,) where the target is one."""
    chosen = way(wish)
    if chosen == "time":
        return _by_time(cut, wish, times, group)
    if chosen == "group":
        if not wish.group:
            raise DataError("To split by group, choose the column that says which group a row belongs to.")
        return _by_group(group[cut.shown[:, 0]], wish)
    if wish.reading == "windows":
        raise DataError("Windows that overlap cannot be dealt out by lot: split them by time or by group.")
    told = np.zeros(len(cut.shown), np.int64) if classes is None else classes[cut.last_answers].astype(np.int64)
    return stratified_split(told, wish.validation, wish.test, wish.seed)


def _by_time(cut: Cut, wish: Wish, times: np.ndarray | None, group: np.ndarray) -> Split:
    """Training first. Without a time column the place of a row within its group is its time."""
    if times is not None:
        moments = np.unique(times, return_inverse=True)[1]
    else:
        begins = np.flatnonzero(np.diff(group, prepend=-1))
        moments = np.arange(len(group)) - begins[group]
    return time_split(moments[cut.first_answers], moments[cut.last_answers], wish.validation, wish.test)


def _by_group(group: np.ndarray, wish: Wish) -> Split:
    """Whole groups by lot, until each part has its share of the samples. Every part that is asked for gets a group."""
    members, sizes = np.unique(group, return_counts=True)
    shares = {"test": wish.test, "validation": wish.validation}
    wanted = {part: share * sizes.sum() for part, share in shares.items() if share > 0}
    if len(members) <= len(wanted):
        raise DataError(
            "There are {n} groups, too few to give training, validation and test one each: split by time or by lot.",
            n=len(members),
        )
    if wish.validation + wish.test >= 1:
        raise DataError(
            "A validation share of {validation:g} and a test share of {test:g} leave nothing to train on: lower them.",
            validation=wish.validation,
            test=wish.test,
        )
    order = list(np.random.default_rng([wish.seed, 1]).permutation(len(members)))
    taken: dict[str, list[int]] = {}
    for number, (part, size) in enumerate(wanted.items()):
        left = len(wanted) - number - 1  # parts that still need a group, and training does too
        taken[part] = [order.pop()]
        while len(order) > left + 1 and sizes[taken[part]].sum() + sizes[order[-1]] / 2 <= size:
            taken[part].append(order.pop())
    split: Split = {"train": np.flatnonzero(np.isin(group, members[order]))}
    for part in ("validation", "test"):
        if part in taken:
            split[part] = np.flatnonzero(np.isin(group, members[taken[part]]))  # type: ignore[index]
    return split
