"""Tells whether an edition can be what it says: the changes of real years have a direction and a size."""

from __future__ import annotations

from ehrcoder.adapters.codesets.manifest import Manifest
from ehrcoder.adapters.codesets.release_files import UNCHANGED
from ehrcoder.adapters.codesets.rows import EditionSource
from ehrcoder.core.code_releases import Differences
from ehrcoder.core.codes import ICD_10_CM, edition_start
from ehrcoder.core.errors import InputError

# No year, nor any span of years since 2017, has retired so much: a file that would is of something else.
_MOST_RETIRED = 0.1
# ICD-10-CM grows with every release. ICD-10-PCS shrank once, in fiscal year 2020, and has grown since.
_GROWS_SINCE = {ICD_10_CM: 2016}
_PCS_GROWS_SINCE = 2021
_FEW = 20


def check_likely(
    source: EditionSource, *, former: Manifest | None, changes: Differences | None, following: Manifest | None,
    after: Differences | None,
) -> None:
    """Raise InputError for an edition that cannot stand between its neighbours.

    `changes` are those against the edition before it, `after` those of the one behind it against this one.
    """
    if former is not None and changes is not None:
        retired, total = len(changes.retired), former.edition.billable_count
        if retired > _MOST_RETIRED * total:
            raise InputError(
                f"{source.name} would retire {retired:,} of the {total:,} codes of {former.edition.name}: the file is "
                "of something else or cut off.", kept=UNCHANGED,
            )
        _check_pair(source, changes, older=former.edition.version, newer=source.version, other=former.edition.name)
    if following is not None and after is not None:
        _check_pair(
            source, after, older=source.version, newer=following.edition.version, other=following.edition.name
        )


def _check_pair(source: EditionSource, changes: Differences, *, older: str, newer: str, other: str) -> None:
    added, retired = len(changes.added), len(changes.retired)
    first = _GROWS_SINCE.get(source.system, _PCS_GROWS_SINCE)
    if retired > added and retired > _FEW and edition_start(older).year >= first:
        raise InputError(
            f"{source.name} does not fit to {other}: the later of the two would have {added:,} codes more and "
            f"{retired:,} fewer, and no year has taken back more than it added. The file is of another year.",
            kept=UNCHANGED, next_step="Look at which year the file is of; name it, or say it with --edition.",
        )
    if not (added or retired or changes.revised) and older[:4] != newer[:4]:
        raise InputError(
            f"{source.name} has exactly the codes of {other}, though every October brings changes: the file is of "
            "that year.", kept=UNCHANGED, next_step="Fetch the release of the year that you want.",
        )
