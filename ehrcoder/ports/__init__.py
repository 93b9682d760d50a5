"""What the use-cases and the engine need from the outside world."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

from ehrcoder.core.assignments import CodingEvent, EventDraft, RecordCoding
from ehrcoder.core.ids import CoderId, RecordId
from ehrcoder.core.profiles import Profile, ProfileAction
from ehrcoder.core.records import EncounterRecord, RecordRow
from ehrcoder.core.suggestions import CodeSuggestion, InferenceRun, ModelDescription
from ehrcoder.ports.code_sets import CodeSetIndex as CodeSetIndex
from ehrcoder.ports.code_sets import RecodeWorklist as RecodeWorklist
from ehrcoder.ports.code_sets import SearchHit as SearchHit
from ehrcoder.ports.code_sets import TermHit as TermHit


class Clock(Protocol):
    """The time, as aware UTC."""

    def now(self) -> dt.datetime: ...


class IdSource(Protocol):
    """Fresh identifiers, unique and sortable by the time of their making (UUID version 7)."""

    def new_id(self) -> str: ...


class CancelToken(Protocol):
    """Asked between units of work; raises CancelledError once the person has cancelled."""

    def raise_if_cancelled(self) -> None: ...


class Progress(Protocol):
    """Told of progress; `total` is 0 when it is not known."""

    def __call__(self, done: int, total: int, message: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeRequest:
    """One shared prefix and the endings whose next token is to be read behind it."""

    prefix: str
    suffixes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeAnswer:
    """For each suffix of the request, in order: logit of `yes` minus logit of `no`.

    `seconds` is the time inside the runtime, without packing and passing questions on.
    """

    margins: tuple[float, ...]
    prompt_tokens: int
    seconds: float = field(default=0.0, compare=False)


class LanguageModel(Protocol):
    """A local language model that judges; narrow on purpose, so that another runtime can stand in."""

    def describe(self) -> ModelDescription:
        """Say which model answers. Raises ModelUnavailableError."""
        ...

    def judge(
        self, requests: Sequence[JudgeRequest], *, cancel: CancelToken | None = None
    ) -> tuple[JudgeAnswer, ...]:
        """Answer every request in order.

        Deterministic: the same requests in the same order give the same margins; earlier calls leave nothing
        behind. Among other requests a margin may differ in its second digit (docs/decisions/0010). Raises
        ModelUnavailableError when the model is missing, corrupt or died, CancelledError when the person
        cancelled; never a partial answer.
        """
        ...

    def complete(self, prompt: str, *, grammar: str | None, max_tokens: int) -> str:
        """Return the greedy completion of `prompt` under a GBNF grammar. Raises ModelUnavailableError."""
        ...

    def close(self) -> None:
        """Stop the worker and free its memory."""
        ...


class RecordStore(Protocol):
    """The records of a workspace, with what was proposed for them."""

    def add_records(self, records: Iterable[EncounterRecord]) -> int:
        """Store new records in one transaction and return how many. Raises EnvironmentFault."""
        ...

    def record(self, record_id: RecordId) -> EncounterRecord:
        """Return one record. Raises NotFoundError."""
        ...

    def rows(self, *, first: int | None = None) -> tuple[RecordRow, ...]:
        """Return every record as a list row, in the order of import; with `first`, so many of them only."""
        ...

    def find_by_content(self, source_sha256: str) -> RecordId | None:
        """Return the record that came from a source with this hash, so that duplicates are recognised."""
        ...

    def save_run(self, run: InferenceRun, suggestions: Sequence[CodeSuggestion]) -> None:
        """Store a run with its suggestions, replacing undecided suggestions of earlier runs, atomically."""
        ...

    def suggestions(self, record_id: RecordId) -> tuple[CodeSuggestion, ...]:
        """Return a record's current suggestions, best rank first, decided ones of earlier runs included."""
        ...

    def runs(self, record_id: RecordId) -> tuple[InferenceRun, ...]:
        """Return the inference runs of a record, oldest first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainReport:
    """Result of checking the history: empty `problems` means that it is intact."""

    events: int
    records: int
    head_hash: str
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuildReport:
    """Result of replaying the history: `differing` are the records whose stored coding was not its fold."""

    records: int
    events: int
    differing: tuple[RecordId, ...] = ()
    repaired: bool = False


class CodingHistory(Protocol):
    """The append-only, hash-chained history and the coding that it folds into."""

    def append(
        self, record_id: RecordId, drafts: Sequence[EventDraft], *, expected_version: int | None = None
    ) -> tuple[CodingEvent, ...]:
        """Append decisions and update the projection in one transaction; durable when it returns.

        Raises InputError when `expected_version` is not the record's version any more.
        """
        ...

    def events(self, record_id: RecordId) -> tuple[CodingEvent, ...]: ...

    def coding(self, record_id: RecordId) -> RecordCoding: ...

    def verify(self) -> ChainReport: ...

    def rebuild(self, *, repair: bool = False) -> RebuildReport:
        """Replay every event and compare with the stored coding; with `repair`, store what was replayed.

        Raises IntegrityError when the history itself is not intact.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportEntry:
    """One file that was exported."""

    record_id: RecordId
    file_name: str
    format: str
    sha256: str
    head_hash: str
    at: dt.datetime


