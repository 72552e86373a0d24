"""Teacher-forced, mixed and free passes, sampling and beams against plain torch.nn loops and against trying everything."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from core.errors import BadValue, DataError, StudioError
from core.examples import open_example
from core.generation import Alphabet, way_of
from core.generation import inputs_of as inputs_of_sample
from core.project import Project
from core.script import set_value
from tests.core.engine.generating_toys import (
    continued,
    drawn,
    foretold,
    recurrent,
    session,
    tensors,
    told_backwards,
    written,
)

ROWS = np.arange(6)
CLOSE = 1e-10


class Plain:
    """A network as anybody would write it with torch.nn: ``step`` takes what is read (batch, features)."""

    def __init__(self, project: Project, rows: np.ndarray = ROWS) -> None:
        self.find, self.data = tensors(project), project.dataset()
        self.target = torch.tensor(self.data.target.values[rows], dtype=torch.float64).transpose(0, 1)
        fed = self.data.inputs[self.data.feedback].values[rows]
        self.true = torch.tensor(fed, dtype=torch.float64).transpose(0, 1)
        self.begin(project, rows)

    def begin(self, project: Project, rows: np.ndarray) -> None:
        raise NotImplementedError

    def step(self, read: Tensor) -> Tensor:
        raise NotImplementedError

    def walk(self, own: Tensor) -> tuple[Tensor, Tensor]:
        """(sums, what was read), (steps, batch, ...) each; ``own`` (steps, batch) says where it reads its own answer."""
        said, reads = [], [self.true[0]]
        for t in range(len(self.true)):
            said.append(self.step(reads[-1]))
            if t + 1 < len(self.true):
                reads.append(torch.where(own[t + 1][:, None], self.answer(said[-1]), self.true[t + 1]))
        return torch.stack(said), torch.stack(reads)

    def answer(self, sums: Tensor) -> Tensor:
        return sums.argmax(-1, keepdim=True).double()


class ToldBackwards(Plain):
    def begin(self, project: Project, rows: np.ndarray) -> None:
        symbols = self.data.outputs
        source = torch.tensor(self.data.inputs["x"].values[rows], dtype=torch.float64).transpose(0, 1)
        _, self.state = recurrent(project, "Encoder", nn.LSTM, symbols, 5)(source)
        self.decoder = recurrent(project, "Decoder", nn.LSTM, 4, 5)

    def step(self, read: Tensor) -> Tensor:
        vectors = self.find("Letters.table")[read[:, 0].long()]
        h, self.state = self.decoder(vectors[None], self.state)
        return h[0] @ self.find("Output<Decoder.weight").T + self.find("Output.bias")


class Written(Plain):
    def begin(self, project: Project, rows: np.ndarray) -> None:
        self.gru, self.state = recurrent(project, "GRU", nn.GRU, 4, 6), None

    def step(self, read: Tensor) -> Tensor:
        vectors = self.find("Letters.table")[read[:, 0].long()]
        h, self.state = self.gru(vectors[None], self.state)
        return h[0] @ self.find("Output<GRU.weight").T + self.find("Output.bias")


class Drawn(Plain):
    def begin(self, project: Project, rows: np.ndarray) -> None:
        self.digit = torch.tensor(self.data.inputs["x"].values[rows], dtype=torch.float64)
        self.before = self.long_before = torch.zeros(len(rows), 6, dtype=torch.float64)

    def step(self, read: Tensor) -> Tensor:
        find = self.find
        sums = find("Hidden.bias") + self.digit @ find("Hidden<Again.weight").T + read @ find("Hidden<Row.weight").T
        sums = sums + self.before @ find("Hidden<Hidden@1.weight").T
        sums = sums + self.long_before @ find("Hidden<Hidden@2.weight").T
        self.long_before, self.before = self.before, torch.tanh(sums)
        return self.before @ find("Output<Hidden.weight").T + find("Output.bias")

    def answer(self, sums: Tensor) -> Tensor:
        return sums


class Continued(Plain):
    """Reads a flag for each letter."""

    def begin(self, project: Project, rows: np.ndarray) -> None:
        self.gru, self.state = recurrent(project, "GRU", nn.GRU, 4, 6), None

    def step(self, read: Tensor) -> Tensor:
        h, self.state = self.gru(read.double()[None], self.state)
        return h[0] @ self.find("Output<GRU.weight").T + self.find("Output.bias")

    def answer(self, sums: Tensor) -> Tensor:
        return torch.eye(4, dtype=torch.float64)[sums.argmax(-1)]


class Foretold(Plain):
    def begin(self, project: Project, rows: np.ndarray) -> None:
        self.before = torch.zeros(len(rows), 5, dtype=torch.float64)

    def step(self, read: Tensor) -> Tensor:
        find = self.find
        back = self.before @ find("Hidden<Hidden@1.weight").T
        self.before = torch.tanh(find("Hidden.bias") + read @ find("Hidden<Years.weight").T + back)
        return self.before @ find("Output<Hidden.weight").T + find("Output.bias")

    def answer(self, sums: Tensor) -> Tensor:
        return sums


CASES = pytest.mark.parametrize(
    ("make", "plain"),
    [
        (told_backwards, ToldBackwards), (written, Written), (drawn, Drawn), (continued, Continued), (foretold, Foretold)
    ],
)  # fmt: skip


@CASES
def test_a_teacher_forced_pass(make, plain):
    project = make()
    one, other = session(project), plain(project)
    seen = one._model.forward(one._learner.tensors, one._data.take(ROWS))
    sums, _ = other.walk(torch.zeros(other.true.shape[:2], dtype=torch.bool))
    assert torch.allclose(seen.answers.logits, sums, rtol=0, atol=CLOSE)


@CASES
@pytest.mark.parametrize("given", [1, 3])
def test_a_free_pass(make, plain, given):
    project = make()
    one, other = session(project), plain(project)
    answers = one._feeding.free(one._learner.tensors, one._data.take(ROWS), given)
    own = torch.arange(len(other.true))[:, None].expand(other.true.shape[:2]) >= given
    sums, _ = other.walk(own)
    assert torch.allclose(answers.logits, sums, rtol=0, atol=CLOSE)


@CASES
def test_a_pass_that_is_mixed_by_chance(make, plain):
    project = make()
    one, other = session(project), plain(project)
    batch, lot = one._data.take(ROWS), np.random.default_rng([1, 2, 3])
    mixed = one._feeding.mixed(one._learner.tensors, batch, 0.5, lot, False, torch.Generator().manual_seed(0))
    own = torch.from_numpy(np.random.default_rng([1, 2, 3]).random(tuple(other.true.shape[:2])) >= 0.5)
    sums, reads = other.walk(own)
    (fed,) = one._feeding.inputs
    assert torch.allclose(mixed.inputs[fed], reads, rtol=0, atol=CLOSE)
    assert not torch.equal(mixed.inputs[fed], batch.inputs[fed])
    assert torch.equal(mixed.target, batch.target)
    seen = one._model.forward(one._learner.tensors, mixed)
    assert torch.allclose(seen.answers.logits, sums, rtol=0, atol=CLOSE)


def test_no_gradient_passes_through_what_is_fed_back():
    """The gradient of the mixed pass is that of the plain loop in which what is read is a constant."""
    project = drawn()
    one, other = session(project), Drawn(project)
    lot = np.random.default_rng(4)
    tensors_ = one._learner.tensors
    mixed = one._feeding.mixed(tensors_, one._data.take(ROWS), 0.3, lot, False, torch.Generator().manual_seed(0))
    torch.autograd.backward(one._model.forward(tensors_, mixed).loss)
    _, reads = other.walk(torch.from_numpy(np.random.default_rng(4).random(tuple(other.true.shape[:2])) >= 0.3))
    other.begin(project, ROWS)
    found = {key: value.clone().requires_grad_() for key, value in tensors_.items()}
    names = {id_: name for name, id_ in ((layer.name, layer.id) for layer in project.network)}
    leaf = {_named(project, key, names): value.detach().requires_grad_() for key, value in found.items()}
    other.find = leaf.__getitem__
    sums = torch.stack([other.step(read.detach()) for read in reads])
    torch.autograd.backward((sums - other.target).square().mean())
    for key in tensors_:
        assert torch.allclose(tensors_[key].grad, leaf[_named(project, key, names)].grad, rtol=0, atol=CLOSE), key


def _named(project: Project, key: str, names: dict[str, str]) -> str:
    owner, _, part = key.rpartition(".")
    if owner in names:
        return f"{names[owner]}.{part}"
    link = project.network.links[owner]
    delay = f"@{link.delay}" if link.delay else ""
    return f"{names[link.target]}<{names[link.source]}{delay}.{part}"


def test_dropout_is_that_of_the_training_step():
    project = told_backwards(dropout=0.5)
    one = session(project)
    batch, random = one._data.take(ROWS), torch.Generator().manual_seed(9)
    before = random.get_state()
    (fed,) = one._feeding.inputs
    mixed = one._feeding.mixed(one._learner.tensors, batch, 0.0, np.random.default_rng(0), False, random)
    assert torch.equal(random.get_state(), before)
    seen = one._model.forward(one._learner.tensors, mixed, training=True, generator=random)
    said = seen.answers.logits.argmax(-1)
    assert torch.equal(mixed.inputs[fed][1:, :, 0].long(), said[:-1]), (
        "it reads what it answers itself, dropout and all"
    )


def test_what_is_drawn_has_the_probabilities_of_the_network():
    project = written()
    one = session(project)
    rows = np.zeros(4000, int)
    mixed = one._feeding.mixed(
        one._learner.tensors, one._data.take(rows), 0.0, np.random.default_rng(0), True, torch.Generator()
    )
    (fed,) = one._feeding.inputs
    counted = np.bincount(mixed.inputs[fed][1, :, 0].long().numpy(), minlength=28) / len(rows)
    wanted = torch.softmax(Written(project, rows[:1]).step(torch.zeros(1, 1)), -1)[0].numpy()
    assert np.abs(counted - wanted).max() < 4 * np.sqrt(0.25 / len(rows))


# -- generating ------------------------------------------------------------------------------------------------------


def shares_of(project: Project, codes: tuple[int, ...], row: int = 0) -> list[Tensor]:
    """Log-probabilities (classes,) of every step when these classes have been answered, by the plain loop."""
    plain = {"reverse": ToldBackwards, "names": Written}[project.data.key](project, np.array([row]))
    reads = [plain.true[0], *(torch.tensor([[float(code)]]) for code in codes)]
    return [torch.log_softmax(plain.step(read), -1)[0] for read in reads]


def inputs_of(project: Project, row: int = 0) -> dict[str, np.ndarray]:
    data = project.dataset()
    return {name: field.values[row] for name, field in data.inputs.items() if name != data.feedback}


def every_answer(project: Project, steps: int, end: int | None = None) -> dict[tuple[int, ...], float]:
    """The log-probability of each whole answer: of ``steps`` classes, or ended before."""
    found = {}
    for codes in itertools.product(range(project.dataset().outputs), repeat=steps):
        cut = codes[: codes.index(end) + 1] if end in codes else codes
        if cut not in found:
            logs = shares_of(project, cut[:-1])
            found[cut] = float(sum(log[code] for log, code in zip(logs, cut, strict=True)))
    return found


def test_greedy_takes_the_likeliest_step_by_step():
    project = told_backwards(length=6)
    (made,) = session(project).generate(inputs_of(project), way_of("greedy"))
    codes: tuple[int, ...] = ()
    for step in range(6):
        logs = shares_of(project, codes)[-1]
        assert made.log_probabilities[step] == pytest.approx(float(logs.max()), abs=CLOSE)
        order = torch.argsort(-logs).tolist()
        assert made.ranked[step].tolist() == order
        assert np.allclose(made.shares[step], logs.exp()[order], rtol=0, atol=CLOSE)
        codes += (order[0],)
    assert made.answers.tolist() == list(codes) and not made.ended and len(made) == 6


@pytest.mark.parametrize("end", [None, 0, 2])
def test_a_wide_beam_finds_what_trying_everything_finds(end, monkeypatch):
    project = told_backwards(length=4, symbols=3)
    data = replace(project.dataset(), end=end)
    monkeypatch.setattr(Project, "dataset", lambda self: data)
    every = sorted(every_answer(project, 4, end).items(), key=lambda item: -item[1])
    assert np.exp([log for _, log in every]).sum() == pytest.approx(1)
    made = session(project).generate(inputs_of(project), way_of("beam", width=81), count=81)
    assert len(made) == len(every)
    for one, (codes, log) in zip(made, every, strict=True):
        assert tuple(one.answers.tolist()) == codes
        assert one.log_probability == pytest.approx(log, abs=1e-9)
        assert one.ended == (codes[-1] == end)


def test_a_narrow_beam_is_between_greedy_and_everything():
    best_found = 0
    for length, width in ((4, 2), (4, 3), (5, 4)):
        project = told_backwards(length=length, symbols=3)
        (greedy,) = session(project).generate(inputs_of(project), way_of("greedy"))
        made = session(project).generate(inputs_of(project), way_of("beam", width=width), count=width)
        every = every_answer(project, length)
        assert greedy.log_probability - 1e-12 <= made[0].log_probability <= max(every.values()) + 1e-9
        assert [one.log_probability for one in made] == sorted((one.log_probability for one in made), reverse=True)
        for one in made:
            assert one.log_probability == pytest.approx(every[tuple(one.answers.tolist())], abs=1e-9)
        best_found += made[0].log_probability > max(every.values()) - 1e-9
    assert best_found
    one = session(project).generate(inputs_of(project), way_of("beam", width=1))[0]
    assert one.answers.tolist() == greedy.answers.tolist()


def test_a_length_power_changes_the_order_only_by_its_formula(monkeypatch):
    project = told_backwards(length=3, symbols=3)
    data = replace(project.dataset(), end=1)
    monkeypatch.setattr(Project, "dataset", lambda self: data)
    every = every_answer(project, 3, 1)
    wanted = sorted(every, key=lambda codes: -every[codes] / len(codes) ** 1.5)
    made = session(project).generate(inputs_of(project), way_of("beam", width=100, length_power=1.5), count=100)
    assert [tuple(one.answers.tolist()) for one in made] == wanted


def test_sampling_follows_temperature_and_top_k():
    project = told_backwards(length=2, symbols=3)
    one = session(project)
    logs = shares_of(project, ())[0].numpy()
    for temperature, k in ((1.0, 0), (0.5, 0), (2.0, 2)):
        scores = logs / temperature
        scores[np.argsort(-logs)[k or 3 :]] = -np.inf
        wanted = np.exp(scores) / np.exp(scores).sum()
        counted = np.zeros(3)
        for seed in range(12):
            way = way_of("sampling", temperature=temperature, top_k=k)
            made = one.generate(inputs_of(project), way, count=256, seed=seed)
            counted += np.bincount([each.answers[0] for each in made], minlength=3)
        assert np.abs(counted / counted.sum() - wanted).max() < 4 * np.sqrt(0.25 / counted.sum())
        assert k == 0 or (counted > 0).sum() == k


def test_the_same_seed_gives_the_same_sequences():
    one = session(written())
    way = way_of("sampling", temperature=1.5)
    first, again, other = (one.generate({}, way, count=5, seed=seed) for seed in (3, 3, 4))
    assert [a.answers.tolist() for a in first] == [a.answers.tolist() for a in again]
    assert [a.answers.tolist() for a in first] != [a.answers.tolist() for a in other]
    assert [a.score for a in first] == sorted((a.score for a in first), reverse=True)


def test_a_given_beginning_is_kept_and_not_counted():
    project = written()
    data = project.dataset()
    given = Alphabet(data.target).read("Ann")
    for way in ("greedy", "sampling", "beam"):
        for made in session(project).generate({}, way_of(way), given, count=3, steps=8, seed=1):
            assert made.text.startswith("ann") and made.given == 3 and len(made) <= 8
            logs = shares_of(project, tuple(made.answers[:-1].tolist()))
            whole = [float(log[code]) for log, code in zip(logs, made.answers, strict=True)]
            assert np.allclose(made.log_probabilities, whole, rtol=0, atol=1e-9)
            assert made.log_probability == pytest.approx(sum(whole[3:]), abs=1e-9)
            assert made.ended == (made.answers[-1] == 0)


def test_numbers_are_told_as_the_free_pass_tells_them():
    project = drawn()
    (made,) = session(project).generate(inputs_of(project), way_of("sampling"), count=4)
    other = Drawn(project, ROWS[:1])
    sums, _ = other.walk(torch.ones(8, 1, dtype=torch.bool))
    assert np.allclose(made.answers, sums[:, 0].numpy(), rtol=0, atol=CLOSE)


def test_two_classes_of_one_unit(monkeypatch):
    project = told_backwards(length=3, symbols=2)
    set_value(project, "loss", "bce")
    set_value(project, "layers.Output.units", 1)
    set_value(project, "layers.Output.activation", "sigmoid")
    made = session(project).generate(inputs_of(project), way_of("beam", width=8), count=8)
    assert len(made) == 8 and np.exp([one.log_probability for one in made]).sum() == pytest.approx(1)


def test_a_text_without_a_start_begins_with_what_is_given(monkeypatch):
    project = written()
    plain = project.dataset()
    late = plain.inputs["x"].values.copy()
    late[0, 0] = 3
    data = replace(plain, inputs={"x": replace(plain.inputs["x"], values=late)})
    monkeypatch.setattr(Project, "dataset", lambda self: data)
    with pytest.raises(DataError, match="give the first one"):
        session(project).generate({}, way_of("greedy"))
    (made,) = session(project).generate({}, way_of("greedy"), Alphabet(data.target).read("ab"), steps=6)
    assert made.answers[0] == 2 and made.given == 1 and len(made) <= 5


@pytest.mark.parametrize(
    ("ask", "sentence"),
    [
        (lambda one, x: one.generate({}, way_of("greedy")), "Nothing is given for the input “Source”"),
        (lambda one, x: one.generate({"x": x["x"][:, :2]}, way_of("greedy")), "does not fit the input “Source”"),
        (lambda one, x: one.generate(x, way_of("greedy"), [7]), "names a class"),
        (lambda one, x: one.generate(x, way_of("greedy"), count=1000), "can be made at once"),
        (lambda one, x: one.generate(x, way_of("beam", width=0)), "must be at least 1"),
    ],
)
def test_what_can_not_be_made_is_answered_with_a_sentence(ask, sentence):
    project = told_backwards()
    with pytest.raises(StudioError, match=sentence):
        ask(session(project), inputs_of(project))


def test_a_symbol_that_is_not_known_is_named():
    with pytest.raises(BadValue, match="“5” at place 2"):
        Alphabet(written().dataset().target).read("a5")


def test_free_running_beside_teacher_forcing():
    project = drawn()
    found = session(project).free_run("train", given=2, most=20)
    rows = project.dataset().split["train"][:20]
    assert found.samples.tolist() == rows.tolist() and found.counted.tolist() == [20] * 8
    for own, errors in (
        ((torch.zeros(8, 20) > 0), found.taught),
        (torch.arange(8)[:, None].expand(8, 20) >= 2, found.free),
    ):
        other = Drawn(project, rows)
        sums, _ = other.walk(own)
        wanted = 16 * (sums - other.target).square().mean((1, 2)).sqrt().numpy()
        assert np.allclose(errors, wanted, rtol=1e-9)
    assert np.allclose(found.taught[:2], found.free[:2]) and not np.allclose(found.taught[2:], found.free[2:])


def test_a_text_of_ones_own_is_continued_from_its_first_letters():
    project = continued()
    one, data = session(project), project.dataset()
    with pytest.raises(DataError, match="give the first one"):
        one.generate({}, way_of("greedy"))
    (made,) = one.generate({}, way_of("greedy"), (2, 0, 3), steps=12)
    plain, codes = Continued(project, np.array([0])), [2, 0, 3]
    for step in range(11):
        logs = torch.log_softmax(plain.step(torch.eye(4)[[codes[step]]]), -1)[0]
        if step >= 2:
            codes.append(int(logs.argmax()))
        assert made.log_probabilities[step] == pytest.approx(float(logs[codes[step + 1]]), abs=CLOSE)
    assert made.answers.tolist() == codes[1:] and made.given == 2
    assert made.text == "".join(data.target.classes[code] for code in codes)
    several = one.generate({}, way_of("sampling"), (2, 0), count=5, seed=3)
    assert len({each.text for each in several}) > 1
    assert [each.text for each in several] == [
        each.text for each in one.generate({}, way_of("sampling"), (2, 0), 5, seed=3)
    ]
    for each in (*several, *one.generate({}, way_of("beam", width=4), (2, 0), count=4)):
        plain, logs = Continued(project, np.array([0])), []
        for code, asked in zip([2, *each.answers[:-1]], each.answers, strict=True):
            logs.append(float(torch.log_softmax(plain.step(torch.eye(4)[[code]]), -1)[0, asked]))
        assert each.log_probabilities == pytest.approx(logs, abs=CLOSE)


def test_numbers_without_a_start_are_not_made_up():
    with pytest.raises(DataError, match="no value to begin with"):
        session(foretold()).generate({}, way_of("greedy"))


def test_reading_an_input_answers_by_itself_where_the_network_reads_its_answers():
    project = drawn()
    one, flags = session(project), np.eye(10)[4]
    reading = one.read(flags, 3, 5)
    (wanted,) = one.generate({"x": flags}, way_of("greedy"))
    assert np.allclose(reading.output, wanted.answers, rtol=0, atol=CLOSE) and reading.step == 5
    # The slope along a direction, what was fed back held: only the digit moves.
    (fed,) = one._feeding.inputs
    digit = next(layer.id for layer in project.network.of_kind("input") if layer.id != fed)
    past = np.concatenate([np.zeros((1, 8)), wanted.answers[:-1]])[:, None]
    way = np.random.default_rng(0).standard_normal(10)

    def said(x):
        given = {digit: torch.tensor(x[None]), fed: torch.tensor(past)}
        with torch.no_grad():
            return float(one._model.program.run(one._learner.tensors, given).outputs[one._feeding.output][5, 0, 3])

    slope = (said(flags + 1e-5 * way) - said(flags - 1e-5 * way)) / 2e-5
    assert slope == pytest.approx(float((reading.gradient * way).sum()), rel=1e-6)


def test_steps_that_do_not_count_are_left_out():
    project = written()
    found = session(project).free_run("validation", most=50)
    data = project.dataset()
    rows = data.split["validation"][:50]
    other = Written(project, rows)
    sums, _ = other.walk(torch.ones(other.true.shape[:2], dtype=torch.bool))
    wrong = (sums.argmax(-1) != other.target[..., 0]).numpy().T
    for step, n in enumerate(found.counted):
        counted = data.mask[rows][:, step]
        assert n == counted.sum()
        assert np.isnan(found.free[step]) if not n else found.free[step] == pytest.approx(wrong[counted, step].mean())


def test_what_was_looked_at_is_what_a_pass_over_the_whole_answer_looks_at():
    project = open_example("dates-attention")
    one, data = session(project), project.dataset()
    for way in ("beam", "greedy"):
        made = one.generate(inputs_of_sample(data, 2), way_of(way), count=3)[-1]
        program, network = one._model.program, project.network
        reads = np.concatenate([data.start, made.answers[:-1]])[:, None, None]
        entering = {
            layer.id: torch.tensor(
                reads if layer.params["field"] == data.feedback else inputs_of_sample(data, 2)["x"][:, None],
                dtype=torch.float32,
            )
            for layer in network.of_kind("input")
        }
        (weights,) = program.run(one._learner.tensors, entering).attention.values()
        assert made.attention.shape == (len(made), len(inputs_of_sample(data, 2)["x"]))
        assert np.allclose(made.attention, weights[:, 0].numpy(), atol=1e-5)
        assert np.allclose(made.attention.sum(1), 1, atol=1e-5)
