"""The inspector's page for one or several links."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from core.catalogue.layers import layer_spec
from core.catalogue.spec import Choice, Param, Spec
from core.describe import Words
from core.edits import Edit, Macro, SetDelay, SetFrozen, SetMask, SetRole
from core.errors import StudioError
from core.network import Link, Network
from core.parameters import Parameter, parameters
from core.rules import MAX_DELAY
from core.why.network.counted import Counting
from core.why.network.spread import Tensor
from gui.document import Document
from gui.forms import SpecForm
from gui.forms.form import heading
from gui.inspect.counts import about_links
from gui.inspect.facts import Fact, Facts, Weights, whole
from gui.text import sentence, tr
from gui.why.here import Question
from gui.why.told import asked
from gui.widgets import ElidedButton, Picture, bold, told, words

_DELAY = Param(
    "delay",
    "Delay",
    "int",
    0,
    "How many steps back the target reads. 0 is feed-forward; 1 or more makes the link recurrent.",
    minimum=0,
    maximum=MAX_DELAY,
    unit="steps",
)
_ROLE = Param(
    "role",
    "Carries",
    "choice",
    "data",
    "The query is what is asked with at each step; the memory is the sequence that is looked through.",
    choices=(("data", "The query"), ("memory", "The memory")),
)
_FROZEN = Param("frozen", "Frozen", "bool", False, "Its matrix stays as it is while the rest of the network learns.")


class LinkPage(QWidget):
    """Ends, delay, matrix, cut connections and weights of the selected links; an edit is meant for all of them."""

    def __init__(self, document: Document, ids: Sequence[str]) -> None:
        super().__init__()
        self._document, self._ids = document, tuple(ids)
        self.facts = Facts(document)
        self.form = SpecForm(Spec("link", "Link", "A link between two layers.", self._settings()))
        if "delay" in self.form.rows:
            self.form.rows["delay"].resettable = False
        self.complaint = words(role=self.palette().ColorRole.BrightText)
        self.restore: QPushButton = ElidedButton(tr("Restore cut connections"), "link")
        self.weights = Weights(document)
        self._weights_title = heading(tr("Weights"))
        self._picture = Picture("link", 22)
        self._title = bold("", 1.1)
        self._about = told(document, self.palette().ColorRole.PlaceholderText)
        self._lay_out()
        self.form.edited.connect(self._edit)
        self.restore.clicked.connect(self._restore)
        self.refresh()

    def show_ids(self, ids: Sequence[str]) -> None:
        """Show other links of the same make."""
        if tuple(ids) != self._ids:
            self._ids = tuple(ids)
            self.complaint.hide()
            self.form.start_afresh()
        self.refresh()

    def refresh(self) -> None:
        """Show what the document says."""
        links = self._links()
        self._parameters = parameters(self._document.project.network)
        self._picture.show_icon("recurrent" if any(link.recurrent for link in links) else "link")
        self._title.setText(_title(links))
        self.facts.show_facts(self._facts(links))
        self.form.show_choices(
            [Choice("link", {"role": link.role, "delay": link.delay, "frozen": link.frozen}) for link in links]
        )
        cut = sum(_cut(link) for link in links)
        self.restore.setVisible(cut > 0)
        self._about.tell(self._what_it_carries(links), lambda: _about_delay(self._document.project.network, links))

    def show_weights(self, weights: Mapping[str, np.ndarray]) -> None:
        """Show the numbers of the links' matrices, cut connections left out."""
        tensors = [found for link in self._links() for found in self._tensors(link, weights)]
        self._weights_title.setVisible(bool(tensors))
        self.weights.show_tensors(tensors)

    def _settings(self) -> tuple[Param, ...]:
        """A link that carries values has no matrix to freeze; an initial-state link has no delay."""
        links, names = self._links(), parameters(self._document.project.network)
        delay = (_DELAY,) if all(link.role == "data" for link in links) else ()
        if len(links) == 1 and layer_spec(self._document.project.network.layers[links[0].target].kind).memory:
            delay = (_ROLE, *delay)
        frozen = (_FROZEN,) if all(f"{link.id}.weight" in names for link in links) else ()
        return delay + frozen

    def _links(self) -> list[Link]:
        network = self._document.project.network
        return [network.links[key] for key in self._ids if key in network.links]

    def _places(self, link: Link) -> list[tuple[Parameter, np.ndarray | None]]:
        """The tensors that a link's numbers lie in (of a block one for each direction), and their columns where it shares them
        with other links."""
        own = self._parameters.get(f"{link.id}.weight")
        if own is not None:
            return [(own, None)]
        if link.role != "data":
            return []
        names = (f"{link.target}.weight_ih", f"{link.target}.weight_ih_reverse")
        blocks = [self._parameters[name] for name in names if name in self._parameters]
        return [(one, np.array([label[0] == link.id for label in one.columns or ()])) for one in blocks]

    def _tensors(self, link: Link, weights: Mapping[str, np.ndarray]) -> list[Tensor]:
        found = []
        for one, columns in self._places(link):
            if one.name not in weights:
                continue
            value, kept = weights[one.name], link.mask
            if columns is not None:
                kept = np.broadcast_to(columns, value.shape)
            elif kept is not None and kept.shape != value.shape:
                kept = None
            found.append(Tensor(link.target, one.name, value, kept))
        return found

    def _facts(self, links: list[Link]) -> list[Fact]:
        network, facts = self._document.project.network, []
        layers = network.layers
        if len(links) == 1:
            facts += [(tr("From"), layers[links[0].source].name), (tr("To"), layers[links[0].target].name)]
        else:
            facts.append((tr("Links"), asked("links", str(len(links))), lambda: about_links(network, self._ids)))
        sizes = {link.id: size for link in links if (size := _size(self._places(link))) is not None}
        if len(links) == 1:
            for rows, columns in sizes.values():
                text = tr("{rows} × {columns}", rows=asked("rows", str(rows)), columns=asked("columns", str(columns)))
                facts.append((tr("Matrix"), text, lambda: _about_matrix(network, links[0])))
        if sizes:
            total = asked("parameters", whole(sum(rows * columns for rows, columns in sizes.values())))
            facts.append((tr("Parameters"), total, lambda: _about_parameters(network, list(sizes))))
        cut = sum(_cut(link) for link in links)
        if cut:
            total = sum(link.mask.size for link in links if link.mask is not None)
            text = tr("{n} of {total}", n=asked("cut", whole(cut)), total=asked("total", whole(total)))
            facts.append((tr("Cut connections"), text, lambda: _about_cut(network, links)))
        return facts

    def _what_it_carries(self, links: list[Link]) -> str:
        if len(links) != 1:
            return ""
        link, layers = links[0], self._document.project.network.layers
        source, target = (html.escape(layers[end].name) for end in (link.source, link.target))
        if link.role == "initial":
            return tr("The last state of “{a}” is the state with which “{b}” begins.", a=source, b=target)
        if link.role == "memory":
            return tr(
                "“{b}” looks through all steps of “{a}” and weighs them by how well they fit what it asks with.",
                a=source,
                b=target,
            )
        if link.delay == 0:
            return tr("“{b}” reads “{a}” at the same step.", a=source, b=target)
        return tr(
            "At step t, “{b}” reads “{a}” at step t − {k}.", a=source, b=target, k=asked("delay", str(link.delay))
        )

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._picture)
        head.addWidget(self._title, 1)
        column.addLayout(head)
        column.addWidget(self._about)
        column.addWidget(self.complaint)
        self.complaint.hide()
        column.addWidget(self.facts)
        column.addWidget(self.restore)
        if self.form.rows:
            column.addWidget(heading(tr("Settings")))
            column.addWidget(self.form)
        column.addWidget(self._weights_title)
        column.addWidget(self.weights)

    def _edit(self, path: str, value: Any) -> None:
        if path == "frozen":
            self._do(path, SetFrozen(self._ids, bool(value), label=tr("Freeze") if value else tr("Let learn")))
            return
        if path == "role":
            self._do(path, SetRole(self._ids[0], value))
            return
        edits = [SetDelay(link.id, int(value), label=tr("Delay")) for link in self._links()]
        self._do(path, edits[0] if len(edits) == 1 else Macro(edits, label=tr("Delay")))

    def _restore(self) -> None:
        edits = [
            SetMask(link.id, {(int(row), int(column)): True for row, column in np.argwhere(~link.mask)})
            for link in self._links()
            if link.mask is not None
        ]
        self._do("", Macro(edits, label=tr("Restore connections")))

    def _do(self, path: str, edit: Edit) -> None:
        self.complaint.hide()
        try:
            self._document.do(edit)
        except StudioError as error:
            self.refresh()
            if path in self.form.rows:
                self.form.complain(path, error)
            else:
                self.complaint.setText(sentence(error))
                self.complaint.show()


