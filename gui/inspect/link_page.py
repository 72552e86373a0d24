"""The inspector's page for one or several links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from core.catalogue.layers import layer_spec
from core.catalogue.spec import Choice, Param, Spec
from core.edits import Edit, Macro, SetDelay, SetFrozen, SetMask, SetRole
from core.errors import StudioError
from core.network import Link
from core.parameters import Parameter, parameters
from core.rules import MAX_DELAY
from core.why.spread import Tensor
from gui.document import Document
from gui.forms import SpecForm
from gui.forms.form import heading
from gui.inspect.facts import Facts, Weights, whole
from gui.text import sentence, tr
from gui.widgets import ElidedButton, Picture, bold, muted, words

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
        self.facts = Facts()
        self.form = SpecForm(Spec("link", "Link", "A link between two layers.", self._settings()))
        if "delay" in self.form.rows:
            self.form.rows["delay"].resettable = False
        self.complaint = words(role=self.palette().ColorRole.BrightText)
        self.restore: QPushButton = ElidedButton(tr("Restore cut connections"), "link")
        self.weights = Weights(document)
        self._weights_title = heading(tr("Weights"))
        self._picture = Picture("link", 22)
        self._title = bold("", 1.1)
        self._about = muted()
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
        self._about.setText(self._what_it_carries(links))

    def show_weights(self, weights: Mapping[str, np.ndarray]) -> None:
        """Show the numbers of the links' matrices, cut connections left out."""
        tensors = [found for link in self._links() if (found := self._tensor(link, weights)) is not None]
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

    def _columns(self, link: Link) -> tuple[Parameter, np.ndarray | None] | None:
        """The tensor that a link's numbers lie in, and their columns where it shares the tensor with other links."""
        own = self._parameters.get(f"{link.id}.weight")
        if own is not None:
            return own, None
        block = self._parameters.get(f"{link.target}.weight_ih")
        if block is None or link.role != "data" or block.columns is None:
            return None
        return block, np.array([label[0] == link.id for label in block.columns])

    def _tensor(self, link: Link, weights: Mapping[str, np.ndarray]) -> Tensor | None:
        place = self._columns(link)
        if place is None or place[0].name not in weights:
            return None
        value, kept = weights[place[0].name], link.mask
        if place[1] is not None:
            kept = np.broadcast_to(place[1], value.shape)
        elif kept is not None and kept.shape != value.shape:
            kept = None
        return Tensor(link.target, place[0].name, value, kept)

    def _facts(self, links: list[Link]) -> list[tuple[str, str]]:
        layers = self._document.project.network.layers
        facts = []
        if len(links) == 1:
            facts += [(tr("From"), layers[links[0].source].name), (tr("To"), layers[links[0].target].name)]
        else:
            facts.append((tr("Links"), str(len(links))))
        shapes = [(self._columns(link), link) for link in links]
        sizes = [_size(place) for place, _ in shapes if place is not None]
        if len(sizes) == 1 and len(links) == 1:
            facts.append((tr("Matrix"), tr("{rows} × {columns}", rows=sizes[0][0], columns=sizes[0][1])))
        if sizes:
            facts.append((tr("Parameters"), whole(sum(rows * columns for rows, columns in sizes))))
        cut = sum(_cut(link) for link in links)
        if cut:
            total = sum(link.mask.size for link in links if link.mask is not None)
            facts.append((tr("Cut connections"), tr("{n} of {total}", n=whole(cut), total=whole(total))))
        return facts

    def _what_it_carries(self, links: list[Link]) -> str:
        if len(links) != 1:
            return ""
        link, layers = links[0], self._document.project.network.layers
        source, target = layers[link.source].name, layers[link.target].name
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
        return tr("At step t, “{b}” reads “{a}” at step t − {k}.", a=source, b=target, k=link.delay)

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


def _size(place: tuple[Parameter, np.ndarray | None]) -> tuple[int, int]:
    parameter, columns = place
    rows, all_columns = parameter.shape
    return rows, all_columns if columns is None else int(columns.sum())
