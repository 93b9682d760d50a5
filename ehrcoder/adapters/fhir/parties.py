"""Who and what an encounter is about: Patient, Practitioner, Device, DocumentReference."""

from __future__ import annotations

import hashlib

from ehrcoder.adapters.fhir import systems
from ehrcoder.adapters.fhir.elements import (
    Identities,
    Json,
    base64_of,
    concept,
    instant,
    narrative,
    plain_string,
    reference,
)
from ehrcoder.core.ids import CoderId
from ehrcoder.core.records import ClinicalDocument, EncounterRecord, Patient
from ehrcoder.core.suggestions import InferenceRun

SOFTWARE_NAME = "EHRCoder"


def patient_resource(patient: Patient, ids: Identities) -> Json:
    """Map the pseudonymous patient. No name is made up, so US Core's Patient profile is not claimed."""
    resource: Json = {
        "resourceType": "Patient",
        "id": ids.of_party("Patient", patient.pseudonym),
        "text": narrative(f"Pseudonym {patient.pseudonym}"),
        "identifier": [_party_identifier("patient", patient.pseudonym, ids)],
        "gender": patient.sex.value,
    }
    if patient.birth_year is not None:
        resource["birthDate"] = f"{patient.birth_year:04d}"
    return resource


def practitioner_resource(coder_id: CoderId, ids: Identities) -> Json:
    """Map the person who decided, by the name under which they work here."""
    return {
        "resourceType": "Practitioner",
        "id": ids.of_party("Practitioner", coder_id),
        "text": narrative(f"Coder {coder_id}"),
        "identifier": [_party_identifier("coder", coder_id, ids)],
    }


def device_id(run: InferenceRun | None, software_version: str, ids: Identities) -> str:
    """Return the id of the software that proposed, the same for the same version and model."""
    if run is None:
        return ids.of_content("Device", software_version)
    if run.model is None:
        return ids.of_content("Device", run.software_version)
    model = run.model
    return ids.of_content("Device", run.software_version, model.name, model.sha256, model.adapter_sha256)


def device_resource(run: InferenceRun | None, software_version: str, ids: Identities) -> Json:
    """Map the software, with the language model it used in this run."""
    versions = [_version("software", run.software_version if run else software_version)]
    lines = [f"{SOFTWARE_NAME} {run.software_version if run else software_version}"]
    if run is not None and run.model is not None:
        lines.append(f"Language model {run.model.name}")
        versions += [_version("model name", run.model.name), _version("model SHA-256", run.model.sha256)]
        if run.model.adapter_sha256:
            versions.append(_version("adapter SHA-256", run.model.adapter_sha256))
    return {
        "resourceType": "Device",
        "id": device_id(run, software_version, ids),
        "text": narrative(*lines),
        "status": "active",
        "deviceName": [{"name": SOFTWARE_NAME, "type": "user-friendly-name"}],
        "type": concept(text="Clinical coding software"),
        "version": versions,
    }


def document_resource(record: EncounterRecord, document: ClinicalDocument, ids: Identities) -> Json:
    """Map a note with its whole text, so that evidence offsets can be followed."""
    data = document.text.encode("utf-8")
    title = plain_string(document.title)
    attachment: Json = {"contentType": "text/plain; charset=utf-8"}
    if document.language:
        attachment["language"] = document.language
    if data:
        attachment["data"] = base64_of(data)
    # R4 fixes SHA-1 for Attachment.hash; the evidence extension carries SHA-256 besides.
    attachment |= {"size": len(data), "hash": base64_of(hashlib.sha1(data, usedforsecurity=False).digest())}
    if title:
        attachment["title"] = title
    resource: Json = {
        "resourceType": "DocumentReference",
        "id": ids.of("DocumentReference", document.document_id),
        "text": narrative(title or "Clinical note", f"{len(document.text)} characters"),
        "identifier": [{"system": systems.DOCUMENT_ID, "value": document.document_id}],
        "status": "current",
        "type": concept(text=plain_string(document.type) or "Clinical note"),
        "subject": reference(ids.of_party("Patient", record.patient.pseudonym)),
        "date": instant(record.imported_at),
    }
    if title:
        resource["description"] = title
    return resource | {
        "content": [{"attachment": attachment}],
        "context": {"encounter": [reference(ids.of("Encounter"))]},
    }


def document_sha256(document: ClinicalDocument) -> str:
    """Return the SHA-256 of a note's text as UTF-8, in hexadecimal."""
    return hashlib.sha256(document.text.encode("utf-8")).hexdigest()


def _party_identifier(kind: str, value: str, ids: Identities) -> Json:
    identifier: Json = {"use": "secondary"}
    # Without a namespace the number is only good within its source, so that no system may be claimed.
    if ids.namespace:
        identifier["system"] = f"{ids.namespace.rstrip('/')}/{kind}"
    return identifier | {"value": plain_string(value) or "unknown"}


def _version(kind: str, value: str) -> Json:
    return {"type": concept(text=kind), "value": value}
