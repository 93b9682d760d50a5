"""Prints a record's suggestions and assigned codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ehrcoder.cli.output import one_line, print_json, print_table
from ehrcoder.cli.terminal_language import said, said_all
from ehrcoder.core.codes import SHORT_NAME_OF_SYSTEM

if TYPE_CHECKING:
    from ehrcoder.core.assignments import CodeAssignment, RecordCoding
    from ehrcoder.core.evidence import Evidence
    from ehrcoder.core.ids import RecordId
    from ehrcoder.core.suggestions import CodeSuggestion
    from ehrcoder.ports import Workspace


def show(workspace: Workspace, record_id: RecordId, *, as_json: bool) -> None:
    """Print one record's codes as tables or JSON."""
    coding = workspace.coding(record_id)
    suggestions = workspace.suggestions(record_id)
    if as_json:
        print_json(coding_as_json(coding, suggestions))
        return
    print(said("Record {}", record_id))
    _print_suggestions(coding, suggestions)
    _print_assignments(coding)
    signature = coding.signature
    if signature is not None:
        print(said("Signed by {} at {} UTC as {}, content {}.", one_line(signature.coder_id),
                   f"{signature.at:%Y-%m-%d %H:%M:%S}", one_line(signature.meaning), signature.content_sha256[:16]))
    else:
        print(said("Not signed."))


def coding_as_json(coding: RecordCoding, suggestions: tuple[CodeSuggestion, ...]) -> dict[str, object]:
    """Return a record's codes as JSON's own types."""
    signature = coding.signature
    return {
        "record_id": coding.record_id, "version": coding.version, "head_hash": coding.head_hash,
        "assignments": [_assignment(each) for each in coding.assignments],
        "suggestions": [
            {"suggestion_id": each.suggestion_id, "rank": each.rank, **_code(each),
             "confidence": round(each.confidence, 4),
             "decision": coding.decision(each.suggestion_id).value, "evidence": _evidence(each.evidence)}
            for each in suggestions
        ],
        "signature": None if signature is None else {
            "coder": signature.coder_id, "at": signature.at.isoformat(), "meaning": signature.meaning,
            "content_sha256": signature.content_sha256,
        },
    }


def _assignment(assignment: CodeAssignment) -> dict[str, object]:
    present = assignment.present_on_admission
    return {
        "assignment_id": assignment.assignment_id, "sequence": assignment.sequence, **_code(assignment),
        "use": assignment.use.value, "present_on_admission": present.value if present else None,
        "suggestion_id": assignment.suggestion_id, "evidence": _evidence(assignment.evidence),
    }


def _code(item: CodeAssignment | CodeSuggestion) -> dict[str, object]:
    coding = item.coding
    return {"kind": item.kind.value, "system": coding.system, "version": coding.version, "code": coding.code,
            "display": coding.display}


def _evidence(evidence: tuple[Evidence, ...]) -> list[dict[str, object]]:
    return [
        {"document_id": each.span.document_id, "start": each.span.start, "end": each.span.end,
         "quote": each.quote, "assertion": each.assertion.value}
        for each in evidence
    ]


def _print_suggestions(coding: RecordCoding, suggestions: tuple[CodeSuggestion, ...]) -> None:
    print(f"\n{said('Suggestions')}")
    if not suggestions:
        print(f"{said('none')}\n")
        return
    print_table(said_all("no.", "code", "system", "sure", "decision", "display", "words in the note"), [
        (str(each.rank), each.coding.code, _short(each.coding.system), f"{each.confidence:.2f}",
         said(coding.decision(each.suggestion_id).value), one_line(each.coding.display, 44), _quote(each.evidence))
        for each in suggestions
    ])
    print()


def _print_assignments(coding: RecordCoding) -> None:
    print(said("Assigned codes"))
    if not coding.assignments:
        print(f"{said('none')}\n")
        return
    print_table(said_all("place", "code", "system", "use", "present on admission", "display", "words in the note"), [
        (str(each.sequence), each.coding.code, _short(each.coding.system), said(each.use.value),
         each.present_on_admission.value if each.present_on_admission else "",
         one_line(each.coding.display, 44), _quote(each.evidence))
        for each in coding.assignments
    ])
    print()


def _short(system: str) -> str:
    return SHORT_NAME_OF_SYSTEM.get(system, system)


def _quote(evidence: tuple[Evidence, ...]) -> str:
    more = f" (+{len(evidence) - 1})" if len(evidence) > 1 else ""
    return one_line(evidence[0].quote, 40) + more if evidence else ""
