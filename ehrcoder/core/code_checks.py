"""Whether a code may leave the workspace: the same test for every export format."""

from __future__ import annotations

from ehrcoder.core.codes import KIND_OF_SYSTEM, CodeKind, Coding, Concept


def system_problem(coding: Coding, kind: CodeKind | None = None) -> str | None:
    """Say what is wrong with a code's system, or None. A wrong address passes every FHIR validator."""
    expected = KIND_OF_SYSTEM.get(coding.system)
    if expected is None:
        return f"code {coding.code} names the unknown code system {coding.system!r}"
    if kind is not None and kind is not expected:
        return f"code {coding.code} of a {expected.value} system stands as a {kind.value}"
    return None


def concept_problem(coding: Coding, concept: Concept | None) -> str | None:
    """Say how a code disagrees with its code set, or None.

    `concept` is what the installed edition holds under this code. A code of another edition is not judged by
    it: it was checked against its own edition when it was assigned.
    """
    if concept is None:
        return f"code {coding.code} does not exist in the installed edition of {coding.system}"
    if concept.coding.version != coding.version:
        return None
    if not concept.is_billable:
        return f"code {coding.code} is a header, not an assignable code"
    if concept.coding.display != coding.display:
        return f"the title given with {coding.code} is not the title of this code"
    return None
