"""Sorts the files of an import into editions to be built, and refuses what contradicts itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ehrcoder.adapters.codesets.compose import Neighbour, diagnosis_rows, procedure_edition_rows, tabular_rows
from ehrcoder.adapters.codesets.edition import IMPORTED
from ehrcoder.adapters.codesets.release_files import UNCHANGED
from ehrcoder.adapters.codesets.release_parts import BareList, OwnSet, Part, TabularFile, TitleList
from ehrcoder.adapters.codesets.release_tables import Named
from ehrcoder.adapters.codesets.rows import ConceptRow, EditionSource
from ehrcoder.adapters.codesets.safe_xml import parse_xml, text_of
from ehrcoder.adapters.codesets.tabular import read_tabular
from ehrcoder.core.codes import ICD_10_CM, ICD_10_PCS, edition_start, without_dot
from ehrcoder.core.errors import InputError

_PUBLIC = "Public domain (work of the United States government: NCHS, CMS)"
_NAMES = {ICD_10_CM: ("icd-10-cm", "ICD-10-CM", "AZ"), ICD_10_PCS: ("icd-10-pcs", "ICD-10-PCS", "0X")}
Synonyms = Mapping[str, Mapping[str, bool]]


@dataclass(slots=True)
class Pieces:
    """What the files hold of one edition of ICD-10-CM or ICD-10-PCS."""

    system: str
    edition: str
    titles: TitleList | None = None
    tabular: TabularFile | None = None
    bare: BareList | None = None
    shown: list[str] = field(default_factory=list[str])

    @property
    def label(self) -> str:
        """What the edition is called."""
        year, _, month = self.edition.partition("-")
        return f"{_NAMES[self.system][1]}, {'April' if month == '04' else 'fiscal year'} {year}"


def pieces_of(parts: Iterable[Part], named: Named) -> list[Pieces]:
    """Return the editions that the parts make up, oldest first. Raises InputError where parts contradict."""
    found: dict[tuple[str, str], Pieces] = {}
    for part in parts:
        if not isinstance(part, TitleList | TabularFile | BareList):
            continue
        system = part.system if isinstance(part, TitleList) else ICD_10_CM
        edition = _edition_of(part, named)
        pieces = found.setdefault((system, edition), Pieces(system, edition))
        pieces.shown.append(part.shown)
        if isinstance(part, TabularFile):
            if pieces.tabular is not None and pieces.tabular.xml != part.xml:
                raise _contradiction(pieces, "two tabular lists that differ")
            pieces.tabular = part
        elif isinstance(part, BareList):
            pieces.bare = part
        else:
            pieces.titles = _agreeing(pieces, part)
    return sorted(
        (each for each in found.values() if each.titles or each.tabular),
        key=lambda each: (edition_start(each.edition), each.system),
    )


def _edition_of(part: TitleList | TabularFile | BareList, named: Named) -> str:
    if named.edition and part.edition and not part.edition.startswith(named.edition[:4]):
        raise InputError(
            f"{part.shown} is of edition {part.edition}, not of {named.edition}.", kept=UNCHANGED
        )
    edition = named.edition or part.edition
    if edition_start(edition) == dt.date.min:
        raise InputError(
            f"{part.shown} does not say of which year it is.", kept=UNCHANGED, next_step="Say it: --edition 2027."
        )
    return edition


def _agreeing(pieces: Pieces, part: TitleList) -> TitleList:
    before = pieces.titles
    if before is None:
        _check_whole(part)
        return part
    was = {code for code, (billable, _) in before.titles.items() if billable}
    now = {code for code, (billable, _) in part.titles.items() if billable}
    if was != now:
        code = sorted(was ^ now)[0]
        raise _contradiction(pieces, f"lists that disagree about {len(was ^ now):,} codes, {code} among them")
    return before if before.headers else part


def _check_whole(part: TitleList) -> None:
    first, last = _NAMES[part.system][2]
    begins = {code[0] for code, (billable, _) in part.titles.items() if billable}
    if not {first, last} <= begins:
        raise InputError(
            f"{part.shown} has no code that begins with {first if first not in begins else last}: it was cut off.",
            kept=UNCHANGED, next_step="Fetch the file again from its publisher.",
        )


def _contradiction(pieces: Pieces, what: str) -> InputError:
    return InputError(
        f"For {pieces.label} there are {what}: {', '.join(sorted(pieces.shown)[:4])}.", kept=UNCHANGED,
        next_step="Import the files of one release at a time.",
    )


def edition_source(
    pieces: Pieces, *, neighbour: Neighbour, synonyms: Synonyms, sections: Mapping[str, str]
) -> EditionSource:
    """Return the edition to be built from what there is of it. Raises InputError."""
    slug, _, _ = _NAMES[pieces.system]
    caveat = ""
    titles = pieces.titles.titles if pieces.titles else None
    if pieces.system == ICD_10_PCS:
        rows: Iterator[ConceptRow] = procedure_edition_rows(titles or {}, sections, synonyms)
        caveat = "Titles of headers below the tables are derived from the titles below them."
    elif pieces.tabular is not None:
        rows = tabular_rows(
            read_tabular(pieces.tabular.xml, _code_list(pieces), file_name=pieces.tabular.shown), titles, synonyms
        )
    else:
        rows = diagnosis_rows(titles or {}, neighbour, synonyms)
        caveat = (
            f"The release holds titles only. Notes and sections are those of {neighbour.name}."
            if neighbour.name else "The release holds titles only: no notes and no sections."
        )
    start = edition_start(pieces.edition)
    return EditionSource(
        slug=f"{IMPORTED}{slug}", name=pieces.label, system=pieces.system, version=pieces.edition, effective_from=start,
        effective_to=dt.date(int(pieces.edition[:4]), 9, 30), licence=_PUBLIC,
        source=", ".join(sorted(set(pieces.shown))), caveat=caveat, concepts=tuple(rows),
    )


def _code_list(pieces: Pieces) -> str:
    if pieces.titles is not None:
        return "\n".join(code for code, (billable, _) in pieces.titles.titles.items() if billable)
    if pieces.bare is not None:
        return pieces.bare.text
    tabular = pieces.tabular
    return "\n".join(_by_definition(parse_xml(tabular.xml, tabular.shown))) if tabular else ""


def _by_definition(root: Any) -> Iterator[str]:
    """Yield the codes that the seventh-character definitions make of a tabular list without a code list."""

    def below(diag: Any, characters: Sequence[str]) -> Iterator[str]:
        own = [each.get("char", "") for each in diag.iterfind("sevenChrDef/extension")]
        characters = own or characters
        children = diag.findall("diag")
        if not children:
            bare = without_dot(text_of(diag, "name"))
            if characters and len(bare) < 7:
                yield from (bare.ljust(6, "X") + character for character in characters)
        for child in children:
            yield from below(child, characters)

    for diag in root.iterfind("chapter/section/diag"):
        yield from below(diag, ())


def own_source(part: OwnSet, neighbour: Neighbour) -> EditionSource:
    """Return the edition of a code system that came whole; the synonyms of the one before stay with their codes."""

    def rows() -> Iterator[ConceptRow]:
        for row in part.rows:
            known = neighbour.rows.get(row.code)
            more = tuple(dict.fromkeys((*row.synonyms, *(known.synonyms if known else ()))))
            yield replace(row, synonyms=tuple(each for each in more if each and each != row.display))

    return EditionSource(
        slug=f"{IMPORTED}{part.slug}", name=part.name, system=part.system, version=part.edition,
        effective_from=edition_start(part.edition) if part.dated else None, effective_to=None, licence=part.licence,
        source=part.shown, caveat="", concepts=tuple(rows()),
    )
