"""Looks for possible identifiers in the documents of a record; what is not found may still be there."""

from __future__ import annotations

from dataclasses import dataclass

from ehrcoder.core.identifiers import PossibleIdentifier, possible_identifiers
from ehrcoder.core.ids import DocumentId, RecordId
from ehrcoder.ports import RecordStore


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentIdentifiers:
    """The findings in one document, in its order."""

    record_id: RecordId
    document_id: DocumentId
    found: tuple[PossibleIdentifier, ...]


def check_identifiers(record_id: RecordId, *, store: RecordStore) -> tuple[DocumentIdentifiers, ...]:
    """Return the possible identifiers of each document that has any. Raises NotFoundError."""
    record = store.record(record_id)
    checked = (
        DocumentIdentifiers(record_id=record.record_id, document_id=document.document_id,
                            found=possible_identifiers(document.text))
        for document in record.documents
    )
    return tuple(document for document in checked if document.found)
