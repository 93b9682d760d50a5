"""What can be known of an installation: the facts that probes report and the doctor judges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ehrcoder.core.codes import CodeSetEdition
from ehrcoder.core.suggestions import ModelDescription

Facts = tuple[tuple[str, str], ...]
"""Names and values, in the order in which they are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The program, its interpreter and its machine."""

    version: str
    python: str
    executable: str
    system: str
    cores: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """A package: version installed (empty: none), version wanted (empty: any), and why it does not load."""

    name: str
    installed: str
    wanted: str
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseEngine:
    """SQLite as this process has it; no FTS5 version means that it was built without."""

    version: tuple[int, ...]
    fts5: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowSystem:
    """Whether Qt starts: its version, or what it said instead and the system library that it missed."""

    qt_version: str
    fault: str = ""
    missing_library: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """The file that the language model is read from; an empty `expected_sha256` is that of a model of the user's."""

    path: Path
    size: int
    sha256: str
    expected_sha256: str
    licence: str
    is_gguf: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedFiles:
    """The trained artefacts with the hashes of their files, and the adapter's; an empty hash is a missing file."""

    folder: Path
    hashes: Facts
    adapter_sha256: str
    card_adapter_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledCodeSet:
    """An edition as its manifest describes it, and the hash that its file has now; empty when it is missing."""

    edition: CodeSetEdition
    file_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerState:
    """What the model's process said at its start, and how it answered one plain question, asked twice."""

    model: ModelDescription
    description: str
    start_seconds: float
    answers_repeat: bool
    answers_rightly: bool
    gpu_offload: bool
    gpu_layers: int
    resident_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceState:
    """A workspace: None for `records` when the file is not there."""

    path: Path
    is_named: bool
    records: int | None
    signed: int
    events: int
    head_hash: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """The folder that everything is kept in."""

    folder: Path
    models: Path
    code_sets: Path
    logs: Path
    free_bytes: int
    is_writable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsState:
    """The settings file, as it was read."""

    path: Path
    exists: bool
    model_enabled: bool
    gpu_layers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Probes:
    """Looks at one part each. Any of them may raise."""

    program: Callable[[], Program]
    libraries: Callable[[], tuple[Library, ...]]
    database: Callable[[], DatabaseEngine]
    window: Callable[[], WindowSystem]
    settings: Callable[[], SettingsState]
    model_file: Callable[[], ModelFile]
    trained: Callable[[], TrainedFiles]
    code_sets: Callable[[], tuple[InstalledCodeSet, ...]]
    worker: Callable[[], WorkerState]
    workspace: Callable[[], WorkspaceState]
    storage: Callable[[], Storage]
