"""Code edits that need an imported list (present on admission, Medicare Code Editor) or only inform of notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ehrcoder.core.assignments import PresentOnAdmission
from ehrcoder.core.code_notes import parse_note
from ehrcoder.core.codes import Concept
from ehrcoder.core.edits import CodedEntry, EditContext, EditFinding, EditSeverity, finding
from ehrcoder.core.severity import CMS_HCC, MS_DRG

_CLASSES = {"CC": "complication or comorbidity (CC)", "MCC": "major complication or comorbidity (MCC)"}
_AGE_LISTS = ("age-newborn", "age-pediatric", "age-maternity", "age-adult")


def companions(entries: Sequence[CodedEntry], context: EditContext) -> Iterator[EditFinding]:
    """A note that names further codes to be reported, none of which is there (Guidelines I.A.13 and I.A.17)."""
    diagnoses = [entry for entry in entries if entry.is_diagnosis]
    for entry in diagnoses:
        # An unknown code has its own finding, which comes first.
        for concept in entry.lineage if entry.concept is not None else ():
            # What chapters and sections ask for concerns nearly every record, so it says nothing about this one.
            if "-" in concept.coding.code:
                continue
            yield from _asked(
                entry, concept, diagnoses, "use-additional", concept.notes.use_additional,
                "Use additional code", "Guidelines I.A.13 (use additional code)",
            )
            yield from _asked(
                entry, concept, diagnoses, "code-also", concept.notes.code_also, "Code also",
                "Guidelines I.A.17 (code also)",
            )


def _asked(
    entry: CodedEntry, concept: Concept, diagnoses: Sequence[CodedEntry], rule_id: str, notes: Sequence[str],
    words: str, source: str,
) -> Iterator[EditFinding]:
    named = [parse_note(note) for note in notes]
    others = [other for other in diagnoses if other is not entry]
    if not any(each.references for each in named):
        return
    # The lines of a note are alternatives: one of them that is coded answers it.
    if any(each.matches(other.code) for each in named for other in others):
        return
    told = note_words(words, notes)
    yield finding(
        rule_id, EditSeverity.INFORMATION, f"{entry.code}: where it applies to this patient, “{told}”.",
        [entry], f"{source}, note at {concept.coding.code}",
    )


def note_words(words: str, notes: Sequence[str]) -> str:
    """Return the lines of a note as one sentence, with the heading under which the tabular list prints them."""
    lines = [note.strip(", ") for note in notes]
    # "code to identify", "code, if applicable", "code(s) for": the heading ends with that word already.
    rest = lines[0].removeprefix("code") if words.endswith("code") else lines[0]
    told = f"{words}{rest}" if rest.startswith((" ", ",", "(", "s ")) else f"{words} {lines[0]}"
    for line in lines[1:]:
        told += f" {line}" if told.endswith(":") else f"; {line}"
    return told


def present_on_admission(entries: Sequence[CodedEntry], context: EditContext) -> Iterator[EditFinding]:
    """An indicator that is missing on an inpatient diagnosis, or given for an exempt code (Guidelines appendix I)."""
    edition = context.lists.get("poa-exempt")
    if edition is None or not context.is_inpatient:
        return
    source = f"Guidelines appendix I, POA-exempt list {edition}"
    for entry in entries:
        if not entry.is_diagnosis or entry.concept is None or not entry.concept.is_billable:
            continue
        given = entry.assignment.present_on_admission
        is_exempt = "poa-exempt" in entry.listed
        if is_exempt and given is not None and given is not PresentOnAdmission.EXEMPT:
            yield finding(
                "poa-exempt", EditSeverity.WARNING,
                f"{entry.code} is exempt from reporting present on admission, but {given.value} is given.", [entry],
                source,
            )
        elif not is_exempt and given is PresentOnAdmission.EXEMPT:
            yield finding(
                "poa-not-exempt", EditSeverity.ERROR,
                f"{entry.code} is marked as exempt from present on admission, but is not on the list.", [entry], source,
            )
        elif not is_exempt and given is None:
            yield finding(
                "poa-missing", EditSeverity.WARNING,
                f"{entry.code} needs to say whether it was present on admission.", [entry], source,
            )


def unacceptable_principal(entries: Sequence[CodedEntry], context: EditContext) -> Iterator[EditFinding]:
    """A principal diagnosis of an inpatient that the Medicare Code Editor does not accept as one."""
    edition = context.lists.get("mce")
    if edition is None or not context.is_inpatient:
        return
    source = f"Medicare Code Editor {edition}, unacceptable principal diagnosis"
    for entry in entries:
        if not entry.is_principal or not entry.is_diagnosis:
            continue
        if "unacceptable-principal" in entry.listed:
            yield finding(
                "unacceptable-principal", EditSeverity.ERROR,
                f"{entry.code} tells of a circumstance, not of what brought the patient in: it cannot be principal.",
                [entry], source,
            )
        elif "needs-secondary" in entry.listed and not any(
            other.is_diagnosis and other is not entry for other in entries
        ):
            yield finding(
                "principal-needs-secondary", EditSeverity.ERROR,
                f"{entry.code} can be principal only together with another diagnosis.", [entry], source,
            )


def age(entries: Sequence[CodedEntry], context: EditContext) -> Iterator[EditFinding]:
    """A code for newborns, children, mothers or adults on a patient of another age (Medicare Code Editor)."""
    edition = context.lists.get("mce")
    if edition is None or context.ages is None:
        return
    youngest, oldest = context.ages
    for entry in entries:
        for name in _AGE_LISTS:
            least, _, most = entry.listed.get(name, "").partition("-")
            # With only the year of birth known, the patient may be either of two ages: both must conflict.
            if least and (oldest < int(least) or youngest > int(most)):
                yield finding(
                    "age-conflict", EditSeverity.WARNING,
                    f"{entry.code} is for ages {least} to {most}; this patient is "
                    f"{youngest if youngest == oldest else f'{youngest} or {oldest}'}.",
                    [entry], f"Medicare Code Editor {edition}, age edits ({name.removeprefix('age-')})",
                )


def severity_and_risk(entries: Sequence[CodedEntry], context: EditContext) -> Iterator[EditFinding]:
    """Tell complication classes of secondary diagnoses and risk categories, as information."""
    outranked = {
        category: weight.value for entry in entries for weight in entry.weights if weight.scheme == CMS_HCC
        for category in weight.below
    }
    for entry in entries:
        for weight in entry.weights:
            if weight.scheme == MS_DRG:
                if not entry.is_principal:
                    yield finding(
                        "severity", EditSeverity.INFORMATION,
                        f"{entry.code} is listed as a {_CLASSES.get(weight.value, weight.value)}; what it counts for "
                        "depends on the principal diagnosis.", [entry], f"CC and MCC list {weight.edition}",
                    )
                continue
            beside = outranked.get(weight.value)
            note = f" It has no weight of its own beside HCC {beside}." if beside else ""
            label = f" ({weight.label})" if weight.label else ""
            yield finding(
                "risk-category", EditSeverity.INFORMATION, f"{entry.code} belongs to HCC {weight.value}{label}.{note}",
                [entry], f"{weight.scheme}, payment year {weight.edition}",
            )
