"""A small picture of a network: for the gallery, recovered work and project files."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from core.catalogue.layers import layer_spec
from core.network import Layer, Link, Network
from gui.canvas import routing
from gui.canvas.look import family_color, mixed
from gui.canvas.look import font as look_font
from gui.icons import layer_icon
from gui.theme import theme

WIDTH = 128.0
HEIGHT = 168.0
SIGN = 112.0
"""Side of a layer that has no units of its own, such as "last step"."""
GAP = 26.0
"""Least distance of two layers, one above the other."""
MAX_CIRCLES = 5
MAX_SCALE = 0.5
MAX_LAYERS = 400
"""Beyond this a picture of a few hundred pixels shows nothing, and drawing it would take too long."""
FILE_SIZE = QSize(480, 300)


def paint_network(painter: QPainter, rect: QRectF, network: Network) -> None:
    """Draw ``network`` as large as fits into ``rect``."""
    if not network.layers or len(network.layers) > MAX_LAYERS:
        return
    cards = _cards(network)
    network = _with_own_loops(network)
    routes = routing.routes(network, cards)
    bounds = _bounds(cards.values())
    for route in routes.values():
        bounds = bounds.united(route.path.boundingRect())
    scale = min(MAX_SCALE, rect.width() / (bounds.width() + 24), rect.height() / (bounds.height() + 24))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setClipRect(rect)
    painter.translate(rect.center())
    painter.scale(scale, scale)
    painter.translate(-bounds.center())
    thickness = 1.4 / scale
    for link in network.links.values():
        if link.id in routes:
            _paint_link(painter, routes[link.id], link.delay, link.role == "initial", thickness)
    for layer in network:
        _paint_card(painter, cards[layer.id], layer, thickness)
    painter.restore()


def network_image(network: Network, size: QSize, ratio: float = 1.0, below: int = 0) -> QImage:
    """A picture of ``size`` (in pixels of the screen times ``ratio``) on the canvas colour, with room left ``below``."""
    image = QImage(size * ratio, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(theme().color("canvas"))
    painter = QPainter(image)
    paint_network(painter, QRectF(0, 0, size.width(), size.height()).adjusted(8, 8, -8, -8 - below), network)
    painter.end()
    return image


def thumbnail_png(network: Network) -> bytes:
    """The picture that goes into a project file, as PNG."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    network_image(network, FILE_SIZE).save(buffer, "PNG")
    buffer.close()
    return bytes(data.data())


def _cards(network: Network) -> dict[str, QRectF]:
    """Where layers are drawn: at their places, tall, but not so tall that they touch one another."""
    height = HEIGHT
    layers = sorted(network, key=lambda layer: layer.y)
    for number, layer in enumerate(layers):
        below = (b.y - layer.y for b in layers[number + 1 :] if abs(b.x - layer.x) < WIDTH and b.y > layer.y)
        height = min(height, next(below, HEIGHT + GAP) - GAP)
    height = max(SIGN, height)
    found = {}
    for layer in network:
        size = QSizeF(WIDTH, height) if "units" in layer.params else QSizeF(SIGN, SIGN)
        found[layer.id] = QRectF(QPointF(layer.x - size.width() / 2, layer.y - size.height() / 2), size)
    return found


def _with_own_loops(network: Network) -> Network:
    """The network with a loop at each block that is recurrent inside, so that it looks like what it does."""
    for layer in network:
        if layer_spec(layer.kind).state:
            network = network.with_link(Link(f"loop-{layer.id}", layer.id, layer.id, 1))
    return network


def _bounds(cards: Iterable[QRectF]) -> QRectF:
    bounds = QRectF()
    for card in cards:
        bounds = bounds.united(card)
    return bounds


def _paint_link(painter: QPainter, route: routing.Route, delay: int, initial: bool, thickness: float) -> None:
    color = theme().color("recurrent" if delay else "link")
    pen = QPen(color, thickness, Qt.PenStyle.DashLine if initial else Qt.PenStyle.SolidLine)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(route.path)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawPath(routing.arrow(route, 14.0))
    if delay > 1:
        _paint_delay(painter, route.badge, delay, color)


def _paint_delay(painter: QPainter, place: QPointF, delay: int, color: QColor) -> None:
    """The number of steps, above its link."""
    painter.setFont(look_font(32, bold=True))
    painter.setPen(color)
    around = QRectF(place.x() - 60, place.y() - 52, 120, 40)
    painter.drawText(around, Qt.AlignmentFlag.AlignCenter, str(delay))


def _paint_card(painter: QPainter, rect: QRectF, layer: Layer, thickness: float) -> None:
    spec = layer_spec(layer.kind)
    color = family_color(spec.family)
    painter.setPen(QPen(color, thickness))
    painter.setBrush(mixed(theme().color("layer"), color, 0.14))
    painter.drawRoundedRect(rect, 20, 20)
    if spec.state:
        _paint_name(painter, rect, spec.title, color)
    elif "units" in layer.params:
        _paint_units(painter, rect.adjusted(8, 8, -8, -8), color, int(layer.params["units"]))
    else:
        layer_icon(layer.kind).paint(painter, rect.adjusted(14, 14, -14, -14).toRect())


def _paint_name(painter: QPainter, rect: QRectF, name: str, color: QColor) -> None:
    font = look_font(38, bold=True)
    painter.setFont(font)
    painter.setPen(color)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, name)


def _paint_units(painter: QPainter, rect: QRectF, color: QColor, units: int) -> None:
    """A circle per neuron, as many as there is room for."""
    count = min(MAX_CIRCLES, units, int(rect.height() // 28))
    gap = min(rect.height() / count, 34.0)
    top = rect.center().y() - gap * (count - 1) / 2
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    for number in range(count):
        painter.drawEllipse(QPointF(rect.center().x(), top + gap * number), 11.0, 11.0)
