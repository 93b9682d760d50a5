"""Finds the codes around one code, with what the record's notes say for each."""

from __future__ import annotations

from collections.abc import Sequence

from ehrcoder.core.codes import Coding, Concept
from ehrcoder.core.errors import NotFoundError
from ehrcoder.core.evidence import Evidence
from ehrcoder.core.ladder import Ladder, Rung, missing_axes, rung, telling_words
from ehrcoder.core.records import EncounterRecord
from ehrcoder.ports import CodeSetIndex

_MOST_RUNGS = 120


def specificity_ladder(
    coding: Coding, record: EncounterRecord, evidence: Sequence[Evidence], index: CodeSetIndex
) -> Ladder:
    """Return the ladder of a code: its headers, and every code below the nearest header that offers a choice.

    `evidence` is what supports the code; sides such as left and right count in its sentences only. Raises
    NotFoundError for a code that the edition of the record's day does not have.
    """
    day = record.period.end or record.period.start
    concept = index.concept(coding.system, coding.code, on=day)
    if concept is None:
        raise NotFoundError(f"{coding.code} is not in the installed edition, so nothing is known around it.",
                            kept="Nothing was changed.")
    # Blocks and chapters (E70-E88) gather diseases that are not each other's more specific forms.
    above = [
        each for each in index.ancestors(coding.system, coding.code, on=day) if "-" not in each.coding.code
    ]
    top = concept if not concept.is_billable else next(iter(above), concept)
    if top is concept and concept.is_billable:
        only = rung(concept, (), depth=0, documents=record.documents, near=(), is_current=True)
        return Ladder(headers=(), rungs=(only,), missing=())
    # One step further up where the nearest header holds this code alone.
    for header in above:
        if len(index.children(header.coding.system, header.coding.code, on=day)) > 1:
            top = header
            break
    rungs: list[Rung] = []

    def below(header: Concept, depth: int) -> None:
        children = index.children(header.coding.system, header.coding.code, on=day)
        told = telling_words([each.coding.display for each in children], header.coding.display)
        for child, differs in zip(children, told, strict=True):
            if len(rungs) >= _MOST_RUNGS:
                return
            rungs.append(rung(
                child, differs, depth=depth, documents=record.documents, near=[each.span for each in evidence],
                is_current=child.coding.code == coding.code,
            ))
            if not child.is_billable:
                below(child, depth + 1)

    below(top, 0)
    headers = tuple(reversed([top, *index.ancestors(top.coding.system, top.coding.code, on=day)]))
    headers = tuple(each for each in headers if "-" not in each.coding.code)
    return Ladder(headers=headers, rungs=tuple(rungs), missing=missing_axes(rungs))
