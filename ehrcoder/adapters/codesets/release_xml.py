"""Reads the XML files of releases: tabular list, indexes, procedure tables and definitions, FHIR code systems."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ehrcoder.adapters.codesets.release_files import UNCHANGED, ReleaseFile
from ehrcoder.adapters.codesets.release_parts import (
    IndexEntry,
    LeftOut,
    ListPart,
    Part,
    PcsRow,
    TabularFile,
)
from ehrcoder.adapters.codesets.safe_xml import clean_text, text_of
from ehrcoder.core.codes import ICD_10_PCS
from ehrcoder.core.errors import InputError

_YEAR = re.compile(r"20[12]\d")


def read_xml(root: Any, file: ReleaseFile) -> Part:
    """Return what a parsed XML file is that is no FHIR resource."""
    tag = root.tag
    if tag == "ICD10CM.tabular":
        return TabularFile(edition=_edition(root, file), xml=file.data, shown=file.shown)
    if tag == "ICD10CM.index":
        return _diagnosis_index(root, file)
    if tag == "ICD10PCS.tabular":
        return ListPart(
            kind="pcs-tables", edition=_edition(root, file), shown=file.shown, system=ICD_10_PCS,
            rows=tuple(_table_rows(root)),
        )
    if tag == "ICD10PCS.index":
        return ListPart(
            kind="pcs-index", edition=_edition(root, file), shown=file.shown, system=ICD_10_PCS,
            entries=tuple(_entries(root)),
        )
    if tag == "ICD10PCS.definitions":
        return ListPart(
            kind="pcs-definitions", edition=_edition(root, file), shown=file.shown, system=ICD_10_PCS,
            passages=tuple(_definitions(root)),
        )
    return LeftOut(shown=file.shown, reason="XML of a kind that is no release of a code set")


def _edition(root: Any, file: ReleaseFile) -> str:
    """The year that the file states, and the update that its name tells."""
    stated = _YEAR.search(text_of(root, "version"))
    named = file.edition
    if stated and named and not named.startswith(stated.group()):
        raise InputError(
            f"{file.shown} says inside that it is of {stated.group()}, and by its name of {named[:4]}.", kept=UNCHANGED,
            next_step="Give the file its right name.",
        )
    return named or (stated.group() if stated else "")


def _diagnosis_index(root: Any, file: ReleaseFile) -> ListPart:
    heads = {head.get("col"): clean_text(head) for head in root.iterfind("indexHeading/head")}
    first = heads.get("1", text_of(root, "title")).lower()
    kind = (
        "drug-table" if first.startswith("substance") else "neoplasm-table" if first.startswith("neoplasm")
        else "external-cause-index" if "external" in first else "index"
    )
    return ListPart(
        kind=kind, edition=_edition(root, file), shown=file.shown, entries=tuple(_entries(root, heads))
    )


def _entries(root: Any, heads: dict[str, str] | None = None) -> Iterator[IndexEntry]:
    for letter in root.iterfind("letter"):
        for term in letter.iterfind("mainTerm"):
            yield from _entry(term, "", 0, heads or {})


def _entry(element: Any, above: str, level: int, heads: dict[str, str]) -> Iterator[IndexEntry]:
    title_element = element.find("title")
    modifiers, title = "", ""
    if title_element is not None:
        modifiers = " ".join(clean_text(each) for each in title_element.iterfind("nemod"))
        for each in title_element.findall("nemod"):
            # What stands behind a modifier belongs to the title.
            each.text = " "
        title = clean_text(title_element)
    path = f"{above} > {title}" if above and title else above or title
    see = "; ".join(clean_text(each) for tag in ("see", "seeAlso", "use") for each in element.iterfind(tag))
    codes = [clean_text(each) for tag in ("code", "codes", "manif", "tab") for each in element.iterfind(tag)]
    codes += [clean_text(each) for each in element.iterfind("see/codes")]
    cells = [
        (heads.get(cell.get("col"), ""), clean_text(cell)) for cell in element.iterfind("cell")
        if clean_text(cell).strip("-")
    ]
    yield IndexEntry(
        level=level, title=title, path=path, modifiers=modifiers, see=see,
        codes=tuple(code for code in (*codes, *(code for _, code in cells)) if code),
    )
    for child in element.iterfind("term"):
        yield from _entry(child, path, level + 1, heads)


def _table_rows(root: Any) -> Iterator[PcsRow]:
    for table in root.iterfind("pcsTable"):
        head = [(label.get("code", ""), clean_text(label)) for label in table.iterfind("axis/label")]
        for row in table.iterfind("pcsRow"):
            yield PcsRow(
                table="".join(code for code, _ in head), title=", ".join(label for _, label in head),
                axes=tuple(
                    (
                        text_of(axis, "title"),
                        tuple((label.get("code", ""), clean_text(label)) for label in axis.iterfind("label")),
                    )
                    for axis in sorted(row.iterfind("axis"), key=lambda axis: int(axis.get("pos", "0")))
                ),
            )


def _definitions(root: Any) -> Iterator[tuple[str, str]]:
    for section in root.iterfind("section"):
        for axis in section.iterfind("axis"):
            where = f"{text_of(section, 'title')} > {text_of(axis, 'title')}"
            for terms in axis.iterfind("terms"):
                rest = [clean_text(each) for each in terms if each.tag != "title"]
                yield f"{where} > {text_of(terms, 'title')}", "\n".join(rest)


def slug_of(name: str) -> str:
    """Return a name as part of a file name."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "code-set"
