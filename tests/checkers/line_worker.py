"""A checker that runs as a process of its own and answers line by line."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any

from checkers.places import GOOGLE_PYTHON, NODE_MODULES, CheckerMissingError, required

Json = dict[str, Any]
_HERE = Path(__file__).resolve().parent


class LineWorker:
    """Keeps the process for many bundles, since starting it is what takes time."""

    def __init__(self, command: list[str], environment: dict[str, str] | None = None) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8",
            env=os.environ | (environment or {}),
        )

    def problems(self, bundle: Json) -> list[str]:
        """Return what the checker says against a bundle."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(bundle) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise CheckerMissingError(f"{self._process.args!r} (it stopped)")
        return json.loads(answer)

    def close(self) -> None:
        """Stop the process."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(timeout=20)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def __enter__(self) -> LineWorker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def google_fhir() -> LineWorker:
    """Start google-fhir-r4 in its own venv, since it needs an old protobuf."""
    python = required(GOOGLE_PYTHON, "google-fhir-r4 (its venv)")
    return LineWorker(
        [str(python), "-W", "ignore", str(_HERE / "google_worker.py")],
        {"PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": "python"},
    )


def fhir_js() -> LineWorker:
    """Start the npm package `fhir`."""
    node = shutil.which("node")
    if node is None:
        raise CheckerMissingError("node")
    required(NODE_MODULES / "fhir", "the npm package fhir")
    return LineWorker([node, str(_HERE / "fhirjs_worker.js"), str(NODE_MODULES)])
