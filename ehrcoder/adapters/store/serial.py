"""Core values to stored text and back; what comes back is checked against the types."""

from __future__ import annotations

import dataclasses
import json
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from ehrcoder.core.assignments import CodeAssignment, CodingEvent, Signature
from ehrcoder.core.campaign.plan import CampaignPlan, WorkItem
from ehrcoder.core.canonical import canonical_text, to_plain
from ehrcoder.core.errors import IntegrityError
from ehrcoder.core.profiles import ProfileEvent
from ehrcoder.core.records import ClinicalDocument, EncounterRecord
from ehrcoder.core.suggestions import CodeSuggestion, InferenceRun
from ehrcoder.ports import ExportEntry

_Value = TypeVar("_Value")

_ASSIGNMENT = TypeAdapter(CodeAssignment)
_EVENT = TypeAdapter(CodingEvent)
_SIGNATURE = TypeAdapter(Signature)
_RECORD = TypeAdapter(EncounterRecord)
_SUGGESTION = TypeAdapter(CodeSuggestion)
_RUN = TypeAdapter(InferenceRun)
_EXPORT = TypeAdapter(ExportEntry)
_CAMPAIGN_PLAN = TypeAdapter(CampaignPlan)
_WORK_ITEM = TypeAdapter(WorkItem)
_PROFILE_EVENT = TypeAdapter(ProfileEvent)

write = canonical_text


def is_storable(value: object) -> bool:
    """Tell whether a value's texts are whole: half a character (a lone surrogate) can never be read back."""
    try:
        json.dumps(to_plain(value), ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def record_header(record: EncounterRecord) -> str:
    """Return a record without its documents, which have their own table."""
    return canonical_text(dataclasses.replace(record, documents=()))


def read_record(header: str, documents: list[ClinicalDocument], *, where: str) -> EncounterRecord:
    """Return a record from its stored header and documents. Raises IntegrityError."""
    return dataclasses.replace(_read(_RECORD, header, where), documents=tuple(documents))


def read_assignment(text: str, *, where: str) -> CodeAssignment:
    """Return a stored assignment. Raises IntegrityError naming `where`."""
    return _read(_ASSIGNMENT, text, where)


def read_event(body: str, event_hash: str, *, where: str) -> CodingEvent:
    """Return a stored event; its hash stands in its own column. Raises IntegrityError."""
    if not body.endswith("}"):
        raise _damaged(where)
    return _read(_EVENT, f'{body[:-1]},"hash":{json.dumps(event_hash)}}}', where)


def read_signature(text: str, *, where: str) -> Signature:
    """Return a stored signature. Raises IntegrityError."""
    return _read(_SIGNATURE, text, where)


def read_suggestion(text: str, *, where: str) -> CodeSuggestion:
    """Return a stored suggestion. Raises IntegrityError."""
    return _read(_SUGGESTION, text, where)


def read_run(text: str, *, where: str) -> InferenceRun:
    """Return a stored inference run. Raises IntegrityError."""
    return _read(_RUN, text, where)


def read_export(text: str, *, where: str) -> ExportEntry:
    """Return a stored line of the export log. Raises IntegrityError."""
    return _read(_EXPORT, text, where)


def read_campaign_plan(text: str, *, where: str) -> CampaignPlan:
    """Return the stored plan of a campaign. Raises IntegrityError."""
    return _read(_CAMPAIGN_PLAN, text, where)


def read_work_item(text: str, *, where: str) -> WorkItem:
    """Return a stored line of a work list. Raises IntegrityError."""
    return _read(_WORK_ITEM, text, where)


def read_profile_event(text: str, *, where: str) -> ProfileEvent:
    """Return a stored change of a profile. Raises IntegrityError."""
    return _read(_PROFILE_EVENT, text, where)


def _read(adapter: TypeAdapter[_Value], text: str, where: str) -> _Value:
    try:
        return adapter.validate_json(text)
    except ValidationError:
        # pydantic's message quotes its input, which may be clinical text: only the place is passed on.
        raise _damaged(where) from None


def _damaged(where: str) -> IntegrityError:
    return IntegrityError(
        f"{where} cannot be read: its stored form is damaged.", kept="The file was left as it is.",
        next_step="Run `ehrcoder audit verify`, and go back to the last backup if it confirms damage.",
    )
