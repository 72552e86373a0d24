"""Chooses the layer that a plot shows."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox

from gui.text import tr


class LayerChoice(QComboBox):
    """The layers of a plot by name; their ids are the data."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Layer"))
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)

    def show_layers(self, wanted: list[tuple[str, str]], first: str = "") -> None:
        """Offer these (name, id) without a signal. The chosen one stays where it is there, else it is ``first``, else the
        first one."""
        if wanted == [(self.itemText(i), self.itemData(i)) for i in range(self.count())]:
            return
        chosen = self.currentData() or first
        self.blockSignals(True)
        self.clear()
        for name, key in wanted:
            self.addItem(name, key)
        self.setCurrentIndex(max(0, self.findData(chosen)))
        self.blockSignals(False)
