"""Finds out which code edits accepting a suggestion would run into, before anybody accepts it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ehrcoder.core.assignments import CodeAssignment, RecordCoding
from ehrcoder.core.edits import EditFinding, EditSeverity
from ehrcoder.core.ids import AssignmentId, SuggestionId
from ehrcoder.core.records import EncounterRecord
from ehrcoder.core.suggestions import CodeSuggestion
from ehrcoder.ports import CodeSetIndex
from ehrcoder.usecases.validate_record import coded_entry, validate_coding

_IF_ACCEPTED = AssignmentId("if-accepted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What each undecided suggestion would run into if it were accepted next; those that run into nothing lack."""

    findings: Mapping[SuggestionId, tuple[EditFinding, ...]] = field(
        default_factory=dict[SuggestionId, tuple[EditFinding, ...]]
    )

    def errors(self, suggestion_id: SuggestionId) -> tuple[EditFinding, ...]:
        """Return the errors that accepting this suggestion would raise."""
        return tuple(
            each for each in self.findings.get(suggestion_id, ()) if each.severity is EditSeverity.ERROR
        )


def foresee_edits(
    coding: RecordCoding, record: EncounterRecord, undecided: Sequence[CodeSuggestion], index: CodeSetIndex
) -> Outlook:
    """Return the errors and warnings about each suggested code that the coding does not have without it."""
    found: dict[SuggestionId, tuple[EditFinding, ...]] = {}
    known = [coded_entry(each, record, index) for each in coding.assignments]
    standing = {(each.coding.system, each.coding.code) for each in coding.assignments}
    for suggestion in undecided:
        if (suggestion.coding.system, suggestion.coding.code) in standing:
            continue  # it would only gain evidence
        added = CodeAssignment(
            assignment_id=_IF_ACCEPTED, record_id=coding.record_id, coding=suggestion.coding, kind=suggestion.kind,
            sequence=len(coding.assignments) + 1, evidence=suggestion.evidence,
            suggestion_id=suggestion.suggestion_id,
        )
        accepted = replace(coding, assignments=(*coding.assignments, added))
        about_it = tuple(
            each for each in validate_coding(accepted, record, index, known=known)
            if _IF_ACCEPTED in each.assignment_ids and each.severity is not EditSeverity.INFORMATION
        )
        if about_it:
            found[suggestion.suggestion_id] = about_it
    return Outlook(findings=found)
