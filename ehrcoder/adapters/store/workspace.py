"""One workspace file: opens it safely and hands every call to the tables behind it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from sqlite_utils import Database

from ehrcoder.adapters.store.anchor import Anchor
from ehrcoder.adapters.store.backup import copy_database
from ehrcoder.adapters.store.campaign_tables import CampaignTables
from ehrcoder.adapters.store.cipher import MAGIC, CipherKey, connect, salt_of
from ehrcoder.adapters.store.faults import translated
from ehrcoder.adapters.store.history_tables import HistoryTables
from ehrcoder.adapters.store.keys import WorkspaceKeys
from ehrcoder.adapters.store.lock import WriterLock
from ehrcoder.adapters.store.migrate import prepare
from ehrcoder.adapters.store.open_files import hold, is_open, let_go
from ehrcoder.adapters.store.people import PeopleTables
from ehrcoder.adapters.store.recode_tables import RecodeTables
from ehrcoder.adapters.store.record_tables import RecordTables
from ehrcoder.adapters.store.session import Session
from ehrcoder.adapters.store.verification import verify
from ehrcoder.core.assignments import CodingEvent, EventDraft, RecordCoding
from ehrcoder.core.errors import EnvironmentFault, InputError, NotFoundError
from ehrcoder.core.ids import CoderId, RecordId
from ehrcoder.core.profiles import Permission, Profile, ProfileAction
from ehrcoder.core.recode import AssignedTitle, RecodeTask, SettledTask
from ehrcoder.core.records import EncounterRecord, RecordRow
from ehrcoder.core.suggestions import CodeSuggestion, InferenceRun
from ehrcoder.ports import ChainReport, Clock, ExportEntry, IdSource, PasswordHasher, RebuildReport

_WORKSPACE_ID = "SELECT value FROM meta WHERE key = 'workspace_id'"
_LEFTOVERS = (".rekeying", ".rekeying-journal", ".rekeying-wal", ".rekeying-shm", ".restoring")
"""What a killed re-keying or restore leaves beside the workspace; nothing of it is needed."""


class SqliteWorkspace:
    """A Workspace in one SQLite file. Used from the thread that opened it only."""

    def __init__(
        self, session: Session, lock: WriterLock | None, *, passwords: Callable[[], PasswordHasher] | None = None
    ) -> None:
        self._session = session
        self._lock = lock
        self._people = PeopleTables(session, passwords or _argon2)
        self._records = RecordTables(session, self._people)
        self._history = HistoryTables(session, self._records, self._people)
        self._recode = RecodeTables(session, self._people)
        self._campaigns = CampaignTables(session)
        contradiction = session.contradiction()
        self._warnings = (contradiction,) if contradiction else ()

    @classmethod
    def open(
        cls, path: Path, *, clock: Clock, ids: IdSource, read_only: bool = False, anchors: Path | None = None,
        passwords: Callable[[], PasswordHasher] | None = None, keys: WorkspaceKeys | None = None,
        create_with: CipherKey | None = None,
    ) -> SqliteWorkspace:
        """Open a workspace; a file that is not there is created unless `read_only`.

        `anchors` is the folder, away from the workspace, in which it is noted how far the ledger has come.
        `passwords` makes what hashes the passwords of profiles, Argon2id unless another one is given; `keys`
        finds the key of an encrypted file. A file that is created is encrypted with `create_with`, if it is given.
        Raises WorkspaceLockedError when another program writes to it, NotFoundError, InputError for a file
        that is no workspace or of a newer version, EnvironmentFault, IntegrityError.
        """
        path = path.expanduser().absolute()
        keys = keys or WorkspaceKeys()
        if read_only:
            if not path.is_file():
                raise NotFoundError(f"There is no workspace {path}.",
                                    next_step="Import records first; that creates it.")
            return cls(connect_session(path, clock=clock, ids=ids, read_only=True, anchors=anchors,
                                       key=keys.key_for(path)), None, passwords=passwords)
        _refuse_foreign(path)
        _make_folder(path.parent)
        lock = WriterLock(path)
        lock.acquire()
        try:
            clear_leftovers(path)
            is_new = not path.exists() or path.stat().st_size == 0
            key = keys.remember(create_with) if is_new and create_with is not None else keys.key_for(path)
            return cls(connect_session(path, clock=clock, ids=ids, read_only=False, anchors=anchors, key=key), lock,
                       passwords=passwords)
        except BaseException:
            lock.release()
            raise

    @property
    def path(self) -> Path:
        """The workspace's file."""
        return self._session.path

    @property
    def campaigns(self) -> CampaignTables:
        """The campaigns of this workspace."""
        return self._campaigns

    @property
    def read_only(self) -> bool:
        """Whether this was opened for reading only."""
        return self._session.read_only

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was noticed at opening and does not keep anybody from working."""
        return self._warnings

    def close(self) -> None:
        """Close the file and let other programs write to it; harmless when done twice."""
        self._session.close()
        if self._lock is not None:
            self._lock.release()

    def add_records(self, records: Iterable[EncounterRecord]) -> int:
        """Store new records in one transaction and return how many."""
        return self._records.add_records(records)

    def record(self, record_id: RecordId) -> EncounterRecord:
        """Return one record. Raises NotFoundError, and IntegrityError when it is not what was imported."""
        return self._records.record(record_id)

    def rows(self, *, first: int | None = None) -> tuple[RecordRow, ...]:
        """Return every record as a list row, in the order of import; with `first`, so many of them only."""
        return self._records.rows(first=first)

    def find_by_content(self, source_sha256: str) -> RecordId | None:
        """Return the first record that came from a source with this hash."""
        return self._records.find_by_content(source_sha256)

    def save_run(self, run: InferenceRun, suggestions: Sequence[CodeSuggestion]) -> None:
        """Store a run with its suggestions in place of those that nobody decided."""
        self._records.save_run(run, suggestions)

    def suggestions(self, record_id: RecordId) -> tuple[CodeSuggestion, ...]:
        """Return a record's current suggestions, best rank first, decided ones of earlier runs included."""
        return self._records.suggestions(record_id)

    def runs(self, record_id: RecordId) -> tuple[InferenceRun, ...]:
        """Return the inference runs of a record, oldest first."""
        return self._records.runs(record_id)

    def append(
        self, record_id: RecordId, drafts: Sequence[EventDraft], *, expected_version: int | None = None
    ) -> tuple[CodingEvent, ...]:
        """Append decisions and update the projection in one transaction; durable when it returns."""
        return self._history.append(record_id, drafts, expected_version=expected_version)

    def events(self, record_id: RecordId) -> tuple[CodingEvent, ...]:
        """Return a record's history, oldest first."""
        return self._history.events(record_id)

    def coding(self, record_id: RecordId) -> RecordCoding:
        """Return the current coding of a record."""
        return self._history.coding(record_id)

    def verify(self) -> ChainReport:
        """Check every line of the workspace against its hashes, and its end against what was noted outside."""
        report = verify(self._session, self._records)
        if contradiction := self._session.contradiction():
            report = replace(report, problems=(contradiction, *report.problems))
        return report

    def accept_end(self) -> bool:
        """Take the ledger's present end for the right one; tell whether anything had contradicted it."""
        self._people.allow(Permission.ADMINISTER)
        contradiction = self._session.contradiction()
        if self._session.anchor is not None and contradiction:
            self._session.anchor.accept(*self._session.ledger_head(), at=self._session.clock.now())
        self._warnings = ()
        return bool(contradiction)

    def rebuild(self, *, repair: bool = False) -> RebuildReport:
        """Replay every event and compare with the stored coding; with `repair`, store what was replayed."""
        return self._history.rebuild(repair=repair)

    def backup(self, target: Path) -> Path:
        """Copy the workspace as it is now to a new file, check the copy, and return its path."""
        target = target.expanduser().absolute()
        copy_database(self._session.database.conn, target, key=self._session.key)
        return target

    def recode_stamp(self) -> str:
        """Return which editions the worklist was last made from, empty where it never was."""
        return self._recode.recode_stamp()

    def assigned_titles(self) -> tuple[AssignedTitle, ...]:
        """Return every code as it was assigned, each once."""
        return self._recode.assigned_titles()

    def records_assigned(self, title: AssignedTitle) -> tuple[tuple[RecordId, dt.date | None], ...]:
        """Return the records to which a code was assigned in this form, with their days."""
        return self._recode.records_assigned(title)

    def put_recode_tasks(self, tasks: Sequence[RecodeTask], *, stamp: str) -> None:
        """Store these tasks in place of the open ones; what was settled stays settled."""
        self._recode.put_recode_tasks(tasks, stamp=stamp)

    def recode_tasks(self) -> tuple[RecodeTask, ...]:
        """Return the open tasks whose code still stands, those that must be changed first."""
        return self._recode.recode_tasks()

    def settled_recodes(self) -> tuple[SettledTask, ...]:
        """Return what was closed without a change, oldest first."""
        return self._recode.settled_recodes()

    def settle_recode(self, record_id: RecordId, *, coder_id: CoderId, reason: str) -> int:
        """Close a record's open tasks and return how many there were."""
        return self._recode.settle_recode(record_id, coder_id=coder_id, reason=reason)

    def log_exports(self, entries: Sequence[ExportEntry]) -> None:
        """Note which files left the workspace."""
        self._history.log_exports(entries)

    def exports(self) -> tuple[ExportEntry, ...]:
        """Return the export log, oldest first."""
        return self._history.exports()

    def profiles(self) -> tuple[Profile, ...]:
        """Return every profile, in the order of their making."""
        return self._people.profiles()

    @property
    def signed_in(self) -> Profile | None:
        """Who is signed in."""
        return self._people.signed_in

    def sign_in(self, coder_id: CoderId, password: str) -> Profile:
        """Let a person act from now on. Raises ProfileRuleError."""
        return self._people.sign_in(coder_id, password)

    def sign_out(self) -> None:
        """Let nobody act from now on."""
        self._people.sign_out()

    def confirm(self, password: str) -> None:
        """Have the person who is signed in prove it once more: allows one signature within a minute."""
        self._people.confirm(password)

    def change_profile(self, action: ProfileAction, after: Profile, *, password: str | None = None) -> Profile:
        """Append a change of a profile, made by whoever is signed in. Raises ProfileRuleError."""
        return self._people.change_profile(action, after, password=password)


