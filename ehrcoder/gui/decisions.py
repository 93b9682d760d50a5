"""The decisions that a person can make about the open record's codes, as the window asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ehrcoder.core.assignments import PresentOnAdmission, RejectReason
from ehrcoder.core.evidence import Evidence
from ehrcoder.core.ids import AssignmentId, CoderId, RecordId, SuggestionId

if TYPE_CHECKING:
    from ehrcoder.gui.session import WorkspaceSession


class Decisions:
    """Each method returns at once; the session's signals bring the record as it is afterwards."""

    def __init__(self, session: WorkspaceSession) -> None:
        self._session = session

    def accept(self, suggestion_id: SuggestionId) -> None:
        """Assign the suggested code."""
        record_id, coder = self._who()
        self._session.decide(lambda verify: verify.accept(record_id, suggestion_id, coder_id=coder))

    def accept_all(self, suggestion_ids: Sequence[SuggestionId]) -> None:
        """Assign several suggested codes as one step."""
        record_id, coder = self._who()
        self._session.decide(lambda verify: verify.accept_all(record_id, suggestion_ids, coder_id=coder))

    def reject(self, suggestion_id: SuggestionId, reason: RejectReason, comment: str = "") -> None:
        """Reject a suggestion for a reason."""
        record_id, coder = self._who()
        self._session.decide(lambda verify: verify.reject(
            record_id, suggestion_id, coder_id=coder, reason=reason, comment=comment
        ))

    def replace(self, suggestion_id: SuggestionId, system: str, code: str) -> None:
        """Assign another code in place of the suggested one."""
        record_id, coder = self._who()
        self._session.decide(lambda verify: verify.replace(
            record_id, suggestion_id, coder_id=coder, system=system, code=code
        ))

    def add(self, system: str, code: str, evidence: tuple[Evidence, ...] = ()) -> None:
        """Assign a code that was not suggested."""
        record_id, coder = self._who()
        self._session.decide(lambda verify: verify.add(
            record_id, coder_id=coder, system=system, code=code, evidence=evidence
        ))

    def exchange(self, assignment_id: AssignmentId, system: str, code: str) -> None:
        """Put another code in place of an assigned one, supported by the same words."""
        record_id, coder = self._who()
        self._session.decide(lambda verify: verify.exchange(
            record_id, assignment_id, coder_id=coder, system=system, code=code
        ))

    def remove(self, assignment_id: AssignmentId, reason: str) -> None:
        """Take an assigned code away."""
        record_id, coder = self._who()
        self._session.decide(
            lambda verify: verify.remove(record_id, assignment_id, coder_id=coder, reason=reason)
        )

    def make_principal(self, assignment_id: AssignmentId) -> None:
        """Make a diagnosis the principal one."""
        record_id, coder = self._who()
        self._session.decide(lambda verify: verify.make_principal(record_id, assignment_id, coder_id=coder))

    def move(self, assignment_id: AssignmentId, offset: int) -> None:
        """Move an assigned code up (negative) or down."""
        record_id, coder = self._who()
        self._session.decide(lambda verify: verify.move(record_id, assignment_id, coder_id=coder, offset=offset))

    def set_present_on_admission(self, assignment_id: AssignmentId, value: PresentOnAdmission | None) -> None:
        """Say whether a diagnosis was present on admission."""
        record_id, coder = self._who()
        self._session.decide(lambda verify: verify.set_present_on_admission(
            record_id, assignment_id, coder_id=coder, value=value
        ))

    def undo(self) -> None:
        """Take back the last action of the open record."""
        record_id, coder = self._who()
        self._session.decide(lambda verify: verify.undo(record_id, coder_id=coder))

    def redo(self) -> None:
        """Do the last undone action of the open record again."""
        record_id, coder = self._who()
        self._session.decide(lambda verify: verify.redo(record_id, coder_id=coder))

    def _who(self) -> tuple[RecordId, CoderId]:
        return self._session.need_view().record_id, self._session.coder
