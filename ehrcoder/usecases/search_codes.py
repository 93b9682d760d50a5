"""Search of the installed code sets for a person who looks for a code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from ehrcoder.core.codes import KIND_OF_SYSTEM, CodeKind
from ehrcoder.core.suggestions import FurtherCode
from ehrcoder.ports import CodeSetIndex, SearchHit

_LONGEST = 400


def search_codes(
    index: CodeSetIndex,
    text: str,
    *,
    systems: Sequence[str] = (),
    kinds: Sequence[CodeKind] = (),
    limit: int = 20,
    on: dt.date | None = None,
) -> tuple[SearchHit, ...]:
    """Return at most `limit` entries, best first, for a code, part of one, or words in any order.

    Assignable codes come before headers of the same title. `on` names a day whose editions are searched, else the
    newest are. Text beyond 400 characters is not looked at: it is
    a note that was pasted, not a search.
    """
    return index.search(text[:_LONGEST], systems=systems, kinds=kinds, limit=limit, on=on) if text.strip() else ()


def further_hits(
    index: CodeSetIndex, further: Sequence[FurtherCode], *, kinds: Sequence[CodeKind] = (),
    on: dt.date | None = None,
) -> tuple[SearchHit, ...]:
    """Return the further codes of a record as hits, in their order; `matched` are the words that may mean each.

    A code that the edition of the day does not have is left out.
    """
    found: list[SearchHit] = []
    for each in further:
        if kinds and KIND_OF_SYSTEM.get(each.coding.system) not in kinds:
            continue
        concept = index.concept(each.coding.system, each.coding.code, on=on)
        if concept is not None and concept.is_billable:
            words = " ".join(each.evidence.quote.split())
            found.append(SearchHit(concept=concept, score=each.confidence, matched=words))
    return tuple(found)
