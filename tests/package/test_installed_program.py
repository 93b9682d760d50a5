"""The packaged program somewhere else, without Python, home or network: from a note to a verified export.

`make test-package` builds the program and names its folder in EHRCODER_PROGRAM. Output that is not expected fails.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from builders.format_files import pdf
from builders.real_keys import Keyboard, running_display, wait_until

pytestmark = pytest.mark.package

REPOSITORY = Path(__file__).resolve().parents[2]
NOTES = ("02-pulmonology-copd-exacerbation.txt", "06-paediatrics-bronchiolitis.txt")
_NAMESPACE = [shutil.which("unshare") or "unshare", "--map-root-user", "--net"]


class Program:
    """The installed program as one person's machine has it."""

    def __init__(self, folder: Path, home: Path, prefix: list[str]) -> None:
        self.folder = folder
        self.home = home
        self._prefix = prefix
        # No PATH leads to a Python, no variable to a home or to this checkout.
        self.environment = {"HOME": str(home), "PATH": str(home / "no-programs"), "LANG": "C.UTF-8"}

    def command(self, name: str, *words: str | Path) -> list[str]:
        return [*self._prefix, str(self.folder / name), *map(str, words)]

    def run(self, *words: str | Path, code: int = 0) -> str:
        """Run a command; it must end with `code` and say nothing but what it prints."""
        done = subprocess.run(
            self.command("ehrcoder", *words), env=self.environment, capture_output=True, encoding="utf-8", cwd="/",
            timeout=240, check=False,
        )
        said = [line for line in done.stderr.splitlines() if not re.fullmatch(r"\d+/\d+ [\w-]+", line)]
        assert (done.returncode, said) == (code, []), done.stdout
        return done.stdout

    def ask(self, *words: str | Path) -> Any:
        return json.loads(self.run(*words, "--json"))


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    built = os.environ.get("EHRCODER_PROGRAM")
    if not built:
        pytest.skip("no packaged program is named in EHRCODER_PROGRAM; `make test-package` builds one")
    somewhere = tmp_path_factory.mktemp("elsewhere")
    folder = Path(shutil.copytree(built, somewhere / "EHR Coder ñ", symlinks=True))
    (somewhere / "home").mkdir()
    works = shutil.which("unshare") is not None and not subprocess.run(
        [*_NAMESPACE, "true"], capture_output=True, check=False
    ).returncode
    return Program(folder, somewhere / "home", _NAMESPACE if works else [])


@pytest.fixture(scope="module")
def display() -> Iterator[dict[str, str]]:
    with running_display() as environment:
        yield environment


