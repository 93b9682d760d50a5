"""Writes a signed record as a coding summary for people: one HTML page to read, print or make a PDF of.

Tables and inline marks only, no script and nothing from outside: Qt's rich text shows the same as a browser.
"""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Iterator, Sequence

from ehrcoder import __version__
from ehrcoder.adapters.signed_codes import codes_of, signature_of
from ehrcoder.core.assignments import CodingEvent, DiagnosisUse, RecordCoding, Signature
from ehrcoder.core.codes import SHORT_NAME_OF_SYSTEM, CodeKind
from ehrcoder.core.evidence import Assertion, Evidence
from ehrcoder.core.ids import CoderId
from ehrcoder.core.records import EncounterClass, EncounterRecord
from ehrcoder.core.suggestions import CodeSuggestion, InferenceRun
from ehrcoder.core.verification import CodeOrigin, VerifiedCode

_CONTEXT = 60
_UNSHOWN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_GROUPS = (
    (CodeKind.DIAGNOSIS, "Diagnoses"), (CodeKind.PROCEDURE, "Procedures"), (CodeKind.OUTCOME, "Outcomes"),
)
_ORIGINS = {
    CodeOrigin.ACCEPTED: "proposed by the software, accepted by",
    CodeOrigin.REPLACED: "put in place of a proposal by",
    CodeOrigin.ADDED: "added by",
}
_CLASSES = {
    EncounterClass.INPATIENT: "inpatient", EncounterClass.AMBULATORY: "ambulatory",
    EncounterClass.EMERGENCY: "emergency", EncounterClass.UNKNOWN: "not known",
}
_STYLE = (
    "body{font-family:sans-serif;font-size:10pt;color:#000;background:#fff}"
    "table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:3px 6px;"
    "border-bottom:1px solid #999}th{border-bottom:2px solid #000}"
    "h1{font-size:16pt}h2{font-size:12pt}.quote{font-size:9pt}.small{font-size:8pt}"
    "tr{page-break-inside:avoid}@page{size:A4;margin:18mm}"
)


class HtmlSummaryWriter:
    """One page a record: codes by kind, the words that support them, who decided, and the signature."""

    @property
    def format_name(self) -> str:
        return "summary-html"

    @property
    def suffix(self) -> str:
        return ".html"

    def render(
        self, record: EncounterRecord, coding: RecordCoding, events: Sequence[CodingEvent],
        suggestions: Sequence[CodeSuggestion], runs: Sequence[InferenceRun], *, exported_at: dt.datetime,
        exported_by: CoderId | None = None,
    ) -> bytes:
        """Return the page as UTF-8. Raises InputError when the record is not signed, IntegrityError."""
        signature = signature_of(coding)
        codes = codes_of(coding, events, suggestions, runs)
        parts = [
            "<h1>Coding summary</h1>", _record_table(record),
            *(_group(title, kind, codes, record) for kind, title in _GROUPS),
            _signature(signature, coding), _footer(exported_at, exported_by),
        ]
        page = (
            f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Coding summary '
            f"{_shown(record.record_id)}</title><style>{_STYLE}</style></head>\n<body>\n"
        )
        return (page + "\n".join(part for part in parts if part) + "\n</body></html>\n").encode()


def _record_table(record: EncounterRecord) -> str:
    period = " to ".join(day.isoformat() for day in (record.period.start, record.period.end) if day)
    patient = [record.patient.pseudonym, record.patient.sex.value]
    if record.patient.birth_year is not None:
        patient.append(f"born {record.patient.birth_year}")
    rows = {
        "Record": record.record_id, "Patient": ", ".join(patient),
        "Encounter": f"{_CLASSES[record.encounter_class]}{', ' if period else ''}{period}",
        "Notes": "; ".join(document.title for document in record.documents) or "none",
    }
    cells = "".join(f"<tr><th>{name}</th><td>{_shown(value)}</td></tr>" for name, value in rows.items())
    return f"<table>{cells}</table>"


def _group(title: str, kind: CodeKind, codes: Sequence[VerifiedCode], record: EncounterRecord) -> str:
    ordered = sorted(
        (each for each in codes if each.assignment.kind is kind),
        key=lambda each: (each.assignment.use is not DiagnosisUse.PRINCIPAL, each.assignment.sequence),
    )
    if not ordered:
        return f"<h2>{title}</h2><p>None.</p>"
    rows = "".join(_row(each, record) for each in ordered)
    return f"<h2>{title}</h2><table><tr><th>Code</th><th>Title</th><th>Evidence and decision</th></tr>{rows}</table>"


def _row(code: VerifiedCode, record: EncounterRecord) -> str:
    assignment = code.assignment
    name = SHORT_NAME_OF_SYSTEM.get(assignment.coding.system, assignment.coding.system)
    marks = [f"{name} {assignment.coding.version}".strip()]
    if assignment.use is DiagnosisUse.PRINCIPAL:
        marks.insert(0, "principal diagnosis")
    if assignment.present_on_admission is not None:
        marks.append(f"present on admission: {assignment.present_on_admission.value}")
    decided = f"{_ORIGINS[code.origin]} {code.coder_id}, {_minute(code.at)}"
    quotes = "".join(_quote(item, record) for item in assignment.evidence)
    return (
        f"<tr><td><b>{_shown(assignment.coding.code)}</b></td>"
        f'<td>{_shown(assignment.coding.display)}<br><span class="small">{_shown(", ".join(marks))}</span></td>'
        f'<td>{quotes or "<span>No words of a note are given.</span><br>"}<span class="small">{_shown(decided)}</span>'
        "</td></tr>\n"
    )


def _quote(item: Evidence, record: EncounterRecord) -> str:
    """Return the words with some text around them, as they stand in the note."""
    document = record.document(item.span.document_id)
    before = document.text[max(0, item.span.start - _CONTEXT):item.span.start]
    after = document.text[item.span.end:item.span.end + _CONTEXT]
    said = "" if item.assertion is Assertion.PRESENT else f" ({item.assertion.value})"
    words = f"{_shown(before)}<b><u>{_shown(item.quote)}</u></b>{_shown(after)}"
    left = "\u2026" if item.span.start > _CONTEXT else ""
    right = "\u2026" if item.span.end + _CONTEXT < len(document.text) else ""
    return (
        f'<span class="quote">{left}{words}{right}{said}</span>'
        f'<br><span class="small">{_shown(document.title)}, characters {item.span.start} to {item.span.end}</span><br>'
    )


def _signature(signature: Signature, coding: RecordCoding) -> str:
    return (
        "<h2>Signature</h2>"
        f"<p><b>{_shown(signature.coder_id)}</b>, {_minute(signature.at)}: {_shown(signature.meaning)}</p>"
        f'<p class="small">SHA-256 of what was signed: {_shown(signature.content_sha256)}<br>'
        f"History: {coding.version} events, ends with {_shown(coding.head_hash)}</p>"
    )


def _footer(exported_at: dt.datetime, exported_by: CoderId | None) -> str:
    by = f" by {exported_by}" if exported_by else ""
    return f'<p class="small">{_shown(f"EHRCoder {__version__}, exported {_minute(exported_at)}{by}")}</p>'


def _minute(at: dt.datetime) -> str:
    return f"{at.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"


def _shown(text: str) -> str:
    """Return text for a page: escaped, and what no page can hold as the replacement character."""
    return html.escape(" ".join(_lines(_UNSHOWN.sub("\ufffd", text))))


def _lines(text: str) -> Iterator[str]:
    yield from re.split(r"[\r\n\t]+", text)
