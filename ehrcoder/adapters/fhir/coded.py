"""Verified codes as Condition, Procedure and Observation, and what was taken back as entered in error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ehrcoder.adapters.fhir import systems
from ehrcoder.adapters.fhir.elements import (
    Identities,
    Json,
    coded,
    coding,
    compound,
    concept,
    extension,
    instant,
    narrative,
    reference,
    text_part,
)
from ehrcoder.adapters.fhir.parties import document_sha256
from ehrcoder.core.assignments import CodeAssignment
from ehrcoder.core.codes import (
    CONDITION_CLINICAL,
    DISCHARGE_DISPOSITION,
    GOAL_ACHIEVEMENT,
    PATIENT_OUTCOME,
    SHORT_NAME_OF_SYSTEM,
    CodeKind,
)
from ehrcoder.core.evidence import Assertion, Evidence
from ehrcoder.core.records import EncounterRecord
from ehrcoder.core.verification import RetractedCode, VerifiedCode

OUTCOME_KINDS = {
    PATIENT_OUTCOME: ("patient-outcome", "Patient outcome"),
    CONDITION_CLINICAL: ("condition-status", "Clinical status of the condition"),
    GOAL_ACHIEVEMENT: ("goal-achievement", "Achievement of the goal"),
    DISCHARGE_DISPOSITION: ("discharge-disposition", "Discharge disposition"),
}
OTHER_OUTCOME = ("outcome", "Outcome")
"""The kind of what stands in a site's own set."""
_NOT_NOW = frozenset({Assertion.HISTORICAL, Assertion.FAMILY, Assertion.ABSENT})


def is_disposition(assignment: CodeAssignment) -> bool:
    """Tell whether the Encounter itself carries an assignment, as its discharge disposition."""
    return assignment.coding.system == DISCHARGE_DISPOSITION


def resource_type_of(assignment: CodeAssignment) -> str:
    """Return the type of resource that carries an assignment."""
    if is_disposition(assignment):
        return "Encounter"
    match assignment.kind:
        case CodeKind.DIAGNOSIS:
            return "Condition"
        case CodeKind.PROCEDURE:
            return "Procedure"
        case CodeKind.OUTCOME:
            return "Observation"


