"""Recognises what this program exported, and restores what was decided about each code, by whom, and the signature.

A restored decision is information about the record, like every imported code: nobody in this workspace has
verified anything. docs/fhir-mapping.md defines the extensions.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

from ehrcoder.adapters.fhir import systems
from ehrcoder.adapters.formats.fhir_collection import ResourceCollection
from ehrcoder.adapters.formats.json_values import JsonObject, object_at, objects_at, text_at
from ehrcoder.core.assignments import DiagnosisUse, PresentOnAdmission
from ehrcoder.core.codes import KIND_OF_SYSTEM, Coding
from ehrcoder.core.evidence import Assertion, Evidence, TextSpan
from ehrcoder.core.ids import AssignmentId, CoderId, DocumentId, RecordId
from ehrcoder.core.records import (
    ClinicalDocument,
    ImportedCode,
    ImportedSignature,
    ImportedVerification,
)
from ehrcoder.core.verification import CodeOrigin

_Closed = TypeVar("_Closed", DiagnosisUse, PresentOnAdmission, Assertion, CodeOrigin)
_TAKEN_BACK = "taken-back"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decision:
    """What one Provenance says of one code."""

    assignment_id: str
    coding: Coding
    origin: CodeOrigin | None
    coder_id: str
    at: dt.datetime
    reason: str


@dataclass(slots=True)
class OwnExport:
    """The decisions that a file of this program tells of one encounter."""

    collection: ResourceCollection
    encounter: JsonObject
    documents: Mapping[int, ClinicalDocument]
    """The record's documents by the identity of the resource that each came from."""
    decisions: dict[tuple[str, str, str], _Decision] = field(default_factory=dict[tuple[str, str, str], _Decision])

    def restored(self, resource: JsonObject, code: ImportedCode) -> ImportedCode:
        """Return a code with what was decided about it; as it is where nothing of ours says so."""
        assignment_id, holder = self._assignment_of(resource)
        decision = self.decisions.get((assignment_id, code.coding.system, code.coding.code))
        if decision is None:
            return code
        diagnosis, rank = self._diagnosis_of(resource)
        return replace(
            code,
            source_label=_label(decision),
            verification=_verification(
                decision,
                use=_closed(DiagnosisUse, extension_of(diagnosis, systems.DIAGNOSIS_USE)),
                rank=rank,
                present_on_admission=_closed(
                    PresentOnAdmission, extension_of(diagnosis, systems.PRESENT_ON_ADMISSION)
                ),
                clinical_status=text_at(resource, "clinicalStatus", "coding", "code"),
                evidence=self._evidence_of(holder),
            ),
        )

    def retractions(self) -> tuple[ImportedCode, ...]:
        """Return the codes that were signed once and taken back."""
        return tuple(
            ImportedCode(
                coding=decision.coding, kind=KIND_OF_SYSTEM[decision.coding.system],
                source_label=_label(decision), verification=_verification(decision),
            )
            for decision in self.decisions.values()
            if decision.origin is None and decision.coding.system in KIND_OF_SYSTEM
        )

    def signature(self) -> ImportedSignature | None:
        """Return the signature over this encounter."""
        for provenance in self.collection.of_type("Provenance"):
            statement = _extension(provenance, systems.SIGNATURE)
            if statement is None or not self._is_target(provenance, self.encounter):
                continue
            at = _time(text_at(provenance, "recorded"))
            head = _extension(provenance, systems.HISTORY_HEAD) or {}
            events = extension_of(head, "events")
            if at is not None:
                return ImportedSignature(
                    record_id=RecordId(_own_identifier(self.encounter, systems.RECORD_ID)),
                    coder_id=CoderId(self._coder_of(provenance)), at=at, meaning=_text_part(statement, "meaning"),
                    content_sha256=str(extension_of(statement, "contentSha256") or ""),
                    history_sha256=str(extension_of(head, "sha256") or ""),
                    history_events=events if isinstance(events, int) else 0,
                )
        return None

    def read_decisions(self) -> None:
        """Collect what the Provenance resources of this encounter's codes say."""
        for provenance in self.collection.of_type("Provenance"):
            decision = self._decision_in(provenance)
            if decision is not None:
                key = (decision.assignment_id, decision.coding.system, decision.coding.code)
                self.decisions[key] = decision

    def _decision_in(self, provenance: JsonObject) -> _Decision | None:
        told = _extension(provenance, systems.DECISION)
        at = _time(text_at(provenance, "recorded"))
        if told is None or at is None or not self._is_about_this_encounter(provenance):
            return None
        word = extension_of(told, "decision")
        origin = _closed(CodeOrigin, word)
        if origin is None and word != _TAKEN_BACK:
            return None
        coded = extension_of(told, "code")
        return _Decision(
            assignment_id=str(extension_of(told, "assignment") or ""),
            coding=Coding(
                system=text_at(coded, "system"), version=text_at(coded, "version"), code=text_at(coded, "code"),
                display=text_at(coded, "display"),
            ),
            origin=origin, coder_id=self._coder_of(provenance), at=at, reason=_reason(provenance),
        )

    def _assignment_of(self, resource: JsonObject) -> tuple[str, JsonObject]:
        """Return the id of the assignment that a resource carries, and the element with its evidence."""
        if text_at(resource, "resourceType") == "Encounter":
            disposition = object_at(resource, "hospitalization", "dischargeDisposition")
            return str(extension_of(disposition, systems.ASSIGNMENT) or ""), disposition
        return _own_identifier(resource, systems.ASSIGNMENT_ID), resource

    def _diagnosis_of(self, resource: JsonObject) -> tuple[JsonObject, int]:
        for diagnosis in objects_at(self.encounter, "diagnosis"):
            if self.collection.resolve(text_at(diagnosis, "condition", "reference")) is resource:
                rank = diagnosis.get("rank")
                return diagnosis, rank if isinstance(rank, int) else 0
        return {}, 0

    def _evidence_of(self, holder: JsonObject) -> tuple[Evidence, ...]:
        places = [holder, *objects_at(holder, "evidence")]
        told = [item for place in places for item in objects_at(place, "extension")]
        found = (self._evidence_in(item) for item in told if item.get("url") == systems.EVIDENCE)
        return tuple(evidence for evidence in found if evidence is not None)

    def _evidence_in(self, told: JsonObject) -> Evidence | None:
        """Return evidence that stands in its note; words that do not stand there are reported, not taken."""
        source = self.collection.resolve(text_at(extension_of(told, "document"), "reference"))
        document = self.documents.get(id(source))
        start, end = extension_of(told, "start"), extension_of(told, "end")
        quote = _text_part(told, "quote")
        fits = isinstance(start, int) and isinstance(end, int) and 0 <= start < end
        if document is None or not fits or document.text[start:end] != quote:
            self.collection.context.on_left_out("Evidence of an exported code does not stand in its note.")
            return None
        assertion = _closed(Assertion, extension_of(told, "assertion")) or Assertion.PRESENT
        span = TextSpan(document_id=DocumentId(document.document_id), start=start, end=end)
        return Evidence(span=span, quote=quote, assertion=assertion)

    def _coder_of(self, provenance: JsonObject) -> str:
        """Return the person who answers: the last agent, since the software stands before its verifier."""
        for agent in reversed(objects_at(provenance, "agent")):
            practitioner = self.collection.resolve(text_at(agent, "who", "reference"))
            name = text_at(practitioner, "identifier", "value")
            if name:
                return name
        return ""

    def _is_about_this_encounter(self, provenance: JsonObject) -> bool:
        for target in objects_at(provenance, "target"):
            found = self.collection.resolve(text_at(target, "reference"))
            holder = text_at(found, "encounter", "reference")
            if found is self.encounter or (holder and self.collection.resolve(holder) is self.encounter):
                return True
        return False

    def _is_target(self, provenance: JsonObject, resource: JsonObject) -> bool:
        targets = objects_at(provenance, "target")
        return any(self.collection.resolve(text_at(each, "reference")) is resource for each in targets)


