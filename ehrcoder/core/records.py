"""A record as it was received: who, when, and the texts, never edited afterwards."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from ehrcoder.core.assignments import DiagnosisUse, PresentOnAdmission
from ehrcoder.core.codes import CodeKind, Coding
from ehrcoder.core.evidence import Evidence
from ehrcoder.core.ids import AssignmentId, CoderId, DocumentId, RecordId
from ehrcoder.core.masking import MaskedFrom
from ehrcoder.core.verification import CodeOrigin


class AdministrativeSex(StrEnum):
    """FHIR's administrative-gender codes."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNKNOWN = "unknown"


class EncounterClass(StrEnum):
    """HL7 v3 ActCode values for the class of an encounter."""

    INPATIENT = "IMP"
    AMBULATORY = "AMB"
    EMERGENCY = "EMER"
    UNKNOWN = "UNK"


class RecordStatus(StrEnum):
    """Where a record stands in its coding."""

    NEW = "new"
    PROPOSED = "proposed"
    IN_PROGRESS = "in-progress"
    SIGNED = "signed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """What is known of the person without identifying them."""

    pseudonym: str
    birth_year: int | None = None
    sex: AdministrativeSex = AdministrativeSex.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """First and last day of the encounter; either may be unknown."""

    start: dt.date | None = None
    end: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicalDocument:
    """One note. `text` is exactly what was received (only the byte encoding was decoded)."""

    document_id: DocumentId
    type: str
    title: str
    text: str
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedVerification:
    """What another workspace of this program said of a code when it exported it.

    It is told as it was said and binds nobody here. `origin` is None for a code that was taken back, `rank` 0
    for what is no diagnosis; evidence stands in this record's own documents.
    """

    assignment_id: AssignmentId
    origin: CodeOrigin | None
    coder_id: CoderId
    decided_at: dt.datetime
    use: DiagnosisUse | None = None
    rank: int = 0
    present_on_admission: PresentOnAdmission | None = None
    clinical_status: str = ""
    evidence: tuple[Evidence, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedCode:
    """A code that came with the record. It is information, not a verified assignment.

    `evidence` are the words that an annotated corpus gives for it, in this record's own documents.
    """

    coding: Coding
    kind: CodeKind
    source_label: str
    verification: ImportedVerification | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedSignature:
    """Who signed the record in the workspace that exported it, and where its history stood then."""

    record_id: RecordId
    coder_id: CoderId
    at: dt.datetime
    meaning: str
    content_sha256: str
    history_sha256: str
    history_events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EncounterRecord:
    """One encounter to be coded: the unit of work, of history and of export."""

    record_id: RecordId
    source_format: str
    source_name: str
    source_sha256: str
    imported_at: dt.datetime
    patient: Patient
    period: Period = Period()
    encounter_class: EncounterClass = EncounterClass.UNKNOWN
    documents: tuple[ClinicalDocument, ...] = ()
    imported_codes: tuple[ImportedCode, ...] = ()
    import_notes: tuple[str, ...] = ()
    imported_retractions: tuple[ImportedCode, ...] = ()
    imported_signature: ImportedSignature | None = None
    masked_from: MaskedFrom | None = None
    """Set in a version of a record in which possible identifiers were masked."""

    @property
    def day(self) -> dt.date | None:
        """The day whose code-set edition counts: that of discharge, else that on which the encounter began."""
        return self.period.end or self.period.start

    def document(self, document_id: DocumentId) -> ClinicalDocument:
        """Return the document with this id. Raises KeyError when the record has none such."""
        for document in self.documents:
            if document.document_id == document_id:
                return document
        raise KeyError(document_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRow:
    """What a list shows of a record, without its texts."""

    record_id: RecordId
    title: str
    source_format: str
    imported_at: dt.datetime
    status: RecordStatus
    document_count: int
    text_length: int
    suggestion_count: int
    undecided_count: int
    assignment_count: int
    flag: str | None = None
    """The words with which it was flagged, which may be empty; None where it is not flagged."""
    held_for: str = ""
    """Why it is on hold; empty where it is not."""
    is_draft: bool = False
    least_confidence: float | None = None
    """How sure the engine is of the suggestion that it is least sure of, among the undecided ones; 0 to 1."""
    recode: str = ""
    """Codes that a later edition retired or revised, with a `!` where one is not valid on the record's date."""
    masked_as: RecordId | None = None
    """The latest version of it in which possible identifiers are masked; None where there is none."""