class ExportLog(Protocol):
    """Which files left the workspace, with their hashes."""

    def log_exports(self, entries: Sequence[ExportEntry]) -> None: ...

    def exports(self) -> tuple[ExportEntry, ...]: ...


class Workspace(RecordStore, CodingHistory, ExportLog, RecodeWorklist, Protocol):
    """One open workspace file. Used from the thread that opened it only."""

    @property
    def path(self) -> Path: ...

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was noticed at opening and does not keep anybody from working; to be shown."""
        ...

    def accept_end(self) -> bool:
        """Take the history's present end for the right one; tell whether anything had contradicted it."""
        ...

    def close(self) -> None: ...


class PasswordHasher(Protocol):
    """Turns passwords into what is stored in their place, by a memory-hard function."""

    def hash(self, password: str) -> str:
        """Return what is stored; it holds its own salt and parameters."""
        ...

    def matches(self, secret: str, password: str) -> bool:
        """Tell whether a password is the one that `secret` was made of."""
        ...


class ProfileRegister(Protocol):
    """The profiles of an open workspace, and who is signed in to it."""

    def profiles(self) -> tuple[Profile, ...]:
        """Return every profile, in the order of their making. Raises IntegrityError when they were tampered with."""
        ...

    @property
    def signed_in(self) -> Profile | None:
        """Who is signed in."""
        ...

    def sign_in(self, coder_id: CoderId, password: str) -> Profile:
        """Let a person act from now on. Raises ProfileRuleError; waits longer after each failure."""
        ...

    def sign_out(self) -> None:
        """Let nobody act from now on."""
        ...

    def confirm(self, password: str) -> None:
        """Have the person who is signed in prove it once more: allows one signature within a minute."""
        ...

    def change_profile(self, action: ProfileAction, after: Profile, *, password: str | None = None) -> Profile:
        """Append a change of a profile, made by whoever is signed in. Raises ProfileRuleError."""
        ...


class OpenWorkspace(Workspace, ProfileRegister, Protocol):
    """An open workspace with the people who work in it."""


def _ignore(message: str) -> None:
    """Take note of nothing."""


