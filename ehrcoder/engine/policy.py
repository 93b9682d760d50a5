"""Coding policy: what of a note is codable, applied alike to every record."""

from __future__ import annotations

from dataclasses import dataclass

from ehrcoder.core.errors import InputError
from ehrcoder.core.evidence import Assertion
from ehrcoder.core.sections import SectionKind


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingPolicy:
    """Which assertions are coded, and which sections speak of this encounter at all.

    With `completes_headers`, a diagnosis found at a header is proposed as the one unspecified code below it. With
    `by_assessment`, diagnoses are those that the note's assessment names; a note without one is read as a whole,
    and what stands in the sections of `passing` counts for less there.
    """

    name: str
    codable: frozenset[Assertion]
    silent_sections: frozenset[SectionKind] = frozenset()
    completes_headers: bool = False
    by_assessment: bool = False
    passing: frozenset[SectionKind] = frozenset()

    def allows(self, assertion: Assertion, section: SectionKind) -> bool:
        """Tell whether a mention with this assertion in this section may support a code."""
        return assertion in self.codable and section not in self.silent_sections


# ICD-10-CM Official Guidelines FY2026, sections III and IV: conditions that affect this encounter are coded;
# uncertain diagnoses are not coded in the outpatient setting (IV.H), so the clinician adds them for inpatients.
CLINICAL = CodingPolicy(
    name="clinical",
    codable=frozenset({Assertion.PRESENT}),
    silent_sections=frozenset({SectionKind.FAMILY_HISTORY, SectionKind.ALLERGIES, SectionKind.REVIEW_OF_SYSTEMS}),
    completes_headers=True,
    by_assessment=True,
    passing=frozenset(
        {SectionKind.PAST_HISTORY, SectionKind.SOCIAL_HISTORY, SectionKind.EXAMINATION, SectionKind.RESULTS,
         SectionKind.MEDICATIONS, SectionKind.INSTRUCTIONS}
    ),
)
# CodiEsp's annotators coded every mention, negated and historical ones too.
EVERY_MENTION = CodingPolicy(name="every-mention", codable=frozenset(Assertion))

_POLICIES = {policy.name: policy for policy in (CLINICAL, EVERY_MENTION)}


def policy_named(name: str) -> CodingPolicy:
    """Return the policy with this name. Raises InputError."""
    if name not in _POLICIES:
        raise InputError(f"There is no coding policy {name!r}.", next_step=f"Choose one of: {', '.join(_POLICIES)}.")
    return _POLICIES[name]
