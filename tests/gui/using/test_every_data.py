"""Every example and every data set opens in the panel “Try it” with a page that answers, untrained and after a batch."""

import pytest

from core.catalogue.spec import Choice
from core.data.catalogue import DATASETS, load
from core.errors import StudioError
from core.examples import EXAMPLES, open_example
from core.fitting import choose_data
from core.problems import errors, problems
from core.sequence_shapes import SHAPES, fits
from gui.document import Document
from gui.runner import Runner
from gui.using.panel import UsePanel

READY = 30_000
OF_SHAPE = {
    "one-to-one": "iris-mlp", "one-to-many": "drawing-gru", "many-to-one": "vowels-gru", "in-step": "co2-every-step",
    "encoder-decoder": "reverse-encoder-decoder",
}  # fmt: skip


def readings():
    """Every data set that comes with the program, and each of the ways to read it."""
    for spec in DATASETS.values():
        usual = DATASETS.complete(Choice(spec.key, {}))
        yield usual
        for param in spec.parameters:
            for value, _ in param.choices:
                if value != param.default and spec.family != "own":
                    yield DATASETS.complete(Choice(spec.key, {param.key: value}))


def project_on(choice):
    """An example of the shape that the data asks for, changed as the problems panel offers; None of data without samples."""
    try:
        data = load(choice)
    except StudioError:
        assert choice.key.startswith("own")
        return None
    shape = next(shape for shape in SHAPES.values() if fits(data, shape))
    made = open_example(OF_SHAPE[shape.key])
    made.apply(choose_data(made.state, choice))
    for _ in range(6):
        found = problems(made.state)
        offered = next((p for p in found if p.repairs and (p.severity == "error" or p.key == "past not read")), None)
        if offered is None:
            break
        made.apply(offered.repairs[0].edit)
    assert errors(made.state) == []
    return made


@pytest.fixture
def panel(qtbot):
    document = Document(open_example("iris-mlp"))
    runner = Runner(document)
    made = UsePanel(document, runner)
    qtbot.addWidget(made)
    made.resize(360, 760)
    made.show()
    runner.start()
    qtbot.waitUntil(lambda: runner.status != "loading", timeout=READY)
    yield made
    assert runner.close()


def answers(qtbot, panel, opening):
    """What is wrong with the page of a project, if anything: a sentence of each time that it was asked."""
    runner, heard = panel._runner, []
    panel._document.open(opening)
    runner.questions.answered.connect(heard.append)

    def told():
        if panel.waiting or not heard or panel._moment[:2] != (runner.examination, runner.report):
            return False
        return heard[-1].result is not None or bool(heard[-1].template)  # before there is a session, nobody answers

    wrong = []
    for trained in (False, True):
        if trained:
            heard.clear()
            runner.step("batch")
            qtbot.waitUntil(lambda: runner.status == "paused", timeout=READY)
        qtbot.waitUntil(told, timeout=READY)
        if heard[-1].result is None or panel.refused:
            wrong.append(
                f"{'after a batch' if trained else 'untrained'}: {heard[-1].template.format(**heard[-1].values)}"
            )
        if panel.page.isHidden():
            wrong.append("no page")
    runner.questions.answered.disconnect(heard.append)
    return wrong


def test_every_example_is_answered_for(panel, qtbot):
    found = {key: answers(qtbot, panel, open_example(key)) for key in EXAMPLES}
    assert {key: wrong for key, wrong in found.items() if wrong} == {}


def test_every_data_set_is_answered_for(panel, qtbot):
    found = {}
    for choice in readings():
        made = project_on(choice)
        if made is not None:
            found[str(choice)] = answers(qtbot, panel, made)
    assert len(found) > 50
    assert {key: wrong for key, wrong in found.items() if wrong} == {}
