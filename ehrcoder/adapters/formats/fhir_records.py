"""Groups FHIR R4 resources into records: one an encounter, the rest of a patient in one more."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ehrcoder.adapters.formats.decoding import refuse_unstorable
from ehrcoder.adapters.formats.demographics import encounter_class_named, sex_named
from ehrcoder.adapters.formats.fhir_collection import ResourceCollection, patient_of, subject_reference
from ehrcoder.adapters.formats.fhir_content import (
    FoundDocument,
    codes_of,
    documents_of,
    place_of,
    stated_in_words,
)
from ehrcoder.adapters.formats.fhir_own import own_export
from ehrcoder.adapters.formats.json_values import JsonObject, object_at, objects_at, shown, text_at
from ehrcoder.core.errors import InputError
from ehrcoder.core.ids import DocumentId, RecordId
from ehrcoder.core.records import (
    ClinicalDocument,
    EncounterClass,
    EncounterRecord,
    ImportedCode,
    ImportedSignature,
    Patient,
    Period,
)

# Claims stand for an encounter of their own where they name none.
_CLAIMS = frozenset({"Claim", "ExplanationOfBenefit"})
_CODED = frozenset({
    "Condition", "Procedure", "Observation", "DiagnosticReport", "DocumentReference", "Composition",
}) | _CLAIMS
# What says who and where, or was made from the rest; its absence from a record is no loss to coding.
_AROUND = frozenset({
    "Patient", "Encounter", "Bundle", "Practitioner", "PractitionerRole", "Organization", "Location",
    "Device", "Provenance", "AuditEvent", "OperationOutcome", "Binary", "MessageHeader",
})
_POINTERS = frozenset({"DocumentReference", "Claim", "ExplanationOfBenefit"})
_NOT_TO_CODE = frozenset({"entered-in-error", "refuted", "not-done", "cancelled"})
_DATES = ("date", "effectiveDateTime", "performedDateTime", "onsetDateTime", "recordedDate", "issued")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(slots=True)
class _Group:
    """The resources that will make one record."""

    encounter: JsonObject | None
    patient_key: str
    resources: list[JsonObject] = field(default_factory=list[JsonObject])


def records_of(
    collection: ResourceCollection, *, file_sha256: str, source_format: str, notes: tuple[str, ...]
) -> Iterator[EncounterRecord]:
    """Yield the records of a file. Raises InputError when it holds nothing to code."""
    groups = _grouped(collection)
    made = [(group, _content_of(group, collection)) for group in groups]
    filled = [(group, content) for group, content in made if content.documents or content.codes]
    if filled:
        _report_empty_encounters(made, collection)
    else:
        filled = [(group, content) for group, content in made if content.has_clinical_content]
    _report_other_types(collection)
    if not filled:
        raise InputError(f"Nothing to code: it holds {_inventory(collection)}.",
                         next_step="Import the file that holds the notes, codes or encounters.")
    for group, content in filled:
        sha256 = file_sha256 if len(filled) == 1 else _sha256_of(group, collection)
        yield _record(group, content, collection, sha256=sha256, source_format=source_format, notes=notes)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    documents: tuple[ClinicalDocument, ...]
    codes: tuple[ImportedCode, ...]
    notes: tuple[str, ...]
    has_clinical_content: bool
    retractions: tuple[ImportedCode, ...] = ()
    signature: ImportedSignature | None = None


def _grouped(collection: ResourceCollection) -> list[_Group]:
    encounters = collection.of_type("Encounter")
    groups = [
        _Group(encounter=encounter, patient_key=_patient_key(encounter, collection))
        for encounter in encounters
    ]
    by_encounter = {id(encounter): group for encounter, group in zip(encounters, groups, strict=True)}
    of_diagnosis = _encounters_by_diagnosis(collection, by_encounter)
    loose: dict[str, _Group] = {}
    for resource in collection.resources:
        if text_at(resource, "resourceType") not in _CODED:
            continue
        group = _group_of(resource, collection, by_encounter, of_diagnosis)
        if group is None:
            group = _loose_group(resource, collection, groups, loose)
        group.resources.append(resource)
    return [*groups, *loose.values()]


def _encounters_by_diagnosis(
    collection: ResourceCollection, by_encounter: dict[int, _Group]
) -> dict[int, _Group]:
    """Conditions that name no encounter may be named by one."""
    found: dict[int, _Group] = {}
    for group in by_encounter.values():
        for diagnosis in objects_at(group.encounter, "diagnosis"):
            condition = collection.resolve(text_at(diagnosis, "condition", "reference"))
            if condition is not None:
                found.setdefault(id(condition), group)
    return found


def _group_of(
    resource: JsonObject, collection: ResourceCollection, by_encounter: dict[int, _Group],
    of_diagnosis: dict[int, _Group],
) -> _Group | None:
    for reference in _encounter_references(resource):
        encounter = collection.resolve(reference)
        if encounter is not None and id(encounter) in by_encounter:
            return by_encounter[id(encounter)]
    return of_diagnosis.get(id(resource))


def _encounter_references(resource: JsonObject) -> Iterator[str]:
    yield text_at(resource, "encounter", "reference")
    for encounter in objects_at(object_at(resource, "context"), "encounter"):
        yield text_at(encounter, "reference")
    for item in objects_at(resource, "item"):
        for encounter in objects_at(item, "encounter"):
            yield text_at(encounter, "reference")
    # DSTU2 and STU3 said context where R4 says encounter.
    yield text_at(resource, "context", "reference")


def _loose_group(
    resource: JsonObject, collection: ResourceCollection, groups: Sequence[_Group], loose: dict[str, _Group]
) -> _Group:
    patient_key = _patient_key(resource, collection)
    if text_at(resource, "resourceType") in _CLAIMS:
        return loose.setdefault(f"claim {id(resource)}", _Group(encounter=None, patient_key=patient_key))
    own = [group for group in groups if group.patient_key == patient_key]
    if len(own) == 1:
        return own[0]
    return loose.setdefault(patient_key, _Group(encounter=None, patient_key=patient_key))


def _patient_key(resource: JsonObject, collection: ResourceCollection) -> str:
    patient = patient_of(resource, collection)
    if patient is not None:
        return f"{place_of(patient)} {id(patient)}"
    return subject_reference(resource)


def _content_of(group: _Group, collection: ResourceCollection) -> _Content:
    report = collection.context.on_left_out
    documents: list[ClinicalDocument] = []
    document_of: dict[int, ClinicalDocument] = {}
    notes: list[str] = []
    codes: list[tuple[JsonObject, ImportedCode]] = []
    has_clinical_content = group.encounter is not None
    own = own_export(collection, group.encounter, document_of)
    resources = group.resources if group.encounter is None else [group.encounter, *group.resources]
    for resource in resources:
        status = _status_not_to_code(resource)
        if status:
            report(f"{place_of(resource)} is {status}.")
            continue
        # A reference to a document that cannot be read is nothing to code from; a measurement is.
        # So is a claim that names diagnoses, even where none of their codes could be taken.
        has_clinical_content |= (
            text_at(resource, "resourceType") not in _POINTERS or bool(objects_at(resource, "diagnosis"))
        )
        for found in documents_of(resource, resolve=collection.resolve, report=report):
            documents.append(_document(found, len(documents) + 1))
            document_of.setdefault(id(resource), documents[-1])
            notes.extend(found.notes)
        codes.extend((resource, code) for code in codes_of(resource, report=report))
    stated = tuple(dict.fromkeys(words for resource in resources if not _status_not_to_code(resource)
                                 and (words := stated_in_words(resource))))
    if stated and _is_storable("".join(stated)):
        found = FoundDocument(type="Stated in words", title="Stated in words", text="\n".join(stated), language="en")
        documents.append(_document(found, len(documents) + 1))
        notes.append("Conditions and procedures without a code are shown as text.")
    told = [code if own is None else own.restored(resource, code) for resource, code in codes]
    return _Content(
        documents=tuple(documents), codes=tuple(dict.fromkeys(told)), notes=tuple(dict.fromkeys(notes)),
        has_clinical_content=has_clinical_content, retractions=own.retractions() if own else (),
        signature=own.signature() if own else None,
    )


def _document(found: FoundDocument, number: int) -> ClinicalDocument:
    return ClinicalDocument(
        document_id=DocumentId(f"d{number}"), type=found.type, title=found.title, text=found.text,
        language=found.language,
    )


def _status_not_to_code(resource: JsonObject) -> str:
    if text_at(resource, "resourceType") == "Encounter":
        return ""
    verification = objects_at(object_at(resource, "verificationStatus"), "coding")
    statuses = (
        text_at(resource, "status"), text_at(resource, "docStatus"),
        *(text_at(coding, "code") for coding in verification),
    )
    return next((status for status in statuses if status in _NOT_TO_CODE), "")


def _record(
    group: _Group, content: _Content, collection: ResourceCollection, *, sha256: str, source_format: str,
    notes: tuple[str, ...],
) -> EncounterRecord:
    source = group.encounter or (group.resources[0] if group.resources else {})
    period_key = "billablePeriod" if text_at(source, "resourceType") in _CLAIMS else "period"
    # R5 says actualPeriod where R4 says period.
    period, period_notes = _period(object_at(source, period_key) or object_at(source, "actualPeriod"))
    if group.encounter is None and period == Period():
        period, period_notes = _period_of_documents(group), ()
    said = [*notes, *content.notes, *period_notes]
    if not content.documents:
        said.append("No note came with it; its codes are shown." if content.codes
                    else "No note and no code came with it.")
    return EncounterRecord(
        record_id=RecordId(collection.context.ids.new_id()),
        source_format=source_format,
        source_name=collection.context.source_name,
        source_sha256=sha256,
        imported_at=collection.context.clock.now(),
        patient=_patient(source, collection),
        period=period,
        encounter_class=_encounter_class(group.encounter),
        documents=content.documents,
        imported_codes=content.codes,
        import_notes=tuple(dict.fromkeys(said)),
        imported_retractions=content.retractions,
        imported_signature=content.signature,
    )


def _patient(resource: JsonObject, collection: ResourceCollection) -> Patient:
    patient = patient_of(resource, collection) or {}
    pseudonym = (
        _own_pseudonym(patient) or text_at(patient, "id") or text_at(patient, "identifier", "value")
        or subject_reference(resource).split("/")[-1].removeprefix("urn:uuid:")
    )
    year = text_at(patient, "birthDate")[:4]
    return Patient(
        pseudonym=_storable(pseudonym),
        birth_year=int(year) if len(year) == 4 and year.isascii() and year.isdigit() else None,
        sex=sex_named(text_at(patient, "gender")),
    )


def _own_pseudonym(patient: JsonObject) -> str:
    """Return the only identifier where it is marked as a secondary one and claims no type.

    Identifiers may be insurance or passport numbers, so that else the id is taken, which is none.
    """
    identifiers = objects_at(patient, "identifier")
    if len(identifiers) == 1 and identifiers[0].get("use") == "secondary" and "type" not in identifiers[0]:
        return text_at(identifiers[0], "value")
    return ""


def _storable(text: str) -> str:
    return text if _is_storable(text) else ""


def _is_storable(text: str) -> bool:
    try:
        refuse_unstorable(text, place="")
    except InputError:
        return False
    return True


def _period(period: JsonObject) -> tuple[Period, tuple[str, ...]]:
    notes: list[str] = []
    days: dict[str, dt.date | None] = {"start": None, "end": None}
    for name in days:
        given = text_at(period, name)
        if not given:
            continue
        try:
            days[name] = dt.date.fromisoformat(given[:10]) if _DATE.match(given) else None
        except ValueError:
            days[name] = None
        if days[name] is None:
            notes.append(f"The {name} of the encounter's period is no whole date and was left out.")
    return Period(start=days["start"], end=days["end"]), tuple(notes)


def _period_of_documents(group: _Group) -> Period:
    """Without an encounter the first date of a note, report, procedure or finding stands for it."""
    for resource in group.resources:
        given = next((date for key in _DATES if (date := text_at(resource, key))), "")
        period, _ = _period({"start": given})
        if period.start is not None:
            return Period(start=period.start, end=period.start)
    return Period()


def _encounter_class(encounter: JsonObject | None) -> EncounterClass:
    if encounter is None:
        return EncounterClass.UNKNOWN
    code = text_at(encounter, "class", "code") or text_at(encounter, "class", "coding", "code")
    return encounter_class_named(code or text_at(encounter, "class"))


def _sha256_of(group: _Group, collection: ResourceCollection) -> str:
    """Hash what makes this one record, so that it is recognised in another bundle too."""
    patient = patient_of(group.encounter or group.resources[0], collection)
    parts = [part for part in (patient, group.encounter, *group.resources) if part is not None]
    texts = (json.dumps(part, sort_keys=True, separators=(",", ":")) for part in parts)
    return hashlib.sha256("\n".join(texts).encode("ascii")).hexdigest()


def _report_empty_encounters(
    made: Sequence[tuple[_Group, _Content]], collection: ResourceCollection
) -> None:
    empty = [
        group.encounter for group, content in made
        if group.encounter is not None and not content.documents and not content.codes
    ]
    if len(empty) == 1:
        collection.context.on_left_out(f"{place_of(empty[0])} has no note and no code.")
    elif empty:
        collection.context.on_left_out(
            f"{len(empty)} encounters have no note and no code, the first is {place_of(empty[0])}."
        )


def _report_other_types(collection: ResourceCollection) -> None:
    counts = Counter(text_at(resource, "resourceType") for resource in collection.resources)
    others = [
        f"{count} {shown(kind)}" for kind, count in sorted(counts.items()) if kind not in _CODED | _AROUND
    ]
    if others and len(others) < len(counts):
        collection.context.on_left_out(f"Resources that are not read: {', '.join(others)}.")


def _inventory(collection: ResourceCollection) -> str:
    counts = Counter(shown(text_at(resource, "resourceType")) for resource in collection.resources)
    return ", ".join(f"{count} {kind}" for kind, count in counts.most_common(5)) or "no resource"
