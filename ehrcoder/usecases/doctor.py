"""Judges whether an installation is whole, and says what to do about what is off.

Probes look, this module judges. A probe may fail in any way that a broken installation can; the report is complete
all the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from ehrcoder.core.errors import EhrCoderError
from ehrcoder.usecases.installation import (
    DatabaseEngine,
    Facts,
    InstalledCodeSet,
    Library,
    ModelFile,
    Probes,
    Program,
    SettingsState,
    Storage,
    TrainedFiles,
    WindowSystem,
    WorkerState,
    WorkspaceState,
)

# STRICT tables came with 3.37; 3.51.3 mends a rare corruption when the write-ahead log starts anew.
OLDEST_SQLITE = (3, 37, 0)
ADVISED_SQLITE = (3, 51, 3)
LEAST_FREE_BYTES = 500_000_000

# What a broken installation raises when it is looked at: packages missing, files damaged, libraries that do not load.
_FAULTS = (ArithmeticError, AttributeError, ImportError, LookupError, OSError, RuntimeError, TypeError, ValueError)
_REINSTALL = "Install the program again (in a checkout: `make setup`)."
_GPU_BUILD = "The README says under `Other models and GPUs` how to build for one."

_Fact = TypeVar("_Fact")


class Standing(StrEnum):
    """Fine; a note that calls for nothing; or off, with something to do."""

    FINE = "fine"
    NOTE = "note"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found of one part. `name` is stable, for scripts; `next_step` is empty when nothing is to be done."""

    name: str
    standing: Standing
    summary: str
    facts: Facts = ()
    next_step: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorReport:
    """Every part that was looked at, in a fixed order."""

    findings: tuple[Finding, ...]

    @property
    def is_whole(self) -> bool:
        """Tell whether nothing is off."""
        return all(finding.standing is not Standing.OFF for finding in self.findings)


def diagnose(probes: Probes, *, today: dt.date) -> DoctorReport:
    """Look at every part. Never raises for a part that is missing or damaged."""
    settings, settings_finding = _look("settings", probes.settings, judge_settings)
    if settings is not None and not settings.model_enabled:
        worker, worker_finding = None, _note("worker", "Switched off in the settings; codes are proposed without it.")
    else:
        worker, worker_finding = _look("worker", probes.worker, judge_worker)
    wanted_layers = settings.gpu_layers if settings is not None else -1
    return DoctorReport(findings=(
        _look("program", probes.program, judge_program)[1],
        _look("libraries", probes.libraries, judge_libraries)[1],
        _look("sqlite", probes.database, judge_database)[1],
        _look("window", probes.window, judge_window)[1],
        settings_finding,
        _look("model_file", probes.model_file, judge_model_file)[1],
        _look("trained", probes.trained, judge_trained)[1],
        _look("code_sets", probes.code_sets, lambda found: judge_code_sets(found, today=today))[1],
        worker_finding,
        judge_gpu(worker, wanted_layers=wanted_layers),
        _look("workspace", probes.workspace, judge_workspace)[1],
        _look("storage", probes.storage, judge_storage)[1],
    ))


def without_package(package: str) -> DoctorReport:
    """Return the report of an installation that lacks a package without which nothing else can be looked at."""
    summary = f"{package} is missing or does not load; nothing else could be looked at."
    return DoctorReport(findings=(_off("libraries", summary, _REINSTALL),))


def judge_program(program: Program) -> Finding:
    """Name what runs here; there is nothing to judge."""
    facts = (("version", program.version), ("python", program.python), ("executable", program.executable),
             ("system", program.system), ("cores", str(program.cores)))
    return _fine("program", f"EHRCoder {program.version}, Python {program.python}, {program.system}.", facts)


def judge_libraries(libraries: tuple[Library, ...]) -> Finding:
    """Every package is there, loads, and has the version that was tried."""
    facts = tuple((each.name, each.installed or "missing") for each in libraries)
    missing = [each.name for each in libraries if not each.installed]
    if missing:
        return _off("libraries", f"Missing: {', '.join(missing)}.", _REINSTALL, facts)
    broken = [f"{each.name} ({each.fault})" for each in libraries if each.fault]
    if broken:
        step = "Install the system libraries that they need (in a checkout: `make setup`), or install them again."
        return _off("libraries", f"Installed, but not loading: {'; '.join(broken)}.", step, facts)
    other = [f"{each.name} {each.installed} instead of {each.wanted}" for each in libraries
             if each.wanted and each.installed != each.wanted]
    if other:
        return _off("libraries", f"Other versions than were tried: {', '.join(other)}.", _REINSTALL, facts)
    return _fine("libraries", f"{len(libraries)} packages in the versions that were tried.", facts)


