"""The codes that the segments of an HL7 v2 message hold, each in the system that its name stands for.

How the names are read is decided in docs/decisions/names-of-code-systems-in-hl7.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ehrcoder.adapters.formats.decoding import refuse_unstorable
from ehrcoder.adapters.formats.fhir_systems import (
    CPT,
    DISCHARGE_TABLE,
    ICD_9_CM,
    ICD_10,
    LOINC,
    SNOMED_CT,
    is_well_formed,
    known_code,
    known_oid,
)
from ehrcoder.adapters.formats.hl7v2_messages import Segment
from ehrcoder.adapters.formats.json_values import shown
from ehrcoder.core.codes import HCPCS_II, ICD_10_CM, ICD_10_PCS, CodeKind, Coding
from ehrcoder.core.errors import InputError
from ehrcoder.core.records import ImportedCode

Report = Callable[[str], None]

# HL7 table 0396 and older spellings.
_SYSTEMS: dict[str, str] = {
    **dict.fromkeys(("I9", "I9C", "I9CDX", "I9CP", "I9M", "ICD9", "ICD-9", "ICD9CM", "ICD-9-CM", "ICD-9CM"), ICD_9_CM),
    **dict.fromkeys(("I10C", "I10M", "ICD10CM", "ICD-10-CM", "ICD-10CM", "ICD10-CM", "I10CM"), ICD_10_CM),
    **dict.fromkeys(("I10P", "I10PCS", "ICD10PCS", "ICD-10-PCS", "ICD-10PCS", "ICD10-PCS", "ICD10P"), ICD_10_PCS),
    **dict.fromkeys(("ICD10WHO", "ICD-10-WHO", "WHO-ICD-10"), ICD_10),
    **dict.fromkeys(("SCT", "SCT2", "SNM3", "SNOMED", "SNOMEDCT", "SNOMED-CT", "SNOMED CT"), SNOMED_CT),
    **dict.fromkeys(("C4", "C5", "CPT", "CPT4", "CPT-4"), CPT),
    **dict.fromkeys(("HCPCS", "HCPT", "HPC"), HCPCS_II),
    "LN": LOINC, "HL70112": DISCHARGE_TABLE, "0112": DISCHARGE_TABLE,
}
# Names that do not say whose ICD-10 they mean: WHO's by the table, the American modifications by use there.
_EITHER_ICD_10 = frozenset({"I10", "ICD10", "ICD-10"})
_AMERICAN = frozenset({"", "US", "USA", "840"})
_DIAGNOSIS_TYPES = {"A": "admitting", "W": "working", "F": "final"}
_DIAGNOSIS_SYSTEMS = frozenset({ICD_10_CM, ICD_9_CM, ICD_10})
_CHARGE_SYSTEMS = frozenset({CPT, HCPCS_II})
_NOT_VALID = frozenset({"D", "W", "X"})
# Where a message names code systems: segment, field of the code, field of the older coding method.
_PLACES = (("DG1", 3, 2), ("PR1", 3, 2), ("FT1", 19, 0), ("FT1", 25, 0), ("PRB", 3, 0), ("OBX", 5, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    """Which field of a segment is read, as what."""

    position: int
    kind: CodeKind
    label: str
    method: str = ""
    may_be_text: bool = False
    only: frozenset[str] = frozenset()
    """Where set, codes of other systems are no loss: they say something else."""


def codes_of(segments: Sequence[Segment], *, report: Report, country: str = "") -> Iterator[ImportedCode]:
    """Yield diagnoses, procedures, charges and the discharge disposition, as the message gives them.

    `country` is that of the message (MSH-17), '' where it names none.
    """
    for segment in segments:
        if segment.name in ("DG1", "PR1") and segment.component(21 if segment.name == "DG1" else 20) == "D":
            what = "a diagnosis" if segment.name == "DG1" else "a procedure"
            report(f"Segment {segment}: it deletes {what}, so its code is not taken.")
            continue
        for field in _fields_of(segment):
            yield from _coded(segment, field, report, country=country)


def readings_of_names(segments: Sequence[Segment], *, country: str) -> Iterator[str]:
    """Yield how the names are read that do not say for themselves which classification they mean."""
    given: dict[str, set[CodeKind]] = {}
    for name, position, method in _PLACES:
        kind = CodeKind.PROCEDURE if name == "PR1" or position == 25 else CodeKind.DIAGNOSIS
        for segment in segments:
            if segment.name != name or (name == "OBX" and segment.component(2).upper() not in ("CE", "CWE")):
                continue
            for parts in segment.repetitions(position):
                for place in (2, 5):
                    short = (parts[place] if len(parts) > place else "").strip().upper()
                    short = short or (segment.component(method).upper() if method and place == 2 else "")
                    if short in _EITHER_ICD_10 | {"I9", "ICD9", "ICD-9"}:
                        given.setdefault(short, set()).add(kind)
    for short, kinds in given.items():
        taken = {_name_of(_either(kind, country)) for kind in kinds} if short in _EITHER_ICD_10 else {"ICD-9-CM"}
        yield f"The message names a code system {short}; its codes are taken as {' and '.join(sorted(taken))}."


def _fields_of(segment: Segment) -> Iterator[_Field]:
    match segment.name:
        case "DG1":
            label = ", ".join(part for part in ("Diagnosis", _DIAGNOSIS_TYPES.get(segment.component(6))) if part)
            yield _Field(position=3, kind=CodeKind.DIAGNOSIS, label=label, method=segment.component(2))
        case "PR1":
            yield _Field(position=3, kind=CodeKind.PROCEDURE, label="Procedure", method=segment.component(2))
        case "FT1":
            yield _Field(position=19, kind=CodeKind.DIAGNOSIS, label="Charge, diagnosis")
            yield _Field(position=25, kind=CodeKind.PROCEDURE, label="Charge, procedure")
            # What was billed has the hospital's own numbers besides procedure codes.
            yield _Field(position=7, kind=CodeKind.PROCEDURE, label="Charge", only=_CHARGE_SYSTEMS)
        case "PRB" if segment.component(1) != "DE":
            yield _Field(position=3, kind=CodeKind.DIAGNOSIS, label="Problem", may_be_text=True)
        case "PV1":
            yield _Field(position=36, kind=CodeKind.OUTCOME, label="Discharge disposition", method="HL70112")
        case "OBX" if segment.component(2).upper() in ("CE", "CWE") and segment.component(11) not in _NOT_VALID:
            yield _Field(position=5, kind=CodeKind.DIAGNOSIS, label="Observation", only=_DIAGNOSIS_SYSTEMS)
        case _:
            return


def _coded(segment: Segment, field: _Field, report: Report, *, country: str) -> Iterator[ImportedCode]:
    for components in segment.repetitions(field.position):
        padded = [component.strip() for component in (*components, *[""] * 6)]
        # CE and CWE: identifier, text, system; then the same of an alternative coding.
        for code, words, name in (padded[:3], padded[3:6]):
            if not code or ((field.may_be_text or field.only) and not name):
                continue
            system = _system_named(name or field.method, code, field.kind, country=country)
            if field.only and system not in field.only:
                continue
            try:
                yield _imported(code, words or segment.text(4) * (field.position == 3), system, field)
            except InputError as error:
                report(f"Segment {segment}: {error.what}")


def _imported(code: str, words: str, system: str, field: _Field) -> ImportedCode:
    if not system:
        raise InputError("a code without its code system.")
    plain = known_code(system, code)
    if not is_well_formed(system, plain):
        raise InputError(f"a code that cannot be one of {shown(system)}.")
    for text in (plain, words, system):
        refuse_unstorable(text, place="a code")
    return ImportedCode(coding=Coding(system=system, version="", code=plain, display=words), kind=field.kind,
                        source_label=field.label)


def _system_named(name: str, code: str, kind: CodeKind, *, country: str) -> str:
    """Return the system's address, '' where none is named."""
    key = name.strip().upper()
    if not key:
        return ""
    if key in _EITHER_ICD_10:
        return _either(kind, country)
    system = _SYSTEMS.get(key) or known_oid(name)
    # HCPCS level I is CPT.
    return CPT if system == HCPCS_II and code[:5].isdecimal() else system


def _either(kind: CodeKind, country: str) -> str:
    if country not in _AMERICAN:
        return ICD_10
    return ICD_10_PCS if kind is CodeKind.PROCEDURE else ICD_10_CM


def _name_of(system: str) -> str:
    return {ICD_10: "WHO's ICD-10", ICD_10_CM: "ICD-10-CM", ICD_10_PCS: "ICD-10-PCS"}[system]