def _argon2() -> PasswordHasher:
    from ehrcoder.adapters.passwords import Argon2Passwords

    return Argon2Passwords()


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EnvironmentFault(
            f"The folder {folder} for the workspace cannot be created: {error.strerror}.",
            next_step="Choose another folder with --workspace.",
        ) from error


def clear_leftovers(path: Path) -> None:
    """Delete what a killed re-keying or restore left beside a workspace; the caller holds its lock."""
    for suffix in _LEFTOVERS:
        with suppress(OSError):
            path.with_name(path.name + suffix).unlink(missing_ok=True)


def _refuse_foreign(path: Path) -> None:
    """Leave a file that is no database alone: not even a lock file is laid beside it."""
    if is_open(path):
        return
    try:
        with path.open("rb") as file:
            head = file.read(len(MAGIC))
    except FileNotFoundError:
        return
    except OSError as error:
        raise EnvironmentFault(f"The workspace {path} cannot be opened: {error.strerror}.",
                               kept="Nothing was changed.",
                               next_step="Name a workspace file that you may read and write.") from error
    if head and head != MAGIC and salt_of(path) is None:
        raise InputError(f"{path} is not a workspace.", kept="The file was left as it is.",
                         next_step="Name a workspace file, or a new one to create it.")


def _anchored(session: Session, folder: Path) -> Session:
    """Return the session with its note outside the file: compared first, then brought up to date."""
    found = session.one(_WORKSPACE_ID)
    session = replace(session, anchor=Anchor(folder, workspace_id=found[0] if found else "", workspace=session.path))
    if session.anchor is not None and not session.read_only:
        if session.contradiction():
            session.anchor.freeze()
        else:
            session.anchor.note(*session.ledger_head(), at=session.clock.now())
    return session


def connect_session(
    path: Path, *, clock: Clock, ids: IdSource, read_only: bool, anchors: Path | None, key: CipherKey | None
) -> Session:
    """Open a workspace's file, checked and migrated. Raises what `SqliteWorkspace.open` raises."""
    with translated(path):
        connection = connect(path, mode="ro" if read_only else "rwc", key=key)
    held = None
    try:
        with translated(path):
            session = Session(
                database=Database(connection, recursive_triggers=True, execute_plugins=False), path=path,
                clock=clock, ids=ids, read_only=read_only, key=key,
            )
            prepare(session)
            # Only now is there a file in any case.
            held = hold(path, None if key is None else key.salt)
            session = replace(session, held=held)
            return session if anchors is None else _anchored(session, anchors)
    except BaseException:
        connection.close()
        if held is not None:
            let_go(held)
        raise