def _nothing_remembered(header: tuple[str, ...]) -> Mapping[str, str]:
    """Remember nothing of any table."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadContext:
    """What a reader needs besides the bytes: where they came from, and the clock and ids to stamp records."""

    source_name: str
    clock: Clock
    ids: IdSource
    options: Mapping[str, str] = field(default_factory=dict[str, str])
    on_left_out: Callable[[str], None] = _ignore
    """Told of each entry that could not be taken while the rest of the file was: place and reason."""
    columns_for: Callable[[tuple[str, ...]], Mapping[str, str]] = _nothing_remembered
    """Gives what was remembered for a table with this header: role → name of its column, '' for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePreview:
    """The beginning of a table and what its columns are taken for, before anything is imported."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    row_count: int
    columns: Mapping[str, str]
    """Role → name of its column."""
    remarks: tuple[str, ...] = ()


@runtime_checkable
class TableReader(Protocol):
    """A reader whose files are tables, so that a person may say which column means what."""

    @property
    def format_name(self) -> str: ...

    def recognises(self, head: bytes, file_name: str) -> bool: ...

    def preview(self, data: bytes, context: ReadContext, *, rows: int) -> TablePreview:
        """Return the beginning of the table. Raises InputError when it is none."""
        ...


class ColumnMappings(Protocol):
    """What a person said of the columns of tables, remembered by the table's header."""

    def find(self, header: tuple[str, ...]) -> Mapping[str, str]:
        """Return role → name of its column, nothing where nothing is remembered."""
        ...

    def keep(self, header: tuple[str, ...], columns: Mapping[str, str]) -> None:
        """Remember; no columns forget. Raises EnvironmentFault when it cannot be written."""
        ...


class RecordReader(Protocol):
    """Reads one file format into records."""

    @property
    def format_name(self) -> str:
        """Stable name, stored as `source_format` and accepted by `import --format`."""
        ...

    def recognises(self, head: bytes, file_name: str) -> bool:
        """Tell from the first 64 KiB and the name whether this reader takes the file."""
        ...

    def read(self, data: bytes, context: ReadContext) -> Iterator[EncounterRecord]:
        """Yield the file's records. Raises InputError naming line or entry when it cannot be read."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderSources:
    """The files of a folder that belong together, each one source, and the reader that knows their context.

    `claimed` names what was used besides or repeats the same content, so that nobody reads it again.
    """

    files: tuple[Path, ...]
    claimed: tuple[Path, ...]
    reader: RecordReader


@runtime_checkable
class FolderReader(Protocol):
    """A reader that recognises a whole folder, such as a corpus with its code files beside the texts."""

    @property
    def format_name(self) -> str: ...

    def open_folder(self, folder: Path) -> FolderSources | None:
        """Return the folder's sources, or None where the folder is not of this format. Raises InputError."""
        ...


@runtime_checkable
class BundleWriter(Protocol):
    """Turns a signed record into a file of an export format."""

    @property
    def format_name(self) -> str: ...

    @property
    def suffix(self) -> str: ...

    def render(
        self, record: EncounterRecord, coding: RecordCoding, events: Sequence[CodingEvent],
        suggestions: Sequence[CodeSuggestion], runs: Sequence[InferenceRun], *, exported_at: dt.datetime,
        exported_by: CoderId | None = None,
    ) -> bytes: ...


@runtime_checkable
class FileSetWriter(Protocol):
    """Turns a signed record into several files that belong together."""

    @property
    def format_name(self) -> str: ...

    def render_files(
        self, record: EncounterRecord, coding: RecordCoding, events: Sequence[CodingEvent],
        suggestions: Sequence[CodeSuggestion], runs: Sequence[InferenceRun], *, exported_at: dt.datetime,
        exported_by: CoderId | None = None,
    ) -> Mapping[str, bytes]:
        """Return the content of each file by its suffix."""
        ...


class SharedFiles(Protocol):
    """The files that the records of one export share."""

    def lines(
        self, record: EncounterRecord, coding: RecordCoding, events: Sequence[CodingEvent],
        suggestions: Sequence[CodeSuggestion], runs: Sequence[InferenceRun], *, exported_at: dt.datetime,
        exported_by: CoderId | None = None,
    ) -> Mapping[str, bytes]:
        """Return what one more record adds to each file, by the file's name: whole lines."""
        ...


@runtime_checkable
class SharedFilesWriter(Protocol):
    """Turns many signed records into files that they share, such as one a resource type."""

    @property
    def format_name(self) -> str: ...

    def begin(self) -> SharedFiles:
        """Return the still empty files of one export."""
        ...


ExportWriter = BundleWriter | FileSetWriter | SharedFilesWriter
"""Whatever `export --format` can name."""
