"""Ctrl+C ends a job wherever it falls, also inside a function that SQLite calls back."""

from __future__ import annotations

import ast
import random
import signal
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

import ehrcoder
from ehrcoder.adapters.store.guard import forbid_changes_of_form
from ehrcoder.adapters.store.row_hash import teach_row_hash
from ehrcoder.interrupts import CALLED_BY_SQLITE, heeded_interrupts

GIVEN = {"set_authorizer": 0, "create_function": 2, "create_collation": 1, "set_progress_handler": 0,
         "set_trace_callback": 0, "create_aggregate": 2, "create_window_function": 2}
"""The methods of a connection that take a function to call back, and which argument it is."""


@pytest.fixture(autouse=True)
def listening() -> object:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_no_interrupt_is_lost_and_none_becomes_an_error() -> None:
    generator = random.Random(1)
    with closing(sqlite3.connect(":memory:")) as raw, heeded_interrupts():
        teach_row_hash(raw)
        forbid_changes_of_form(raw)
        for _ in range(40):
            with pytest.raises(KeyboardInterrupt):
                work(raw, until=threading.Timer(generator.uniform(0.001, 0.01), signal.raise_signal, [signal.SIGINT]))


def work(raw: sqlite3.Connection, *, until: threading.Timer) -> None:
    until.start()
    limit = time.monotonic() + 20
    while time.monotonic() < limit:
        # Another text each time: SQLite asks about each statement that it has not seen.
        raw.execute(f"SELECT row_sha256({time.perf_counter_ns()}, 'x')").fetchone()


def test_every_function_that_is_given_to_sqlite_is_known() -> None:
    folder = Path(ehrcoder.__file__).parent
    found = set[tuple[str, str]]()
    for path in folder.rglob("*.py"):
        module = ".".join(("ehrcoder", *path.relative_to(folder).with_suffix("").parts))
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in GIVEN:
                found.add((module, ast.unparse(node.args[GIVEN[node.func.attr]])))
    assert found == CALLED_BY_SQLITE


def test_another_handler_of_interrupts_is_left_alone() -> None:
    def theirs(number: int, frame: object) -> None: ...

    signal.signal(signal.SIGINT, theirs)
    with heeded_interrupts():
        assert signal.getsignal(signal.SIGINT) is theirs
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with heeded_interrupts():
        assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
