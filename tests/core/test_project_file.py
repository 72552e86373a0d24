"""A project file comes back exactly, survives kill -9 and failing disks, and answers any damage with a sentence."""

import errno
import io
import json
import os
import random
import signal
import stat
import struct
import subprocess
import sys
import time
import tracemalloc
import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from core import archive, atomic, project_file, tensors
from core.autosave import Journal
from core.catalogue.activations import ACTIVATIONS
from core.catalogue.layers import LAYERS
from core.catalogue.optimizers import OPTIMIZERS
from core.edits import (
    AddLayer,
    AddLink,
    Remove,
    Rename,
    SetMask,
    SetParam,
    SetTraining,
    SetWeights,
    new_layer,
    new_link,
)
from core.errors import BadFile, NotSaved, StudioError
from core.project import Project, same
from core.project_file import load, save
from core.script import write_report
from tests.core.samples import PNG, full, run_of, small

ROOT = Path(__file__).parents[2]


def same_runs(one, other):
    for a, b in zip(one, other, strict=True):
        assert a.to_json() == b.to_json()
        left, right = a.to_arrays(), b.to_arrays()
        assert left.keys() == right.keys()
        for name in left:
            assert left[name].dtype == right[name].dtype
            np.testing.assert_array_equal(left[name], right[name])


@pytest.mark.parametrize("make", [Project, small, full])
def test_a_project_comes_back_bit_for_bit(tmp_path, make):
    project = make()
    path = tmp_path / "project.unroll"
    save(project, path, PNG)
    found = load(path)
    assert found.state.network == project.network
    assert found.training == project.training
    assert found.data == project.data
    assert list(found.weights) == list(project.weights)
    for name, value in project.weights.items():
        assert found.weights[name].dtype == value.dtype
        assert found.weights[name].tobytes() == value.tobytes()
        assert not found.weights[name].flags.writeable
    same_runs(found.runs, project.runs)
    assert project_file.load_thumbnail(path) == PNG
    # Written once more it is the same file, byte for byte.
    again = tmp_path / "again.unroll"
    save(found, again, PNG)
    assert again.read_bytes() == path.read_bytes()


def random_edit(network, rng):
    """Some edit, allowed or not."""
    layer, link = rng.choice(list(network.layers)), rng.choice([*network.links, "none"])
    name = "".join(chr(rng.choice((65, 0x6AF, 0x1F600, 0x202E, 34, 92))) for _ in range(5))
    return rng.choice(
        [
            AddLayer(new_layer(network, rng.choice(list(LAYERS)), x=rng.uniform(-1e4, 1e4))),
            AddLink(new_link(network, layer, rng.choice(list(network.layers)), rng.choice((0, 1, 1, 7)))),
            Remove(links=(link,)),
            SetParam(layer, "units", rng.randrange(1, 9)),
            SetParam(layer, "activation", rng.choice(list(ACTIVATIONS))),
            SetMask(link, {(0, 0): False}),
            Rename(layer, name),
            SetTraining("optimizer", rng.choice(list(OPTIMIZERS))),
        ]
    )


@pytest.mark.parametrize("seed", range(25))
def test_whatever_edits_lead_to_comes_back(tmp_path, seed):
    rng, project, taken = random.Random(seed), small(), 0
    for _ in range(40):
        with suppress(StudioError):
            project.apply(random_edit(project.network, rng))
            taken += 1
    assert taken > 15
    save(project, tmp_path / "p.unroll")
    assert same(load(tmp_path / "p.unroll").state, project.state)


def test_weights_keep_their_precision_and_are_never_rounded(tmp_path):
    project = small()
    values = {name: np.nextafter(value.astype(np.float64), 9.0) for name, value in project.weights.items()}
    for value in values.values():
        value.flags.writeable = False
    project.apply(SetWeights(values))
    save(project, tmp_path / "p.unroll")
    found = load(tmp_path / "p.unroll").weights
    for name, value in project.weights.items():
        assert found[name].dtype == value.dtype and found[name].tobytes() == value.tobytes()