def _title(links: list[Link]) -> str:
    if len(links) > 1:
        return tr("{n} links", n=len(links))
    if links[0].role == "initial":
        return tr("Initial-state link")
    if links[0].role == "memory":
        return tr("Memory link")
    return tr("Recurrent link") if links[0].recurrent else tr("Link")


def _cut(link: Link) -> int:
    return 0 if link.mask is None else int((~link.mask).sum())


def _size(places: list[tuple[Parameter, np.ndarray | None]]) -> tuple[int, int] | None:
    """Rows and columns of the matrix of a link; None where it has none."""
    if not places:
        return None
    columns = places[0][0].shape[1] if places[0][1] is None else int(places[0][1].sum())
    return sum(len(one.rows) for one, _ in places), columns


def _about_matrix(network: Network, link: Link) -> dict[str, Question]:
    counting = Counting(network)
    return {
        "rows": Question(counting.rows(link.id), tr("Why so many rows?")),
        "columns": Question(counting.size(link.source), tr("Why so many columns?")),
    }


def _about_parameters(network: Network, keys: Iterable[str]) -> dict[str, Question]:
    found = Counting(network).matrices(keys, Words("How many numbers these links learn"))
    return {"parameters": Question(found, tr("Why so many parameters?"))}


def _about_cut(network: Network, links: list[Link]) -> dict[str, Question]:
    counting, keys = Counting(network), [link.id for link in links if link.mask is not None]
    return {
        "cut": Question(counting.cut(keys), tr("Why so many that are cut?")),
        "total": Question(
            counting.matrices(keys, Words("How many connections there are, cut or not")), tr("Why so many connections?")
        ),
    }


def _about_delay(network: Network, links: list[Link]) -> dict[str, Question]:
    return {"delay": Question(Counting(network).delay(links[0].id), tr("Why this delay?"))}
