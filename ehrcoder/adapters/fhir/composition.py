"""The Composition that makes a bundle a document: the codes by kind, for people and programs, and the attester."""

from __future__ import annotations

from collections.abc import Sequence

from ehrcoder.adapters.fhir import systems
from ehrcoder.adapters.fhir.coded import CodedContext
from ehrcoder.adapters.fhir.elements import Json, concept, instant, narrative, reference
from ehrcoder.adapters.fhir.provenance import history_head
from ehrcoder.core.assignments import RecordCoding, Signature

_SECTIONS = (
    ("Diagnoses", "Condition"),
    ("Procedures", "Procedure"),
    ("Outcomes", "Observation"),
    ("Notes", "DocumentReference"),
)


def composition_resource(
    signature: Signature, coding_state: RecordCoding, resources: Sequence[Json], context: CodedContext
) -> Json:
    """Map the signed coding of an encounter as one document."""
    signer = reference(context.ids.of_party("Practitioner", signature.coder_id))
    standing = [each for each in resources if not _is_in_error(each)]
    sections = [
        _section(title, held)
        for title, kind in _SECTIONS
        if (held := [each for each in standing if each["resourceType"] == kind])
    ]
    if len(standing) < len(resources):
        sections.append(_section("Entered in error", [each for each in resources if _is_in_error(each)]))
    encounter = next(each for each in resources if each["resourceType"] == "Encounter")
    disposition = encounter.get("hospitalization", {}).get("dischargeDisposition")
    if disposition:
        sections.append({
            "title": "Discharge",
            "text": narrative(f"Discharge disposition: {disposition.get('text', '')}"),
            "entry": [reference(encounter["id"])],
        })
    if not sections:
        sections = [{"title": "Codes", "text": narrative("The record was signed without a code.")}]
    return {
        "resourceType": "Composition",
        "id": context.ids.of("Composition", coding_state.head_hash),
        "text": narrative("Coding summary", f"Signed by {signature.coder_id}: {signature.meaning}"),
        "extension": [history_head(coding_state)],
        "identifier": {
            "system": systems.SUMMARY_ID, "value": f"{context.record.record_id}.{coding_state.version}",
        },
        "status": "final",
        "type": concept(text="Coding summary"),
        "subject": context.subject(),
        "encounter": context.encounter(),
        "date": instant(signature.at),
        "author": [signer],
        "title": "Coding summary",
        "attester": [{"mode": "professional", "time": instant(signature.at), "party": signer}],
        "section": sections,
    }


def _section(title: str, held: Sequence[Json]) -> Json:
    lines = [_line(each) for each in held]
    return {"title": title, "text": narrative(*lines), "entry": [reference(each["id"]) for each in held]}


def _is_in_error(resource: Json) -> bool:
    if resource["resourceType"] == "Condition":
        return resource["verificationStatus"]["coding"][0]["code"] == "entered-in-error"
    return resource.get("status") == "entered-in-error"


def _line(resource: Json) -> str:
    if resource["resourceType"] == "DocumentReference":
        return str(resource.get("description") or "Clinical note")
    value = resource["valueCodeableConcept"] if resource["resourceType"] == "Observation" else resource["code"]
    return f"{value['coding'][0]['code']} {value.get('text', '')}"
