"""Looks at each part of an installation, for `ehrcoder doctor`; nothing is changed and nothing is judged here."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from importlib import import_module, metadata
from pathlib import Path

from ehrcoder import __version__
from ehrcoder.adapters.codesets.index import SqliteCodeSetIndex
from ehrcoder.adapters.codesets.manifest import file_sha256, read_manifests
from ehrcoder.adapters.model import default_model
from ehrcoder.adapters.model.client import LlamaWorkerModel
from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.core.errors import EnvironmentFault
from ehrcoder.core.records import RecordStatus
from ehrcoder.engine.artefacts import ADAPTER, CARD, load_artefacts
from ehrcoder.paths import Paths
from ehrcoder.ports import Clock, IdSource, JudgeRequest
from ehrcoder.settings import Settings, load_settings
from ehrcoder.usecases.installation import (
    DatabaseEngine,
    InstalledCodeSet,
    Library,
    ModelFile,
    Program,
    SettingsState,
    Storage,
    TrainedFiles,
    WindowSystem,
    WorkerState,
    WorkspaceState,
)

# What is imported to see whether a package loads; the window and the model are started instead, in processes of
# their own, since a missing system library or instruction may end a process without a word.
_LOADED_BY: Mapping[str, str] = {
    "PySide6-Essentials": "", "llama-cpp-python": "", "sqlite-utils": "sqlite_utils", "rapidfuzz": "rapidfuzz.fuzz",
    "fhir.resources": "fhir.resources.R4B.bundle", "pydantic": "pydantic", "platformdirs": "platformdirs",
    "charset-normalizer": "charset_normalizer", "numpy": "numpy", "lxml": "lxml.etree",
}
_WINDOW_SECONDS = 60
_WINDOW_SCRIPT = "from ehrcoder.gui.probe import tell; tell()"
PROBE_WINDOW = "--probe-window"
# Made up; the only words that looking at the model makes it read.
_QUESTION = JudgeRequest(prefix="The chest radiograph shows pneumonia.\n", suffixes=("Pneumonia:", "Fracture:"))


def program() -> Program:
    """Name the program, its interpreter and its machine."""
    return Program(
        version=__version__, python=platform.python_version(), executable=sys.executable,
        system=f"{platform.system()} {platform.release()} {platform.machine()}", cores=os.cpu_count() or 1,
    )


def libraries() -> tuple[Library, ...]:
    """Look for every package that the product needs, and import it."""
    wanted = _pinned_versions()
    return tuple(
        Library(name=name, installed=_installed_version(name), wanted=wanted.get(name.lower(), ""),
                fault=_load_fault(module))
        for name, module in _LOADED_BY.items()
    )


def database() -> DatabaseEngine:
    """Use SQLite's full-text search, to see that it is there."""
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute("CREATE VIRTUAL TABLE t USING fts5(x)")
            (source,) = connection.execute("SELECT fts5_source_id()").fetchone()
        except sqlite3.Error:
            source = ""
    return DatabaseEngine(version=sqlite3.sqlite_version_info, fts5=str(source))


def window() -> WindowSystem:
    """Start Qt without a screen."""
    frozen = bool(getattr(sys, "frozen", False))
    command = [sys.executable, PROBE_WINDOW] if frozen else [sys.executable, "-c", _WINDOW_SCRIPT]
    try:
        done = subprocess.run(
            command, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            capture_output=True, encoding="utf-8", errors="replace", timeout=_WINDOW_SECONDS, check=False,
        )
    except subprocess.TimeoutExpired:
        return WindowSystem(qt_version="", fault=f"no answer within {_WINDOW_SECONDS} s.")
    if done.returncode == 0:
        return WindowSystem(qt_version=done.stdout.strip())
    said = [line for line in done.stderr.splitlines() if line.strip()]
    last = said[-1] if said else f"exit code {done.returncode}"
    missing = re.search(r"lib[\w.+-]+\.so[\w.]*", last)
    return WindowSystem(qt_version="", fault=last, missing_library=missing.group() if missing else "")


def settings_file(path: Path) -> SettingsState:
    """Read the settings. Raises InputError."""
    settings = load_settings(path)
    return SettingsState(
        path=path, exists=path.exists(), model_enabled=settings.model.enabled, gpu_layers=settings.model.gpu_layers
    )


