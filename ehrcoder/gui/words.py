"""The words and short forms by which the window says a state, so that colour never says it alone."""

from __future__ import annotations

import html

from PySide6.QtCore import QCoreApplication

from ehrcoder.core.assignments import Decision, PresentOnAdmission, RejectReason
from ehrcoder.core.codes import CodeKind
from ehrcoder.core.evidence import Assertion
from ehrcoder.core.ladder import Axis
from ehrcoder.core.records import EncounterRecord, RecordStatus


def tr(text: str) -> str:
    """Return a text in the window's language."""
    return QCoreApplication.translate("words", text)


def plain_tip(text: str) -> str:
    """Return text for a tooltip, which would render markup: what a note or a file name says is shown as it is."""
    if "<" not in text and "&" not in text:
        return text
    return f"<qt>{html.escape(text).replace(chr(10), '<br>')}</qt>"


def counted(count: int, one: str, many: str) -> str:
    """Return a number with its noun; `many` holds {0} for the number."""
    return one if count == 1 else many.format(count)


def percent(share: float) -> str:
    """Return a share of one as whole percent."""
    return tr("{0} %").format(round(share * 100))


def minutes(seconds: int) -> str:
    """Return a duration as hours, minutes and seconds, as short as it allows."""
    hours, rest = divmod(max(seconds, 0), 3600)
    told = f"{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"
    return f"{hours}:{told}" if hours else told


def decision_word(decision: Decision) -> str:
    """Return what was decided, in a word."""
    match decision:
        case Decision.UNDECIDED:
            return tr("To decide")
        case Decision.ACCEPTED:
            return tr("Accepted")
        case Decision.REPLACED:
            return tr("Replaced")
        case Decision.REJECTED:
            return tr("Rejected")


def status_word(status: RecordStatus) -> str:
    """Return where a record stands, in a few words."""
    match status:
        case RecordStatus.NEW:
            return tr("New")
        case RecordStatus.PROPOSED:
            return tr("Proposed")
        case RecordStatus.IN_PROGRESS:
            return tr("In progress")
        case RecordStatus.SIGNED:
            return tr("Signed")


def kind_word(kind: CodeKind) -> str:
    """Return the kind of a code."""
    match kind:
        case CodeKind.DIAGNOSIS:
            return tr("Diagnosis")
        case CodeKind.PROCEDURE:
            return tr("Procedure")
        case CodeKind.OUTCOME:
            return tr("Outcome")


def reason_words(reason: RejectReason) -> str:
    """Return why a suggestion was rejected."""
    match reason:
        case RejectReason.NEGATED:
            return tr("Negated in the note")
        case RejectReason.HISTORICAL_OR_FAMILY:
            return tr("Historical, or of the family")
        case RejectReason.RULED_OUT:
            return tr("Ruled out")
        case RejectReason.UNSUPPORTED:
            return tr("Not supported by the note")
        case RejectReason.WRONG_SPECIFICITY:
            return tr("Wrong specificity")
        case RejectReason.DUPLICATE_OR_INTEGRAL:
            return tr("Duplicate, or integral to another code")
        case RejectReason.OTHER:
            return tr("Another reason")


def reason_text(reason: str) -> str:
    """Return a stored reason as a person reads it: a rejection's by its words, what was typed as it was typed."""
    name, _, comment = reason.partition(": ")
    known = next((each for each in RejectReason if each.value == name), None)
    if known is None:
        return reason
    return f"{reason_words(known)}: {comment}" if comment else reason_words(known)


def assertion_word(assertion: Assertion) -> str:
    """Return how words of a note are asserted."""
    match assertion:
        case Assertion.PRESENT:
            return tr("present")
        case Assertion.ABSENT:
            return tr("absent")
        case Assertion.POSSIBLE:
            return tr("possible")
        case Assertion.CONDITIONAL:
            return tr("conditional")
        case Assertion.HISTORICAL:
            return tr("historical")
        case Assertion.FAMILY:
            return tr("of the family")


def axis_word(axis: Axis) -> str:
    """Return on what a more specific code differs."""
    match axis:
        case Axis.LATERALITY:
            return tr("side")
        case Axis.ENCOUNTER:
            return tr("encounter")
        case Axis.SEVERITY:
            return tr("severity")
        case Axis.COURSE:
            return tr("course")
        case Axis.TRIMESTER:
            return tr("trimester")
        case Axis.COMPLICATION:
            return tr("complication")
        case Axis.UNSPECIFIED:
            return tr("unspecified")
        case Axis.DETAIL:
            return tr("detail")


def admission_words(value: PresentOnAdmission) -> str:
    """Return what a present-on-admission indicator means."""
    match value:
        case PresentOnAdmission.YES:
            return tr("Yes, present on admission")
        case PresentOnAdmission.NO:
            return tr("No, arose afterwards")
        case PresentOnAdmission.UNKNOWN:
            return tr("Documentation insufficient")
        case PresentOnAdmission.UNDETERMINED:
            return tr("Clinically undetermined")
        case PresentOnAdmission.EXEMPT:
            return tr("Exempt from reporting")


def patient_line(record: EncounterRecord) -> str:
    """Return who and when, in one line."""
    patient, period = record.patient, record.period
    parts = [patient.pseudonym, tr("sex {0}").format(patient.sex.value)]
    if patient.birth_year is not None:
        parts.append(tr("born {0}").format(patient.birth_year))
    if period.start or period.end:
        parts.append(" – ".join(day.isoformat() for day in (period.start, period.end) if day))
    if record.encounter_class.value != "UNK":
        parts.append(record.encounter_class.name.capitalize())
    parts.append(record.source_name)
    return "  ·  ".join(part for part in parts if part)
