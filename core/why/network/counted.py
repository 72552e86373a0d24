"""How many: what a layer reads and gives, and how many numbers a network learns, down to the units that someone chose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from core.catalogue.layers import layer_spec
from core.describe import Words
from core.network import Layer, Link, Network
from core.parameters import Parameter, parameters
from core.shapes import infer
from core.why.numbers import Aggregate, Number, Term, added, one_each, told
from core.why.simple import given
from core.why.symbols import name

_WHEN = {
    "source": " At every step, since it is set to take a sequence.",
    "creates": " At every step: it repeats one value over time.",
    "reduces": " Once per sample: it makes one value of all steps.",
    "keeps": " At every step, since something that it reads is a sequence.",
    "static": " Once per sample, since nothing that it reads is a sequence.",
    "static source": " Once per sample, since it is not set to take a sequence.",
}
_TENSORS = {
    "weight": "The weights from “{source}” to “{layer}”",
    "bias": "The biases of “{layer}”",
    "weight_ih": "The weights with which “{layer}” reads what enters it",
    "weight_hh": "The weights with which “{layer}” reads its own last state",
    "bias_ih": "The biases of “{layer}” for what enters it",
    "bias_hh": "The biases of “{layer}” for its own last state",
    "table": "The table of “{layer}”: a row for each symbol",
    "gain": "The gains of “{layer}”",
    "slope": "The slope of the activation of “{layer}”",
    "initial": "The state of “{layer}” before the first step",
    "initial_cell": "The cells of “{layer}” before the first step",
    "score": "The matrix with which “{layer}” compares",
    "query": "The weights with which “{layer}” reads what it asks with",
    "memory": "The weights with which “{layer}” reads its memory",
    "energy": "The weights that make a score of what “{layer}” compares",
}
_MATRIX = "A row for each number that is worked out, a column for each one that is read."
_BACKWARD = ", in the direction from the end"


def tensor_title(kind: str, layer: str, source: str = "", delay: int = 0) -> Words:
    """What a tensor is, by the last part of its name and the names of the layers that it is between."""
    known = _TENSORS.get(kind.removesuffix("_reverse"), "Numbers of “{layer}”")
    template = known + (_BACKWARD if kind.endswith("_reverse") else "")
    if delay:
        template += ", with a delay of {delay}"
    return Words(template, {"layer": layer, "source": source, "delay": delay})


class Counting:
    """Counts in one network; what it has explained once it does not explain again."""

    def __init__(self, network: Network) -> None:
        self._network, self._shapes = network, infer(network)
        self._sizes: dict[str, Aggregate] = {}
        self._parameters = parameters(network)
        self._from = _from_where(network, set(self._shapes))

    def known(self, layer: str) -> bool:
        """Whether the size of a layer can be worked out yet."""
        return layer in self._shapes

    # -- values ------------------------------------------------------------------------------------------------------

    def size(self, layer: str) -> Aggregate:
        """How many numbers a layer gives; of one whose size is known."""
        if layer not in self._sizes:
            self._sizes[layer] = self._size(self._network.layers[layer])
        return self._sizes[layer]

    def _size(self, layer: Layer) -> Aggregate:
        if "units" in layer.params and not layer.params.get("bidirectional"):
            return self.units(layer.id)
        value = self._shapes[layer.id].features
        title = Words("How many numbers “{layer}” gives", {"layer": layer.name})
        if "units" in layer.params:
            half = value // 2
            return Aggregate(
                title, value, (r"n = 2 \, n_{\text{units}}",), (rf"n = 2 \cdot {half} = {value}",),
                self._when(layer, "Both directions are joined, so that it gives twice its units."), (),
                (Term(2, half, "2", r"n_{\text{units}}", about=self.units(layer.id)),),
            )  # fmt: skip
        if layer.kind in ("add", "multiply"):
            note = "It goes through its sources number by number, so that it has as many as each of them."
        else:
            note = "It has as many numbers as enter it."
        return _added(title, [self._source(link) for link in self._from[layer.id]], self._when(layer, note))

    def units(self, layer: str) -> Aggregate:
        """The units of a layer, which are a setting."""
        found = self._network.layers[layer]
        value = int(found.params["units"])
        if found.kind == "input":
            note = self._when(found, "It is set to take as many numbers as the data field “{field}” has.", field=found.params["field"])  # fmt: skip
        else:
            note = self._when(found, "It is a setting of the layer.")
        return given(Words("How many units “{layer}” has", {"layer": found.name}), value, "n", note)

    def reads(self, layer: str) -> Aggregate:
        """How many numbers enter a layer side by side; of one whose sources are known."""
        title = Words("How many numbers “{layer}” reads", {"layer": self._network.layers[layer].name})
        terms = [self._source(link) for link in self._network.into(layer)]
        return _added(title, terms, Words("What its links carry is put side by side."))

    def _source(self, link: Link) -> Term:
        value = self._shapes[link.source].features
        return Term(1, value, "", rf"n_{{{name(self._network, link.source)}}}", about=self.size(link.source))

    def _when(self, layer: Layer, template: str, **values: object) -> Words:
        time, sequence = layer_spec(layer.kind).time, self._shapes[layer.id].sequence
        key = time
        if not sequence and time != "reduces":
            key = "static source" if time == "source" else "static"  # type: ignore[assignment]
        return Words(template + _WHEN[key], values)

    # -- learned numbers ---------------------------------------------------------------------------------------------

    def tensor(self, one: Parameter) -> Aggregate:
        """How many numbers a tensor holds: rows times columns."""
        rows, columns = self._rows(one), self._columns(one)
        terms: list[Term] = []
        for column in columns:
            terms.append(
                Term(int(rows.value), int(column.value), r"n_{\text{rows}}", r"n_{\text{columns}}",
                     factor_number=rows, about=column)
            )  # fmt: skip
        if one.columns is None:
            terms.append(Term(1, int(rows.value), "", r"n_{\text{rows}}", about=rows))
            note = Words("It is a vector: a number for each row.")
        else:
            note = Words(_MATRIX)
        line = r"n = n_{\text{rows}}" + ("" if one.columns is None else r" \, n_{\text{columns}}")
        return Aggregate(
            self._tensor_title(one), one.size, (line,), (f"n = {added(terms)} = {one.size}",), note, (), tuple(terms)
        )

    def parameters(self, found: Sequence[Parameter], of: Words) -> Aggregate:
        """How many numbers some tensors hold together; ``of`` is the title."""
        value = sum(one.size for one in found)

        def make(at: int) -> Term:
            one = found[at]
            rows = len(one.rows)
            if one.columns is None:
                return Term(1, rows, "", r"n_{\text{rows}}", about=self.tensor(one))
            return Term(rows, len(one.columns), r"n_{\text{rows}}", r"n_{\text{columns}}", about=self.tensor(one))

        sizes = np.array([one.size for one in found], int)
        terms = told(np.argsort(-sizes, kind="stable"), sizes, 1, "", make, "n")
        return Aggregate(
            of, value, (r"n = \sum_W n_{\text{rows}} \, n_{\text{columns}}",), (rf"n = {added(terms)} = {value}",),
            Words("Each matrix has rows times columns of them; a bias has one for each unit."), (), terms,
        )  # fmt: skip

    def _tensor_title(self, one: Parameter) -> Words:
        link = self._network.links.get(one.link or "")
        source = "" if link is None else self._network.layers[link.source].name
        layer = self._network.layers[one.layer].name
        return tensor_title(one.name.rpartition(".")[2], layer, source, 0 if link is None else link.delay)

    def _rows(self, one: Parameter) -> Aggregate:
        layer, tensor = self._network.layers[one.layer], one.name.rpartition(".")[2].removesuffix("_reverse")
        spec, rows = layer_spec(layer.kind), len(one.rows)
        if spec.state and not tensor.startswith("initial"):
            units = self.units(layer.id)
            return Aggregate(
                Words("How many rows the gates of “{layer}” have together", {"layer": layer.name}), rows,
                (r"n = n_{\text{gates}} \, n_{\text{units}}",), (rf"n = {spec.gates} \cdot {units.value} = {rows}",),
                Words("The matrices of its gates lie one below the other."), (),
                (Term(spec.gates, int(units.value), r"n_{\text{gates}}", r"n_{\text{units}}", about=units),),
            )  # fmt: skip
        if tensor == "table":
            return self.symbols(layer.id)
        if tensor == "score":
            return self.reads(layer.id)
        if tensor in ("query", "memory", "energy"):
            return self._setting(layer, "score_units", "How many units “{layer}” compares with")
        if tensor == "slope":
            note = Words("All of its units share one slope.")
            return given(Words("The slopes of “{layer}”", {"layer": layer.name}), rows, "n", note)
        return (
            self.size(layer.id) if "units" not in layer.params or tensor.startswith("initial") else self.units(layer.id)
        )

    def _columns(self, one: Parameter) -> list[Aggregate]:
        """What the columns are made of; none of a vector."""
        tensor = one.name.rpartition(".")[2].removesuffix("_reverse")
        if one.columns is None:
            return []
        if tensor == "weight":
            assert one.link is not None
            return [self.size(self._network.links[one.link].source)]
        if tensor in ("weight_hh", "table"):
            return [self.units(one.layer)]
        if tensor in ("score", "memory"):
            return [self.size(self._network.into(one.layer, "memory")[0].source)]
        return [self.size(link.source) for link in self._network.into(one.layer)]

    def symbols(self, layer: str) -> Aggregate:
        """How many symbols a table knows."""
        return self._setting(self._network.layers[layer], "vocabulary", "How many symbols “{layer}” knows")

    def _setting(self, layer: Layer, key: str, title: str) -> Aggregate:
        note = Words("It is a setting of the layer.")
        return given(Words(title, {"layer": layer.name}), int(layer.params[key]), "n", note)

    # -- layers and links --------------------------------------------------------------------------------------------

    def layers(self, keys: Iterable[str]) -> Aggregate:
        """How many layers these are, kind by kind."""
        kinds: dict[str, list[str]] = {}
        for key in keys:
            layer = self._network.layers[key]
            kinds.setdefault(layer_spec(layer.kind).title, []).append(layer.name)
        return _by_group(Words("How many layers these are"), kinds, "Layers of the kind “{kind}”")

    def links(self, keys: Iterable[str]) -> Aggregate:
        """How many links these are: those of the same step, those through time, and what is handed over."""
        kinds: dict[str, list[str]] = {}
        for key in keys:
            link = self._network.links[key]
            kind = {"initial": "initial state", "memory": "memory"}.get(
                link.role, "recurrent" if link.delay else "feed-forward"
            )
            ends = (self._network.layers[end].name for end in (link.source, link.target))
            kinds.setdefault(kind, []).append(" → ".join(ends))
        return _by_group(Words("How many links these are"), kinds, "Links of the kind “{kind}”")

    def delay(self, key: str) -> Aggregate:
        """How many steps back a link reads."""
        link = self._network.links[key]
        source, target = self._network.layers[link.source], self._network.layers[link.target]
        return Aggregate(
            Words("The delay of the link from “{source}” to “{layer}”", {"source": source.name, "layer": target.name}),
            link.delay, (r"x_t = h_{t - k}",), (rf"x_t = h_{{t - {link.delay}}}",),
            Words("It is a setting of the link: at every step “{layer}” reads what “{source}” gave {delay} steps before.",
                  {"source": source.name, "layer": target.name, "delay": link.delay}),
        )  # fmt: skip

    def cut(self, keys: Iterable[str]) -> Aggregate:
        """How many connections of links are cut, down to each of them."""
        terms = []
        for key in keys:
            link = self._network.links[key]
            if link.mask is not None and not link.mask.all():
                own = self._cut(link)
                terms.append(Term(1, int(own.value), "", rf"n_{{{self._ends(link)}}}", about=own))
        if len(terms) == 1 and isinstance(terms[0].about, Aggregate):
            return terms[0].about
        return _added(Words("How many connections are cut"), terms, Words("Those of each link are told apart."))

    def rows(self, link: str) -> Aggregate:
        """How many rows the matrix of a link has, both directions of a block one below the other."""
        tensors = self._matrices(link)
        one = self._rows(tensors[0])
        if len(tensors) == 1:
            return one
        value = int(one.value)
        return Aggregate(
            Words("How many rows both directions of “{layer}” have", {"layer": self._network.layers[tensors[0].layer].name}),
            2 * value, (r"n = 2 \, n_{\text{rows}}",), (rf"n = 2 \cdot {value} = {2 * value}",),
            Words("Each direction has a matrix of its own."), (),
            (Term(2, value, "2", r"n_{\text{rows}}", about=one),),
        )  # fmt: skip

    def matrix(self, link: str) -> Aggregate:
        """How many numbers the matrix of a link has; of a link that has one."""
        found = self._network.links[link]
        rows, columns = self.rows(link), self.size(found.source)
        term = Term(
            int(rows.value),
            int(columns.value),
            r"n_{\text{rows}}",
            r"n_{\text{columns}}",
            factor_number=rows,
            about=columns,
        )
        names = {"source": self._network.layers[found.source].name, "layer": self._network.layers[found.target].name}
        value = int(term.contribution)
        return Aggregate(
            Words("The weights from “{source}” to “{layer}”", names), value,
            (r"n = n_{\text{rows}} \, n_{\text{columns}}",), (rf"n = {term.numbers} = {value}",), Words(_MATRIX), (), (term,),
        )  # fmt: skip

    def matrices(self, links: Iterable[str], title: Words) -> Aggregate:
        """How many numbers the matrices of some links have together."""
        terms = []
        for key in links:
            own = self.matrix(key)
            terms.append(Term(1, int(own.value), "", rf"n_{{{self._ends(self._network.links[key])}}}", about=own))
        if len(terms) == 1 and isinstance(terms[0].about, Aggregate):
            return terms[0].about
        return _added(title, terms, Words("Those of each link are told apart."))

    def _matrices(self, link: str) -> list[Parameter]:
        """The tensors that hold the matrix of a link: its own, or those of the block that it enters."""
        target = self._network.links[link].target
        wanted = (f"{link}.weight", f"{target}.weight_ih", f"{target}.weight_ih_reverse")
        return [self._parameters[key] for key in wanted if key in self._parameters]

    def _cut(self, link: Link) -> Aggregate:
        assert link.mask is not None
        places = np.argwhere(~link.mask)
        tensor = f"{link.id}.weight"

        def make(at: int) -> Term:
            row, column = (int(one) for one in places[at])
            sign = rf"\left[ W_{{{row + 1},{column + 1}}} \text{{ is cut}} \right]"
            return Term(1, 1, "", sign, Number("weight", link.target, row, None, tensor, column))

        names = {"source": self._network.layers[link.source].name, "layer": self._network.layers[link.target].name}
        terms = one_each(np.arange(len(places)), make)
        return Aggregate(
            Words("How many connections from “{source}” to “{layer}” are cut", names), len(places),
            (r"n = \sum_{i,j} \left[ W_{ij} \text{ is cut} \right]",), (rf"n = {len(places)}",),
            Words("A cut connection counts as 0 and stays so while the network learns."), (), terms,
        )  # fmt: skip

    def _ends(self, link: Link) -> str:
        return rf"{name(self._network, link.source)} \to {name(self._network, link.target)}"


def _from_where(network: Network, known: set[str]) -> dict[str, list[Link]]:
    """The links from which the size of each layer follows that has no units of its own; no layer follows from itself."""
    found: dict[str, list[Link]] = {key: [] for key in known if "units" in network.layers[key].params}
    moved = True
    while moved:
        moved = False
        for layer in network:
            if layer.id in found or layer.id not in known:
                continue
            links = network.into(layer.id, "memory" if layer_spec(layer.kind).memory else "data")
            settled = [link for link in links if link.source in found]
            alike = layer.kind in ("add", "multiply")
            if settled and (alike or len(settled) == len(links)):
                found[layer.id] = settled[:1] if alike else settled
                moved = True
    return found


def _added(title: Words, terms: Sequence[Term], note: Words) -> Aggregate:
    """A count that is the sum of others."""
    value = sum(int(term.value) for term in terms)
    line = rf"n = {' + '.join(term.symbol for term in terms)}" if 0 < len(terms) <= 3 else r"n = \sum_i n_i"
    written = f"{added(list(terms))} = {value}" if len(terms) > 1 else str(value)
    return Aggregate(title, value, (line,), (f"n = {written}",), note, (), tuple(terms))


def _by_group(title: Words, groups: dict[str, list[str]], each: str) -> Aggregate:
    terms = []
    for kind, names in groups.items():
        own = given(Words(each, {"kind": kind}), len(names), "n", Words("{names}", {"names": ", ".join(names)}))
        shown = "".join(c if c.isalnum() or c in " -" else " " for c in kind)
        terms.append(Term(1, len(names), "", rf"n_{{\text{{{shown}}}}}", about=own))
    return _added(title, terms, Words("They are counted kind by kind."))
