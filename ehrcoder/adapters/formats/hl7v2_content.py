"""What the segments of an HL7 v2 message hold for coding: texts in order, and codes in their own systems."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from ehrcoder.adapters.formats.decoding import refuse_unstorable
from ehrcoder.adapters.formats.embedded_text import bytes_of_base64, text_of_embedded
from ehrcoder.adapters.formats.fhir_systems import (
    CPT,
    DISCHARGE_TABLE,
    ICD_9_CM,
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

# HL7 table 0396 and older spellings. I9 and I10 are WHO's by that table and the American modifications by use.
_SYSTEMS: dict[str, str] = {
    **dict.fromkeys(("I9", "I9C", "I9CDX", "I9CP", "I9M", "ICD9", "ICD-9", "ICD9CM", "ICD-9-CM", "ICD-9CM"), ICD_9_CM),
    **dict.fromkeys(("I10", "I10C", "I10M", "ICD10", "ICD-10", "ICD10CM", "ICD-10-CM", "ICD-10CM"), ICD_10_CM),
    **dict.fromkeys(("I10P", "ICD10PCS", "ICD-10-PCS", "ICD-10PCS", "ICD10P"), ICD_10_PCS),
    **dict.fromkeys(("SCT", "SCT2", "SNOMED", "SNOMEDCT", "SNOMED-CT", "SNOMED CT"), SNOMED_CT),
    **dict.fromkeys(("C4", "C5", "CPT", "CPT4", "CPT-4"), CPT),
    **dict.fromkeys(("HCPCS", "HCPT", "HPC"), HCPCS_II),
    "LN": LOINC, "HL70112": DISCHARGE_TABLE, "0112": DISCHARGE_TABLE,
}
_EITHER_ICD_10 = frozenset({"I10", "ICD10", "ICD-10"})
_DIAGNOSIS_TYPES = {"A": "admitting", "W": "working", "F": "final"}
_DOCUMENT_TYPES = {
    "AR": "Autopsy report", "CD": "Cardiodiagnostics", "CN": "Consultation", "DI": "Diagnostic imaging",
    "DS": "Discharge summary", "ED": "Emergency department report", "HP": "History and physical examination",
    "OP": "Operative report", "PC": "Psychiatric consultation", "PH": "Psychiatric history and physical examination",
    "PN": "Procedure note", "PR": "Progress note", "SP": "Surgical pathology", "TS": "Transfer summary",
}
_TEXT_TYPES = frozenset({"TX", "FT", "ST", "TN", ""})
_NOT_VALID = {"D": "deleted", "W": "wrong", "X": "not obtained"}


@dataclass(slots=True)
class FoundReport:
    """The lines that belong to one TXA or OBR."""

    type: str = "Observations"
    title: str = ""
    parts: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """Heading and text of each OBX and NTE, in order."""

    @property
    def text(self) -> str:
        """The lines in order; where several kinds of text alternate, each begins with its name."""
        several = len({heading for heading, _ in self.parts if heading}) > 1
        lines: list[str] = []
        last = ""
        for heading, text in self.parts:
            if several and heading and heading != last:
                lines.append(f"{heading}:")
            last = heading or last
            lines.append(text)
        return "\n".join(lines)


def reports_of(segments: Sequence[Segment], *, report: Report) -> list[FoundReport]:
    """Return the texts of a message; a value that cannot be read is reported with its segment."""
    reports: list[FoundReport] = []
    for segment in segments:
        match segment.name:
            case "TXA":
                type_ = _DOCUMENT_TYPES.get(segment.component(2), "") or segment.component(2, 2) or "Document"
                _begin(reports, type_=type_, title=segment.component(25))
            case "OBR":
                title = segment.component(4, 2) or segment.component(4, 5)
                _begin(reports, type_="Report", title=title)
            case "OBX":
                _add(reports, list(_observation(segment, report)))
            case "NTE":
                _add(reports, [("", segment.text(3))] if segment.text(3).strip() else [])
            case "DG1" | "PR1" | "PV1":
                # What follows belongs to the visit again.
                reports.append(FoundReport())
            case _:
                continue
    reports.insert(0, _stated(segments))
    return [found for found in reports if found.text.strip()]


def codes_of(segments: Sequence[Segment], *, report: Report) -> Iterator[ImportedCode]:
    """Yield diagnoses, procedures, charges and the discharge disposition, as the message gives them."""
    for segment in segments:
        match segment.name:
            case "DG1" if segment.component(21) == "D":
                report(f"Segment {segment}: it deletes a diagnosis, so its code is not taken.")
            case "DG1":
                label = ", ".join(part for part in ("Diagnosis", _DIAGNOSIS_TYPES.get(segment.component(6))) if part)
                yield from _coded(segment, 3, CodeKind.DIAGNOSIS, label, report, method=segment.component(2))
            case "PR1" if segment.component(20) == "D":
                report(f"Segment {segment}: it deletes a procedure, so its code is not taken.")
            case "PR1":
                yield from _coded(segment, 3, CodeKind.PROCEDURE, "Procedure", report, method=segment.component(2))
            case "FT1":
                yield from _coded(segment, 19, CodeKind.DIAGNOSIS, "Charge, diagnosis", report)
                yield from _coded(segment, 25, CodeKind.PROCEDURE, "Charge, procedure", report)
            case "PRB" if segment.component(1) != "DE":
                yield from _coded(segment, 3, CodeKind.DIAGNOSIS, "Problem", report, may_be_text=True)
            case "PV1":
                yield from _coded(segment, 36, CodeKind.OUTCOME, "Discharge disposition", report, method="HL70112")
            case _:
                continue


def _begin(reports: list[FoundReport], *, type_: str, title: str) -> None:
    if reports and not reports[-1].parts and reports[-1].type in ("Report", "Document"):
        # An MDM names what was done (OBR) and which document tells of it (TXA).
        reports[-1] = FoundReport(type=type_, title=title or reports[-1].title)
    else:
        reports.append(FoundReport(type=type_, title=title))


def _add(reports: list[FoundReport], parts: list[tuple[str, str]]) -> None:
    if not parts:
        return
    if not reports:
        reports.append(FoundReport())
    reports[-1].parts.extend(parts)


def _stated(segments: Sequence[Segment]) -> FoundReport:
    """Reasons and diagnoses that were given in words only."""
    found = FoundReport(type="Visit", title="Stated with the visit")
    for segment in segments:
        if segment.name == "PV2":
            reason = segment.component(3, 2) or segment.component(3)
            if reason:
                found.parts.append(("", f"Admit reason: {reason}"))
        elif segment.name == "DG1" and not segment.component(3) and segment.component(21) != "D":
            words = segment.text(4).strip() or segment.component(3, 2)
            if words:
                found.parts.append(("", f"Diagnosis: {words}"))
    return found


def _observation(segment: Segment, report: Report) -> Iterator[tuple[str, str]]:
    status = segment.component(11)
    if status in _NOT_VALID:
        report(f"Segment {segment}: its value is {_NOT_VALID[status]} (OBX-11).")
        return
    kind = segment.component(2).upper()
    name = segment.component(3, 2) or segment.component(3, 5) or ""
    if kind in _TEXT_TYPES:
        if segment.raw(5) and (kind in ("TX", "FT") or not segment.raw(6)):
            text = segment.text(5)
            if kind in ("TX", "FT"):
                yield name, text
                return
            yield "", f"{name}: {text}" if name else text
        elif segment.raw(5):
            yield "", _measured(segment, name)
        elif kind in ("TX", "FT"):
            yield name, ""
    elif kind == "ED":
        yield from _carried(segment, name, report)
    elif kind == "RP":
        report(f"Segment {segment}: its content lies elsewhere and was not sent along.")
    elif segment.raw(5):
        yield "", _measured(segment, name)


def _measured(segment: Segment, name: str) -> str:
    """Return a finding as a line: name, value, unit, reference range and flag."""
    kind = segment.component(2).upper()
    if kind in ("NM", "ST", "DT", "TS", "TM", "DTM", "SN"):
        values = [" ".join(part for part in components if part) for components in segment.repetitions(5)]
    else:
        values = [next((part for part in (*components[1:2], *components[:1]) if part), "")
                  for components in segment.repetitions(5)]
    unit = segment.component(6, 2) or segment.component(6)
    line = " ".join(part for part in ("; ".join(values), unit) if part)
    if segment.raw(7):
        line += f" ({segment.text(7)})"
    flag = segment.component(8)
    if flag and flag != "N":
        line += f" {flag}"
    return f"{name}: {line}" if name else line


def _carried(segment: Segment, name: str, report: Report) -> Iterator[tuple[str, str]]:
    """Read encapsulated data (ED): source, type, subtype, encoding, data."""
    # Base64 holds none of the usual separators; subcomponents are not split off.
    parts = segment.raw(5).split(segment.separators.component)
    kind, subtype, encoding = ((parts[place] if place < len(parts) else "").strip() for place in (1, 2, 3))
    data = segment.separators.component.join(parts[4:])
    try:
        if not data.strip():
            raise InputError("the carried file is empty.")
        if encoding.lower() == "base64":
            received = bytes_of_base64(data, name="the carried file")
        elif encoding.lower() in ("a", ""):
            received = segment.separators.unescape(data).encode("utf-8", errors="replace")
        else:
            raise InputError(f"the carried file is encoded as {shown(encoding)}, which is not read.")
        decoded = text_of_embedded(received, media_type_of(kind, subtype), name="the carried file")
        refuse_unstorable(decoded.text, place="The carried file")
    except InputError as error:
        report(f"Segment {segment}: {error.what}")
        return
    yield name, decoded.text


def media_type_of(kind: str, subtype: str) -> str:
    """Return the media type of HL7's two words (table 0191 and 0291), which senders also run together."""
    lowered, second = kind.lower(), subtype.lower().removeprefix("x-").removeprefix("hl7-")
    if "/" in second:
        return second
    if second in ("pdf", "rtf", "html", "xml", "plain", "htm"):
        return {"pdf": "application/pdf", "rtf": "text/rtf", "html": "text/html", "htm": "text/html",
                "xml": "application/xml", "plain": "text/plain"}[second]
    if lowered in ("text", "tx", "ft") and not second:
        return "text/plain"
    lowered = {"im": "image", "ap": "application"}.get(lowered, lowered)
    return f"{lowered or 'application'}/{second or 'octet-stream'}"


