"""The numbers in the sentences of problems: sizes that do not fit, and what each of them follows from."""

from __future__ import annotations

from core.data.dataset import Dataset
from core.network import Network
from core.problem import Problem
from core.why.data.held import classes, features, outputs
from core.why.network.counted import Counting
from core.why.numbers import Aggregate


def numbers_of(problem: Problem, network: Network, data: Dataset | None) -> dict[str, Aggregate]:
    """What a problem says in numbers, by the name of the field of its sentence; of "sizes", which lists several, one for
    each source by "sizes" and its place, counted from 0."""
    counting = Counting(network)
    values = problem.values
    match problem.key:
        case "sizes differ" if "sizes" in values:
            found = [
                counting.size(network.links[key].source) for key in problem.links if _sized(counting, network, key)
            ]
            return {f"sizes{n}": one for n, one in enumerate(found)}
        case "sizes differ" if "memory" in values:
            memory = network.links[problem.links[0]].source
            return {"m": counting.reads(problem.layers[0]), "n": counting.size(memory)}
        case "sizes differ":
            return {"m": counting.size(problem.layers[0]), "n": counting.size(problem.layers[1])}
        case "input does not fit" if data is not None:
            layer = network.layers[problem.layers[0]]
            return {"wanted": features(data, str(layer.params["field"])), "has": counting.units(layer.id)}
        case "output does not fit" if data is not None:
            return {"n": outputs(data), "m": counting.units(problem.layers[0])}
        case "too few symbols" if data is not None:
            field = _read_by(network, problem.layers[0])
            return {"needed": classes(data, field), "has": counting.symbols(problem.layers[0])}
    return {}


def _sized(counting: Counting, network: Network, link: str) -> bool:
    return counting.known(network.links[link].source)


def _read_by(network: Network, table: str) -> str:
    """The array of the data that a table looks up."""
    sources = (network.layers[link.source] for link in network.into(table))
    return next(str(source.params["field"]) for source in sources if source.kind == "input")