def judge_database(engine: DatabaseEngine) -> Finding:
    """SQLite has STRICT tables and FTS5."""
    version = _dotted(engine.version)
    facts = (("sqlite", version), ("fts5", engine.fts5 or "missing"))
    if engine.version < OLDEST_SQLITE:
        step = "Use a Python that comes with a newer SQLite."
        return _off("sqlite", f"SQLite {version} is too old: {_dotted(OLDEST_SQLITE)} or newer is needed.", step, facts)
    if not engine.fts5:
        step = "Use a Python whose SQLite has FTS5."
        return _off("sqlite", f"SQLite {version} was built without FTS5: codes cannot be searched.", step, facts)
    if engine.version < ADVISED_SQLITE:
        summary = f"SQLite {version} with FTS5. {_dotted(ADVISED_SQLITE)} mends a rare fault of the write-ahead log."
        return _note("sqlite", summary, facts)
    return _fine("sqlite", f"SQLite {version} with FTS5.", facts)


def judge_window(window: WindowSystem) -> Finding:
    """Qt starts."""
    if not window.fault:
        return _fine("window", f"Qt {window.qt_version} starts.", (("qt", window.qt_version),))
    hint = f"The system library {window.missing_library} is missing. " if window.missing_library else ""
    return _off("window", f"Qt does not start: {window.fault}",
                f"{hint}In a checkout, `make setup` installs what is missing or names the command that does.")


def judge_settings(state: SettingsState) -> Finding:
    """A settings file that could be read, or none."""
    facts = (("path", str(state.path)),)
    return _fine("settings", "Read." if state.exists else "No settings file: the defaults hold.", facts)


def judge_model_file(model: ModelFile) -> Finding:
    """The model's file is the published one."""
    facts = (("path", str(model.path)), ("bytes", str(model.size)), ("sha256", model.sha256),
             ("licence", model.licence))
    is_default = bool(model.expected_sha256)
    step = "Run `ehrcoder model install`." if is_default else "Correct `path` under [model] in the settings."
    if not model.is_gguf:
        return _off("model_file", f"{model.path.name} is not a GGUF file.", step, facts)
    if not is_default:
        summary = f"{model.path.name}, chosen in the settings; its origin and licence are for you to check."
        return _note("model_file", summary, facts)
    if model.sha256 != model.expected_sha256:
        summary = f"{model.path.name} is damaged: its SHA-256 is not the published one."
        return _off("model_file", summary, step, facts)
    return _fine("model_file", f"{model.path.name}, SHA-256 as published; {model.licence}.", facts)


def judge_trained(files: TrainedFiles) -> Finding:
    """The artefacts are those of their card, the adapter included."""
    facts = (("folder", str(files.folder)), *files.hashes, ("adapter", files.adapter_sha256 or "missing"))
    if not files.adapter_sha256:
        return _off("trained", "The adapter is missing: the language model judges untrained.", _REINSTALL, facts)
    if files.card_adapter_sha256 != files.adapter_sha256:
        return _off("trained", "The adapter is not the one that the other artefacts were fitted with.",
                    _REINSTALL, facts)
    return _fine("trained", f"{len(files.hashes) + 1} files, hashes as on their card.", facts)


def judge_code_sets(installed: tuple[InstalledCodeSet, ...], *, today: dt.date) -> Finding:
    """Every file is as it was built; an edition that is over is pointed out."""
    if not installed:
        return _off("code_sets", "The code sets have not been built yet.", "Run `ehrcoder codesets build`.")
    facts = tuple((f"{each.edition.name} ({each.edition.version})", each.file_sha256) for each in installed)
    missing = [each.edition.name for each in installed if not each.file_sha256]
    changed = [each.edition.name for each in installed if each.file_sha256 not in ("", each.edition.sha256)]
    if missing or changed:
        parts = [f"missing: {', '.join(missing)}"] * bool(missing) + [f"damaged: {', '.join(changed)}"] * bool(changed)
        return _off("code_sets", f"Not as they were built; {'; '.join(parts)}.",
                    "Run `ehrcoder codesets build --force`.", facts)
    over = [f"{each.edition.name} (until {each.edition.effective_to})" for each in installed
            if each.edition.effective_to is not None and each.edition.effective_to < today]
    if over:
        return _note("code_sets", f"{len(installed)} editions as they were built; over: {', '.join(over)}.", facts)
    codes = sum(each.edition.billable_count for each in installed)
    return _fine("code_sets", f"{len(installed)} editions with {codes:,} assignable codes, files as built.", facts)


