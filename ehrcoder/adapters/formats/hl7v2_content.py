"""The texts that the segments of an HL7 v2 message hold, in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from ehrcoder.adapters.formats.carried_types import bytes_of_base64
from ehrcoder.adapters.formats.decoding import refuse_unstorable
from ehrcoder.adapters.formats.embedded_text import text_of_embedded
from ehrcoder.adapters.formats.hl7v2_messages import Segment
from ehrcoder.adapters.formats.json_values import shown
from ehrcoder.core.errors import InputError

Report = Callable[[str], None]

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
        elif segment.name == "DG1" and segment.component(21) != "D" and not _has_code(segment):
            words = segment.text(4).strip() or segment.component(3, 2)
            if words:
                found.parts.append(("", f"Diagnosis: {words}"))
    return found


def _has_code(segment: Segment) -> bool:
    """A code whose system nobody names is no code that could be taken; its words still say what it means."""
    return any(
        len(parts) > place and parts[place].strip() and ((len(parts) > place + 2 and parts[place + 2].strip())
                                                         or segment.component(2))
        for parts in segment.repetitions(3) for place in (0, 3)
    )


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
                if segment.raw(6).strip():
                    report(f"Segment {segment}: what stands in OBX-6 is no part of the text; perhaps a "
                           f"'{segment.separators.field}' within the text was not escaped.")
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