def own_export(
    collection: ResourceCollection, encounter: JsonObject | None, documents: Mapping[int, ClinicalDocument]
) -> OwnExport | None:
    """Return what this program said of an encounter, or None where the encounter is not of its making."""
    if encounter is None or not _own_identifier(encounter, systems.RECORD_ID):
        return None
    export = OwnExport(collection=collection, encounter=encounter, documents=documents)
    export.read_decisions()
    return export


def own_note_text(resource: JsonObject) -> str | None:
    """Return the text of a note that this program exported, to the last character; None for any other."""
    if not _own_identifier(resource, systems.DOCUMENT_ID):
        return None
    data = text_at(object_at(resource, "content"), "attachment", "data")
    try:
        return base64.b64decode(data, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None


def is_made_from_the_rest(resource: JsonObject) -> bool:
    """Tell whether a resource only repeats what the others of our export say, for people to read."""
    return bool(_own_identifier(resource, systems.SUMMARY_ID))


def extension_of(node: Any, url: str) -> Any:
    """Return the value of the extension with this address, None where there is none."""
    found = _extension(node, url)
    return next((value for name, value in found.items() if name.startswith("value")), None) if found else None


def _extension(node: Any, url: str) -> JsonObject | None:
    return next((item for item in objects_at(node, "extension") if item.get("url") == url), None)


def _own_identifier(resource: JsonObject, system: str) -> str:
    identifiers = objects_at(resource, "identifier")
    return next((text_at(each, "value") for each in identifiers if each.get("system") == system), "")


def _verification(
    decision: _Decision, *, use: DiagnosisUse | None = None, rank: int = 0,
    present_on_admission: PresentOnAdmission | None = None, clinical_status: str = "",
    evidence: tuple[Evidence, ...] = (),
) -> ImportedVerification:
    return ImportedVerification(
        assignment_id=AssignmentId(decision.assignment_id), origin=decision.origin,
        coder_id=CoderId(decision.coder_id), decided_at=decision.at, use=use, rank=rank,
        present_on_admission=present_on_admission, clinical_status=clinical_status, evidence=evidence,
        reason=decision.reason,
    )


def _label(decision: _Decision) -> str:
    how = decision.origin.value if decision.origin else "taken back"
    return f"EHRCoder export, {how} by {decision.coder_id} on {decision.at:%Y-%m-%d}"


def _reason(provenance: JsonObject) -> str:
    return _decoded(_extension(provenance, systems.REASON))


def _text_part(told: JsonObject, url: str) -> str:
    return _decoded(_extension(told, url) or _extension(told, f"{url}Base64"))


def _decoded(extension: JsonObject | None) -> str:
    """Return a text that stands as string, or as Base64 where a FHIR string could not hold it."""
    if extension is None:
        return ""
    if "valueString" in extension:
        return text_at(extension, "valueString")
    try:
        return base64.b64decode(text_at(extension, "valueBase64Binary"), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""


def _closed(kind: type[_Closed], value: Any) -> _Closed | None:
    return cast("_Closed", kind(value)) if isinstance(value, str) and value in {item.value for item in kind} else None


def _time(text: str) -> dt.datetime | None:
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None