def model_file(settings: Settings, paths: Paths) -> ModelFile:
    """Hash the model's file. Raises EnvironmentFault when it is not there."""
    default = paths.model_named(default_model.NAME)
    path = settings.model.path or default
    is_default = path == default
    if not path.is_file():
        install = "ehrcoder model use FILE" if paths.shipped else "ehrcoder model install"
        step = f"Run `{install}`." if is_default else "Correct `path` under [model] in the settings."
        raise EnvironmentFault(f"There is no {path}.", next_step=step)
    with path.open("rb") as file:
        is_gguf = file.read(4) == b"GGUF"
    return ModelFile(
        path=path, size=path.stat().st_size, sha256=default_model.sha256_of(path), is_gguf=is_gguf,
        expected_sha256=default_model.SHA256 if is_default else "",
        licence=default_model.LICENCE if is_default else "as its publisher says",
    )


def trained(folder: Path) -> TrainedFiles:
    """Load the trained artefacts. Raises EnvironmentFault."""
    loaded = load_artefacts(folder)
    adapter = folder / ADAPTER
    card = json.loads((folder / CARD).read_text("utf-8"))
    return TrainedFiles(
        folder=folder, hashes=loaded.hashes, adapter_sha256=file_sha256(adapter) if adapter.is_file() else "",
        card_adapter_sha256=str(card["files"].get(ADAPTER, "")),
    )


def code_sets(folder: Path) -> tuple[InstalledCodeSet, ...]:
    """Hash every built file, then open them as the product does. Raises EnvironmentFault."""
    installed = tuple(
        InstalledCodeSet(edition=manifest.edition, file_sha256=_hash_if_there(folder / manifest.file_name))
        for manifest in read_manifests(folder)
    )
    if installed and all(each.file_sha256 == each.edition.sha256 for each in installed):
        SqliteCodeSetIndex.open(folder).close()
    return installed


def worker(settings: Settings, paths: Paths) -> WorkerState:
    """Start the model's process, ask it one question twice and stop it. Raises ModelUnavailableError."""
    model = LlamaWorkerModel.from_settings(settings.model, paths)
    try:
        started = time.monotonic()
        loaded = model.handshake()
        seconds = time.monotonic() - started
        first, second = (model.judge([_QUESTION])[0].margins for _ in range(2))
        return WorkerState(
            model=model.describe(), description=loaded.description, start_seconds=seconds,
            answers_repeat=first == second, answers_rightly=first[0] > first[1], gpu_offload=loaded.gpu_offload,
            gpu_layers=loaded.gpu_layers, resident_bytes=loaded.resident_bytes,
        )
    finally:
        model.close()


def workspace(path: Path, *, is_named: bool, clock: Clock, ids: IdSource) -> WorkspaceState:
    """Open a workspace for reading and check its whole history. Raises EhrCoderError."""
    path = path.expanduser()
    if not path.exists():
        return WorkspaceState(path=path, is_named=is_named, records=None, signed=0, events=0, head_hash="", problems=())
    opened = SqliteWorkspace.open(path, clock=clock, ids=ids, read_only=True)
    try:
        rows, report = opened.rows(), opened.verify()
    finally:
        opened.close()
    return WorkspaceState(
        path=path, is_named=is_named, records=len(rows), events=report.events, head_hash=report.head_hash,
        signed=sum(row.status is RecordStatus.SIGNED for row in rows), problems=report.problems,
    )


def storage(paths: Paths) -> Storage:
    """Look at the folder that everything is kept in, or at the nearest one above that exists."""
    nearest = paths.home
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    return Storage(
        folder=paths.home, models=paths.models, code_sets=paths.code_sets, logs=paths.logs,
        free_bytes=shutil.disk_usage(nearest).free, is_writable=nearest.is_dir() and os.access(nearest, os.W_OK),
    )


def _hash_if_there(path: Path) -> str:
    return file_sha256(path) if path.is_file() else ""


def _installed_version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _pinned_versions() -> dict[str, str]:
    """Return the versions that this program was tried with; empty when it runs without having been installed."""
    try:
        required = metadata.requires("ehrcoder") or []
    except metadata.PackageNotFoundError:
        return {}
    pins = (re.fullmatch(r"([\w.-]+)==([\w.]+)", line.strip()) for line in required)
    return {pin.group(1).lower(): pin.group(2) for pin in pins if pin}


def _load_fault(module: str) -> str:
    try:
        if module:
            import_module(module)
    except (ImportError, OSError, RuntimeError, AttributeError, TypeError, ValueError) as error:
        return f"{type(error).__name__}: {error}"
    return ""
