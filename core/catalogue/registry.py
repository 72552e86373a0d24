"""Finds a catalogue by its name, so that a Param can refer to one without importing it."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from core.catalogue.spec import Catalogue
from core.errors import UnknownName

_HOMES = {
    "layers": "core.catalogue.layers:LAYERS",
    "activations": "core.catalogue.activations:ACTIVATIONS",
    "losses": "core.catalogue.losses:LOSSES",
    "metrics": "core.catalogue.metrics:METRICS",
    "optimizers": "core.catalogue.optimizers:OPTIMIZERS",
    "schedules": "core.catalogue.schedules:SCHEDULES",
    "teaching": "core.catalogue.teaching:TEACHING",
    "generation": "core.catalogue.generation:GENERATION",
    "initializers": "core.catalogue.initializers:INITIALIZERS",
    "probes": "core.catalogue.probes:PROBES",
    "breakpoints": "core.catalogue.breakpoints:BREAKPOINTS",
    "datasets": "core.data.catalogue:DATASETS",
}


@cache
def catalogue(name: str) -> Catalogue:
    """The catalogue called ``name``: "layers", "activations", "losses", "metrics", "optimizers", ..."""
    if name not in _HOMES:
        raise UnknownName("catalogue", name, _HOMES)
    module, _, attribute = _HOMES[name].partition(":")
    found: Catalogue = getattr(import_module(module), attribute)
    return found


def names() -> tuple[str, ...]:
    """The names of all catalogues."""
    return tuple(_HOMES)