def test_arrays_that_lie_otherwise_in_memory_are_written_as_what_they_mean():
    matrix = np.arange(12, dtype=np.float32).reshape(3, 4)
    arrays = {"transposed": matrix.T, "sliced": matrix[:, ::2], "big_endian": matrix.astype(">f4")}
    found = tensors.read(tensors.dump(arrays), "weights", {"float32"})
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)


@pytest.mark.parametrize(
    "name",
    ["with spaces.unroll", "شبکهٔ بازگشتی.unroll", "🙂🚀.unroll", "\u202eltr\u200f.unroll", "-rf.unroll", "%s{x}.unroll",
     "n" * 200 + ".unroll", "no suffix"],
)  # fmt: skip
def test_any_name_that_the_disk_takes_will_do(tmp_path, name):
    folder = tmp_path / "پوشهٔ من 📁"
    folder.mkdir()
    save(small(), folder / name)
    save(full(), folder / name)
    assert same(load(folder / name).state, full().state)
    assert [file.name for file in folder.iterdir()] == [name]


def test_a_link_to_a_file_stays_a_link_and_the_mode_stays(tmp_path):
    (tmp_path / "real").mkdir()
    real, link = tmp_path / "real" / "p.unroll", tmp_path / "link.unroll"
    save(small(), real)
    real.chmod(0o640)
    link.symlink_to(real)
    save(small(9), link)
    assert link.is_symlink() and load(real).network.layers["l2"].params["units"] == 9
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


@pytest.mark.parametrize("where", ["gone/p.unroll", "file/p.unroll", "folder", "x" * 300 + ".unroll"])
def test_places_where_nothing_can_be_saved_are_named(tmp_path, where):
    (tmp_path / "file").write_text("a file")
    (tmp_path / "folder").mkdir()
    with pytest.raises(NotSaved, match="was not saved"):
        save(small(), tmp_path / where)


# -- failing disks ---------------------------------------------------------------------------------------------------

CALLS = ("open", "write", "fsync", "replace", "close")
ERRORS = (errno.ENOSPC, errno.EACCES, errno.EIO)


class FailingDisk:
    """Makes the k-th system call of a save fail, counting over all kinds of calls."""

    def __init__(self, monkeypatch, at, error):
        self.count, self.at, self.error, self.failed, self.replaced = 0, at, error, "", False
        for name in CALLS:
            monkeypatch.setattr(os, name, self._wrap(name, getattr(os, name)))

    def _wrap(self, name, real):
        def call(*args, **kwargs):
            self.count += 1
            if self.count == self.at:
                self.failed = name
                if name == "close":  # the descriptor is gone even where close fails
                    real(*args)
                raise OSError(self.error, os.strerror(self.error))
            self.replaced |= name == "replace"
            return real(*args, **kwargs)

        return call


def naive_save(project, path):
    path.write_bytes(archive.pack(project_file.members(project.state)))


def keep(project, path):
    """Autosave, to a file whose name is known beforehand."""
    journal = Journal(path.parent)
    journal.file = path
    journal.write(project)


def report(project, path):
    """The report of a run, through the script that writes it."""
    write_report(run_of(project, len(project.network.layers)), path)


@pytest.mark.parametrize("write", [save, keep, report])
@pytest.mark.parametrize("error", ERRORS, ids=errno.errorcode.get)
def test_whichever_system_call_fails_the_old_file_stays_whole_and_the_reason_is_said(tmp_path, error, write):
    path = tmp_path / "p.unroll"
    old, new = small(), full()
    for at in range(1, 100):
        write(old, path)
        content, before = path.read_bytes(), new.state
        with pytest.MonkeyPatch.context() as patch:
            disk = FailingDisk(patch, at, error)
            try:
                write(new, path)
                failure = None
            except NotSaved as caught:
                failure = caught
        if not disk.failed:
            assert failure is None
            break
        assert failure is not None and "p.unroll" in str(failure) and "{" not in str(failure), disk.failed
        assert new.state is before
        if path.read_bytes() != content:
            # Only what fails after the replacement leaves the new version, and that one is whole.
            assert disk.replaced, disk.failed
            if write is report:
                json.loads(path.read_text("utf-8"))
            else:
                assert same(load(path).state, new.state)
        assert [file.name for file in tmp_path.iterdir()] == ["p.unroll"], disk.failed
    assert 8 <= at < 99, f"{at - 1} calls were made to fail"


