"""Copy and paste as plain JSON: layers, the links between them and where they stand. What is read back is checked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import QByteArray, QMimeData

from core.catalogue.layers import LAYERS, layer_spec
from core.catalogue.spec import Choice
from core.edits import AddLayer, AddLink, Edit, Macro, new_layer, new_link
from core.errors import BadFile, StudioError
from core.network import ROLES, Layer, Link, Network
from gui.text import tr

MIME = "application/x-unroll-network+json"
MAX_BYTES = 20_000_000


def to_mime(network: Network, ids: Iterable[str]) -> QMimeData:
    """The layers among ``ids`` and the links that join two of them."""
    chosen = [key for key in network.layers if key in set(ids)]
    data = {
        "layers": [_layer_json(network.layers[key]) for key in chosen],
        "links": [_link_json(k) for k in network.links.values() if k.source in chosen and k.target in chosen],
    }
    text = json.dumps(data, ensure_ascii=False)
    mime = QMimeData()
    mime.setData(MIME, QByteArray(text.encode()))
    mime.setText(text)
    return mime


def _layer_json(layer: Layer) -> dict[str, Any]:
    params = {k: v.to_json() if isinstance(v, Choice) else v for k, v in layer.params.items()}
    return {"id": layer.id, "name": layer.name, "kind": layer.kind, "params": params, "x": layer.x, "y": layer.y,
            "frozen": layer.frozen}  # fmt: skip


def _link_json(link: Link) -> dict[str, Any]:
    mask = None if link.mask is None else link.mask.astype(int).tolist()
    return {"source": link.source, "target": link.target, "delay": link.delay, "role": link.role, "frozen": link.frozen,
            "mask": mask}  # fmt: skip


def has_layers(mime: QMimeData) -> bool:
    """Whether there is something to paste."""
    return mime.hasFormat(MIME)


def paste(mime: QMimeData, network: Network, dx: float, dy: float) -> tuple[Edit, list[str]]:
    """An edit that adds what was copied, moved by (dx, dy); and the ids of the new layers. Raises BadFile."""
    raw = bytes(mime.data(MIME).data())
    if len(raw) > MAX_BYTES:
        raise BadFile("What was copied is too large to paste.")
    try:
        data = json.loads(raw)
        return _read(data, network, dx, dy)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadFile("What was copied is not a part of a network: {reason}.", reason=error) from error


def _read(data: Mapping[str, Any], network: Network, dx: float, dy: float) -> tuple[Edit, list[str]]:
    edits: list[Edit] = []
    ids: dict[str, str] = {}
    grown = network
    for item in data["layers"]:
        layer = _layer(grown, item, dx, dy)
        ids[str(item["id"])] = layer.id
        grown = grown.with_layer(layer)
        edits.append(AddLayer(layer))
    for item in data["links"]:
        link = new_link(grown, ids[item["source"]], ids[item["target"]], int(item["delay"]), _role(item["role"]))
        link = replace(link, frozen=bool(item["frozen"]), mask=_mask(item["mask"]))
        grown = grown.with_link(link)
        edits.append(AddLink(link))
    return Macro(tuple(edits), label=tr("Paste")), list(ids.values())


def _role(value: object) -> Any:
    if value not in ROLES:
        raise ValueError(f"unknown role {value!r}")
    return value


def _mask(value: object) -> np.ndarray | None:
    if value is None:
        return None
    mask = np.array(value, dtype=bool)
    if mask.ndim != 2:
        raise ValueError("a mask has rows and columns")
    mask.flags.writeable = False
    return mask


def _layer(network: Network, item: Mapping[str, Any], dx: float, dy: float) -> Layer:
    kind = str(item["kind"])
    if kind not in LAYERS:
        raise ValueError(f"unknown kind of layer {kind!r}")
    params = {k: Choice.from_json(v) if isinstance(v, Mapping) else v for k, v in item["params"].items()}
    try:
        layer = new_layer(network, kind, str(item["name"])[:80], float(item["x"]) + dx, float(item["y"]) + dy,
                          **layer_spec(kind).complete(params))  # fmt: skip
    except StudioError as error:
        raise ValueError(str(error)) from error
    return replace(layer, frozen=bool(item.get("frozen", False)))
