"""Reads what a campaign counts on: the facts of records, what the engine proposed, what people decided."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from ehrcoder.core.campaign.coded import CodedCase, CodeMark, marks_of_coding, marks_of_suggestions
from ehrcoder.core.campaign.facts import RecordFacts, facts_of
from ehrcoder.core.ids import RecordId
from ehrcoder.core.records import EncounterRecord, RecordStatus
from ehrcoder.core.suggestions import InferenceRun
from ehrcoder.ports import CodingHistory, Progress, RecordStore

FORMER_LABELS = "former-labels"
"""The entries that keep what a version proposed for a record when the next one labels it again."""


class Records(RecordStore, CodingHistory, Protocol):
    """The records of a workspace with their history."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """All of it, by record. `labelled` is the last run's, `decided` that of signed records."""

    facts: tuple[RecordFacts, ...]
    labelled: Mapping[RecordId, CodedCase]
    decided: Mapping[RecordId, CodedCase]
    runs: Mapping[RecordId, InferenceRun]
    text_hashes: Mapping[RecordId, str]

    @property
    def current(self) -> Mapping[RecordId, CodedCase]:
        """What stands for each record now: what people decided, else what the engine proposed."""
        return {**self.labelled, **self.decided}


def gather_labels(records: Records, *, progress: Progress | None = None) -> Labels:
    """Read the workspace once, one record at a time."""
    facts: list[RecordFacts] = []
    labelled: dict[RecordId, CodedCase] = {}
    decided: dict[RecordId, CodedCase] = {}
    runs: dict[RecordId, InferenceRun] = {}
    hashes: dict[RecordId, str] = {}
    rows = records.rows()
    for number, row in enumerate(rows, start=1):
        record = records.record(row.record_id)
        facts.append(facts_of(record))
        hashes[row.record_id] = plain_text_sha256(record)
        if found := records.runs(row.record_id):
            runs[row.record_id] = found[-1]
            proposed = [s for s in records.suggestions(row.record_id) if s.run_id == found[-1].run_id]
            labelled[row.record_id] = CodedCase(record_id=row.record_id, marks=marks_of_suggestions(proposed))
        if row.status is RecordStatus.SIGNED:
            marks = marks_of_coding(records.coding(row.record_id))
            decided[row.record_id] = CodedCase(record_id=row.record_id, marks=marks)
        if progress is not None:
            progress(number, len(rows), "reading records")
    return Labels(facts=tuple(facts), labelled=labelled, decided=decided, runs=runs, text_hashes=hashes)


def plain_text_sha256(record: EncounterRecord) -> str:
    """Return the hash of a record's words, whatever their case and spacing."""
    words = " ".join(" ".join(document.text.split()).casefold() for document in record.documents)
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()


def marks_json(marks: tuple[CodeMark, ...]) -> list[dict[str, object]]:
    """Return marks as an entry stores them."""
    return [
        {"kind": m.kind.value, "code": m.code, "principal": m.is_principal, "poa": m.present_on_admission}
        for m in marks
    ]
