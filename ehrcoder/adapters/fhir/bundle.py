"""Puts a signed record's resources together into a collection or a transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ehrcoder.adapters.fhir import systems
from ehrcoder.adapters.fhir.coded import CodedContext, coded_resource, is_disposition, retracted_resource
from ehrcoder.adapters.fhir.composition import composition_resource
from ehrcoder.adapters.fhir.elements import Identities, Json, instant
from ehrcoder.adapters.fhir.encounter import encounter_resource
from ehrcoder.adapters.fhir.parties import (
    device_id,
    device_resource,
    document_resource,
    patient_resource,
    practitioner_resource,
)
from ehrcoder.adapters.fhir.provenance import (
    change_provenance,
    code_provenance,
    export_audit_event,
    history_head,
    retraction_provenance,
    signature_provenance,
)
from ehrcoder.adapters.fhir.us_core import with_profiles
from ehrcoder.core.assignments import CodingEvent, RecordCoding, Signature
from ehrcoder.core.codes import CONDITION_CLINICAL, CodeKind
from ehrcoder.core.ids import CoderId
from ehrcoder.core.records import EncounterRecord
from ehrcoder.core.suggestions import CodeSuggestion, InferenceRun
from ehrcoder.core.verification import (
    CodeOrigin,
    LaterChange,
    RetractedCode,
    VerifiedCode,
    later_changes,
    retracted_codes,
    verified_codes,
)


class BundleForm(StrEnum):
    """How the bundle is to be read: as a set of resources, as requests to a server, or as a document."""

    COLLECTION = "collection"
    TRANSACTION = "transaction"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRecord:
    """Everything that goes into the bundle of one record."""

    record: EncounterRecord
    coding: RecordCoding
    signature: Signature
    verified: tuple[VerifiedCode, ...]
    retracted: tuple[RetractedCode, ...]
    exported_at: dt.datetime
    exported_by: CoderId | None
    changes: tuple[LaterChange, ...]
    software_version: str


def gather(
    record: EncounterRecord,
    coding: RecordCoding,
    signature: Signature,
    events: Sequence[CodingEvent],
    suggestions: Iterable[CodeSuggestion],
    runs: Iterable[InferenceRun],
    *,
    exported_at: dt.datetime,
    exported_by: CoderId | None = None,
    software_version: str,
) -> SignedRecord:
    """Read from the history what the bundle says of each code."""
    return SignedRecord(
        record=record,
        coding=coding,
        signature=signature,
        verified=verified_codes(coding, events, suggestions, runs),
        retracted=retracted_codes(coding, events),
        exported_at=exported_at,
        exported_by=exported_by,
        changes=later_changes(coding, events),
        software_version=software_version,
    )


def build_bundle(signed: SignedRecord, form: BundleForm, *, namespace: str = "") -> Json:
    """Return the bundle as JSON; the same input gives the same value."""
    ids = Identities(record_id=signed.record.record_id, namespace=namespace)
    assignments = [code.assignment for code in signed.verified]
    context = CodedContext(
        record=signed.record,
        ids=ids,
        diagnoses=tuple(item for item in assignments if item.kind is CodeKind.DIAGNOSIS),
        statuses=tuple(item for item in assignments if item.coding.system == CONDITION_CLINICAL),
    )
    resources = with_profiles(_parties(signed, ids) + _clinical(signed, context), namespace=namespace)
    resources += _accounts(signed, context, resources)
    if form is BundleForm.DOCUMENT:
        # A FHIR document holds what its Composition leads to and the Provenance of that, and nothing else.
        told = composition_resource(signed.signature, signed.coding, resources, context)
        resources = [told, *(each for each in resources if each["resourceType"] != "AuditEvent")]
    return {
        "resourceType": "Bundle",
        "id": ids.of("Bundle", form.value, signed.coding.head_hash),
        "meta": {"extension": [history_head(signed.coding)]},
        "identifier": {
            "system": systems.EXPORT_ID,
            "value": f"{signed.record.record_id}.{signed.coding.version}",
        },
        "type": form.value,
        "timestamp": instant(signed.exported_at),
        "entry": [_entry(resource, form) for resource in resources],
    }


def _parties(signed: SignedRecord, ids: Identities) -> list[Json]:
    coders: list[CoderId] = [code.coder_id for code in signed.verified]
    coders += [code.coder_id for code in signed.retracted] + [change.coder_id for change in signed.changes]
    coders += [signed.signature.coder_id, *([signed.exported_by] if signed.exported_by else [])]
    # The exporting software is named even where it proposed nothing, since it reports the export.
    devices = {
        device_id(None, signed.software_version, ids): device_resource(None, signed.software_version, ids)
    }
    for code in signed.verified:
        if code.origin is CodeOrigin.ACCEPTED:
            devices.setdefault(
                device_id(code.run, signed.software_version, ids),
                device_resource(code.run, signed.software_version, ids),
            )
    return [
        patient_resource(signed.record.patient, ids),
        *(practitioner_resource(coder, ids) for coder in sorted(set(coders))),
        *devices.values(),
    ]


def _clinical(signed: SignedRecord, context: CodedContext) -> list[Json]:
    record = signed.record
    resources = [encounter_resource(signed.verified, context)]
    resources += [document_resource(record, document, context.ids) for document in record.documents]
    resources += [
        coded_resource(code, context) for code in signed.verified if not is_disposition(code.assignment)
    ]
    resources += [
        retracted_resource(code, context) for code in signed.retracted if not is_disposition(code.assignment)
    ]
    return resources


def _accounts(signed: SignedRecord, context: CodedContext, resources: Sequence[Json]) -> list[Json]:
    version = signed.software_version
    signed_types = ("Encounter", "DocumentReference", "Condition", "Procedure", "Observation")
    targets = [
        {"reference": f"urn:uuid:{resource['id']}"}
        for resource in resources
        if resource["resourceType"] in signed_types
    ]
    return [
        *(code_provenance(code, context, version) for code in signed.verified),
        *(retraction_provenance(code, context) for code in signed.retracted),
        *(change_provenance(change, context) for change in signed.changes),
        signature_provenance(signed.signature, signed.coding, targets, context),
        export_audit_event(
            signed.coding,
            context,
            exported_at=signed.exported_at,
            exported_by=signed.exported_by,
            software=device_id(None, version, context.ids),
        ),
    ]


def _entry(resource: Json, form: BundleForm) -> Json:
    entry: Json = {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}
    if form is BundleForm.TRANSACTION:
        # Update with an id of our own: a second export of the record updates what the first one created.
        entry["request"] = {"method": "PUT", "url": f"{resource['resourceType']}/{resource['id']}"}
    return entry
