"""The store lane's side of the window: owns the open workspace, carries out decisions, makes snapshots."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ehrcoder.core.assignments import RecordCoding
from ehrcoder.core.comments import comments
from ehrcoder.core.errors import EhrCoderError, EnvironmentFault, InputError
from ehrcoder.core.history import undo_state
from ehrcoder.core.ids import RecordId
from ehrcoder.gui.record_view import DocumentView, RecordView, view_document
from ehrcoder.ports import CodeSetIndex, OpenWorkspace
from ehrcoder.usecases.audit_trail import record_history
from ehrcoder.usecases.verify_code import VerifyCode

if TYPE_CHECKING:
    from ehrcoder.services import Services

Result = TypeVar("Result")

_DOCUMENTS_KEPT = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceInfo:
    """The workspace that was opened, and what of it is off."""

    path: Path
    read_only: bool
    code_sets_off: str = ""
    warnings: tuple[str, ...] = ()


class StoreDesk:
    """Every method runs on the store lane, where the workspace and its code-set reader were opened."""

    def __init__(self, services: Services, path: Path | None) -> None:
        self._services = services
        self._path = path
        self._workspace: OpenWorkspace | None = None
        self._index: CodeSetIndex | None = None
        self._documents: dict[RecordId, tuple[DocumentView, ...]] = {}
        self._read_only = False

    def open(self, *, read_only: bool = False) -> WorkspaceInfo:
        """Open the workspace, and the code sets where they are built. Raises EhrCoderError."""
        self._workspace = self._services.open_workspace(self._path, read_only=read_only)
        self._read_only = read_only
        off = ""
        try:
            self._index = self._services.open_code_sets()
        except EhrCoderError as error:
            off = str(error)
        return WorkspaceInfo(path=self._workspace.path, read_only=read_only, code_sets_off=off,
                             warnings=self._workspace.warnings)

    def renew_code_sets(self) -> None:
        """Open the code sets anew. Raises EnvironmentFault; the former ones stay in use then."""
        self._index = self._services.open_code_sets()

    @property
    def workspace(self) -> OpenWorkspace:
        """The open workspace. Raises EnvironmentFault before it was opened."""
        if self._workspace is None:
            raise EnvironmentFault("No workspace is open.", next_step="Open one first.")
        return self._workspace

    def with_closed_file(self, work: Callable[[], Result], *, allowed: Callable[[OpenWorkspace], None]) -> Result:
        """Close the workspace, carry out work on its file, and open it again, whatever came of the work."""
        allowed(self.workspace)
        read_only = self._read_only
        self.close()
        try:
            return work()
        finally:
            self.open(read_only=read_only)

    def close(self) -> None:
        """Close what was opened."""
        if self._index is not None:
            close = getattr(self._index, "close", None)
            if close is not None:
                close()
            self._index = None
        if self._workspace is not None:
            self._workspace.close()
            self._workspace = None

    def view(self, record_id: RecordId) -> RecordView:
        """Return a record as it stands. Raises NotFoundError, IntegrityError."""
        record = self.workspace.record(record_id)
        documents = self._documents.get(record_id)
        if documents is None:
            documents = tuple(view_document(document) for document in record.documents)
            if len(self._documents) >= _DOCUMENTS_KEPT:
                self._documents.pop(next(iter(self._documents)))
            self._documents[record_id] = documents
        empty = RecordView(
            record=record, documents=documents, suggestions=(), coding=RecordCoding(record_id=record_id)
        )
        return self._current(empty)

    def decide(
        self, view: RecordView, action: Callable[[VerifyCode], RecordCoding], *, active_seconds: int = 0
    ) -> RecordView:
        """Carry out one decision and return the record after it. Raises EhrCoderError."""
        self._refuse_read_only()
        if self._index is None:
            raise EnvironmentFault(
                "The code sets are not built, so no code can be checked.", kept="Nothing was changed.",
                next_step="Build them with: ehrcoder codesets build",
            )
        action(VerifyCode(
            history=self.workspace, store=self.workspace, index=self._index, ids=self._services.ids,
            active_seconds=active_seconds,
        ))
        return self._current(view)

    def change(self, view: RecordView, action: Callable[[OpenWorkspace], RecordCoding]) -> RecordView:
        """Carry out what needs no code set (sign, amend) and return the record after it."""
        self._refuse_read_only()
        action(self.workspace)
        return self._current(view)

    def _current(self, view: RecordView) -> RecordView:
        workspace = self.workspace
        record_id = view.record.record_id
        coding = workspace.coding(record_id)
        events = workspace.events(record_id)
        state = undo_state(events)
        return replace(
            view,
            suggestions=workspace.suggestions(record_id),
            coding=coding,
            runs=workspace.runs(record_id),
            history=record_history(workspace, record_id),
            events=events,
            comments=comments(events),
            can_undo=bool(state.undo) and coding.signature is None,
            can_redo=bool(state.redo) and coding.signature is None,
        )

    def _refuse_read_only(self) -> None:
        if self._read_only:
            raise InputError(
                "The workspace is open for reading only.", kept="Nothing was changed.",
                next_step="Close the other window, then open the workspace again.",
            )

