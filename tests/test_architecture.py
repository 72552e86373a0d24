"""The rules of the design that imports can show: one small test each."""

import ast
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted([*ROOT.glob("core/**/*.py"), *ROOT.glob("gui/**/*.py")])


def imports(path, top_level_only=False):
    """(module, names) of each import statement; relative imports are not used in this code base."""
    tree = ast.parse(path.read_text("utf-8"))
    nodes = tree.body if top_level_only else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from ((alias.name, ()) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} uses a relative import"
            yield node.module or "", tuple(alias.name for alias in node.names)


def name_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def within(module, *packages):
    return any(module == package or module.startswith(package + ".") for package in packages)


@pytest.mark.parametrize("path", [p for p in SOURCES if p.parts[len(ROOT.parts)] == "core"], ids=name_of)
def test_core_knows_no_window(path):
    assert not [m for m, _ in imports(path) if within(m, "gui", "PySide6", "pyqtgraph", "shiboken6")]


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_torch_is_imported_by_the_engine_alone(path):
    if not within(name_of(path), "core.engine", "core.export"):
        assert not [m for m, _ in imports(path) if within(m, "torch")]


def test_the_engine_is_loaded_only_when_it_is_needed():
    eager = {
        name_of(path): module
        for path in SOURCES
        if not within(name_of(path), "core.engine")
        for module, _ in imports(path, top_level_only=True)
        if within(module, "core.engine")
    }
    assert not eager


def test_only_the_trainer_and_the_command_line_drive_the_engine():
    users = {
        name_of(path)
        for path in SOURCES
        if not within(name_of(path), "core.engine") and any(within(m, "core.engine") for m, _ in imports(path))
    }
    assert {u for u in users if u.startswith("gui")} <= {"gui.worker"}


@pytest.mark.parametrize("folder", ["panels", "plots"])
def test_panels_do_not_import_one_another(folder):
    panels = {
        f"gui.{folder}.{name}"
        for name in ("inspector", "training", "problems", "history", "outline", "data", "breakpoints", "why", "loss", "gradient", "norms",
                     "activations", "output", "probe", "states")
    }  # fmt: skip
    for path in (ROOT / "gui" / folder).glob("*.py"):
        others = panels - {name_of(path)}
        assert not [m for m, _ in imports(path) if m in others], f"{path} imports another panel"


def test_threads_are_made_in_one_place():
    for path in SOURCES:
        if within(name_of(path), "gui") and name_of(path) != "gui.trainer":
            names = [(m, n) for m, names in imports(path) for n in names or ("",)]
            assert not [(m, n) for m, n in names if m == "threading" or n in ("QThread", "QThreadPool", "QRunnable")], (
                path
            )


def test_repeating_timers_are_made_in_one_place():
    for path in SOURCES:
        if name_of(path) != "gui.ticker":
            text = path.read_text("utf-8")
            for line in text.splitlines():
                if "QTimer(" in line:
                    assert "singleShot=True" in line or "single-shot" in text, f"{path}: {line.strip()}"


def _cycle(graph):
    """A list of modules that import each other in a ring, or None."""
    done, on_path = set(), []

    def visit(node):
        if node in on_path:
            return on_path[on_path.index(node) :]
        if node in done:
            return None
        on_path.append(node)
        for other in sorted(graph[node]):
            if found := visit(other):
                return found
        on_path.pop()
        done.add(node)
        return None

    return next((found for node in sorted(graph) if (found := visit(node))), None)


def test_no_import_cycles():
    known = {name_of(path) for path in SOURCES}
    graph = defaultdict(set)
    for path in SOURCES:
        for module, names in imports(path, top_level_only=True):
            targets = {f"{module}.{name}" for name in names} & known or {module} & known
            graph[name_of(path)] |= targets - {name_of(path)}
    assert _cycle(dict(graph) | {m: set() for m in known if m not in graph}) is None


def test_a_cycle_would_be_found():
    assert _cycle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == ["a", "b", "c"]
    assert _cycle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) is None


def test_source_files_stay_readable():
    long = {name_of(p): n for p in SOURCES if (n := len(p.read_text("utf-8").splitlines())) > 400}
    assert not long
