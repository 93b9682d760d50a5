"""A real FHIR R4 server (sekmet-fhir) on the loopback address, for as long as a test needs it."""

from __future__ import annotations

import importlib.util
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from checkers.places import CheckerMissingError

Json = dict[str, Any]
_START_SECONDS = 60


class R4Server:
    """Speaks to the server as any client would."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url

    def send(self, bundle: Json) -> tuple[int, Json]:
        """Post a transaction and return status and answer."""
        return self._call("", bundle)

    def problems(self, bundle: Json) -> list[str]:
        """Return why the server refuses a transaction; empty when it took it."""
        status, answer = self.send(bundle)
        if status == 200:
            return []
        issues = [str(issue.get("diagnostics", issue))[:300] for issue in answer.get("issue", [])]
        return issues or [f"status {status}"]

    def read(self, path: str) -> Json:
        """Return what the server gives for a relative URL, such as `Condition?_count=100`."""
        status, answer = self._call(path, None)
        assert status == 200, (status, path)
        return answer

    def resources(self, resource_type: str) -> list[Json]:
        """Return every resource of a type that the server holds."""
        bundle = self.read(f"{resource_type}?_count=500")
        return [entry["resource"] for entry in bundle.get("entry", [])]

    def _call(self, path: str, body: Json | None) -> tuple[int, Json]:
        request = urllib.request.Request(
            f"{self.base_url}/{path}" if path else self.base_url,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/fhir+json", "Accept": "application/fhir+json"},
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=60) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read() or b"{}")


@contextmanager
def running_server(folder: Path) -> Iterator[R4Server]:
    """Start the server with an empty store in `folder`, and stop it at the end."""
    if importlib.util.find_spec("sekmet") is None:
        raise CheckerMissingError("sekmet-fhir")
    port = _free_port()
    base_url = f"http://127.0.0.1:{port}/fhir"
    (folder / "settings.yaml").write_text(
        f"base_url: {base_url}\nhost: 127.0.0.1\nport: {port}\ndata_dir: {folder}\nlog_inbound: false\n"
        "simulator: {enabled: false}\n", encoding="utf-8",
    )
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "uvicorn", "sekmet.main:app_factory", "--factory",
             "--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"],
            cwd=folder, stdout=output, stderr=subprocess.STDOUT,
            env=os.environ | {"SEKMET_CONFIG": str(folder / "settings.yaml")},
        )
    try:
        server = R4Server(base_url)
        _wait_until_ready(server, process, log)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=15)


def _wait_until_ready(server: R4Server, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            server.read("metadata")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"the FHIR server did not start: {log.read_text('utf-8', 'replace')[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
