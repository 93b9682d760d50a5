"""Which records wait for proposals: a person may ask for more while the engine works, or before files are read."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from ehrcoder.core.ids import RecordId
from ehrcoder.gui.job_state import JobState
from ehrcoder.gui.words import counted

if TYPE_CHECKING:
    from ehrcoder.gui.propose_desk import ProposeDesk
    from ehrcoder.gui.session import WorkspaceSession
    from ehrcoder.gui.task_runner import CancelFlag

JOB = "propose"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    record_id: RecordId
    of_many: bool
    """Whether it was asked for with others: a campaign's control records are passed over then."""


class Proposals(QObject):
    """Asked on the main thread; the work itself runs on the propose lane, one record after another."""

    def __init__(self, session: WorkspaceSession, desk: ProposeDesk, stored: Callable[[RecordId], None]) -> None:
        """`stored` is called on the propose lane with each record whose proposals are stored."""
        super().__init__(session)
        self._session = session
        self._desk = desk
        self._stored = stored
        self._lock = threading.Lock()
        self._waiting: deque[_Waiting] = deque()
        self._current: RecordId | None = None
        self._arriving: set[RecordId] = set()
        self._done = self._passed_over = 0
        self._wants_open = self._wants_all = False
        session.record_shown.connect(lambda _: self._on_shown())
        session.row_changed.connect(lambda row: self._arriving.discard(row.record_id))
        session.rows_loaded.connect(lambda _: self._on_rows())

    # what the keys mean

    def propose_open(self) -> None:
        """Propose codes for the open record, before those that wait; where none is open yet, for the first one."""
        session, view = self._session, self._session.view
        if view is None:
            if session.jobs.is_running("import"):
                self._wants_open = True
                session.said.emit(self.tr("Files are being imported. Codes are proposed as soon as a record is open."))
            else:
                session.said.emit(self.tr("No record is open. Ctrl+O imports some, Ctrl+1 goes to the list."))
            return
        if self._current == view.record_id:
            session.said.emit(self.tr("Codes are being proposed for this record already."))
            return
        is_busy = session.jobs.is_running(JOB)
        waiting = self.ask((view.record_id,), of_many=False)
        if is_busy:
            session.said.emit(self.tr("Another record is being read; this one is next.") if waiting < 2 else counted(
                waiting - 1, self.tr("Another record is being read; this one is next, before 1 that waits."),
                self.tr("Another record is being read; this one is next, before {0} that wait.")))

    def propose_all(self) -> None:
        """Propose codes for every record without proposals, also for those that an import is just bringing in."""
        session, ids = self._session, self._session.new_ids()
        self._wants_all = session.jobs.is_running("import")
        if self._wants_all:
            session.said.emit(self.tr(
                "Files are being imported. Codes are proposed for what is there, and for the others once they are in."))
        elif not ids:
            session.said.emit(self.tr("Every record has proposals already."))
        elif session.jobs.is_running(JOB):
            waiting = self.ask(ids, of_many=True)
            session.said.emit(counted(waiting, self.tr("Codes are being proposed; 1 record waits."),
                                      self.tr("Codes are being proposed; {0} records wait.")))
            return
        self.ask(ids, of_many=len(ids) > 1)

    def ask(self, record_ids: Sequence[RecordId], *, of_many: bool) -> int:
        """Let records wait for proposals, one asked for alone before the others; return how many wait."""
        if not record_ids:
            return 0
        with self._lock:
            known = {each.record_id for each in self._waiting}
            if of_many:
                self._waiting.extend(_Waiting(record_id=each, of_many=True) for each in record_ids
                                     if each not in known and each != self._current)
            else:
                for record_id in record_ids:
                    self._waiting = deque(each for each in self._waiting if each.record_id != record_id)
                    self._waiting.appendleft(_Waiting(record_id=record_id, of_many=False))
            waiting = len(self._waiting)
        if not self._session.jobs.is_running(JOB):
            self._start()
        return waiting

    def forget(self) -> None:
        """Let nothing wait any more: the person cancelled."""
        self._wants_open = self._wants_all = False
        with self._lock:
            self._waiting.clear()

    @property
    def is_at(self) -> RecordId | None:
        """The record that is being read."""
        return self._current

    def is_awaited(self, record_id: RecordId | None) -> bool:
        """Whether proposals for a record are on their way; None stands for the record that an import will open."""
        if record_id is None:
            return self._wants_open
        with self._lock:
            on_their_way = {self._current, *self._arriving, *(each.record_id for each in self._waiting)}
            return record_id in on_their_way

    # the work

    def _start(self) -> None:
        flag = self._session.jobs.begin(JOB)
        self._done = self._passed_over = 0
        self._session.run_proposals(lambda: self._work(flag), done=self._on_done, ended=self.forget)

    def _work(self, flag: CancelFlag) -> int:
        try:
            while (following := self._next()) is not None:
                record_id = following.record_id
                if following.of_many and self._desk.is_withheld(record_id):
                    self._passed_over += 1
                    continue
                row = self._session.row(record_id)
                text = self.tr("Proposing codes: {0}").format(row.title if row is not None else "")
                with self._lock:
                    total = self._done + 1 + len(self._waiting)
                self._session.jobs.tell(JobState(name=JOB, text=text, done=self._done, total=total))
                self._desk.propose(record_id, cancel=flag)
                self._arriving.add(record_id)
                self._stored(record_id)
                self._done += 1
        finally:
            self._current = None
        return self._done

    def _next(self) -> _Waiting | None:
        with self._lock:
            following = self._waiting.popleft() if self._waiting else None
            self._current = following.record_id if following is not None else None
            return following

    def _on_done(self) -> None:
        with self._lock:
            has_more = bool(self._waiting)  # asked for behind the last look at the queue
        if has_more:
            self._start()

    def _on_shown(self) -> None:
        if self._wants_open:
            self._wants_open = False
            self.propose_open()

    def _on_rows(self) -> None:
        if self._wants_all and not self._session.jobs.is_running("import"):
            self._wants_all = False
            ids = self._session.new_ids()
            self.ask(ids, of_many=len(ids) > 1)
