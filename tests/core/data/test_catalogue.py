"""Every data set, by one walk over the catalogue: the contract, the split, determinism and refused settings."""

from __future__ import annotations

import time
from dataclasses import fields

import numpy as np
import pytest

from core.catalogue.registry import catalogue
from core.catalogue.spec import Choice, Param
from core.data.catalogue import DATASETS, load
from core.data.dataset import Dataset
from core.errors import BadValue, DataError, StudioError, UnknownName

KEYS = tuple(key for key, spec in DATASETS.items() if spec.family != "own")
"""Those that load by themselves; data of one's own needs an import first (tests/core/data/own)."""


def options(param: Param) -> list[object]:
    """Values of a parameter that change what is loaded."""
    if param.kind == "choice":
        return [value for value, _ in param.choices]
    return [param.default]


def choices() -> list[Choice]:
    """Each data set with each value of each of its "choice" parameters."""
    found = []
    for spec in map(DATASETS.__getitem__, KEYS):
        for param in spec.parameters:
            for value in options(param):
                choice = DATASETS.choose(spec.key, **{param.key: value})
                if choice not in found:
                    found.append(choice)
    return found


def arrays(data: Dataset) -> dict[str, np.ndarray]:
    found = {f"input {name}": one.values for name, one in data.inputs.items()}
    found |= {f"part {part}": samples for part, samples in data.split.items()}
    return found | {"target": data.target.values} | ({} if data.mask is None else {"mask": data.mask})


def name_of(choice: Choice) -> str:
    return choice.key + "".join(f"-{v}" for v in choice.values.values() if isinstance(v, str))


@pytest.mark.parametrize("choice", choices(), ids=name_of)
def test_loads_what_the_contract_promises(choice: Choice) -> None:
    data = load(choice)
    assert data.key == choice.key
    assert data.source
    for one in data.inputs.values():
        assert not one.codes or one.values.max() < len(one.classes)
    assert data.task == ("classification" if data.target.codes else "regression")
    for one in (*data.inputs.values(), data.target):
        assert one.values.dtype == np.float32
        assert one.values.flags.c_contiguous
        assert len(one.values) == len(data)
        assert np.isfinite(one.values).all()
        assert not one.names or len(one.names) == one.features
        if one.normalisation is not None:
            assert (one.normalisation.scale > 0).all()
    if data.target.codes:
        assert set(np.unique(data.target.values)) == set(range(len(data.target.classes)))
        assert data.target.features == 1
        assert data.outputs == len(data.target.classes)
    else:
        assert data.outputs == data.target.features
    if data.mask is not None:
        assert data.mask.dtype == bool
        assert data.mask.shape == data.target.values.shape[:2]
        assert data.mask.any(axis=1).all()
    if data.image_shape is not None:
        assert np.prod(data.image_shape) == data.inputs["x"].values[0].size


@pytest.mark.parametrize("choice", choices(), ids=name_of)
def test_is_the_same_every_time_and_quick(choice: Choice) -> None:
    started = time.process_time()
    one = arrays(load(choice))
    assert time.process_time() - started < 1.0
    other = arrays(load(choice))
    assert one.keys() == other.keys()
    for name, array in one.items():
        np.testing.assert_array_equal(array, other[name], err_msg=name)


@pytest.mark.parametrize("key", KEYS)
def test_parts_are_disjoint_and_of_the_asked_size(key: str) -> None:
    data = load(DATASETS.choose(key, validation=0.25, test=0.15))
    assert data.parts == ("train", "validation", "test")
    together = np.concatenate([data.samples(part) for part in data.parts])
    assert len(np.unique(together)) == len(together)
    assert together.min() >= 0
    assert together.max() < len(data)
    assert len(data.samples("validation")) / len(data) == pytest.approx(0.25, abs=0.03)
    assert len(data.samples("test")) / len(data) == pytest.approx(0.15, abs=0.03)


@pytest.mark.parametrize("key", KEYS)
def test_nothing_is_held_back_when_nothing_is_asked_to_be(key: str) -> None:
    data = load(DATASETS.choose(key, validation=0, test=0))
    assert data.parts == ("train",)
    np.testing.assert_array_equal(data.samples("train"), np.arange(len(data)))
    with pytest.raises(DataError, match="no validation part"):
        data.samples("validation")


