"""Finds the sentences of a record that support no code yet, for a last look before signing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ehrcoder.core.assignments import Decision, RecordCoding
from ehrcoder.core.evidence import Evidence, TextSpan
from ehrcoder.core.records import EncounterRecord
from ehrcoder.core.sections import section_of_heading
from ehrcoder.core.suggestions import CodeSuggestion
from ehrcoder.core.words import content_forms
from ehrcoder.engine.segment import sentences_of

_FEWEST_WORDS = 2


def uncoded_sentences(
    record: EncounterRecord, suggestions: Sequence[CodeSuggestion], coding: RecordCoding
) -> tuple[TextSpan, ...]:
    """Return the sentences in which neither an assigned code nor an undecided suggestion has its evidence.

    Headings and sentences of a single word are left out: they support nothing by themselves.
    """
    used = _spans(each.evidence for each in coding.assignments)
    used += _spans(
        each.evidence for each in suggestions if coding.decision(each.suggestion_id) is Decision.UNDECIDED
    )
    by_document: dict[str, list[TextSpan]] = {}
    for span in used:
        by_document.setdefault(span.document_id, []).append(span)
    found: list[TextSpan] = []
    for document in record.documents:
        supported = by_document.get(document.document_id, [])
        for sentence in sentences_of(document):
            is_heading = len(sentence.text) < 60 and section_of_heading(sentence.text) is not None
            if is_heading or len(content_forms(sentence.text)) < _FEWEST_WORDS:
                continue
            if not any(sentence.span.overlaps(span) for span in supported):
                found.append(sentence.span)
    return tuple(found)


def _spans(evidence: Iterable[Sequence[Evidence]]) -> list[TextSpan]:
    return [each.span for pieces in evidence for each in pieces]
