"""Code edits between codes: excludes notes, sequence, principal diagnosis, outcomes; and the list of all rules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ehrcoder.core import edits, list_rules, procedure_rules, wording_rules
from ehrcoder.core.assignments import DiagnosisUse
from ehrcoder.core.code_notes import parse_note
from ehrcoder.core.codes import (
    CONDITION_CLINICAL,
    DISCHARGE_DISPOSITION,
    GOAL_ACHIEVEMENT,
    PATIENT_OUTCOME,
    CodeKind,
    Concept,
)
from ehrcoder.core.edits import CodedEntry, EditContext, EditFinding, EditSeverity, Rule, finding

_MANIFESTATION = re.compile(r"\bin (?:other )?(?:\w+ ){0,3}diseases classified elsewhere\b", re.IGNORECASE)
_EXTERNAL_CAUSES = ("V", "W", "X", "Y")
_OPTIONAL = re.compile(r"\bif (?:applicable|known|any|present|specified)\b|\bany associated\b", re.IGNORECASE)

# Pairs that cannot both be true of one stay; HL7 defines the codes, and the contradictions follow from that. A
# condition can have resolved while the patient gets worse of another one, so that pair is only a warning.
_ALIVE = (DISCHARGE_DISPOSITION, ("home", "alt-home", "other-hcf", "hosp", "long", "aadvice", "psy", "rehab", "snf"))
_SURVIVED = (PATIENT_OUTCOME, ("R", "F", "N", "W", "S"))
_CodesOf = tuple[str, tuple[str, ...]]
_CONTRADICTIONS: tuple[tuple[_CodesOf, _CodesOf, EditSeverity], ...] = (
    ((DISCHARGE_DISPOSITION, ("exp",)), _SURVIVED, EditSeverity.ERROR),
    ((PATIENT_OUTCOME, ("D",)), _ALIVE, EditSeverity.ERROR),
    ((PATIENT_OUTCOME, ("D",)), _SURVIVED, EditSeverity.ERROR),
    ((PATIENT_OUTCOME, ("F",)), (PATIENT_OUTCOME, ("W", "N", "S")), EditSeverity.ERROR),
    ((PATIENT_OUTCOME, ("R",)), (PATIENT_OUTCOME, ("W", "N")), EditSeverity.ERROR),
    ((CONDITION_CLINICAL, ("resolved",)), (PATIENT_OUTCOME, ("W",)), EditSeverity.WARNING),
    ((GOAL_ACHIEVEMENT, ("achieved", "sustaining")),
     (GOAL_ACHIEVEMENT, ("not-achieved", "no-progress", "not-attainable", "worsening")), EditSeverity.WARNING),
)


def excludes1(entries: Sequence[CodedEntry], context: EditContext) -> Iterator[EditFinding]:
    """Two codes that a type 1 excludes note keeps apart. Unrelated conditions may stand together (I.A.12.a)."""
    yield from _excluded(
        entries, "excludes1", EditSeverity.WARNING, "Guidelines I.A.12.a (Excludes1)",
        "Report both only if the two conditions have nothing to do with each other.",
    )


def excludes2(entries: Sequence[CodedEntry], context: EditContext) -> Iterator[EditFinding]:
    """Two codes that a type 2 excludes note tells apart: both may be reported when both are there (I.A.12.b)."""
    yield from _excluded(
        entries, "excludes2", EditSeverity.INFORMATION, "Guidelines I.A.12.b (Excludes2)",
        "Both may be reported when the patient has both.",
    )


def _excluded(
    entries: Sequence[CodedEntry], rule_id: str, severity: EditSeverity, source: str, advice: str
) -> Iterator[EditFinding]:
    diagnoses = [entry for entry in entries if entry.is_diagnosis]
    told: set[frozenset[str]] = set()
    for entry in diagnoses:
        for concept in entry.lineage:
            for note in concept.notes.excludes1 if rule_id == "excludes1" else _excludes2_of(concept):
                named = parse_note(note)
                for other in diagnoses:
                    pair = frozenset((entry.code, other.code))
                    if len(pair) == 1 or pair in told or not named.matches(other.code):
                        continue
                    told.add(pair)
                    yield finding(
                        rule_id, severity,
                        f"{entry.code} and {other.code}: the note at {concept.coding.code} excludes “{note}”. {advice}",
                        [entry, other], f"{source}, note at {concept.coding.code}",
                    )


def _excludes2_of(concept: Concept) -> tuple[str, ...]:
    # Chapters and sections tell what they do not hold; of two codes in one record that says nothing.
    return () if "-" in concept.coding.code else concept.notes.excludes2


def code_first(entries: Sequence[CodedEntry], context: EditContext) -> Iterator[EditFinding]:
    """A code whose note wants another one before it, which is missing or stands after it (Guidelines I.A.13)."""
    diagnoses = sorted((e for e in entries if e.is_diagnosis), key=_place)
    for number, entry in enumerate(diagnoses):
        for concept in entry.lineage:
            notes = concept.notes.code_first
            parsed = [parse_note(note) for note in notes]
            if not any(note.references for note in parsed):
                if notes and entry.is_principal and not _OPTIONAL.search(" ".join(notes)):
                    yield _code_first_finding(entry, concept, [])
                continue
            named = [other for other in diagnoses if any(note.matches(other.code) for note in parsed)]
            if any(other in diagnoses[:number] for other in named):
                continue
            yield _code_first_finding(entry, concept, [o for o in named if o is not entry])


def _code_first_finding(entry: CodedEntry, concept: Concept, after: Sequence[CodedEntry]) -> EditFinding:
    told = " / ".join(note.lstrip(", ") for note in concept.notes.code_first)
    source = f"Guidelines I.A.13 (etiology and manifestation), note at {concept.coding.code}"
    if after:
        return finding(
            "code-first-order", EditSeverity.WARNING,
            f"{after[0].code} belongs before {entry.code}: “Code first {told}”.", [entry, *after], source,
        )
    # Only a manifestation always has its cause; other notes give the order for where the cause is present.
    firm = is_manifestation(concept) or "manifestation" in entry.listed or (
        "underlying" in told and _OPTIONAL.search(told) is None
    )
    if not firm:
        return finding(
            "code-first-missing", EditSeverity.INFORMATION,
            f"{entry.code}: where it applies to this patient, “Code first {told}”.", [entry], source,
        )
    return finding(
        "code-first-missing", EditSeverity.WARNING,
        f"{entry.code} comes after its cause, which is not coded: “Code first {told}”.", [entry], source,
    )


def _place(entry: CodedEntry) -> tuple[bool, int]:
    return (entry.assignment.use is not DiagnosisUse.PRINCIPAL, entry.assignment.sequence)


def is_manifestation(concept: Concept) -> bool:
    """Tell whether a code says by its title that it is a manifestation (Guidelines I.A.13)."""
    return _MANIFESTATION.search(concept.coding.display) is not None


def principal(entries: Sequence[CodedEntry], context: EditContext) -> Iterator[EditFinding]:
    """No principal diagnosis, several, or one that cannot be principal (Guidelines II; I.A.13; I.C.20.a.6)."""
    diagnoses = [entry for entry in entries if entry.assignment.kind is CodeKind.DIAGNOSIS]
    chosen = [entry for entry in diagnoses if entry.is_principal]
    if diagnoses and not chosen:
        yield finding(
            "no-principal", EditSeverity.ERROR if context.is_inpatient else EditSeverity.WARNING,
            "No diagnosis is marked as the principal one.", [], "Guidelines II (principal diagnosis)",
        )
    if len(chosen) > 1:
        yield finding(
            "several-principal", EditSeverity.ERROR, "More than one diagnosis is marked as the principal one.", chosen,
            "Guidelines II (principal diagnosis)",
        )
    for entry in chosen:
        if not entry.is_diagnosis:
            continue
        if entry.code.startswith(_EXTERNAL_CAUSES):
            yield finding(
                "external-cause-principal", EditSeverity.ERROR,
                f"{entry.code} says how something happened; it can never be the principal diagnosis.", [entry],
                "Guidelines I.C.20.a.6 (external cause codes)",
            )
        elif "manifestation" in entry.listed or any(is_manifestation(concept) for concept in entry.lineage):
            yield finding(
                "manifestation-principal", EditSeverity.ERROR,
                f"{entry.code} is a manifestation; the disease behind it comes first.", [entry],
                "Guidelines I.A.13 (etiology and manifestation)",
            )


def contradicting_outcomes(entries: Sequence[CodedEntry], context: EditContext) -> Iterator[EditFinding]:
    """Outcomes that cannot both be true, such as died and discharged home."""
    told: set[frozenset[str]] = set()
    for (left_system, left_codes), (right_system, right_codes), severity in _CONTRADICTIONS:
        left = [e for e in entries if e.system == left_system and e.code in left_codes]
        right = [e for e in entries if e.system == right_system and e.code in right_codes]
        for one in left:
            for other in right:
                pair = frozenset((one.assignment.assignment_id, other.assignment.assignment_id))
                if len(pair) == 2 and pair not in told:
                    told.add(pair)
                    yield finding(
                        "contradicting-outcomes", severity,
                        f"“{_named(one)}” and “{_named(other)}” can hardly both be true of one stay.",
                        [one, other], "HL7 definitions of the two codes",
                    )


def several_dispositions(entries: Sequence[CodedEntry], context: EditContext) -> Iterator[EditFinding]:
    """A stay ends once: more than one discharge disposition."""
    ends = [entry for entry in entries if entry.system == DISCHARGE_DISPOSITION]
    if len({entry.code for entry in ends}) > 1:
        yield finding(
            "several-dispositions", EditSeverity.ERROR,
            f"A stay ends in one way, but {', '.join(_named(entry) for entry in ends)} are assigned.", ends,
            "FHIR R4 Encounter.hospitalization.dischargeDisposition (0..1)",
        )


def _named(entry: CodedEntry) -> str:
    return entry.assignment.coding.display or entry.code


RULES: tuple[Rule, ...] = (
    edits.unknown_code, edits.seventh_character, edits.not_billable, edits.not_in_force, edits.other_edition,
    edits.duplicate, edits.parent_with_child, principal, excludes1, excludes2, code_first, contradicting_outcomes,
    several_dispositions, list_rules.companions, list_rules.present_on_admission, list_rules.unacceptable_principal,
    list_rules.age, procedure_rules.impossible_combination, wording_rules.laterality, wording_rules.specificity,
    list_rules.severity_and_risk,
)
_WEIGHT = {EditSeverity.ERROR: 0, EditSeverity.WARNING: 1, EditSeverity.INFORMATION: 2}


def check(entries: Sequence[CodedEntry], context: EditContext) -> tuple[EditFinding, ...]:
    """Apply every rule; errors come first, then warnings, then information, each in the order of the codes."""
    found = [each for rule in RULES for each in rule(entries, context)]
    places = {entry.assignment.assignment_id: entry.assignment.sequence for entry in entries}

    def order(each: EditFinding) -> tuple[int, int]:
        return _WEIGHT[each.severity], min((places[i] for i in each.assignment_ids), default=0)

    return tuple(sorted(found, key=order))
