"""Identifiers as their own types, so that a record id never stands where a suggestion id should."""

from __future__ import annotations

from typing import NewType

RecordId = NewType("RecordId", str)
DocumentId = NewType("DocumentId", str)
SuggestionId = NewType("SuggestionId", str)
RunId = NewType("RunId", str)
AssignmentId = NewType("AssignmentId", str)
EventId = NewType("EventId", str)
CoderId = NewType("CoderId", str)