def judge_worker(state: WorkerState) -> Finding:
    """The model's process starts, answers, and answers the same when asked again."""
    model = state.model
    megabytes = state.resident_bytes // 1_000_000
    facts = (
        ("model", state.description), ("adapter", model.adapter or "none"),
        ("start_seconds", f"{state.start_seconds:.1f}"), ("context_size", str(model.context_size)),
        ("threads", str(model.threads)), ("resident_megabytes", str(megabytes)), *model.library_versions,
    )
    if not state.answers_repeat:
        return _off("worker", "The same question got two answers: proposals could not be repeated.",
                    "Set `threads = 1` under [model] in the settings, and report this.", facts)
    summary = f"Started in {state.start_seconds:.1f} s with {model.threads} threads and {megabytes} MB, and answered"
    if model.adapter and not state.answers_rightly:
        return _note("worker", f"{summary}, but a plain example wrongly: evaluate it before relying on it.", facts)
    return _fine("worker", f"{summary}.", facts)


def judge_gpu(worker: WorkerState | None, *, wanted_layers: int) -> Finding:
    """Whether the model runs on a graphics processor; only a wish that cannot be met is off."""
    if worker is None:
        return _note("gpu", "Not known: the model's process did not run.")
    facts = (("gpu_offload", str(worker.gpu_offload).lower()), ("gpu_layers", str(worker.gpu_layers)))
    if worker.gpu_offload:
        used = worker.gpu_layers != 0
        return _fine("gpu", "In use." if used else "This build can use one; the settings say not to.", facts)
    if wanted_layers > 0:
        return _off("gpu", f"The settings ask for {wanted_layers} layers on it, but this build cannot use one.",
                    f"Take `gpu_layers` out of the settings. {_GPU_BUILD}", facts)
    return _fine("gpu", "This build computes on the processor.", facts)


def judge_workspace(state: WorkspaceState) -> Finding:
    """The workspace opens and its history is intact; one that was not made yet is no fault."""
    facts: Facts = (("path", str(state.path)),)
    if state.records is None:
        if state.is_named:
            return _off("workspace", "There is no such file.", "Name another, or import records to create it.", facts)
        return _fine("workspace", "None yet; the first import makes it.", facts)
    facts += (("records", str(state.records)), ("signed", str(state.signed)), ("events", str(state.events)),
              ("head_hash", state.head_hash))
    if state.problems:
        step = "Keep the file as it is, run `ehrcoder audit verify`, and go back to the last backup."
        return _off("workspace", f"The history is NOT intact: {len(state.problems)} problems.", step, facts)
    summary = f"{state.records:,} records, {state.signed:,} signed; history of {state.events:,} events intact."
    return _fine("workspace", summary, facts)


def judge_storage(storage: Storage) -> Finding:
    """There is room to work, and the folder may be written to."""
    facts = (("folder", str(storage.folder)), ("models", str(storage.models)), ("code_sets", str(storage.code_sets)),
             ("logs", str(storage.logs)), ("free_megabytes", str(storage.free_bytes // 1_000_000)))
    if not storage.is_writable:
        return _off("storage", f"{storage.folder} may not be written to.",
                    "Change its permissions, or set EHRCODER_HOME to another folder.", facts)
    if storage.free_bytes < LEAST_FREE_BYTES:
        return _off("storage", f"Only {storage.free_bytes // 1_000_000} MB are free in {storage.folder}.",
                    "Make room: with a full disk, nothing more can be saved.", facts)
    return _fine("storage", f"{storage.folder}, {storage.free_bytes / 1e9:.0f} GB free.", facts)


def _look(
    name: str, probe: Callable[[], _Fact], judge: Callable[[_Fact], Finding]
) -> tuple[_Fact | None, Finding]:
    """Run a probe and judge what it saw; a probe that fails is itself the finding."""
    try:
        fact = probe()
    except EhrCoderError as error:
        summary = " ".join(part for part in (error.what, error.kept) if part)
        return None, _off(name, summary, error.next_step or _REINSTALL)
    except _FAULTS as error:
        return None, _off(name, f"It could not be looked at ({type(error).__name__}: {error}).", _REINSTALL)
    return fact, judge(fact)


def _fine(name: str, summary: str, facts: Facts = ()) -> Finding:
    return Finding(name=name, standing=Standing.FINE, summary=summary, facts=facts)


def _note(name: str, summary: str, facts: Facts = ()) -> Finding:
    return Finding(name=name, standing=Standing.NOTE, summary=summary, facts=facts)


def _off(name: str, summary: str, next_step: str, facts: Facts = ()) -> Finding:
    return Finding(name=name, standing=Standing.OFF, summary=summary, facts=facts, next_step=next_step)


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(str(part) for part in version)
