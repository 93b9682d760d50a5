"""A record's codes as a campaign counts them, and what is wrong with them against what was agreed on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ehrcoder.core.assignments import DiagnosisUse, RecordCoding
from ehrcoder.core.codes import CodeKind
from ehrcoder.core.ids import RecordId
from ehrcoder.core.suggestions import CodeSuggestion


class ErrorKind(StrEnum):
    """What a reviewer found wrong, as audits of coding name it."""

    MISSED = "missed"
    WRONG_SPECIFICITY = "wrong specificity"
    UNSUPPORTED = "unsupported"
    WRONG_SEQUENCE = "wrong sequence"
    WRONG_POA = "wrong present-on-admission"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeMark:
    """One code of a record, without its evidence; `confidence` is the engine's, 1 where a person decided."""

    kind: CodeKind
    code: str
    is_principal: bool = False
    present_on_admission: str = ""
    confidence: float = 1.0

    @property
    def key(self) -> tuple[CodeKind, str]:
        """Kind and code, by which two codings are compared."""
        return self.kind, self.code

    @property
    def family(self) -> tuple[CodeKind, str]:
        """The three-character category, or the first three characters of a procedure."""
        return self.kind, self.code[:3]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedCase:
    """A record with codes from one source: a coder, a reviewer, the engine, or gold."""

    record_id: RecordId
    marks: tuple[CodeMark, ...]

    @property
    def keys(self) -> frozenset[tuple[CodeKind, str]]:
        """Kind and code of every mark."""
        return frozenset(mark.key for mark in self.marks)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingError:
    """One error: `code` is what was coded (empty when missed), `right` what it should be (empty when unsupported)."""

    record_id: RecordId
    error: ErrorKind
    kind: CodeKind
    code: str
    right: str


def marks_of_coding(coding: RecordCoding) -> tuple[CodeMark, ...]:
    """Return what a person decided."""
    return tuple(
        CodeMark(kind=each.kind, code=each.coding.code, is_principal=each.use is DiagnosisUse.PRINCIPAL,
                 present_on_admission=each.present_on_admission.value if each.present_on_admission else "")
        for each in coding.assignments
    )


def marks_of_suggestions(suggestions: Sequence[CodeSuggestion]) -> tuple[CodeMark, ...]:
    """Return what the engine proposed, one mark a code with its best confidence."""
    best: dict[tuple[CodeKind, str], CodeMark] = {}
    for each in suggestions:
        mark = CodeMark(kind=each.kind, code=each.coding.code, confidence=each.confidence)
        if mark.key not in best or best[mark.key].confidence < mark.confidence:
            best[mark.key] = mark
    return tuple(best.values())


def errors_between(coded: CodedCase, truth: CodedCase) -> tuple[CodingError, ...]:
    """Return the errors of a coding against what was agreed on; a wrong code of the right family is one error."""
    found: list[CodingError] = []

    def note(error: ErrorKind, kind: CodeKind, code: str, right: str) -> None:
        found.append(CodingError(record_id=coded.record_id, error=error, kind=kind, code=code, right=right))

    have, want = {m.key: m for m in coded.marks}, {m.key: m for m in truth.marks}
    extra = [m for key, m in sorted(have.items()) if key not in want]
    missing = [m for key, m in sorted(want.items()) if key not in have]
    for mark in extra:
        partner = next((m for m in missing if m.family == mark.family), None)
        if partner is None:
            note(ErrorKind.UNSUPPORTED, mark.kind, mark.code, "")
        else:
            missing.remove(partner)
            note(ErrorKind.WRONG_SPECIFICITY, mark.kind, mark.code, partner.code)
    for mark in missing:
        note(ErrorKind.MISSED, mark.kind, "", mark.code)
    principal = next((m for m in truth.marks if m.is_principal), None)
    if principal is not None and principal.key in have and not have[principal.key].is_principal:
        first = next((m.code for m in coded.marks if m.is_principal), "")
        note(ErrorKind.WRONG_SEQUENCE, principal.kind, first, principal.code)
    for key in sorted(have.keys() & want.keys()):
        said, right = have[key].present_on_admission, want[key].present_on_admission
        if right and said != right:
            note(ErrorKind.WRONG_POA, key[0], f"{key[1]} {said or '-'}", f"{key[1]} {right}")
    return tuple(found)


def right_and_units(coded: CodedCase, truth: CodedCase) -> tuple[int, int]:
    """Return how many code decisions were right, of all: the codes of either side, each wrong family counted once."""
    right = len(coded.keys & truth.keys)
    wrong = sum(e.error in (ErrorKind.MISSED, ErrorKind.UNSUPPORTED, ErrorKind.WRONG_SPECIFICITY)
                for e in errors_between(coded, truth))
    return right, right + wrong


def count_errors(errors: Sequence[CodingError]) -> dict[ErrorKind, int]:
    """Return how often each kind of error occurs, those that do not occur included."""
    counts = Counter(each.error for each in errors)
    return {kind: counts[kind] for kind in ErrorKind}
