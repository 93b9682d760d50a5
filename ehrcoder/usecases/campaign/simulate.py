"""A campaign whose experts are gold codes: real records, real agreement with gold, modelled time.

What is simulated: the experts' codes are the corpus' gold codes (those that exist in the installed code sets), with
slips at stated rates; their time is the effort model's; sex and age are drawn at random where a planted bias needs
groups. Nothing of it is a measurement of a person. All draws come from the seed and a text's hash, so that a run can
be repeated.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ehrcoder.core.assignments import Decision, RejectReason
from ehrcoder.core.campaign.coded import CodedCase, CodeMark
from ehrcoder.core.campaign.effort import assistance_of, modelled_seconds
from ehrcoder.core.campaign.plan import Arm, Campaign
from ehrcoder.core.codes import ICD_10_CM, ICD_10_PCS, CodeKind
from ehrcoder.core.evidence import Evidence, TextSpan
from ehrcoder.core.ids import CoderId, DocumentId, RecordId
from ehrcoder.core.records import AdministrativeSex, ClinicalDocument, EncounterRecord, Patient
from ehrcoder.engine.learn.corpus import TrainingRecord
from ehrcoder.ports import Clock, CodeSetIndex, IdSource
from ehrcoder.usecases.campaign.labels import Records
from ehrcoder.usecases.campaign.store import CampaignStore
from ehrcoder.usecases.sign_record import sign_record
from ehrcoder.usecases.verify_code import VerifyCode

SOURCE = "simulation"
_SYSTEM = {CodeKind.DIAGNOSIS: ICD_10_CM, CodeKind.PROCEDURE: ICD_10_PCS}


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedCase:
    """A text with its gold codes and the sentences that support them; without gold it is one of the crowd."""

    name: str
    text: str
    gold: TrainingRecord | None = None


def record_of(case: SimulatedCase, *, ids: IdSource, clock: Clock, seed: int) -> EncounterRecord:
    """Return a record without any code: the engine and the coders must not see gold. Sex and age are drawn."""
    source = random.Random(f"{seed} {case.name}")
    sex = source.choice((AdministrativeSex.FEMALE, AdministrativeSex.MALE))
    return EncounterRecord(
        record_id=RecordId(ids.new_id()), source_format=SOURCE, source_name=case.name,
        source_sha256=hashlib.sha256(case.text.encode()).hexdigest(), imported_at=clock.now(),
        patient=Patient(pseudonym=case.name, sex=sex, birth_year=2026 - source.randint(1, 95)),
        documents=(ClinicalDocument(document_id=DocumentId("d1"), type="Clinical case", title=case.name,
                                    text=case.text),),
    )


def import_cases(
    cases: Sequence[SimulatedCase], *, records: Records, ids: IdSource, clock: Clock, seed: int, batch: int = 200
) -> dict[str, RecordId]:
    """Store what is not stored yet, and return the record of each case; texts that occur twice share one."""
    where: dict[str, RecordId] = {}
    waiting: list[EncounterRecord] = []
    seen: dict[str, RecordId] = {}
    for case in cases:
        record = record_of(case, ids=ids, clock=clock, seed=seed)
        known = seen.get(record.source_sha256) or records.find_by_content(record.source_sha256)
        if known is None:
            waiting.append(record)
            known = record.record_id
        where[case.name] = seen[record.source_sha256] = known
        if len(waiting) >= batch:
            records.add_records(waiting)
            waiting = []
    if waiting:
        records.add_records(waiting)
    return where


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedExpert:
    """Answers from gold; with a chance of `slip` for each code it leaves one out."""

    verify: VerifyCode
    records: Records
    store: CampaignStore
    index: CodeSetIndex
    clock: Clock
    slip: float = 0.0
    seed: int = 1

    def assignable(self, gold: TrainingRecord) -> tuple[tuple[CodeKind, str], ...]:
        """Return the gold codes that exist here as codes that can be assigned."""
        found: list[tuple[CodeKind, str]] = []
        for kind, code in sorted(gold.codes):
            concept = self.index.concept(_SYSTEM[kind], code) if kind in _SYSTEM else None
            if concept is not None and concept.is_billable:
                found.append((kind, code))
        return tuple(found)

    def gold_case(self, record_id: RecordId, gold: TrainingRecord) -> CodedCase:
        """Return the truth of a record as it can be coded here."""
        return CodedCase(record_id=record_id, marks=tuple(
            CodeMark(kind=kind, code=code) for kind, code in self.assignable(gold)))

    def sign(self, campaign: Campaign, record_id: RecordId, gold: TrainingRecord, *, coder: CoderId, arm: Arm) -> None:
        """Decide every suggestion, add what is missing, sign, note the modelled time; goes on where it was cut off."""
        coding = self.records.coding(record_id)
        if coding.signature is None:
            self._code(record_id, gold, coder=coder, arm=arm)
            sign_record(record_id, history=self.records, store=self.records, coder_id=coder, clock=self.clock)
        if not self.store.entries(campaign.campaign_id, "effort", subject=record_id):
            truth = self.gold_case(record_id, gold)
            runs = self.records.runs(record_id)
            given = assistance_of(self.records.suggestions(record_id), runs[-1] if runs else None)
            seconds = modelled_seconds(truth, given if arm is Arm.ASSISTED else None)
            self.store.add_entry(campaign.campaign_id, "effort", record_id, {
                "arm": arm.value, "seconds": round(seconds, 2), "coder": coder,
                "simulated": True})

    def _code(self, record_id: RecordId, gold: TrainingRecord, *, coder: CoderId, arm: Arm) -> None:
        source = random.Random(f"{self.seed} {self.records.record(record_id).source_sha256}")
        right = {key for key in self.assignable(gold) if source.random() >= self.slip}
        coding = self.records.coding(record_id)
        have = {(a.kind, a.coding.code) for a in coding.assignments}
        for suggestion in self.records.suggestions(record_id):
            if coding.decision(suggestion.suggestion_id) is not Decision.UNDECIDED:
                continue
            key = (suggestion.kind, suggestion.coding.code)
            if key in right and key not in have and arm is Arm.ASSISTED:
                self.verify.accept(record_id, suggestion.suggestion_id, coder_id=coder)
                have.add(key)
            else:
                self.verify.reject(record_id, suggestion.suggestion_id, coder_id=coder,
                                   reason=RejectReason.UNSUPPORTED)
        for kind, code in sorted(right - have):
            self.verify.add(record_id, coder_id=coder, system=_SYSTEM[kind], code=code,
                            evidence=evidence_of(gold, kind, code))


def evidence_of(gold: TrainingRecord, kind: CodeKind, code: str) -> tuple[Evidence, ...]:
    """Return the sentences that support a gold code, as a coder would mark them."""
    return tuple(
        Evidence(span=TextSpan(document_id=DocumentId("d1"), start=s.span.start, end=s.span.end), quote=s.text)
        for s, label in zip(gold.sentences, gold.labels, strict=True) if (kind, code) in label
    )


def swap_codes(
    cases: Mapping[RecordId, CodedCase], *, share: float, seed: int, names: Mapping[RecordId, str] | None = None
) -> tuple[dict[RecordId, CodedCase], frozenset[tuple[RecordId, str]]]:
    """Swap a share of all codes for ones of other records, same kind, other family; return what was planted.

    Drawn from the seed and each record's name, by default its id; ids of stored records are new in every workspace,
    so they are named by the hash of their content.
    """
    pool = sorted({(m.kind, m.code) for case in cases.values() for m in case.marks})
    planted: set[tuple[RecordId, str]] = set()
    changed: dict[RecordId, CodedCase] = {}
    for record_id in sorted(cases):
        source = _source(seed, record_id, names)
        marks: list[CodeMark] = []
        have = set(cases[record_id].keys)
        families = {m.family for m in cases[record_id].marks}
        for mark in cases[record_id].marks:
            choices = [k for k in pool if k[0] is mark.kind and k not in have and (k[0], k[1][:3]) not in families]
            if source.random() < share and choices:
                kind, code = source.choice(choices)
                planted.add((record_id, code))
                have.add((kind, code))
                marks.append(replace(mark, kind=kind, code=code))
            else:
                marks.append(mark)
        changed[record_id] = CodedCase(record_id=record_id, marks=tuple(marks))
    return changed, frozenset(planted)


def plant_bias(
    labelled: Mapping[RecordId, CodedCase], members: frozenset[RecordId], *, drop: float, seed: int,
    names: Mapping[RecordId, str] | None = None,
) -> dict[RecordId, CodedCase]:
    """Take a share of the suggestions away from one group, as an engine that learnt little of it would."""
    biased: dict[RecordId, CodedCase] = {}
    for record_id, case in sorted(labelled.items()):
        source = _source(seed, record_id, names)
        kept = tuple(m for m in case.marks if record_id not in members or source.random() >= drop)
        biased[record_id] = CodedCase(record_id=record_id, marks=kept)
    return biased


def _source(seed: int, record_id: RecordId, names: Mapping[RecordId, str] | None) -> random.Random:
    return random.Random(f"{seed} {names[record_id] if names else record_id}")

