"""Installs the independent FHIR checkers that the tests ask; nothing of them ships."""

from __future__ import annotations

import shutil
import sys

import environment
from console import Console
from places import CHECKERS, REPOSITORY, VENV, stamp_in
from stamps import Stamp

_SOURCE = REPOSITORY / "tests" / "checkers"


def ensure_python(console: Console) -> str:
    """Install those that live in `.venv`, and Google's in an environment of its own: it needs an old protobuf."""
    done = []
    shared = Stamp(stamp_in(VENV, "checkers"), [sys.version, _SOURCE / "requirements.txt"])
    if not shared.holds():
        environment.pip(console, VENV, ["install", "-r", _SOURCE / "requirements.txt"], "installing checkers")
        shared.write()
        done.append("checkers in .venv")
    google = CHECKERS / "google-venv"
    made = environment.ensure_venv(console, google, "google-venv")
    own = Stamp(stamp_in(google, "packages"), [sys.version, _SOURCE / "requirements-google.txt"])
    if made or not own.holds():
        wanted = _SOURCE / "requirements-google.txt"
        environment.pip(console, google, ["install", "-r", wanted], "installing google-fhir")
        own.write()
        done.append("google-fhir")
    return f"installed {', '.join(done)}" if done else ""


def ensure_node(console: Console) -> str:
    """Install the checkers that run in Node.js, exactly as locked."""
    folder = CHECKERS / "node"
    files = [_SOURCE / "package.json", _SOURCE / "package-lock.json"]
    stamp = Stamp(folder / ".setup", files)
    if stamp.holds() and (folder / "node_modules").is_dir():
        return ""
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        shutil.copyfile(file, folder / file.name)
    npm = shutil.which("npm") or "npm"
    console.run([npm, "ci", "--no-audit", "--no-fund"], "installing checkers through npm", folder=folder)
    stamp.write()
    return "installed"