def test_it_runs_where_no_network_is(program: Program) -> None:
    if program.command("ehrcoder")[:3] != _NAMESPACE:
        pytest.skip("network namespaces are not permitted here; the other tests ran with a network in reach")
    script = "import socket; socket.create_connection(('127.0.0.1', 9), 1)"
    done = subprocess.run([*_NAMESPACE, sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "Network is unreachable" in done.stderr


def test_nothing_of_it_leads_back_to_where_it_was_built(program: Program) -> None:
    for path in program.folder.rglob("*"):
        if path.is_symlink():
            assert not os.path.isabs(os.readlink(path)), path
    shown = program.run("doctor", "--verbose")
    assert str(REPOSITORY) not in shown


def test_doctor_finds_every_part_whole(program: Program) -> None:
    report = program.ask("doctor")

    found = {each["name"]: each for each in report["findings"]}
    assert {name: each["summary"] for name, each in found.items() if each["standing"] == "off"} == {}
    assert len(found) >= 12
    assert found["worker"]["standing"] == "fine"


def test_the_first_start_leads_by_keys_to_a_workspace(program: Program, display: dict[str, str]) -> None:
    home = program.home / "first"
    home.mkdir()
    wizard = subprocess.Popen(
        program.command("ehrcoder-window"), env=program.environment | screen(display) | {"HOME": str(home)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", cwd="/",
    )
    data = home / ".local" / "share" / "ehrcoder"
    keys = Keyboard(display)
    try:
        keys.focus("EHRCoder: first start")
        keys.press("Return", "Return", "Return", "Return")
        wait_until((data / "settings.toml").exists, "the first start made no settings")
        keys.focus("workspace – EHRCoder")
        keys.press("ctrl+q")
        assert wizard.wait(30) == 0
    finally:
        if wizard.poll() is None:
            wizard.kill()
            wizard.wait()
    assert wizard.stdout is not None
    assert wizard.stdout.read() == ""
    wizard.stdout.close()
    assert (data / "workspace.ehrw").read_bytes()[:6] == b"SQLite"
    assert not list((data / "logs").glob("crash-*"))


def screen(display: dict[str, str]) -> dict[str, str]:
    """Return the variables that lead a program to a display."""
    return {name: value for name, value in display.items() if name in ("DISPLAY", "XAUTHORITY", "QT_QPA_PLATFORM")}


def test_a_record_goes_from_file_to_verified_export(program: Program, display: dict[str, str], tmp_path: Path) -> None:
    workspace, bundles = tmp_path / "work.ehrw", tmp_path / "bundles"
    demo = program.folder / "_internal" / "ehrcoder" / "data" / "resources" / "demo" / "notes"
    report = program.ask("import", *(demo / name for name in NOTES), "--workspace", workspace)
    assert (report["imported"], report["failed"]) == (2, 0)
    ids = [each["record_id"] for each in program.ask("records", "list", "--workspace", workspace)]

    results = program.ask("propose", *ids, "--workspace", workspace)

    assert [each["outcome"] for each in results] == ["complete", "complete"]
    assert all(len(each["suggestions"]) >= 3 for each in results)
    assert "(without the language model)" not in program.run("propose", ids[1], "--workspace", workspace)
    signed = decide_by_keys(program, display, workspace, ids)
    said = program.run("export", *signed, "--out", bundles, "--workspace", workspace)
    (bundle,) = sorted(bundles.glob("*.json"))
    assert bundle.name in said or "1" in said
    history = tmp_path / "history.json"
    program.run("audit", "export", signed[0], "--out", history, "--workspace", workspace)
    verifier = program.folder / "_internal" / "ehrcoder" / "data" / "resources" / "verifier" / "verify_export.py"
    checked = subprocess.run([sys.executable, verifier, bundle, history], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, ""), checked.stdout
    program.run("audit", "verify", "--workspace", workspace)


def test_a_pdf_is_read_by_a_process_of_the_programs_own(program: Program, tmp_path: Path) -> None:
    note = tmp_path / "nota ñ.pdf"
    note.write_bytes(pdf("Asthma since childhood."))
    program.run("import", note, "--workspace", tmp_path / "work.ehrw")
    (record,) = program.ask("records", "list", "--workspace", tmp_path / "work.ehrw")
    assert (record["source_format"], record["characters"]) == ("pdf", len("Asthma since childhood."))


def decide_by_keys(program: Program, display: dict[str, str], workspace: Path, ids: list[str]) -> list[str]:
    """Accept the first suggestion of the open record, reject the others and sign it; return what was signed."""
    window = subprocess.Popen(
        program.command("ehrcoder-window", workspace), env=program.environment | screen(display),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", cwd="/",
    )
    keys = Keyboard(display)

    def states() -> dict[str, list[str]]:
        found = {}
        for record_id in ids:
            shown = program.ask("verify", "show", record_id, "--workspace", workspace)
            found[record_id] = [each["decision"] for each in shown["suggestions"]]
            if shown["signature"]:
                found[record_id].append("signed")
        return found

    def is_decided() -> bool:
        return any(decisions and "undecided" not in decisions for decisions in states().values())

    try:
        keys.focus("work – EHRCoder")
        most = max(map(len, states().values()))
        time.sleep(2)
        keys.press("a")
        wait_until(lambda: any("accepted" in each for each in states().values()), "nothing was accepted")
        for _ in range(most - 1):
            if is_decided():
                break
            keys.press("x", "4")
            time.sleep(0.3)
        wait_until(is_decided, "not all was decided")
        keys.press("p", "ctrl+Return")
        for _ in range(8):
            # Each warning wants a reason; its line has the focus. The letters mean nothing outside of it.
            time.sleep(2)
            keys.type("zz")
            keys.press("ctrl+Return")
            if any("signed" in each for each in states().values()):
                break
        wait_until(lambda: any("signed" in each for each in states().values()), "it was not signed")
        signed = [record_id for record_id, found in states().items() if "signed" in found]
        keys.press("ctrl+q")
        assert window.wait(30) == 0
    finally:
        if window.poll() is None:
            window.kill()
            window.wait()
    assert window.stdout is not None
    said = window.stdout.read()
    window.stdout.close()
    assert said == ""
    return signed