def test_negative_control_a_plain_write_loses_the_file_when_the_disk_is_full(tmp_path, monkeypatch):
    path = tmp_path / "p.unroll"
    save(small(), path)

    def write_on_a_full_disk(self, data):
        with self.open("wb") as file:
            file.write(data[:100])
            raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(Path, "write_bytes", write_on_a_full_disk)
    with pytest.raises(OSError):
        naive_save(full(), path)
    with pytest.raises(BadFile):
        load(path)


def test_a_write_that_silently_loses_bytes_is_noticed(tmp_path, monkeypatch):
    path = tmp_path / "p.unroll"
    save(small(), path)
    real = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: real(fd, bytes(len(data))) and len(data))
    with pytest.raises(NotSaved, match="differs from what was written"):
        save(full(), path)
    monkeypatch.undo()
    assert same(load(path).state, small().state)


# -- kill -9 ---------------------------------------------------------------------------------------------------------

WRITER = """
import sys, itertools
from pathlib import Path
from core import archive, project_file
from tests.core.samples import small
import numpy as np
from core.edits import SetWeights
path, how = Path(sys.argv[1]), sys.argv[2]
versions = []
for units in (300, 301):
    project = small(units)
    versions.append(project)
def naive(project, path):
    path.write_bytes(archive.pack(project_file.members(project.state)))
write = project_file.save if how == "safe" else naive
write(versions[0], path)
print("ready", flush=True)
for project in itertools.cycle(versions):
    write(project, path)
"""


def kills(folder, how, count, seed):
    """Kill a process that saves without end ``count`` times; returns how many times the file was damaged."""
    path = folder / f"{how}.unroll"
    rng = random.Random(seed)
    damaged = 0
    units = set()
    for _ in range(count):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), how], cwd=ROOT, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}
        ) as writer:  # fmt: skip
            assert writer.stdout.readline() == b"ready\n"
            time.sleep(rng.uniform(0.0, 0.02))
            writer.send_signal(signal.SIGKILL)
            writer.wait()
        try:
            units.add(load(path).network.layers["l2"].params["units"])
        except BadFile:
            damaged += 1
    if how == "safe":
        assert units <= {300, 301}
    return damaged


@pytest.mark.skipif(os.name == "nt", reason="no kill -9")
def test_a_saved_project_survives_kill_9(tmp_path):
    assert forked_kills(tmp_path, "safe", 40, seed=1) == 0
    assert load(tmp_path / "safe.unroll").network.layers["l2"].params["units"] in (300, 301)
    # Negative control: the same harness does damage a file that is written plainly.
    assert forked_kills(tmp_path, "naive", 40, seed=2) > 10


@pytest.mark.long
@pytest.mark.skipif(os.name == "nt", reason="no kill -9")
def test_a_saved_project_survives_kill_9_many_times(tmp_path):
    assert forked_kills(tmp_path, "safe", 300, seed=3) == 0
    assert kills(tmp_path, "safe", 20, seed=4) == 0


def forked_kills(folder, how, count, seed):
    """As ``kills``, with one server process that forks a writer per kill, so that Python starts only once."""
    path = folder / f"{how}.unroll"
    server = subprocess.run(
        [sys.executable, "-c", FORKING, str(path), how, str(count), str(seed)],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True, timeout=200,
    )  # fmt: skip
    left = [file.name for file in folder.iterdir() if file.name.endswith(".tmp")]
    # The last writer was killed too: at most its own temporary file is left; each save cleans up after the dead.
    assert len(left) <= 1
    return int(server.stdout)


