"""Made-up signed records, with a real hash chain, for tests of what leaves the workspace."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ehrcoder.core.assignments import (
    CodeAssignment,
    CodingAction,
    CodingEvent,
    Decision,
    DiagnosisUse,
    EventDraft,
    PresentOnAdmission,
    RecordCoding,
    RejectReason,
    Signature,
)
from ehrcoder.core.codes import (
    CONDITION_CLINICAL,
    DISCHARGE_DISPOSITION,
    GOAL_ACHIEVEMENT,
    ICD_10_CM,
    ICD_10_PCS,
    KIND_OF_SYSTEM,
    PATIENT_OUTCOME,
    Coding,
    Concept,
)
from ehrcoder.core.evidence import Evidence, TextSpan
from ehrcoder.core.history import chain, record_content_sha256, signed_content_sha256
from ehrcoder.core.ids import AssignmentId, CoderId, DocumentId, RecordId, RunId, SuggestionId
from ehrcoder.core.records import (
    AdministrativeSex,
    ClinicalDocument,
    EncounterClass,
    EncounterRecord,
    ImportedCode,
    Patient,
    Period,
)
from ehrcoder.core.suggestions import CodeSuggestion, InferenceRun, ModelDescription, RunOutcome, StageScore

EXPORTED_AT = dt.datetime(2026, 5, 4, 12, 0, tzinfo=dt.UTC)
NOTE = (
    "DISCHARGE SUMMARY\r\nA 61-year-old woman with type 2 diabetes came with fever and cough \u2013 38.9 \u00b0C.\r\n"
    "Lobar pneumonia of the right lower lobe. No heart failure.\r\nLaparoscopic appendectomy in 1999. "
    "Pneumonia resolved \U0001fac1, discharged home, much improved. Goal of 10 l oxygen weaning achieved."
)
EDITIONS = {ICD_10_CM: "2026-04-01", ICD_10_PCS: "2026"}
PNEUMONIA = Coding(
    system=ICD_10_CM, version="2026-04-01", code="J18.1", display="Lobar pneumonia, unspecified organism"
)
DIABETES = Coding(
    system=ICD_10_CM, version="2026-04-01", code="E11.9", display="Type 2 diabetes mellitus without complications"
)
FEVER = Coding(system=ICD_10_CM, version="2026-04-01", code="R50.9", display="Fever, unspecified")
COUGH = Coding(system=ICD_10_CM, version="2026-04-01", code="R05.9", display="Cough, unspecified")
APPENDECTOMY = Coding(
    system=ICD_10_PCS, version="2026", code="0DTJ4ZZ",
    display="Resection of Appendix, Percutaneous Endoscopic Approach",
)
HOME = Coding(system=DISCHARGE_DISPOSITION, version="1.0.1", code="home", display="Home")
IMPROVED = Coding(system=PATIENT_OUTCOME, version="3.0.0", code="R", display="Recovering")
RESOLVED = Coding(system=CONDITION_CLINICAL, version="3.0.0", code="resolved", display="Resolved")
STATUS_UNKNOWN = Coding(system=CONDITION_CLINICAL, version="3.0.0", code="unknown", display="Unknown")
ACHIEVED = Coding(system=GOAL_ACHIEVEMENT, version="1.0.1", code="achieved", display="Achieved")
ALL_CODINGS = (
    PNEUMONIA, DIABETES, FEVER, COUGH, APPENDECTOMY, HOME, IMPROVED, RESOLVED, STATUS_UNKNOWN, ACHIEVED,
)
HEADER = Coding(system=ICD_10_CM, version="2026-04-01", code="J18", display="Pneumonia, unspecified organism")
CODER = CoderId("dr-test")
MODEL = ModelDescription(name="made-up-model", sha256="ab" * 32, adapter="made-up-adapter", adapter_sha256="cd" * 32)


def concept_of(system: str, code: str) -> Concept | None:
    """Look a code up among those that these records use, and one header."""
    for coding in (*ALL_CODINGS, HEADER):
        if (coding.system, coding.code) == (system, code):
            return Concept(coding=coding, parent=None, is_billable=coding is not HEADER)
    return None


@dataclass(slots=True)
class SignedRecordBuilder:
    """Collects decisions about one record and chains them as the store does."""

    record: EncounterRecord
    coder: CoderId = field(default=CODER)
    events: list[CodingEvent] = field(default_factory=list)
    suggestions: list[CodeSuggestion] = field(default_factory=list)
    runs: list[InferenceRun] = field(default_factory=list)
    coding: RecordCoding = field(init=False)
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.coding = RecordCoding(record_id=self.record.record_id)

    def new_id(self) -> str:
        return f"{self.record.record_id}-{next(self._ids):04d}"

    def append(self, *drafts: EventDraft) -> None:
        minute = len(self.events) + 1
        added, self.coding = chain(
            self.coding, drafts, genesis=record_content_sha256(self.record), group_id=self.new_id(),
            at=dt.datetime(2026, 5, 2, 9, 0, tzinfo=dt.UTC) + dt.timedelta(minutes=minute), new_id=self.new_id,
        )
        self.events.extend(added)

    def evidence(self, quote: str) -> tuple[Evidence, ...]:
        document = self.record.documents[0]
        start = document.text.index(quote)
        span = TextSpan(document_id=document.document_id, start=start, end=start + len(quote))
        return (Evidence(span=span, quote=quote),)

    def run(self, model: ModelDescription | None = MODEL) -> InferenceRun:
        at = dt.datetime(2026, 5, 2, 8, 0, tzinfo=dt.UTC)
        run = InferenceRun(
            run_id=RunId(self.new_id()), record_id=self.record.record_id, started_at=at,
            finished_at=at + dt.timedelta(seconds=5),
            outcome=RunOutcome.COMPLETE if model else RunOutcome.WITHOUT_MODEL, model=model,
            artefacts=(("lexicon", "ef" * 8),), prompt_id="judge-1", policy="clinical",
            code_sets=tuple(EDITIONS.items()), seed=7, prompt_tokens=100, judged_candidates=20,
            software_version="0.1.0",
        )
        self.runs.append(run)
        return run

    def suggest(self, coding: Coding, quote: str, run: InferenceRun) -> CodeSuggestion:
        suggestion = CodeSuggestion(
            suggestion_id=SuggestionId(self.new_id()), run_id=run.run_id, record_id=self.record.record_id,
            coding=coding, kind=KIND_OF_SYSTEM[coding.system], evidence=self.evidence(quote),
            scores=(StageScore(stage="judge", score=1.5),), confidence=0.8125, rank=len(self.suggestions) + 1,
        )
        self.suggestions.append(suggestion)
        return suggestion

    def assignment(
        self, coding: Coding, *, suggestion: CodeSuggestion | None = None, quote: str = "",
        use: DiagnosisUse = DiagnosisUse.SECONDARY, present_on_admission: PresentOnAdmission | None = None,
    ) -> CodeAssignment:
        evidence = suggestion.evidence if suggestion else self.evidence(quote) if quote else ()
        return CodeAssignment(
            assignment_id=AssignmentId(self.new_id()), record_id=self.record.record_id, coding=coding,
            kind=KIND_OF_SYSTEM[coding.system], sequence=len(self.coding.assignments) + 1, use=use,
            present_on_admission=present_on_admission, evidence=evidence,
            suggestion_id=suggestion.suggestion_id if suggestion else None,
        )

    def accept(self, suggestion: CodeSuggestion, *, use: DiagnosisUse = DiagnosisUse.SECONDARY) -> CodeAssignment:
        return self._decide(
            CodingAction.ACCEPT, Decision.ACCEPTED, suggestion,
            self.assignment(suggestion.coding, suggestion=suggestion, use=use,
                            present_on_admission=PresentOnAdmission.YES
                            if suggestion.coding.system == ICD_10_CM else None),
        )

    def replace_by(self, suggestion: CodeSuggestion, coding: Coding) -> CodeAssignment:
        assignment = replace(self.assignment(suggestion.coding, suggestion=suggestion), coding=coding)
        return self._decide(CodingAction.REPLACE, Decision.REPLACED, suggestion, assignment)

    def _decide(
        self, action: CodingAction, decision: Decision, suggestion: CodeSuggestion, assignment: CodeAssignment
    ) -> CodeAssignment:
        self.append(EventDraft(
            action=action, coder_id=self.coder, after=assignment, suggestion_id=suggestion.suggestion_id,
            decision=decision,
        ))
        return assignment

    def reject(self, suggestion: CodeSuggestion) -> None:
        self.append(EventDraft(
            action=CodingAction.REJECT, coder_id=self.coder, reason=RejectReason.NEGATED.value,
            suggestion_id=suggestion.suggestion_id, decision=Decision.REJECTED,
        ))

    def add(self, coding: Coding, *, quote: str = "", coder: str | None = None) -> CodeAssignment:
        assignment = self.assignment(coding, quote=quote)
        self.append(EventDraft(
            action=CodingAction.ADD, coder_id=CoderId(coder) if coder else self.coder, after=assignment
        ))
        return assignment

    def remove_last(self, reason: str = "coded in error") -> CodeAssignment:
        assignment = self.coding.assignments[-1]
        self.append(EventDraft(
            action=CodingAction.REMOVE, coder_id=self.coder, before=assignment, reason=reason
        ))
        return assignment

    def sign(self, meaning: str = "verified") -> None:
        self.append(EventDraft(action=CodingAction.SIGN, coder_id=self.coder, signature=Signature(
            coder_id=self.coder, at=dt.datetime(2026, 5, 2, 10, 0, tzinfo=dt.UTC), meaning=meaning,
            content_sha256=signed_content_sha256(self.record, self.coding),
        )))

    def amend(self, reason: str = "wrong patient's laboratory report") -> None:
        self.append(EventDraft(action=CodingAction.AMEND, coder_id=self.coder, reason=reason))


def a_record(number: int = 1, *, text: str = NOTE, documents: Sequence[ClinicalDocument] | None = None,
             encounter_class: EncounterClass = EncounterClass.INPATIENT, period: Period | None = None,
             patient: Patient | None = None) -> EncounterRecord:
    """Return an unsigned record about a made-up person."""
    name = f"00000000-0000-7000-8000-{number:012d}"
    note = ClinicalDocument(document_id=DocumentId(f"{name}-doc"), type="Discharge summary",
                            title="Discharge <summary> & more", text=text)
    return EncounterRecord(
        record_id=RecordId(name), source_format="plain-text", source_name="made-up.txt",
        source_sha256=f"{number:064x}", imported_at=dt.datetime(2026, 5, 1, 7, 30, tzinfo=dt.UTC),
        patient=patient or Patient(pseudonym=f"P-{number}", birth_year=1965, sex=AdministrativeSex.FEMALE),
        period=period if period is not None else Period(start=dt.date(2026, 4, 20), end=dt.date(2026, 4, 27)),
        encounter_class=encounter_class, documents=tuple([note] if documents is None else documents),
        imported_codes=(ImportedCode(coding=COUGH, kind=KIND_OF_SYSTEM[ICD_10_CM], source_label="billing"),),
    )


def a_full_record(number: int = 1) -> SignedRecordBuilder:
    """Return a signed record with every kind of code and of decision."""
    made = SignedRecordBuilder(record=a_record(number))
    run = made.run()
    made.accept(made.suggest(PNEUMONIA, "Lobar pneumonia of the right lower lobe", run), use=DiagnosisUse.PRINCIPAL)
    made.replace_by(made.suggest(FEVER, "diabetes", run), DIABETES)
    made.reject(made.suggest(COUGH, "cough", run))
    made.accept(made.suggest(APPENDECTOMY, "Laparoscopic appendectomy", run))
    made.add(HOME, quote="discharged home", coder="second-coder")
    made.add(IMPROVED, quote="much improved")
    made.add(RESOLVED)
    made.add(ACHIEVED, quote="Goal of 10 l oxygen weaning achieved")
    made.sign()
    return made


def records_of_many_shapes() -> list[SignedRecordBuilder]:
    """Return ten signed records, each with something that the others lack."""
    full, amended, replaced_later = a_full_record(1), a_full_record(2), a_full_record(3)
    amended.amend()
    amended.remove_last()
    amended.add(FEVER, quote="fever")
    amended.sign()
    replaced_later.amend()
    pneumonia = replaced_later.coding.assignments[0]
    replaced_later.append(EventDraft(
        action=CodingAction.REPLACE, coder_id=replaced_later.coder, before=pneumonia,
        after=replace(pneumonia, coding=COUGH), suggestion_id=pneumonia.suggestion_id, decision=Decision.REPLACED,
    ))
    replaced_later.sign("corrected")
    empty = SignedRecordBuilder(record=a_record(4, encounter_class=EncounterClass.UNKNOWN, period=Period()))
    empty.sign()
    no_note = SignedRecordBuilder(record=a_record(5, documents=(), encounter_class=EncounterClass.AMBULATORY))
    no_note.add(DIABETES)
    no_note.sign()
    odd_text = SignedRecordBuilder(record=a_record(6, text="\ufeffcough\x00\x0c\tR\u00e9sum\u00e9 \U0001f9ea\n\x1b"))
    odd_text.add(COUGH, quote="cough\x00\x0c\tR")
    odd_text.sign()
    unknown = SignedRecordBuilder(record=a_record(
        7, patient=Patient(pseudonym="  "), period=Period(end=dt.date(2026, 1, 31)),
        encounter_class=EncounterClass.EMERGENCY,
    ))
    unknown.add(FEVER, quote="fever")
    fever = unknown.coding.assignments[0]
    unknown.append(EventDraft(
        action=CodingAction.CHANGE, coder_id=CoderId("reviewer"), before=fever,
        after=replace(fever, use=DiagnosisUse.PRINCIPAL, present_on_admission=PresentOnAdmission.UNDETERMINED),
    ))
    unknown.sign()
    without_model = SignedRecordBuilder(record=a_record(8))
    without_model.accept(without_model.suggest(FEVER, "fever", without_model.run(model=None)))
    without_model.sign()
    blank_note = SignedRecordBuilder(record=a_record(9, text=""))
    blank_note.add(FEVER)
    blank_note.sign()
    two_statuses = SignedRecordBuilder(record=a_record(10))
    two_statuses.add(PNEUMONIA, quote="Lobar pneumonia")
    two_statuses.add(DIABETES, quote="diabetes")
    two_statuses.add(RESOLVED, quote="pneumonia of the right lower lobe")
    two_statuses.add(STATUS_UNKNOWN, quote="diabetes")
    two_statuses.sign()
    return [full, amended, replaced_later, empty, no_note, odd_text, unknown, without_model, blank_note, two_statuses]
