"""Who did what: a Provenance for each code, one for the signature, and an AuditEvent for the export."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from ehrcoder.adapters.fhir import systems
from ehrcoder.adapters.fhir.coded import CodedContext, is_disposition, resource_id_of
from ehrcoder.adapters.fhir.elements import (
    Json,
    coding,
    compound,
    concept,
    extension,
    instant,
    narrative,
    plain_string,
    reference,
    text_part,
)
from ehrcoder.adapters.fhir.parties import device_id
from ehrcoder.core.assignments import CodeAssignment, RecordCoding, Signature
from ehrcoder.core.ids import CoderId
from ehrcoder.core.verification import ChangedElement, CodeOrigin, LaterChange, RetractedCode, VerifiedCode

_ROLES = {
    "assembler": "Assembler",
    "verifier": "Verifier",
    "author": "Author",
    "attester": "Attester",
}
TAKEN_BACK = "taken-back"
"""What a code-decision says of a code that was signed once and is gone."""
_OPERATIONS = {"CREATE": "create", "UPDATE": "revise", "NULLIFY": "nullify"}


def code_provenance(code: VerifiedCode, context: CodedContext, software_version: str) -> Json:
    """Map where a verified code comes from.

    Accepted as proposed: the software assembled it on behalf of the person, who verified it. Put in a
    suggestion's place: the person is author, the suggestion is named as what was revised. Added by the
    person: author alone, no software.
    """
    coder = reference(context.ids.of_party("Practitioner", code.coder_id))
    match code.origin:
        case CodeOrigin.ACCEPTED:
            software = reference(device_id(code.run, software_version, context.ids))
            agents = [_agent("assembler", software, on_behalf_of=coder), _agent("verifier", coder)]
        case CodeOrigin.REPLACED | CodeOrigin.ADDED:
            agents = [_agent("author", coder)]
    resource = _provenance(
        _id("verified", code, context),
        f"{code.assignment.coding.code}: {code.origin.value} by {code.coder_id}",
    )
    inference = _inference(code)
    resource["extension"] = [*([inference] if inference else []), _decision(code.assignment, code.origin.value)]
    resource |= {
        "target": [reference(resource_id_of(code.assignment, context.ids))],
        "recorded": instant(code.at),
        "activity": concept(_operation(code.assignment, "CREATE"), text=f"code {code.origin.value}"),
        "agent": agents,
    }
    entities = _entities(code, context)
    return resource | ({"entity": entities} if entities else {})


def retraction_provenance(code: RetractedCode, context: CodedContext) -> Json:
    """Map who took back a code that had been signed, when and why."""
    resource = _provenance(
        _id("taken back", code, context),
        f"{code.assignment.coding.code}: taken back by {code.coder_id}",
    )
    reason = [_reason(code.reason)] if code.reason else []
    resource["extension"] = [*reason, _decision(code.assignment, TAKEN_BACK)]
    return resource | {
        "target": [reference(resource_id_of(code.assignment, context.ids))],
        "recorded": instant(code.at),
        "activity": concept(_operation(code.assignment, "NULLIFY"), text="code taken back"),
        "agent": [_agent("author", reference(context.ids.of_party("Practitioner", code.coder_id)))],
    }


def change_provenance(change: LaterChange, context: CodedContext) -> Json:
    """Map who changed what a code is called or backed by, after somebody had decided on the code itself."""
    resource = _provenance(
        context.ids.of("Provenance", "changed", change.group_id), f"Codes changed by {change.coder_id}"
    )
    targets = dict.fromkeys(
        # Use, indicator and order stand in the Encounter; evidence stands with the code.
        resource_id_of(assignment, context.ids) if element is ChangedElement.EVIDENCE else context.ids.of("Encounter")
        for assignment, element in change.elements
    )
    resource["extension"] = [
        compound(
            systems.CHANGE,
            [
                extension("assignment", valueString=assignment.assignment_id),
                extension("element", valueCode=element.value),
            ],
        )
        for assignment, element in change.elements
    ]
    return resource | {
        "target": [reference(target) for target in targets],
        "recorded": instant(change.at),
        "activity": concept(coding(systems.DATA_OPERATION, "UPDATE", _OPERATIONS["UPDATE"]), text="code changed"),
        "agent": [_agent("author", reference(context.ids.of_party("Practitioner", change.coder_id)))],
    }


def signature_provenance(
    signature: Signature, coding_state: RecordCoding, targets: Sequence[Json], context: CodedContext
) -> Json:
    """Map the signing of the record.

    It is a statement chained into the history, not a cryptographic signature, so Provenance.signature stays
    empty and an extension says what was signed.
    """
    resource = _provenance(
        context.ids.of("Provenance", "signature", str(coding_state.version), coding_state.head_hash),
        f"Signed by {signature.coder_id}: {signature.meaning}",
    )
    resource["extension"] = [
        compound(
            systems.SIGNATURE,
            [
                text_part("meaning", signature.meaning),
                extension("contentSha256", valueString=signature.content_sha256),
            ],
        ),
        history_head(coding_state),
    ]
    return resource | {
        "target": list(targets),
        "recorded": instant(signature.at),
        "activity": concept(coding(systems.PARTICIPATION, "AUTHEN", "authenticator"), text="coding signed"),
        "agent": [_agent("attester", reference(context.ids.of_party("Practitioner", signature.coder_id)))],
    }


def history_head(coding_state: RecordCoding) -> Json:
    """Map the end of the record's history, so that a later change of it shows."""
    return compound(
        systems.HISTORY_HEAD,
        [
            extension("sha256", valueString=coding_state.head_hash),
            extension("events", valueUnsignedInt=coding_state.version),
        ],
    )


