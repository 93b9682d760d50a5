"""Code edits: what speaks against a record's coding, each rule with an id, a severity and its source.

Rules are pure functions over the assigned codes and what their code sets say about them. Guideline sections are
those of the ICD-10-CM Official Guidelines for Coding and Reporting.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from ehrcoder.core.assignments import CodeAssignment, DiagnosisUse
from ehrcoder.core.codes import (
    ICD_10_CM,
    ICD_10_PCS,
    SHORT_NAME_OF_SYSTEM,
    CodeKind,
    CodeSetEdition,
    Concept,
    has_own_dates,
)
from ehrcoder.core.ids import AssignmentId
from ehrcoder.core.procedure_tables import CODE_LENGTH, ProcedureTable, first_impossible
from ehrcoder.core.severity import CodeWeight

_CHOICES_SHOWN = 6


class EditSeverity(StrEnum):
    """How much a finding weighs: an error must be mended, a warning considered, information known."""

    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"


@dataclass(frozen=True, slots=True, kw_only=True)
class EditFinding:
    """One objection. `codes` are the codes it is about, `assignment_ids` where to fix it."""

    rule_id: str
    severity: EditSeverity
    message: str
    codes: tuple[str, ...]
    assignment_ids: tuple[AssignmentId, ...]
    source: str
    let_stand: str = ""
    """Why somebody let this warning stand; it is information from then on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A sentence of a note, and where in it the words stand that support a code."""

    sentence: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedEntry:
    """An assigned code with what its installed code set says about it.

    `concept` is None for an unknown code; `header` is then the nearest entry that its beginning names.
    `ancestors` are the headers above the concept (or above and with `header`), nearest first. `choices` are the
    assignable codes below a header.
    """

    assignment: CodeAssignment
    concept: Concept | None
    header: Concept | None = None
    ancestors: tuple[Concept, ...] = ()
    choices: tuple[Concept, ...] = ()
    edition: CodeSetEdition | None = None
    listed: Mapping[str, str] = field(default_factory=dict[str, str])
    """The imported lists that the code stands on, with the value there."""
    relatives: tuple[Concept, ...] = ()
    """Assignable codes of the same header that might say the same more exactly or of the other side."""
    passages: tuple[Passage, ...] = ()
    """The sentences that support it."""
    weights: tuple[CodeWeight, ...] = ()
    """What payers make of it; empty unless that was asked for."""
    table: ProcedureTable | None = None
    """The table that an unknown procedure code names."""
    elsewhere: tuple[tuple[Concept, str], ...] = ()
    """For a code that the edition of the day does not have: what it is in others, with their names."""

    @property
    def code(self) -> str:
        """The assigned code."""
        return self.assignment.coding.code

    @property
    def system(self) -> str:
        """Its code system."""
        return self.assignment.coding.system

    @property
    def is_diagnosis(self) -> bool:
        """Whether it is an ICD-10-CM code."""
        return self.system == ICD_10_CM

    @property
    def is_principal(self) -> bool:
        """Whether it stands as the principal diagnosis."""
        return self.assignment.kind is CodeKind.DIAGNOSIS and self.assignment.use is DiagnosisUse.PRINCIPAL

    @property
    def lineage(self) -> tuple[Concept, ...]:
        """The concept and the headers whose notes hold for it."""
        return self.ancestors if self.concept is None else (self.concept, *self.ancestors)

    @property
    def seventh_characters(self) -> dict[str, str]:
        """The seventh characters that the nearest definition above allows, with their meanings."""
        for concept in self.lineage:
            if concept.notes.seventh_characters:
                return dict(concept.notes.seventh_characters)
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class EditContext:
    """What rules know of the record besides its codes."""

    date: dt.date | None = None
    is_inpatient: bool = False
    ages: tuple[int, int] | None = None
    """Least and most years of age that the patient can have."""
    lists: Mapping[str, str] = field(default_factory=dict[str, str])
    """The kinds of imported lists that are installed, with their editions."""


Rule = Callable[[Sequence[CodedEntry], EditContext], Iterator[EditFinding]]


def finding(
    rule_id: str, severity: EditSeverity, message: str, entries: Sequence[CodedEntry], source: str
) -> EditFinding:
    """Return a finding about these entries, in their order."""
    return EditFinding(
        rule_id=rule_id, severity=severity, message=message, codes=tuple(entry.code for entry in entries),
        assignment_ids=tuple(entry.assignment.assignment_id for entry in entries), source=source,
    )


def _set_name(entry: CodedEntry) -> str:
    name = SHORT_NAME_OF_SYSTEM.get(entry.system, entry.system)
    return f"{name} {entry.edition.version}" if entry.edition else name


def _dates(concept: Concept) -> str:
    begins, ends = concept.effective_from, concept.effective_to
    if begins is None and ends is None:
        return ""
    return f" (in force from {begins or 'the beginning'} to {ends or 'now'})"


def _choices(entry: CodedEntry) -> str:
    shown = "; ".join(f"{c.coding.code} {c.coding.display}" for c in entry.choices[:_CHOICES_SHOWN])
    more = len(entry.choices) - _CHOICES_SHOWN
    return f" Choose below it: {shown}{f'; and {more} more' if more > 0 else ''}." if shown else ""


def unknown_code(entries: Sequence[CodedEntry], context: EditContext) -> Iterator[EditFinding]:
    """A code that the installed edition does not have, seventh characters apart."""
    for entry in entries:
        if entry.concept is not None or _is_seventh_character_case(entry) or is_judged_by_table(entry):
            continue
        if entry.elsewhere:
            concept, edition = entry.elsewhere[-1]
            yield finding(
                "not-in-force", EditSeverity.ERROR,
                f"{entry.code} is not in {_set_name(entry)}, which holds for the record's date. It is in {edition}"
                f"{_dates(concept)}: {concept.coding.display}.{_choices(entry)}", [entry], _set_name(entry),
            )
        elif entry.edition is None:
            yield finding(
                "set-not-installed", EditSeverity.WARNING,
                f"{entry.code} cannot be checked: {_set_name(entry)} is not installed.", [entry], "Installed code sets",
            )
        else:
            yield finding(
                "unknown-code", EditSeverity.ERROR, f"There is no code {entry.code} in {_set_name(entry)}.", [entry],
                _set_name(entry),
            )


def is_judged_by_table(entry: CodedEntry) -> bool:
    """Tell whether a table says what is wrong with an unknown procedure code, so that nobody else has to."""
    if entry.system != ICD_10_PCS or entry.concept is not None or entry.table is None:
        return False
    code = entry.code.upper()
    return len(code) != CODE_LENGTH or first_impossible(entry.table, code) is not None


def _is_seventh_character_case(entry: CodedEntry) -> bool:
    bare = entry.code.replace(".", "")
    return entry.concept is None and entry.header is not None and len(bare) == 7 and bool(entry.seventh_characters)


def seventh_character(entries: Sequence[CodedEntry], context: EditContext) -> Iterator[EditFinding]:
    """A seventh character that is missing, or that the category does not have (Guidelines I.A.5)."""
    source = "Guidelines I.A.4 and I.A.5 (placeholder, 7th characters)"
    for entry in entries:
        allowed = entry.seventh_characters
        if not entry.is_diagnosis or not allowed:
            continue
        if _is_seventh_character_case(entry):
            listed = ", ".join(f"{char} {meaning}" for char, meaning in allowed.items())
            yield finding(
                "seventh-character-invalid", EditSeverity.ERROR,
                f"{entry.code}: the code below this header does not exist. Seventh characters here: {listed}."
                f"{_choices(entry)}", [entry], source,
            )
        elif entry.concept is not None and _lacks_seventh(entry):
            yield finding(
                "seventh-character-missing", EditSeverity.ERROR,
                f"{entry.code} needs a seventh character.{_choices(entry)}", [entry], source,
            )


def _lacks_seventh(entry: CodedEntry) -> bool:
    if entry.concept is None or entry.concept.is_billable or not entry.choices:
        return False
    stem = entry.code.replace(".", "").ljust(6, "X")
    return all(choice.coding.code.replace(".", "")[:6] == stem for choice in entry.choices)


def not_billable(entries: Sequence[CodedEntry], context: EditContext) -> Iterator[EditFinding]:
    """A header, which stands for several codes (Guidelines I.B.2: the highest number of characters)."""
    for entry in entries:
        if entry.concept is None or entry.concept.is_billable:
            continue
        if entry.seventh_characters and _lacks_seventh(entry):
            continue
        if entry.edition is not None and has_own_dates(entry.concept, entry.edition) and not entry.choices:
            continue  # it is no header, but was ended: that is the other rule's
        yield finding(
            "not-billable", EditSeverity.ERROR,
            f"{entry.code} {entry.concept.coding.display} is a header, not a code that can be reported."
            f"{_choices(entry)}", [entry], "Guidelines I.B.2 (level of detail)",
        )


def not_in_force(entries: Sequence[CodedEntry], context: EditContext) -> Iterator[EditFinding]:
    """Codes out of force on the record's date, or checked against an edition that is not the record's."""
    for entry in entries:
        concept, edition = entry.concept, entry.edition
        if concept is None or edition is None or concept.is_in_force(context.date):
            continue
        if has_own_dates(concept, edition):
            yield finding(
                "not-in-force", EditSeverity.ERROR,
                f"{entry.code} is not in force on {context.date}{_dates(concept)}.", [entry], edition.name,
            )
    by_edition: dict[tuple[str, str], list[CodedEntry]] = {}
    for entry in entries:
        if entry.edition is not None:
            by_edition.setdefault((entry.edition.system, entry.edition.version), []).append(entry)
    for group in by_edition.values():
        edition = group[0].edition
        if edition is None or context.date is None:
            continue
        begins, ends = edition.effective_from, edition.effective_to
        if (begins and context.date < begins) or (ends and context.date > ends):
            yield finding(
                "not-in-force", EditSeverity.INFORMATION,
                f"The record is of {context.date.isoformat()}; its codes were checked against {edition.name}, in force "
                f"from {begins or 'an unknown day'} to {ends or 'now'}, the nearest that is installed. Import the "
                "edition of that day to be sure.",
                group, edition.source,
            )


def other_edition(entries: Sequence[CodedEntry], context: EditContext) -> Iterator[EditFinding]:
    """Codes that were assigned from an edition which is not the installed one."""
    groups: dict[tuple[str, str], list[CodedEntry]] = {}
    for entry in entries:
        version = entry.assignment.coding.version
        if entry.edition is not None and version and version != entry.edition.version:
            groups.setdefault((entry.edition.name, version), []).append(entry)
    for (edition, version), group in groups.items():
        yield finding(
            "other-edition", EditSeverity.INFORMATION,
            f"{', '.join(entry.code for entry in group)}: assigned from edition {version}, checked against {edition}.",
            group, edition,
        )


def duplicate(entries: Sequence[CodedEntry], context: EditContext) -> Iterator[EditFinding]:
    """The same diagnosis or outcome twice (Guidelines I.B.12); a procedure may rightly be done twice."""
    groups: dict[tuple[str, str], list[CodedEntry]] = {}
    for entry in entries:
        groups.setdefault((entry.system, entry.code), []).append(entry)
    for (_, code), group in groups.items():
        if len(group) < 2:
            continue
        repeatable = group[0].assignment.kind is CodeKind.PROCEDURE
        yield finding(
            "duplicate", EditSeverity.INFORMATION if repeatable else EditSeverity.ERROR,
            f"{code} is assigned {len(group)} times."
            + (" Right only if it was done that often, at another site or in another session." if repeatable else ""),
            group, "ICD-10-PCS Guidelines B3.2 (multiple procedures)" if repeatable else
            "Guidelines I.B.12 (reporting the same diagnosis code more than once)",
        )


def parent_with_child(entries: Sequence[CodedEntry], context: EditContext) -> Iterator[EditFinding]:
    """A header together with a code below it, which says the same more exactly."""
    for parent in entries:
        below = [
            child for child in entries
            if child.system == parent.system and any(a.coding.code == parent.code for a in child.ancestors)
        ]
        if below:
            yield finding(
                "parent-with-child", EditSeverity.ERROR,
                f"{parent.code} is said more exactly by {', '.join(child.code for child in below)}.",
                [parent, *below], "Guidelines I.B.2 (level of detail)",
            )


def let_stand(findings: Sequence[EditFinding], words: Sequence[str]) -> tuple[EditFinding, ...]:
    """Return findings with the reasons that somebody typed for letting warnings stand; those are information then.

    `words` are what the history keeps of it: the reason, then rule and message in parentheses.
    """
    answered: list[EditFinding] = []
    for each in findings:
        ending = f"({each.rule_id}: {each.message})"
        reason = next((text.removesuffix(ending).strip() for text in reversed(words) if text.endswith(ending)), "")
        if reason and each.severity is EditSeverity.WARNING:
            each = replace(each, severity=EditSeverity.INFORMATION, let_stand=reason)
        answered.append(each)
    return tuple(answered)
