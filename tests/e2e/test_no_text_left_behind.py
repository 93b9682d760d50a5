"""What the program leaves behind besides workspace, backups and exports holds no word of any note."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ehrcoder.paths import find_paths

MARKER = "Quezalfeather"
NOTE = f"{MARKER} patient. Hypertension, {MARKER}itis confirmed. Type 2 diabetes mellitus of {MARKER}.\r\n"
ALLOWED = ("n.txt", "w.ehrw", "out", "h.json")


class Place:
    """An installation of its own with its own temporary folder, in which commands run as processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home, self.temporary, self.work = folder / "home", folder / "tmp", folder / "work"
        for each in (self.home, self.temporary, self.work):
            each.mkdir()
        shared = find_paths()
        for name in ("codesets", "models"):
            if not (shared.home / name).is_dir():
                pytest.skip(f"{name} are not set up")
            (self.home / name).symlink_to(shared.home / name)
        (self.work / "n.txt").write_bytes(NOTE.encode())
        self.environment = {
            **os.environ, "EHRCODER_HOME": str(self.home), "TMPDIR": str(self.temporary), "HOME": str(self.home),
            "TEMP": str(self.temporary), "TMP": str(self.temporary),
        }

    def command(self, *words: str, prologue: str = "") -> list[str]:
        script = f"import sys; {prologue}\nfrom ehrcoder.cli.main import main\nsys.exit(main(sys.argv[1:]))"
        return [sys.executable, "-c", script, *words, "--workspace", "w.ehrw"]

    def run(self, *words: str, code: int = 0, prologue: str = "") -> str:
        done = subprocess.run(self.command(*words, prologue=prologue), cwd=self.work, env=self.environment,
                              capture_output=True, encoding="utf-8", check=False)
        assert done.returncode == code, (words, done.stderr)
        assert MARKER not in done.stderr
        return done.stdout

    def killed(self, *words: str, after: float) -> None:
        """Start a command and kill it, as a crash would."""
        process = subprocess.Popen(self.command(*words), cwd=self.work, env=self.environment,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        time.sleep(after)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def leftovers(self) -> list[str]:
        """Return the files, besides those that are meant to hold it, in which words of the note stand."""
        spellings = [MARKER.encode(each) for each in ("utf-8", "utf-16-le", "utf-16-be")]
        found: list[str] = []
        for path in sorted(self.folder.rglob("*")):
            inside = path.relative_to(self.folder)
            is_allowed = inside.parts[0] == "work" and len(inside.parts) > 1 and inside.parts[1].startswith(ALLOWED)
            if is_allowed or not path.is_file() or path.is_symlink():
                continue
            data = path.read_bytes()
            if any(each in data for each in spellings):
                found.append(str(inside))
        return found


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def do_the_job(place: Place, *propose: str) -> None:
    steps = [
        ["import", "n.txt"], ["propose", "--all", *propose], ["verify", "accept", "n", "I10"],
        ["verify", "reject", "n", "--rest", "--reason", "unsupported"],
        ["verify", "principal", "n", "I10"], ["sign", "n"],
        ["export", "--all", "--out", "out"], ["audit", "export", "n", "--out", "h.json"], ["backup", "make"],
    ]
    prologue = f"from ehrcoder.cli.main import main as m; [m([*each, '--workspace', 'w.ehrw']) for each in {steps}]"
    place.run("backup", "drill", prologue=prologue)


def test_logs_and_temporary_folders_hold_no_word_of_a_note(place: Place) -> None:
    do_the_job(place, "--no-model")
    assert "I10" in next((place.work / "out").iterdir()).read_text("utf-8")
    path = place.work / "w.ehrw"
    path.write_bytes(path.read_bytes().replace(b"Hypertension", b"Hypertensive"))
    place.run("audit", "verify", code=5)
    assert place.leftovers() == []


def test_an_error_of_the_programs_own_does_not_carry_the_note_into_the_log(place: Place) -> None:
    place.run("import", "n.txt")
    bug = ("import ehrcoder.usecases.find_record as f\n"
           "def broken(store, name):\n"
           "    text = store.record(store.rows()[0].record_id).documents[0].text\n"
           "    raise KeyError(text)\n"
           "f.find_record = broken")
    place.run("audit", "show", "n", code=1, prologue=bug)
    assert list((place.home / "logs").iterdir())
    assert place.leftovers() == []


@pytest.mark.skipif(os.name != "posix", reason="processes are killed otherwise on Windows")
def test_a_killed_command_leaves_no_word_of_a_note_behind(place: Place) -> None:
    place.run("import", "n.txt")
    for after in (0.2, 0.5, 0.9, 1.5):
        place.killed("propose", "--all", "--no-model", after=after)
    assert place.leftovers() == []
    place.run("audit", "verify")


@pytest.mark.slow
@pytest.mark.model
def test_the_models_process_leaves_no_word_of_a_note_behind(place: Place) -> None:
    do_the_job(place)
    place.killed("propose", "--all", after=4.0)
    assert (place.home / "logs" / "model-worker.log").is_file()
    assert place.leftovers() == []


def test_the_search_for_leftovers_finds_what_is_left(place: Place) -> None:
    (place.temporary / "core.1").write_bytes(b"\x00" * 5000 + NOTE.encode("utf-16-le"))
    assert place.leftovers() == ["tmp/core.1"]