def export_audit_event(
    coding_state: RecordCoding, context: CodedContext, *, exported_at: dt.datetime, exported_by: CoderId | None,
    software: str,
) -> Json:
    """Map the export itself: what left, at which state of the history, and who asked for it, where that is known.

    The software says so of itself.
    """
    agents: list[Json] = [{"who": reference(software), "requestor": False}]
    if exported_by:
        person = reference(context.ids.of_party("Practitioner", exported_by))
        agents.insert(0, {"who": person, "requestor": True})
    return {
        "resourceType": "AuditEvent",
        "id": context.ids.of("AuditEvent", coding_state.head_hash, instant(exported_at)),
        "text": narrative("Verified codes exported"),
        "extension": [history_head(coding_state)],
        "type": coding(systems.DICOM, "110106", "Export"),
        "action": "R",
        "recorded": instant(exported_at),
        "outcome": "0",
        "agent": agents,
        "source": {"observer": reference(software)},
        "entity": [
            {
                "what": context.encounter(),
                "type": coding(systems.AUDIT_ENTITY_TYPE, "2", "System Object"),
            }
        ],
    }


def _id(what: str, code: VerifiedCode | RetractedCode, context: CodedContext) -> str:
    assignment = code.assignment
    return context.ids.of(
        "Provenance", what, assignment.assignment_id, assignment.coding.system, assignment.coding.code, code.event_id
    )


def _decision(assignment: CodeAssignment, decision: str) -> Json:
    """Say which assignment was decided and how: the target alone does not, where it is the Encounter."""
    coding_value = assignment.coding
    return compound(
        systems.DECISION,
        [
            extension("assignment", valueString=assignment.assignment_id),
            extension(
                "code",
                valueCoding=coding(
                    coding_value.system, coding_value.code, coding_value.display, coding_value.version
                ),
            ),
            extension("decision", valueCode=decision),
        ],
    )


def _reason(text: str) -> Json:
    """Return the coder's reason, as Base64 where FHIR's string type cannot hold it."""
    part = text_part("reason", text)
    return {**part, "url": systems.REASON}


def _operation(assignment: CodeAssignment, code: str) -> Json:
    """Return what was done to the target; a discharge disposition only ever updates its encounter."""
    operation = "UPDATE" if is_disposition(assignment) else code
    return coding(systems.DATA_OPERATION, operation, _OPERATIONS[operation])


def _provenance(resource_id: str, line: str) -> Json:
    return {"resourceType": "Provenance", "id": resource_id, "text": narrative(line)}


def _agent(role: str, who: Json, *, on_behalf_of: Json | None = None) -> Json:
    agent: Json = {"type": concept(coding(systems.PARTICIPANT_TYPE, role, _ROLES[role])), "who": who}
    return agent | ({"onBehalfOf": on_behalf_of} if on_behalf_of else {})


def _entities(code: VerifiedCode, context: CodedContext) -> list[Json]:
    entities: list[Json] = [
        {"role": "source", "what": document}
        for document in context.document_references(code.assignment.evidence)
    ]
    if code.origin is CodeOrigin.REPLACED and code.assignment.suggestion_id:
        what: Json = {
            "identifier": {"system": systems.SUGGESTION_ID, "value": code.assignment.suggestion_id},
        }
        if code.suggestion is not None:
            what["display"] = plain_string(
                f"Suggested: {code.suggestion.coding.code} {code.suggestion.coding.display}"
            )
        entities.append({"role": "revision", "what": what})
    return entities


def _inference(code: VerifiedCode) -> Json | None:
    """Map what is needed to repeat the proposal; nothing for a code that nobody proposed."""
    if code.suggestion is None:
        return None
    parts = [
        extension("suggestion", valueString=code.suggestion.suggestion_id),
        extension("confidence", valueDecimal=round(code.suggestion.confidence, 4)),
        extension("rank", valueUnsignedInt=code.suggestion.rank),
    ]
    run = code.run
    if run is not None:
        parts += [
            extension("run", valueString=run.run_id),
            extension("finished", valueInstant=instant(run.finished_at)),
            extension("policy", valueCode=run.policy),
            extension("outcome", valueCode=run.outcome.value),
            extension("seed", valueString=str(run.seed)),
        ]
        if run.prompt_id:
            parts.append(extension("prompt", valueString=run.prompt_id))
        parts += [extension("artefact", valueString=f"{name} {value}") for name, value in run.artefacts]
    return compound(systems.INFERENCE, parts)
