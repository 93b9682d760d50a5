"""Makes a version of a record in which possible identifiers are masked; the former record stays as it is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from ehrcoder.core.canonical import canonical_text
from ehrcoder.core.errors import InputError
from ehrcoder.core.evidence import Evidence
from ehrcoder.core.identifiers import IdentifierKind, PossibleIdentifier, possible_identifiers
from ehrcoder.core.ids import DocumentId, RecordId
from ehrcoder.core.masking import MaskedFrom, Masks, OffsetMap, masked_text
from ehrcoder.core.records import ClinicalDocument, EncounterRecord, ImportedCode
from ehrcoder.ports import Clock, IdSource, RecordStore

Chosen = Callable[[DocumentId, PossibleIdentifier], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskedRecord:
    """What came of masking: the new record, what was masked in its texts, and whether it was there before."""

    record_id: RecordId
    former_id: RecordId
    masked: int
    already_there: bool = False


def of_kinds(kinds: Iterable[IdentifierKind]) -> Chosen:
    """Choose every finding of these kinds."""
    chosen = frozenset(kinds)
    return lambda _, found: found.kind in chosen


def all_findings(document_id: DocumentId, found: PossibleIdentifier) -> bool:
    """Choose every finding."""
    return True


def mask_record(
    record_id: RecordId, *, store: RecordStore, clock: Clock, ids: IdSource, chosen: Chosen = all_findings
) -> MaskedRecord:
    """Store a masked version of a record as a record of its own and return it.

    Titles are masked as the texts are. Patient, days, imported codes and their evidence go along; decisions
    stay with the former record. The same choice of the same record gives the version that is there already.
    Raises NotFoundError, and InputError when nothing is to be masked.
    """
    record = store.record(record_id)
    version = _version_of(record, chosen)
    masked = sum(len(each.pieces) for each in version.masked_from.maps) if version.masked_from else 0
    if not masked and version.documents == record.documents:
        raise InputError(
            "No possible identifier of the chosen kinds was found, so nothing was masked.",
            kept="The record is as it was.",
            next_step="Read the text all the same: patterns miss some.",
        )
    existing = store.find_by_content(version.source_sha256)
    if existing is not None:
        return MaskedRecord(record_id=existing, former_id=record_id, masked=masked, already_there=True)
    stored = replace(version, record_id=RecordId(ids.new_id()), imported_at=clock.now())
    store.add_records([stored])
    return MaskedRecord(record_id=stored.record_id, former_id=record_id, masked=masked)


def _version_of(record: EncounterRecord, chosen: Chosen) -> EncounterRecord:
    masks = Masks()
    documents: list[ClinicalDocument] = []
    maps: dict[DocumentId, OffsetMap] = {}
    for document in record.documents:
        found = (each for each in possible_identifiers(document.text) if chosen(document.document_id, each))
        text, offsets = masked_text(document.text, found, masks=masks, document_id=document.document_id)
        maps[document.document_id] = offsets
        in_title = (each for each in possible_identifiers(document.title) if chosen(document.document_id, each))
        title, _ = masked_text(document.title, in_title, masks=masks, document_id=document.document_id)
        documents.append(replace(document, text=text, title=title))
    texts = {document.document_id: document.text for document in documents}
    masked_from = MaskedFrom(
        record_id=record.record_id, source_sha256=record.source_sha256, maps=tuple(maps.values()),
    )
    return replace(
        record, documents=tuple(documents), masked_from=masked_from,
        source_sha256=hashlib.sha256(canonical_text(masked_from).encode("ascii")).hexdigest(),
        imported_codes=tuple(_moved(code, maps, texts) for code in record.imported_codes),
        imported_retractions=tuple(_moved(code, maps, texts) for code in record.imported_retractions),
        import_notes=(
            *record.import_notes,
            f"Possible identifiers are masked in this version of {record.record_id}. Patterns miss some: it is not "
            "said to be anonymous.",
        ),
    )


def _moved(code: ImportedCode, maps: dict[DocumentId, OffsetMap], texts: dict[DocumentId, str]) -> ImportedCode:
    def moved(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
        found: list[Evidence] = []
        for each in evidence:
            span = maps[each.span.document_id].span_to_masked(each.span)
            found.append(replace(each, span=span, quote=texts[span.document_id][span.start:span.end]))
        return tuple(found)

    told = code.verification
    return replace(
        code, evidence=moved(code.evidence),
        verification=replace(told, evidence=moved(told.evidence)) if told else None,
    )
