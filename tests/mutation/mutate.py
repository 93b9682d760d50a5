"""Mutation testing: changes one thing in a module at a time, and tells which changes no test notices.

    python tests/mutation/mutate.py chain            the hash chain (core/history, core/canonical)
    python tests/mutation/mutate.py edits            the code edits (core/edits, core/edit_rules)
    python tests/mutation/mutate.py export           the export rules (adapters/fhir/rules, rules_content)
    python tests/mutation/mutate.py chain --most 60  a sample of that many, the same each time

A mutant is a module in which one comparison, one logical word, one constant, one sign or one statement is another one.
Each is tried in a forked process by the tests named below; it is dead when they fail, alive when they pass.
"""

from __future__ import annotations

import argparse
import ast
import copy
import gc
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
_SECONDS = 240
_NOT_NEEDED = ("cacheprovider", "pytestqt", "pytest-qt", "xdist", "faulthandler", "hypothesispytest")
GROUPS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "chain": (("ehrcoder.core.history", "ehrcoder.core.canonical"),
              ("tests/unit/core/test_history_rules.py", "tests/unit/test_coding_history.py",
               "tests/usecases/test_sign_record.py", "tests/usecases/test_mark_record.py")),
    "edits": (("ehrcoder.core.edits", "ehrcoder.core.edit_rules"),
              ("tests/unit/core/test_edit_findings.py", "tests/unit/core/test_code_edits.py",
               "tests/unit/core/test_code_notes.py")),
    "export": (("ehrcoder.adapters.fhir.rules", "ehrcoder.adapters.fhir.rules_content"),
               ("tests/adapters/fhir/test_fhir_rules.py",)),
}
_COMPARISONS = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One changed module: where, what, and its source."""

    module: str
    line: int
    what: str
    source: str


def mutants(module: str) -> Iterator[Mutant]:
    """Yield every mutant of a module; docstrings, annotations and imports are left alone."""
    found = importlib.util.find_spec(module)
    assert found is not None
    assert found.origin is not None
    tree = ast.parse(Path(found.origin).read_text("utf-8"))
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.expr | ast.stmt)]
    spared = _spared(tree)
    for number, node in enumerate(nodes):
        if id(node) in spared:
            continue
        for what in _changes(node):
            altered = copy.deepcopy(tree)
            target = [each for each in ast.walk(altered) if isinstance(each, ast.expr | ast.stmt)][number]
            before = ast.unparse(node)[:70]
            if _apply(altered, target, what):
                yield Mutant(module=module, line=node.lineno, what=f"{what}: {before}",
                             source=ast.unparse(ast.fix_missing_locations(altered)))


def _spared(tree: ast.Module) -> set[int]:
    """Return what no test can tell: docstrings, annotations, imports, words for people, and what stands inside them."""
    roots: list[ast.AST] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr):
            roots.append(node)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            roots.append(node)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            roots.append(node)
        if isinstance(node, ast.FunctionDef):
            roots += [each for each in (node.returns, *(a.annotation for a in ast.walk(node.args)
                                                        if isinstance(a, ast.arg))) if each is not None]
            roots += node.decorator_list
        if isinstance(node, ast.ClassDef):
            roots += node.decorator_list
        if isinstance(node, ast.AnnAssign):
            roots.append(node.annotation)
        if isinstance(node, ast.keyword) and node.arg in ("kept", "next_step", "maxsize", "message"):
            roots.append(node.value)
    return {id(each) for root in roots for each in ast.walk(root)}


def _changes(node: ast.AST) -> tuple[str, ...]:
    match node:
        case ast.Compare(ops=[op]) if type(op) in _COMPARISONS:
            return ("other comparison",)
        case ast.BoolOp():
            return ("and for or",)
        case ast.UnaryOp(op=ast.Not()):
            return ("not taken away",)
        case ast.BinOp(op=ast.Add() | ast.Sub()):
            return ("plus for minus",)
        case ast.Constant(value=bool()):
            return ("other truth",)
        case ast.Constant(value=int()):
            return ("one more",)
        case ast.Constant(value=str()) if node.value:
            return ("other text",)
        case ast.Return(value=ast.Constant(value=None)):
            return ()
        case ast.Return(value=ast.expr()):
            return ("nothing returned",)
        case ast.Raise() | ast.Continue() | ast.AugAssign():
            return ("left out",)
        case ast.Expr(value=ast.Call()):
            return ("left out",)
        case ast.IfExp() | ast.If():
            return ("always", "never")
        case _:
            return ()


def _apply(tree: ast.Module, node: ast.AST, what: str) -> bool:
    match node, what:
        case ast.Compare(), _:
            node.ops = [_COMPARISONS[type(node.ops[0])]()]
        case ast.BoolOp(), _:
            node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        case ast.UnaryOp(), _:
            return _replace(tree, node, node.operand)
        case ast.BinOp(), _:
            node.op = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
        case ast.Constant(value=bool()), _:
            node.value = not node.value
        case ast.Constant(value=int()), _:
            node.value += 1
        case ast.Constant(), _:
            node.value += "x"
        case ast.Return(), _:
            node.value = ast.Constant(value=None)
        case (ast.Raise() | ast.Continue() | ast.AugAssign() | ast.Expr()), _:
            return _replace(tree, node, ast.Pass())
        case (ast.If() | ast.IfExp()), _:
            node.test = ast.Constant(value=what == "always")
    return True


def _replace(tree: ast.Module, old: ast.AST, new: ast.AST) -> bool:
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, ast.copy_location(new, old))
                return True
            if isinstance(value, list) and old in value:
                value[value.index(old)] = ast.copy_location(new, old)
                return True
    return False


class _Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads the mutant in place of its module."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant

    def find_spec(self, name: str, path: object, target: object = None) -> importlib.machinery.ModuleSpec | None:
        if name != self._mutant.module:
            return None
        return importlib.util.spec_from_loader(name, self)

    def exec_module(self, module: object) -> None:
        exec(compile(self._mutant.source, self._mutant.module, "exec"), module.__dict__)


def is_alive(mutant: Mutant | None, tests: tuple[str, ...]) -> bool:
    """Run the tests on a mutant, or on the modules as they are, in a forked process; tell whether they pass."""
    child = os.fork()
    if child == 0:
        null = os.open(os.devnull, os.O_WRONLY)
        if not os.environ.get("MUTATE_LOUD"):
            os.dup2(null, 1)
            os.dup2(null, 2)
        signal.alarm(_SECONDS)
        if mutant is not None:
            sys.meta_path.insert(0, _Changed(mutant))
        os._exit(run(tests))
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0


def run(tests: tuple[str, ...]) -> int:
    """Run tests in this process and return pytest's exit code."""
    import pytest

    return int(pytest.main(["-x", "-q", *(word for name in _NOT_NEEDED for word in ("-p", f"no:{name}")),
                            "-m", "not slow and not model", *tests]))


