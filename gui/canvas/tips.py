"""What rests beside the pointer when it stays on a card or a link: words, the formula, the shape."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice

from core.catalogue.layers import layer_spec
from core.network import Layer
from gui import formula
from gui.canvas.hits import Hit
from gui.canvas.scene import CanvasScene
from gui.text import tr, tr_core

WIDTH = 320


def tip(scene: CanvasScene, found: Hit, ratio: float = 1.0) -> str:
    """Rich text on what is under the pointer; empty where nothing is to be said."""
    if found.on_layer and found.part != "neuron":
        return _layer(scene, scene.network.layers[found.key], ratio)
    if found.on_link:
        item = scene.links[found.key]
        layers = scene.network.layers
        names = f"{layers[item.link.source].name} → {layers[item.link.target].name}"
        frozen = f"<br>{tr('Frozen: it does not learn.')}" if item.link.frozen else ""
        return f"<b>{escaped(names)}</b><br>{item.describe()}{frozen}"
    return ""


def _layer(scene: CanvasScene, layer: Layer, ratio: float) -> str:
    spec, item = layer_spec(layer.kind), scene.layers[layer.id]
    shape = scene.shapes.get(layer.id)
    lines = [f"<b>{escaped(layer.name)}</b> · {tr_core(spec.title)}", tr_core(spec.help)]
    if shape is not None:
        words = tr("Gives {count} numbers at every time step.") if shape.sequence else tr("Gives {count} numbers once.")
        lines.append(words.format(count=shape.features))
    if item.card.count:
        lines.append(tr("It learns {count}.", count=item.card.count))
    if layer.frozen:
        lines.append(tr("Frozen: it does not learn."))
    if item.card.problem:
        lines.append(f"<b>{escaped(item.card.problem)}</b>")
    text = "".join(f"<p style='margin:2px 0'>{line}</p>" for line in lines)
    return f"<table width='{WIDTH}'><tr><td>{text}{_picture(spec.formula, ratio)}</td></tr></table>"


def _picture(latex: str, ratio: float) -> str:
    """A formula as an image inside rich text."""
    if not latex:
        return ""
    pixmap = formula.pixmap(latex, max(2.0, ratio), 14.0, "tooltip_text")
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    pixmap.save(buffer, "PNG")  # type: ignore[call-overload]
    buffer.close()
    coded = bytes(data.toBase64().data()).decode()
    width = min(WIDTH - 12, round(pixmap.width() / pixmap.devicePixelRatio()))
    return f"<p style='margin:6px 0 2px 0'><img src='data:image/png;base64,{coded}' width='{width}'></p>"


def escaped(text: str) -> str:
    """``text`` as it is, inside rich text."""
    return text.replace("&", "&amp;").replace("<", "&lt;")
