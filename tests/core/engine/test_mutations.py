"""Every backward formula broken on purpose, one operation at a time: the random networks must notice each of them.

A mutant swaps the code of one function for that of the same function with one change: a sum becomes a difference, a
product a sum, a sign turns, a matrix is not transposed, or a statement that works in place is left out. It is caught where a random network differs
from the reference, or where the engine fails. All of them must be.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from types import CodeType, FunctionType, ModuleType

import pytest
from torch import Tensor

from core.engine.kernels import elman, gru, pieces, products
from tests.core.engine import test_random_networks, test_single_precision
from tests.core.engine.random_networks import Case, random_case

MODULES = (
    "kernels.elman", "kernels.gru", "kernels.lstm", "kernels.fused", "kernels.pieces", "kernels.products", "kernels.squashes", "nodes.base",
    "nodes.affine", "nodes.gated", "nodes.joins", "nodes.attention", "scan", "execution",
)  # fmt: skip
BACKWARD = (
    "backward", "begin_backward", "connect_backward", "pull", "pull_step", "pull_over_units", "pusher", "share", "slope",
    "slopes", "gate_gradients", "tensor_gradients", "entering_gradient", "direct", "direct_parts", "delta_buffer",
    "over_steps", "kept", "walk", "multiply", "bias_gradients", "_factors", "_walk_back", "_WalkBack.__init__", "_record", "_cell_gradient", "_outside", "cell_states",
    "product", "added", "add_product", "weight_gradient", "below", "at_scores", "inner", "truncated",
)  # fmt: skip
"""Functions that take part in a backward pass."""
SEEDS = 400
SWAPS: dict[type[ast.operator], ast.operator] = {ast.Add: ast.Sub(), ast.Sub: ast.Add(), ast.Mult: ast.Add()}


@dataclass(frozen=True)
class Mutant:
    """One function with one change."""

    name: str
    function: FunctionType
    code: CodeType


class Change(ast.NodeTransformer):
    """Makes the change number ``wanted`` and counts how many there could be."""

    def __init__(self, wanted: int, bound: tuple[str, ...]) -> None:
        self.wanted, self.seen, self.what = wanted, -1, ""
        self.nothing: ast.stmt = ast.Expr(ast.Name(bound[0], ast.Load())) if bound else ast.Pass()
        """Names from outside stay in the code, which could not take the place of the other one without them."""

    def turn(self, node: ast.AST) -> bool:
        self.seen += 1
        if self.seen == self.wanted:
            self.what = ast.unparse(node)
            return True
        return False

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        swap = SWAPS.get(type(node.op))
        if swap is not None and self.turn(node):
            return ast.copy_location(ast.BinOp(node.left, swap, node.right), node)
        return node

    def visit_keyword(self, node: ast.keyword) -> ast.AST:
        self.generic_visit(node)
        if node.arg == "value" and self.turn(node):
            node.value = ast.Constant(2.0)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "t" and not node.args and self.turn(node):
            return node.func.value
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.value, ast.Call) and self.turn(node):
            return ast.copy_location(self.nothing, node)
        return node


def functions(module: ModuleType) -> Iterator[tuple[str, FunctionType]]:
    """The functions of a module that take part in a backward pass, methods included."""
    for name, value in vars(module).items():
        if getattr(value, "__module__", "") != module.__name__:
            continue
        if inspect.isfunction(value) and name in BACKWARD:
            yield name, inspect.unwrap(value)
        if inspect.isclass(value):
            for inner, method in vars(value).items():
                plain = inspect.unwrap(method.__func__ if isinstance(method, staticmethod) else method)
                if inspect.isfunction(plain) and (inner in BACKWARD or f"{name}.{inner}" in BACKWARD):
                    yield f"{name}.{inner}", plain


def mutants(path: str) -> Iterator[Mutant]:
    """All mutants of a module of the engine."""
    module = import_module(f"core.engine.{path}")
    for name, function in functions(module):
        source = textwrap.dedent(inspect.getsource(function))
        for number in range(1000):
            tree = ast.parse("from __future__ import annotations\nclass _:\n" + textwrap.indent(source, "    "))
            change = Change(number, function.__code__.co_freevars)
            tree = ast.fix_missing_locations(change.visit(tree))
            if not change.what:
                break
            yield Mutant(f"{path}:{name}: {change.what}", function, _code_of(tree, function))


def _code_of(tree: ast.Module, function: FunctionType) -> CodeType:
    """The code of the only method of the class in ``tree``."""

    def search(code: CodeType) -> CodeType | None:
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                found = constant if constant.co_name == function.__name__ else search(constant)
                if found is not None:
                    return found
        return None

    found = search(compile(tree, function.__code__.co_filename, "exec"))
    assert found is not None
    return found


def survives(mutant: Mutant, checks: tuple[Callable[[Case], None], ...]) -> bool:
    """Whether no random network notices."""
    kept = mutant.function.__code__
    mutant.function.__code__ = mutant.code
    try:
        try:
            test_random_networks.check_case(test_random_networks.handed_on())
        except Exception:  # noqa: BLE001 - a mutant may fail in any way
            return False
        for seed in range(SEEDS):
            for check in checks:
                try:
                    check(random_case(seed))
                except Exception:  # noqa: BLE001 - a mutant may fail in any way
                    return False
        return True
    finally:
        mutant.function.__code__ = kept


def few_steps(value: Tensor, numbers: int = 0) -> list[slice]:
    """Stretches of two steps, so that short sequences too are walked through in several."""
    return pieces.stretches(value, 2 * value[0].numel())


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("path", MODULES)
def test_a_mutation_in_a_backward_formula_is_caught(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for kernel in (elman, gru):
        monkeypatch.setattr(kernel, "stretches", few_steps)
    monkeypatch.setattr(products, "LEAST", 0)
    double, single = test_random_networks.check_case, test_single_precision.check
    checks = {"kernels.fused": (single,), "kernels.products": (double, single)}.get(path, (double,))
    found = list(mutants(path))
    assert found
    alive = [mutant.name for mutant in found if survives(mutant, checks)]
    assert alive == []
