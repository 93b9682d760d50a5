"""The Encounter with its ranked diagnoses and the discharge disposition."""

from __future__ import annotations

from collections.abc import Sequence

from ehrcoder.adapters.fhir import systems
from ehrcoder.adapters.fhir.coded import (
    CodedContext,
    evidence_extension,
    is_disposition,
    period_element,
    resource_id_of,
)
from ehrcoder.adapters.fhir.elements import Json, coded, coding, concept, extension, narrative, reference
from ehrcoder.core.assignments import CodeAssignment, DiagnosisUse
from ehrcoder.core.codes import CodeKind
from ehrcoder.core.records import EncounterClass
from ehrcoder.core.verification import VerifiedCode

_CLASSES = {
    EncounterClass.INPATIENT: coding(systems.ACT_CODE, "IMP", "inpatient encounter"),
    EncounterClass.AMBULATORY: coding(systems.ACT_CODE, "AMB", "ambulatory"),
    EncounterClass.EMERGENCY: coding(systems.ACT_CODE, "EMER", "emergency"),
    # Encounter.class is required and its binding extensible: HL7's own way to say that it is not known.
    EncounterClass.UNKNOWN: coding(systems.NULL_FLAVOR, "UNK", "unknown"),
}
_USE_TEXT = {
    DiagnosisUse.PRINCIPAL: "Principal diagnosis",
    DiagnosisUse.SECONDARY: "Secondary diagnosis",
}


def encounter_resource(codes: Sequence[VerifiedCode], context: CodedContext) -> Json:
    """Map the encounter. It is over, since it is coded from its finished notes."""
    record = context.record
    assignments = [code.assignment for code in codes]
    resource: Json = {
        "resourceType": "Encounter",
        "id": context.ids.of("Encounter"),
        "text": narrative("Coded encounter"),
        "identifier": [{"system": systems.RECORD_ID, "value": record.record_id}],
        "status": "finished",
        "class": _CLASSES[record.encounter_class],
        "subject": context.subject(),
    }
    period = period_element(record)
    if period:
        resource["period"] = period
    diagnoses = [
        _diagnosis(assignment, rank, context) for rank, assignment in enumerate(_ranked(assignments), start=1)
    ]
    if diagnoses:
        resource["diagnosis"] = diagnoses
    disposition = next((assignment for assignment in assignments if is_disposition(assignment)), None)
    if disposition is not None:
        resource["hospitalization"] = {"dischargeDisposition": _disposition(disposition, context)}
    return resource


def _ranked(assignments: Sequence[CodeAssignment]) -> list[CodeAssignment]:
    """Return the diagnoses with the principal one first, the others in the coder's sequence."""
    diagnoses = [assignment for assignment in assignments if assignment.kind is CodeKind.DIAGNOSIS]
    return sorted(diagnoses, key=lambda item: (item.use is not DiagnosisUse.PRINCIPAL, item.sequence))


def _diagnosis(assignment: CodeAssignment, rank: int, context: CodedContext) -> Json:
    # The rank alone would call the first diagnosis principal even where the coder named none so.
    parts = [extension(systems.DIAGNOSIS_USE, valueCode=assignment.use.value)]
    if assignment.present_on_admission is not None:
        parts.append(extension(systems.PRESENT_ON_ADMISSION, valueCode=assignment.present_on_admission.value))
    role = (
        coding(systems.DIAGNOSIS_ROLE, "DD", "Discharge diagnosis")
        if context.record.encounter_class is EncounterClass.INPATIENT
        else coding(systems.DIAGNOSIS_ROLE, "billing", "Billing")
    )
    return {
        "extension": parts,
        "condition": reference(resource_id_of(assignment, context.ids)),
        "use": concept(role, text=_USE_TEXT[assignment.use]),
        "rank": rank,
    }


def _disposition(assignment: CodeAssignment, context: CodedContext) -> Json:
    parts = [extension(systems.ASSIGNMENT, valueString=assignment.assignment_id)]
    parts += [evidence_extension(item, context) for item in assignment.evidence]
    return {"extension": parts} | coded(assignment.coding)