def _coded(
    segment: Segment, position: int, kind: CodeKind, label: str, report: Report, *, method: str = "",
    may_be_text: bool = False,
) -> Iterator[ImportedCode]:
    for components in segment.repetitions(position):
        padded = [component.strip() for component in (*components, *[""] * 6)]
        # CE and CWE: identifier, text, system; then the same of an alternative coding.
        for code, words, name in (padded[:3], padded[3:6]):
            if not code or (may_be_text and not name):
                continue
            try:
                yield _imported(code, words or segment.text(4) * (position == 3), name or method, kind, label)
            except InputError as error:
                report(f"Segment {segment}: {error.what}")


def _imported(code: str, words: str, name: str, kind: CodeKind, label: str) -> ImportedCode:
    if not name:
        raise InputError("a code without its code system.")
    system = _system_named(name, code, kind)
    plain = known_code(system, code)
    if not is_well_formed(system, plain):
        raise InputError(f"a code that cannot be one of {shown(system)}.")
    for text in (plain, words, system):
        refuse_unstorable(text, place="a code")
    return ImportedCode(coding=Coding(system=system, version="", code=plain, display=words), kind=kind,
                        source_label=label)


def _system_named(name: str, code: str, kind: CodeKind) -> str:
    key = name.strip().upper()
    if key in _EITHER_ICD_10 and kind is CodeKind.PROCEDURE:
        return ICD_10_PCS
    system = _SYSTEMS.get(key) or known_oid(name)
    # HCPCS level I is CPT.
    return CPT if system == HCPCS_II and code.isdecimal() else system
