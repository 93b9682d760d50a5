"""Search of the installed code sets for a person who looks for a code."""

from __future__ import annotations

from collections.abc import Sequence

from ehrcoder.core.codes import CodeKind
from ehrcoder.ports import CodeSetIndex, SearchHit

_LONGEST = 400


def search_codes(
    index: CodeSetIndex,
    text: str,
    *,
    systems: Sequence[str] = (),
    kinds: Sequence[CodeKind] = (),
    limit: int = 20,
) -> tuple[SearchHit, ...]:
    """Return at most `limit` entries, best first, for a code, part of one, or words in any order.

    Assignable codes come before headers of the same title. Text beyond 400 characters is not looked at: it is
    a note that was pasted, not a search.
    """
    return index.search(text[:_LONGEST], systems=systems, kinds=kinds, limit=limit) if text.strip() else ()
