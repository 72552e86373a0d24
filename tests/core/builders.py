"""Small projects for tests, and random edits of them."""

from core.catalogue.spec import Choice
from core.edits import AddLayer, AddLink, SetData, new_layer, new_link
from core.project import Project


def add(project, kind, name="", **params):
    """Add a layer; its id."""
    layer = new_layer(project.network, kind, name, **params)
    project.apply(AddLayer(layer))
    return layer.id


def join(project, source, target, delay=0, role="data"):
    """Add a link; its id."""
    link = new_link(project.network, source, target, delay, role)
    project.apply(AddLink(link))
    return link.id


def elman(units=4, features=8, outputs=10, data=None):
    """Input -> dense with a self-link -> last step -> output."""
    project = Project()
    x = add(project, "input", "Pixels", units=features, sequence=True)
    h = add(project, "dense", "Hidden", units=units)
    last = add(project, "last_step", "Last")
    y = add(project, "output", "Digit", units=outputs, activation="softmax")
    for source, target, delay in ((x, h, 0), (h, h, 1), (h, last, 0), (last, y, 0)):
        join(project, source, target, delay)
    if data:
        project.apply(SetData(Choice(*data)))
    return project
