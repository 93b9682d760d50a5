"""What the window shows of one record: an immutable snapshot, made on the store lane."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ehrcoder.core.assignments import CodeAssignment, CodingEvent, Decision, RecordCoding
from ehrcoder.core.comments import Comment, active_seconds
from ehrcoder.core.ids import DocumentId, RecordId, SuggestionId
from ehrcoder.core.records import ClinicalDocument, EncounterRecord, RecordRow, RecordStatus
from ehrcoder.core.sections import section_of_heading
from ehrcoder.core.suggestions import CodeSuggestion, FurtherCode, InferenceRun
from ehrcoder.gui.text_offsets import TextOffsets
from ehrcoder.usecases.audit_trail import HistoryLine

_LINE = re.compile(r"[^\r\n\u2028\u2029]+")
_LONGEST_HEADING = 60
_LONGEST_TESTED = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlineEntry:
    """A heading of a note and the code-point offset at which its line begins."""

    title: str
    start: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentView:
    """A document with what showing it needs; made once when its record is opened."""

    document: ClinicalDocument
    offsets: TextOffsets
    outline: tuple[OutlineEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordView:
    """A record, what was proposed for it, what was decided, and what can be undone."""

    record: EncounterRecord
    documents: tuple[DocumentView, ...]
    suggestions: tuple[CodeSuggestion, ...]
    coding: RecordCoding
    runs: tuple[InferenceRun, ...] = ()
    history: tuple[HistoryLine, ...] = ()
    events: tuple[CodingEvent, ...] = ()
    comments: tuple[Comment, ...] = ()
    can_undo: bool = False
    can_redo: bool = False

    @property
    def record_id(self) -> RecordId:
        return self.record.record_id

    @property
    def active_seconds(self) -> int:
        """How long people worked on it so far."""
        return active_seconds(self.events)

    @property
    def is_signed(self) -> bool:
        return self.coding.signature is not None

    @property
    def undecided(self) -> tuple[CodeSuggestion, ...]:
        """The suggestions that still wait for a decision, best rank first."""
        decided = dict(self.coding.decisions)
        return tuple(each for each in self.suggestions if each.suggestion_id not in decided)

    @property
    def further(self) -> tuple[FurtherCode, ...]:
        """What the last run thought of and did not suggest, without the codes that are assigned by now."""
        assigned = {(each.coding.system, each.coding.code) for each in self.coding.assignments}
        return tuple(
            each for each in (self.runs[-1].further if self.runs else ())
            if (each.coding.system, each.coding.code) not in assigned
        )

    def decision(self, suggestion_id: SuggestionId) -> Decision:
        return self.coding.decision(suggestion_id)

    def suggestion(self, suggestion_id: SuggestionId) -> CodeSuggestion | None:
        return next((each for each in self.suggestions if each.suggestion_id == suggestion_id), None)

    def assignment_of(self, suggestion_id: SuggestionId) -> CodeAssignment | None:
        """Return the code that was assigned on this suggestion, or None."""
        return next((each for each in self.coding.assignments if each.suggestion_id == suggestion_id), None)

    def document(self, document_id: DocumentId) -> DocumentView | None:
        return next((each for each in self.documents if each.document.document_id == document_id), None)


def view_document(document: ClinicalDocument) -> DocumentView:
    """Prepare a document for the screen."""
    return DocumentView(
        document=document, offsets=TextOffsets(document.text), outline=outline_of(document.text)
    )


def outline_of(text: str) -> tuple[OutlineEntry, ...]:
    """Return the headings of a note in order."""
    entries: list[OutlineEntry] = []
    for match in _LINE.finditer(text):
        line = match.group()
        if len(line) > _LONGEST_TESTED:
            line = line[:_LONGEST_TESTED]
        if not line.isspace() and section_of_heading(line) is not None:
            title = line.split(":", 1)[0].strip(" #*-\t") or line.strip()
            entries.append(OutlineEntry(title=title[:_LONGEST_HEADING], start=match.start()))
    return tuple(entries)


def row_after(row: RecordRow, view: RecordView) -> RecordRow:
    """Return a list row as it stands after a change, without asking the store for every row again."""
    if view.is_signed:
        status = RecordStatus.SIGNED
    elif view.coding.version:
        status = RecordStatus.IN_PROGRESS
    elif view.runs:
        status = RecordStatus.PROPOSED
    else:
        status = RecordStatus.NEW
    return replace(
        row, status=status, suggestion_count=len(view.suggestions), undecided_count=len(view.undecided),
        assignment_count=len(view.coding.assignments), flag=view.coding.flag, held_for=view.coding.held_for,
        is_draft=view.coding.is_draft,
        least_confidence=min((each.confidence for each in view.undecided), default=None),
    )