def resource_id_of(assignment: CodeAssignment, ids: Identities) -> str:
    """Return the id of the resource that carries an assignment.

    Another code under the same assignment is another resource, so that the former one can be said to be an error.
    """
    resource_type = resource_type_of(assignment)
    return (
        ids.of("Encounter")
        if resource_type == "Encounter"
        else ids.of(resource_type, assignment.assignment_id, assignment.coding.system, assignment.coding.code)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedContext:
    """What every coded resource of one record shares."""

    record: EncounterRecord
    ids: Identities
    diagnoses: tuple[CodeAssignment, ...]
    statuses: tuple[CodeAssignment, ...]

    def base(self, resource_type: str, assignment: CodeAssignment) -> Json:
        """Return what Condition, Procedure and Observation have in common."""
        name = SHORT_NAME_OF_SYSTEM.get(assignment.coding.system, assignment.coding.system)
        return {
            "resourceType": resource_type,
            "id": resource_id_of(assignment, self.ids),
            "text": narrative(f"{assignment.coding.display} ({name} {assignment.coding.code})"),
            "identifier": [{"system": systems.ASSIGNMENT_ID, "value": assignment.assignment_id}],
        }

    def subject(self) -> Json:
        return reference(self.ids.of_party("Patient", self.record.patient.pseudonym))

    def encounter(self) -> Json:
        return reference(self.ids.of("Encounter"))

    def document_references(self, evidence: Sequence[Evidence]) -> list[Json]:
        """Return the notes that evidence stands in, each once, in order."""
        documents = dict.fromkeys(item.span.document_id for item in evidence)
        return [reference(self.ids.of("DocumentReference", document)) for document in documents]


def evidence_extension(item: Evidence, context: CodedContext) -> Json:
    """Map one piece of evidence: note, its hash, half-open code-point offsets, the words, how asserted."""
    document = context.record.document(item.span.document_id)
    return compound(
        systems.EVIDENCE,
        [
            extension(
                "document",
                valueReference=reference(context.ids.of("DocumentReference", document.document_id)),
            ),
            extension("documentSha256", valueString=document_sha256(document)),
            extension("start", valueUnsignedInt=item.span.start),
            extension("end", valueUnsignedInt=item.span.end),
            text_part("quote", item.quote),
            extension("assertion", valueCode=item.assertion.value),
        ],
    )


def coded_resource(code: VerifiedCode, context: CodedContext) -> Json:
    """Map a verified code to its resource."""
    match resource_type_of(code.assignment):
        case "Condition":
            return _condition(code, context)
        case "Procedure":
            return _procedure(code.assignment, context)
        case _:
            return _observation(code, context)


def retracted_resource(code: RetractedCode, context: CodedContext) -> Json:
    """Map a code that was taken back after a signature.

    A discharge disposition has no resource of its own: the Encounter without it says that it is gone.
    """
    assignment = code.assignment
    resource_type = resource_type_of(assignment)
    resource = context.base(resource_type, assignment)
    resource["text"] = narrative(f"Entered in error: {assignment.coding.display} ({assignment.coding.code})")
    if resource_type == "Condition":
        resource["verificationStatus"] = concept(
            coding(systems.CONDITION_VER_STATUS, "entered-in-error", "Entered in Error")
        )
        resource |= {"category": [_encounter_diagnosis()], "code": coded(assignment.coding)}
    else:
        resource["status"] = "entered-in-error"
        resource["code"] = (
            coded(assignment.coding) if resource_type == "Procedure" else _outcome_kind(assignment)
        )
    resource |= {"subject": context.subject(), "encounter": context.encounter()}
    if resource_type == "Observation":
        resource["valueCodeableConcept"] = coded(assignment.coding)
    return resource


def clinical_status(assignment: CodeAssignment, context: CodedContext) -> str | None:
    """Return the clinical status of a diagnosis, or None where nothing can honestly be said.

    A condition status that the coder assigned to this diagnosis; else `active`, since an encounter diagnosis
    was under care during the encounter. Nothing when the evidence speaks of the past or the family, when the
    assigned statuses contradict each other, or when R4 does not know the assigned one.
    """
    linked = {
        status.coding.code for status in context.statuses if linked_diagnosis(status, context) is assignment
    }
    if linked:
        # A later edition of the code system has `unknown` besides; R4 requires one of its own six, or nothing.
        return linked.pop() if len(linked) == 1 and linked <= systems.R4_CLINICAL_STATUSES else None
    if assignment.evidence and all(item.assertion in _NOT_NOW for item in assignment.evidence):
        return None
    return "active"


def linked_diagnosis(status: CodeAssignment, context: CodedContext) -> CodeAssignment | None:
    """Return the diagnosis that a condition status speaks of: shared evidence, else the only one there is."""
    sharing = [
        diagnosis
        for diagnosis in context.diagnoses
        if any(a.span.overlaps(b.span) for a in status.evidence for b in diagnosis.evidence)
    ]
    if len(sharing) == 1:
        return sharing[0]
    if not sharing and len(context.diagnoses) == 1:
        return context.diagnoses[0]
    return None


def _condition(code: VerifiedCode, context: CodedContext) -> Json:
    assignment = code.assignment
    resource = context.base("Condition", assignment)
    status = clinical_status(assignment, context)
    if status is not None:
        resource["clinicalStatus"] = concept(coding(CONDITION_CLINICAL, status))
    resource |= {
        "verificationStatus": concept(coding(systems.CONDITION_VER_STATUS, "confirmed", "Confirmed")),
        "category": [_encounter_diagnosis()],
        "code": coded(assignment.coding),
        "subject": context.subject(),
        "encounter": context.encounter(),
        "recordedDate": instant(code.at),
        "recorder": reference(context.ids.of_party("Practitioner", code.coder_id)),
    }
    if assignment.evidence:
        resource["evidence"] = [
            {"extension": [evidence_extension(item, context)], "detail": context.document_references([item])}
            for item in assignment.evidence
        ]
    return resource


def _procedure(assignment: CodeAssignment, context: CodedContext) -> Json:
    resource = _with_evidence(context.base("Procedure", assignment), assignment, context)
    resource |= {
        "status": "completed",
        "code": coded(assignment.coding),
        "subject": context.subject(),
        "encounter": context.encounter(),
    }
    period = period_element(context.record)
    if period:
        # The day is not known to the record; the encounter's period bounds it.
        resource["performedPeriod"] = period
    if assignment.evidence:
        resource["report"] = context.document_references(assignment.evidence)
    return resource


def _observation(code: VerifiedCode, context: CodedContext) -> Json:
    assignment = code.assignment
    resource = _with_evidence(context.base("Observation", assignment), assignment, context)
    resource |= {"status": "final", "code": _outcome_kind(assignment), "subject": context.subject()}
    diagnosis = (
        linked_diagnosis(assignment, context) if assignment.coding.system == CONDITION_CLINICAL else None
    )
    if diagnosis is not None:
        resource["focus"] = [reference(resource_id_of(diagnosis, context.ids))]
    resource["encounter"] = context.encounter()
    period = context.record.period
    day = period.end or period.start
    if day is not None:
        resource["effectiveDateTime"] = day.isoformat()
    resource |= {
        "issued": instant(code.at),
        "performer": [reference(context.ids.of_party("Practitioner", code.coder_id))],
        "valueCodeableConcept": coded(assignment.coding),
    }
    if assignment.evidence:
        resource["derivedFrom"] = context.document_references(assignment.evidence)
    return resource


def period_element(record: EncounterRecord) -> Json:
    """Return the encounter's period, empty where neither end is known."""
    period = record.period
    start = {"start": period.start.isoformat()} if period.start else {}
    return start | ({"end": period.end.isoformat()} if period.end else {})


def _with_evidence(resource: Json, assignment: CodeAssignment, context: CodedContext) -> Json:
    if not assignment.evidence:
        return resource
    # Extensions come before the resource's own elements, as FHIR orders them.
    identifier = resource.pop("identifier")
    return resource | {
        "extension": [evidence_extension(item, context) for item in assignment.evidence],
        "identifier": identifier,
    }


def _encounter_diagnosis() -> Json:
    return concept(coding(systems.CONDITION_CATEGORY, "encounter-diagnosis", "Encounter Diagnosis"))


def _outcome_kind(assignment: CodeAssignment) -> Json:
    code, display = OUTCOME_KINDS.get(assignment.coding.system, OTHER_OUTCOME)
    return concept(coding(systems.OUTCOME_KIND, code, display), text=display)