FORKING = """
import os, random, signal, sys, time
from pathlib import Path
from core import archive, project_file
from core.errors import BadFile
from tests.core.samples import small
path, how, count, seed = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
versions = [small(300), small(301)]
def naive(project, path):
    path.write_bytes(archive.pack(project_file.members(project.state)))
write = project_file.save if how == "safe" else naive
write(versions[0], path)
rng = random.Random(seed)
damaged = 0
for n in range(count):
    child = os.fork()
    if child == 0:
        while True:
            write(versions[0], path)
            write(versions[1], path)
    time.sleep(rng.uniform(0.002, 0.03))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    try:
        assert project_file.load(path).network.layers["l2"].params["units"] in (300, 301)
    except BadFile:
        damaged += 1
        write(versions[0], path)
print(damaged)
"""


def test_temporary_files_of_dead_processes_are_swept_and_those_of_living_ones_stay(tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", "pass"])
    dead.wait()
    mark = atomic._host_mark()
    stale = tmp_path / f".unroll-{mark}-{dead.pid}-00000000.tmp"
    living = tmp_path / f".unroll-{mark}-{os.getpid()}-00000000.tmp"
    other = tmp_path / f".unroll-ffffffff-{dead.pid}-00000000.tmp"
    foreign = tmp_path / ".unroll-notes.tmp"
    for file in (stale, living, other, foreign):
        file.write_bytes(b"x")
    save(small(), tmp_path / "p.unroll")
    assert not stale.exists()
    assert living.exists() and other.exists() and foreign.exists()


# -- damaged and foreign files ---------------------------------------------------------------------------------------


def refused(path):
    """The sentence of BadFile, in bounded time and memory; a file that still loads counts as "" (nothing was damaged)."""
    started = time.process_time()
    try:
        load(path)
        sentence = ""
    except BadFile as error:
        sentence = str(error)
        assert 20 < len(sentence) < 4000
        assert "Traceback" not in sentence and "\x00" not in sentence
    # Tracing memory makes everything several times slower; the time is what it takes without.
    assert time.process_time() - started < 2.0 or tracemalloc.is_tracing()
    return sentence


def mutations(content, seed):
    """One damaged version of a project file."""
    rng = random.Random(seed)
    data = bytearray(content)
    kind = seed % 6
    if kind == 0:
        for _ in range(rng.choice((1, 1, 2, 8, 64))):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    elif kind == 1:
        del data[rng.randrange(len(data)) :]
    elif kind == 2:
        at = rng.randrange(len(data))
        data[at : at + rng.randrange(1, 200)] = rng.randbytes(rng.randrange(200))
    elif kind == 3:
        # The directory at the end is where most lies can be told.
        for _ in range(rng.choice((1, 2, 5))):
            data[-rng.randrange(1, min(len(data), 900))] = rng.randrange(256)
    elif kind == 4:
        at, other = rng.randrange(len(data)), rng.randrange(len(data))
        size = rng.randrange(1, 500)
        data[at : at + size], data[other : other + size] = data[other : other + size], data[at : at + size]
    else:
        return mutated_members(content, rng)
    return bytes(data)


def mutated_members(content, rng):
    """A sound zip whose members are wrong: checksums do not help here, only validation does."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive_file:
        parts = {name: archive_file.read(name) for name in archive_file.namelist()}
    name = rng.choice(sorted(parts))
    if name.endswith(".json"):
        document = json.loads(parts[name])
        damage_json(document, rng)
        parts[name] = json.dumps(document).encode()
    else:
        data = bytearray(parts[name])
        for _ in range(rng.choice((1, 3, 20))):
            data[rng.randrange(min(len(data), 2000))] = rng.randrange(256)
        parts[name] = bytes(data)
    if rng.random() < 0.2:
        one, other = rng.choice(sorted(parts)), rng.choice(sorted(parts))
        parts[one], parts[other] = parts[other], parts[one]
    if rng.random() < 0.2:
        del parts[rng.choice(sorted(parts))]
    return archive.pack(parts)


def damage_json(value, rng):
    """Replace, drop or double something somewhere in a JSON document."""
    strange = [
        None,
        True,
        -1,
        10**30,
        1e308,
        "",
        "x" * 5000,
        [],
        {},
        [[]],
        "l1",
        "\ud800",
        "../..",
        {"key": "tanh"},
        0.5,
    ]
    while True:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        if not keys:
            return
        key = rng.choice(keys)
        if isinstance(value[key], dict | list) and value[key] and rng.random() < 0.75:
            value = value[key]
            continue
        action = rng.randrange(4)
        if action == 0 and isinstance(value, dict):
            del value[key]
        elif action == 1 and isinstance(value, list):
            value.append(value[key])
        elif action == 2 and isinstance(value, dict):
            value[rng.choice(["extra", "units", "key", "values"])] = rng.choice(strange)
        else:
            value[key] = rng.choice(strange)
        return


def fuzz(tmp_path, seeds):
    path = tmp_path / "p.unroll"
    save(full(), path, PNG)
    content = path.read_bytes()
    sentences = 0
    for seed in seeds:
        path.write_bytes(mutations(content, seed))
        try:
            if refused(path):
                sentences += 1
            else:
                # What still loads is a sound project: it can be saved and loaded again.
                save(load(path), tmp_path / "again.unroll")
        except Exception as error:
            error.add_note(f"fuzz seed {seed}")
            raise
    return sentences


def test_every_damaged_file_gets_a_sentence(tmp_path):
    sentences = fuzz(tmp_path, range(360))
    assert sentences > 250


@pytest.mark.long
def test_every_damaged_file_gets_a_sentence_many_times(tmp_path):
    assert fuzz(tmp_path, range(1000, 7000)) > 4000


def test_a_file_cut_at_any_kilobyte_gets_a_sentence(tmp_path):
    path = tmp_path / "p.unroll"
    save(full(), path)
    content = path.read_bytes()
    for size in range(0, len(content), 1024):
        path.write_bytes(content[:size])
        assert refused(path), size


def zipped(members, compress=zipfile.ZIP_STORED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compress) as made:
        for name, content in members:
            made.writestr(name, content)
    return buffer.getvalue()


def project_parts(project=None):
    return project_file.members((project or small()).state)


def with_project(**changes):
    parts = project_parts()
    document = json.loads(parts["project.json"])
    document.update(changes)
    return archive.pack({**parts, "project.json": json.dumps(document).encode()})


def edited(edit):
    parts = project_parts()
    document = json.loads(parts["project.json"])
    edit(document)
    return archive.pack({**parts, "project.json": json.dumps(document).encode()})


def raw_project(text):
    return archive.pack({**project_parts(), "project.json": text.encode()})


def bomb_json():
    return zipped([("project.json", b" " * (5 << 20))], zipfile.ZIP_DEFLATED)


def bomb_weights():
    parts = project_parts()
    return zipped(
        [("project.json", parts["project.json"]), ("weights.safetensors", bytes(64 << 20))], zipfile.ZIP_DEFLATED
    )


def many_members():
    parts = list(project_parts().items())
    return zipped([*parts, *((f"runs/{n}.json", b"{}") for n in range(1, 3000))])


def doubling_chain():
    """30 layers that each put their source twice side by side: 2^30 features out of a small file."""

    def edit(document):
        layers, links = document["layers"], document["links"]
        for n in range(30):
            layers.append({"id": f"c{n}", "name": f"c{n}", "kind": "concatenate", "params": {}})
            source = f"c{n - 1}" if n else "l2"
            middle = {"id": f"d{n}", "name": f"d{n}", "kind": "dropout", "params": {}}
            layers.append(middle)
            links.append({"id": f"a{n}", "source": source, "target": f"d{n}"})
            links.append({"id": f"b{n}", "source": source, "target": f"c{n}"})
            links.append({"id": f"e{n}", "source": f"d{n}", "target": f"c{n}"})

    return edited(edit)


def lying_size():
    data = bytearray(archive.pack(project_parts()))
    at = data.rfind(b"PK\x01\x02")
    struct.pack_into("<LL", data, at + 20, 900 << 20, 900 << 20)
    return bytes(data)


def duplicate_member():
    with pytest.warns(UserWarning, match="Duplicate name"):
        return zipped([*project_parts().items(), ("project.json", b"{}")])


def pickled():
    class Canary:
        def __reduce__(self):
            return (os.mkdir, ("pickle-was-executed",))

    import pickle

    return pickle.dumps(Canary())


def encrypted():
    data = bytearray(archive.pack(project_parts()))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(signature, at + 4)
    return bytes(data)


HOSTILE = {
    "empty": lambda: b"",
    "text": lambda: b"hello",
    "png": lambda: PNG,
    "another zip": lambda: zipped([("word/document.xml", b"<x/>")]),
    "pickle": pickled,
    "pickle inside": lambda: zipped([*project_parts().items(), ("weights.pkl", pickled())]),
    "pickle as weights": lambda: archive.pack({**project_parts(), "weights.safetensors": pickled()}),
    "dot dot": lambda: zipped([*project_parts().items(), ("../outside.txt", b"x")]),
    "absolute": lambda: zipped([*project_parts().items(), ("/tmp/outside.txt", b"x")]),
    "duplicate member": duplicate_member,
    "bomb in json": bomb_json,
    "bomb in weights": bomb_weights,
    "many members": many_members,
    "lying size": lying_size,
    "encrypted": encrypted,
    "features that double": doubling_chain,
    "not json": lambda: raw_project("{"),
    "not an object": lambda: raw_project("[]"),
    "not utf-8": lambda: archive.pack({**project_parts(), "project.json": b"\xff\xfe{}"}),
    "nested": lambda: raw_project('{"a":' + "[" * 100_000 + "]" * 100_000 + "}"),
    "nested a little": lambda: raw_project('{"a":' + "[" * 500 + "]" * 500 + "}"),
    "a million values": lambda: raw_project('{"layers":[' + "1," * 1_000_000 + "1]}"),
    "a million keys": lambda: raw_project("{" + ",".join(f'"k{n}":1' for n in range(400_001)) + "}"),
    "NaN": lambda: edited(lambda d: d["layers"][0].update(x=float("nan"))),
    "infinite": lambda: edited(lambda d: d["layers"][0].update(x=float("inf"))),
    "huge exponent": lambda: raw_project('{"version": 1e999}'),
    "huge int": lambda: edited(lambda d: d["layers"][0]["params"].update(units=10**300)),
    "int of many digits": lambda: raw_project('{"version": ' + "9" * 10_000 + "}"),
    "key twice": lambda: raw_project('{"version": 1, "version": 1}'),
    "layer twice": lambda: edited(lambda d: d["layers"].append(d["layers"][0])),
    "name twice": lambda: edited(lambda d: d["layers"][0].update(name="Hidden")),
    "link twice": lambda: edited(lambda d: d["links"].append(d["links"][0])),
    "same wire": lambda: edited(lambda d: d["links"].append({**d["links"][0], "id": "k9"})),
    "id of a layer and a link": lambda: edited(lambda d: d["links"][0].update(id="l1")),
    "dangling link": lambda: edited(lambda d: d["links"][0].update(source="nobody")),
    "into an input": lambda: edited(lambda d: d["links"][0].update(target="l1")),
    "negative delay": lambda: edited(lambda d: d["links"][0].update(delay=-1)),
    "unknown kind": lambda: edited(lambda d: d["layers"][1].update(kind="dens")),
    "unknown parameter": lambda: edited(lambda d: d["layers"][1]["params"].update(unitss=3)),
    "wrong activation": lambda: edited(lambda d: d["layers"][1]["params"].update(activation={"key": "tahn"})),
    "activation list": lambda: edited(lambda d: d["layers"][1]["params"].update(activation=[1])),
    "id with a dot": lambda: edited(lambda d: d["layers"][1].update(id="a.b")),
    "unknown loss": lambda: edited(lambda d: d["training"]["values"]["loss"].update(key="msee")),
    "training of another kind": lambda: with_project(training={"key": "x", "values": {}}),
    "unknown data": lambda: with_project(data={"key": "mnist", "values": {}}),
    "newer version": lambda: with_project(version=99),
    "version text": lambda: with_project(version="1"),
    "version true": lambda: with_project(version=True),
    "other format": lambda: with_project(format="somebody-elses"),
    "unknown key": lambda: with_project(script="import os"),
    "runs that are not there": lambda: with_project(runs=3),
    "no weights": lambda: archive.pack({"project.json": project_parts()["project.json"]}),
    "other weights": lambda: archive.pack({**project_parts(), "weights.safetensors": tensors.dump({"x": np.zeros(3, np.float32)})}),
    "weights of another shape": lambda: archive.pack({**project_parts(), "weights.safetensors": project_parts(small(9))["weights.safetensors"]}),
    "whole-number weights": lambda: archive.pack({**project_parts(), "weights.safetensors": tensors.dump({k: v.astype(np.int32) for k, v in small().weights.items()})}),
    "memory of a layer that has none": lambda: edited(lambda d: d["links"][0].update(role="memory")),
    "late memory": lambda: edited(lambda d: d["links"].append({"id": "m", "source": "l1", "target": "l2", "delay": 2, "role": "memory"})),
    "mask from nowhere": lambda: archive.pack({**project_parts(), "masks.safetensors": tensors.dump({"k1": np.ones((4, 3), bool)})}),
    "mask missing": lambda: edited(lambda d: d["links"][0].update(masked=True)),
    "picture that is none": lambda: archive.pack({**project_parts(), "thumbnail.png": b"<svg/>"}),
    "run from nowhere": lambda: archive.pack({**project_parts(), "runs/1.json": b"{}"}),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_with_a_sentence(tmp_path, monkeypatch, case):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "p.unroll"
    path.write_bytes(HOSTILE[case]())
    before = set(tmp_path.parent.rglob("*"))
    assert refused(path)
    tracemalloc.start()
    try:
        assert refused(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 256 << 20
    assert set(tmp_path.parent.rglob("*")) == before, "something was written"


def test_a_mask_that_does_not_fit_is_refused(tmp_path):
    parts = project_file.members(full().state)
    masks = tensors.read(parts["masks.safetensors"], "masks", {"bool"})
    parts["masks.safetensors"] = tensors.dump({key: mask[:, :-1] for key, mask in masks.items()})
    path = tmp_path / "p.unroll"
    path.write_bytes(archive.pack(parts))
    with pytest.raises(BadFile, match=r"masks\.k2"):
        load(path)


def test_all_faults_are_named_at_once_with_their_paths(tmp_path):
    def edit(document):
        document["layers"][0]["params"]["units"] = 0
        document["layers"][1]["kind"] = "denes"
        document["layers"][2]["params"]["activation"] = {"key": "tanhh"}
        document["links"][0]["delay"] = "one"
        document["training"]["values"]["optimizer"] = {"key": "adam", "values": {"lr": -1}}

    path = tmp_path / "p.unroll"
    path.write_bytes(edited(edit))
    with pytest.raises(BadFile) as caught:
        load(path)
    listed = "\n".join(caught.value.values["all"])
    for place in ("layers.0.params.units", "layers.1.kind", "layers.2.params.activation.key", "links.0.delay", "training.values.optimizer.values.lr"):  # fmt: skip
        assert place in listed
        assert place in str(caught.value)
    assert "did you mean “dense”" in listed
    assert "did you mean “tanh”" in listed


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes")
def test_a_pipe_or_folder_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe.unroll")
    for path in (tmp_path / "pipe.unroll", tmp_path, tmp_path / "missing.unroll", tmp_path / "nul\0.unroll"):
        with pytest.raises(BadFile):
            load(path)


def test_a_project_without_the_defaults_written_out_gets_them(tmp_path):
    def edit(document):
        del document["layers"][1]["params"]["bias"]
        del document["training"]["values"]["epochs"]

    path = tmp_path / "p.unroll"
    path.write_bytes(edited(edit))
    assert same(load(path).state, small().state)