@pytest.mark.parametrize(
    "key", ["digits", "iris", "wine", "breast_cancer", "vowels", "names", "circles", "spirals", "xor", "moons"]
)
def test_classes_have_the_same_share_in_every_part(key: str) -> None:
    data = load(DATASETS.choose(key, validation=0.3))
    kind = data.target.values[:, 0]
    for one in np.unique(kind):
        whole = (kind == one).mean()
        for part in data.parts:
            samples = data.samples(part)
            assert abs((kind[samples] == one).sum() - whole * len(samples)) <= 1.5


@pytest.mark.parametrize("key", [k for k in KEYS if DATASETS[k].family != "series"])
def test_another_seed_gives_another_split(key: str) -> None:
    one, other = (load(DATASETS.choose(key, seed=seed)) for seed in (0, 1))
    assert not np.array_equal(one.samples("validation"), other.samples("validation"))


@pytest.mark.parametrize("key", [k for k in KEYS if DATASETS[k].family in ("memory task", "plane")])
def test_the_share_does_not_change_what_is_generated(key: str) -> None:
    one, other = (load(DATASETS.choose(key, validation=share)) for share in (0.1, 0.5))
    np.testing.assert_array_equal(one.inputs["x"].values, other.inputs["x"].values)
    np.testing.assert_array_equal(one.target.values, other.target.values)


@pytest.mark.parametrize("key", KEYS)
def test_shares_that_leave_nothing_are_refused_with_a_sentence(key: str) -> None:
    with pytest.raises(DataError, match="leave nothing to train on"):
        load(DATASETS.choose(key, validation=0.6, test=0.5))


@pytest.mark.parametrize("key", KEYS)
def test_every_number_out_of_range_is_refused(key: str) -> None:
    for param in DATASETS[key].parameters:
        if param.kind in ("int", "float"):
            assert param.minimum is not None
            assert param.maximum is not None
            for bad in (param.minimum - 1, param.maximum + 1, float("nan"), "many"):
                with pytest.raises(BadValue, match=param.title):
                    load(Choice(key, {param.key: bad}))
        elif param.kind == "choice":
            with pytest.raises(UnknownName):
                load(Choice(key, {param.key: "sideways"}))


@pytest.mark.parametrize("key", KEYS)
def test_the_ends_of_every_range_load_or_say_why_not(key: str) -> None:
    for param in DATASETS[key].parameters:
        if param.kind not in ("int", "float") or param.key in ("samples", "seed"):
            continue
        small = {"samples": 20} if "samples" in {p.key for p in DATASETS[key].parameters} else {}
        for value in (param.minimum, param.maximum):
            try:
                data = load(Choice(key, {**small, param.key: value}))
            except StudioError as error:
                assert str(error).endswith((".", "?"))
            else:
                assert len(data.samples("train"))


def test_what_would_fill_the_memory_is_refused() -> None:
    with pytest.raises(DataError, match="more than the studio generates"):
        load(DATASETS.choose("adding", length=2000, samples=100_000))


def test_unknown_names_get_an_offer() -> None:
    with pytest.raises(UnknownName, match="did you mean “sunspots”"):
        DATASETS.choose("sunspot")
    with pytest.raises(UnknownName, match="did you mean “reading”"):
        DATASETS.choose("digits", readin="rows")


def test_the_registry_knows_the_catalogue() -> None:
    assert catalogue("datasets") is DATASETS


@pytest.mark.parametrize("key", KEYS)
def test_every_entry_explains_itself(key: str) -> None:
    spec = DATASETS[key]
    assert spec.help.endswith((".", "?"))
    assert spec.family in ("images", "table", "series", "speech", "text", "memory task", "plane")
    assert {"validation", "test", "seed"} <= {param.key for param in spec.parameters}
    for param in spec.parameters:
        assert param.help.endswith(".")
        assert param.title[0].isupper()


def test_field_names_of_the_contract_stay() -> None:
    assert [one.name for one in fields(Dataset)][:8] == [
        "key",
        "title",
        "task",
        "inputs",
        "target",
        "split",
        "mask",
        "lengths",
    ]