def _forget_own_modules() -> None:
    """Leave the imports of others as they are: a child then imports what is the project's own, its mutant among it."""
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None) or ""
        if name != "__main__" and file.startswith(str(REPOSITORY)) and "site-packages" not in file:
            del sys.modules[name]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("group", choices=GROUPS)
    parser.add_argument("--most", type=int, default=0, help="try a sample of this many; 0: all")
    options = parser.parse_args()
    os.chdir(REPOSITORY)
    sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests")]
    modules, tests = GROUPS[options.group]
    present = tuple(each for each in tests if (REPOSITORY / each).exists())
    if run(present):
        sys.exit("The tests fail without any change.")
    everything = [each for module in modules for each in mutants(module)]
    _forget_own_modules()
    gc.collect()
    gc.freeze()
    if options.most and len(everything) > options.most:
        everything = random.Random(1).sample(everything, options.most)
    alive: list[Mutant] = []
    began = time.monotonic()
    for number, each in enumerate(everything, 1):
        if is_alive(each, present):
            alive.append(each)
            print(f"ALIVE {each.module}:{each.line} {each.what}", flush=True)
        if number % 20 == 0:
            print(f"{number}/{len(everything)}, {len(alive)} alive", file=sys.stderr, flush=True)
    print(json.dumps({"group": options.group, "mutants": len(everything), "alive": len(alive),
                      "share": round(len(alive) / max(1, len(everything)), 3),
                      "seconds": round(time.monotonic() - began)}))


if __name__ == "__main__":
    main()
