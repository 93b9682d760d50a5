"""Reads the JSON, CSV and spreadsheet files of releases: HCPCS II, edit lists, severity, risk, a site's own sets."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ehrcoder.adapters.codesets.release_files import UNCHANGED, ReleaseFile, bounded
from ehrcoder.adapters.codesets.release_parts import IndexEntry, LeftOut, ListPart, OwnSet, Part, PcsRow
from ehrcoder.adapters.codesets.release_text import conversion_rows, decoded, poa_rows
from ehrcoder.adapters.codesets.release_xml import slug_of
from ehrcoder.adapters.codesets.rows import ConceptRow
from ehrcoder.adapters.codesets.safe_xml import clean_text, parse_xml
from ehrcoder.core.codes import HCPCS_II, ICD_10_PCS, without_dot
from ehrcoder.core.errors import InputError

_PUBLIC = "Public domain (work of the United States government: CMS)"
_AGES = re.compile(r"(newborn|pediatric|maternity|adult)\((\d+)(?:-(\d+))?\)")
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_SHEET_LIMIT = 48 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What a site says of a file that does not say itself which code system it is."""

    system: str = ""
    name: str = ""
    edition: str = ""


def read_json(file: ReleaseFile) -> Part:
    """Return what a JSON file is. Raises InputError when it is damaged."""
    try:
        document: Any = json.loads(file.data)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{file.shown} is not JSON: {error}.", kept=UNCHANGED) from error
    if isinstance(document, dict) and document.get("resourceType") == "CodeSystem":
        return _fhir(document, file)
    if isinstance(document, dict) and "unacceptable_pdx" in document.get("codes", {}):
        return _edit_lists(document, file)
    if isinstance(document, dict) and "count_terms" in document and isinstance(document.get("data"), dict):
        return ListPart(
            kind=slug_of(file.name.rsplit(".", 1)[0]), edition=str(document.get("version", ""))[:4], system=ICD_10_PCS,
            shown=file.shown, passages=tuple((term, "; ".join(names)) for term, names in document["data"].items()),
        )
    if isinstance(document, list) and document and isinstance(document[0], dict):
        first = document[0]
        if {"section", "bodySystem", "operation", "rows"} <= set(first):
            return ListPart(
                kind="pcs-tables", edition=file.edition, shown=file.shown, system=ICD_10_PCS,
                rows=tuple(_json_rows(document)),
            )
        if {"code", "desc", "shortDesc"} <= set(first):
            return _hcpcs(document, file)
    return LeftOut(shown=file.shown, reason="JSON of a kind that is no release of a code set")


def _json_rows(document: Sequence[Mapping[str, Any]]) -> Iterator[PcsRow]:
    names = (("bodyParts", "Body Part"), ("approaches", "Approach"), ("devices", "Device"), ("qualifiers", "Qualifier"))
    for table in document:
        head = [table[part] for part in ("section", "bodySystem", "operation")]
        for row in table["rows"]:
            yield PcsRow(
                table="".join(each["code"] for each in head), title=", ".join(each["desc"] for each in head),
                axes=tuple((name, tuple((v["code"], v["desc"]) for v in row[key])) for key, name in names),
            )


def _hcpcs(document: Sequence[Mapping[str, Any]], file: ReleaseFile) -> Part:
    month = re.search(r"20\d\d-\d\d", file.name)
    if len(document[0]["code"]) == 2:
        return ListPart(
            kind="hcpcs-modifiers", edition=month.group() if month else "", shown=file.shown, system=HCPCS_II,
            facts=tuple(("HCPCS modifier", entry["code"], "", entry["desc"]) for entry in document),
        )
    rows = tuple(
        ConceptRow(
            code=entry["code"], display=" ".join(entry["desc"].split()), parent=None,
            is_billable=not entry.get("terminationDate"), synonyms=(entry["shortDesc"],),
        )
        for entry in document
    )
    return OwnSet(
        slug="hcpcs-ii", system=HCPCS_II, edition=month.group() if month else "1", name="HCPCS Level II",
        licence=_PUBLIC, rows=rows, shown=file.shown, dated=True,
    )


def _fhir(document: Mapping[str, Any], file: ReleaseFile) -> Part:
    def walk(concepts: Sequence[Mapping[str, Any]], parent: str | None) -> Iterator[ConceptRow]:
        for concept in concepts:
            code = concept["code"]
            yield ConceptRow(
                code=code, display=concept.get("display") or code, parent=parent, is_billable=True,
                definition=concept.get("definition", ""),
                synonyms=tuple(each["value"] for each in concept.get("designation", ())),
            )
            yield from walk(concept.get("concept", ()), code)

    try:
        rows = tuple(walk(document.get("concept", ()), None))
        if not rows:
            return LeftOut(shown=file.shown, reason="a CodeSystem resource without concepts")
        return OwnSet(
            slug=slug_of(document.get("id") or document.get("name") or "code-set"), system=document["url"],
            edition=str(document.get("version", "1")), name=document.get("title") or document.get("name") or "Code set",
            licence=document.get("copyright") or "as its publisher says", rows=rows, shown=file.shown,
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{file.shown} is no sound CodeSystem resource: {error!r}.", kept=UNCHANGED) from error


def _edit_lists(document: Mapping[str, Any], file: ReleaseFile) -> ListPart:
    names: dict[str, str] = {
        "manifestation_not_pdx": "manifestation", "unacceptable_pdx": "unacceptable-principal",
        "unacceptable_pdx_unless_secondary": "needs-secondary",
    }
    facts: list[tuple[str, str, str, str]] = []
    for key, entries in document["codes"].items():
        name, ages = names.get(str(key), str(key)), ""
        if key.startswith("age_"):
            limits = document["age_categories"][key[4:]]
            name, ages = f"age-{key[4:]}", f"{limits['min_age']}-{limits['max_age']}"
        facts.extend((name, without_dot(entry["code"]), ages, entry["description"]) for entry in entries)
    year = re.match(r"\d{4}", str(document.get("retrieved", "")))
    return ListPart(kind="mce", edition=file.edition or (year.group() if year else ""), shown=file.shown,
                    facts=tuple(facts))


def read_csv(file: ReleaseFile, named: Named) -> Part | None:
    """Return what a comma-separated file is, or None where it is no table."""
    text = decoded(file.data)
    if text is None or "," not in text.split("\n", 1)[0]:
        return None
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        columns = tuple((name or "").strip().lower() for name in rows.fieldnames or ())
        entries = [
            {key: (row.get(name) or "").strip() for key, name in zip(columns, row, strict=False)} for row in rows
        ]
    except csv.Error as error:
        raise InputError(f"{file.shown} is no sound CSV file: {error}.", kept=UNCHANGED) from error
    if columns[:4] == ("rowid", "letter", "level", "term"):
        return ListPart(kind="index", edition=file.edition, shown=file.shown, entries=tuple(_index_lines(entries)))
    if columns[:2] == ("code", "severity"):
        return _facts(file, "severity", (("severity", e["code"], e["severity"], e["description"]) for e in entries))
    if columns[:3] == ("code", "description", "pdx_edits"):
        return _facts(file, "mce", _principal_edits(entries))
    if columns == ("diagnosis_code", "cc", "model_name"):
        return _facts(file, "hcc", ((e["model_name"], e["diagnosis_code"], e["cc"], "") for e in entries))
    if columns[:3] == ("cc", "label", "model_domain"):
        return _facts(file, "hcc-labels", (
            (f"{e['model_domain']} {e['model_version']}", e["cc"], "", e["label"]) for e in entries
        ))
    if columns[:2] == ("cc_parent", "cc_child"):
        return _facts(file, "hcc-hierarchies", (
            (f"{e['model_domain']} {e['model_version']}", e["cc_parent"], e["cc_child"], "") for e in entries
        ))
    return _own_csv(file, columns, entries, named)


def _facts(file: ReleaseFile, kind: str, facts: Iterator[tuple[str, str, str, str]] | Any) -> ListPart:
    return ListPart(kind=kind, edition=file.edition, shown=file.shown, facts=tuple(dict.fromkeys(facts)))


def _principal_edits(entries: Sequence[Mapping[str, str]]) -> Iterator[tuple[str, str, str, str]]:
    names = {
        "MANIFESTATION_AS_PDX": "manifestation", "UNACCEPTABLE_PDX": "unacceptable-principal",
        "REQUIRES_SDX": "needs-secondary", "E_CODE_AS_PDX": "external-cause", "UNSPECIFIED": "unspecified",
    }
    for entry in entries:
        for edit in entry["pdx_edits"].split("|"):
            if edit in names:
                yield names[edit], entry["code"], "", entry["description"]
        for name, least, most in _AGES.findall(entry["age_category"]):
            yield f"age-{name}", entry["code"], f"{least}-{most or least}", entry["description"]


def _index_lines(entries: Sequence[Mapping[str, str]]) -> Iterator[IndexEntry]:
    above: list[str] = []
    for entry in entries:
        level, title = int(entry["level"]), entry["term"]
        above = [*above[:level], title]
        yield IndexEntry(
            level=level, title=title, path=" > ".join(above), modifiers=entry["nonessmodif"],
            see="; ".join(each for each in (entry["see"], entry["seealso"]) if each),
            codes=tuple(each for each in (entry["code"], entry["manifestation"]) if each),
        )


def _own_csv(
    file: ReleaseFile, columns: Sequence[str], entries: Sequence[Mapping[str, str]], named: Named
) -> Part | None:
    display = next((name for name in ("display", "title", "description", "term") if name in columns), None)
    if "code" not in columns or display is None:
        return None
    if not named.system:
        return LeftOut(shown=file.shown, reason="a table of codes that names no code system; say it with --system")
    rows = tuple(
        ConceptRow(code=entry["code"], display=entry[display], parent=entry.get("parent") or None, is_billable=True)
        for entry in entries
    )
    if not rows or not all(row.code and row.display for row in rows):
        raise InputError(f"{file.shown} has a line without code or {display}.", kept=UNCHANGED)
    name = named.name or file.name.rsplit(".", 1)[0]
    return OwnSet(
        slug=slug_of(name), system=named.system, edition=named.edition or "1", name=name,
        licence="as its publisher says", rows=parents_first(rows, file.shown), shown=file.shown,
    )


def parents_first(rows: Sequence[ConceptRow], shown: str) -> tuple[ConceptRow, ...]:
    """Return rows with each parent before its children. Raises InputError on a missing parent or a circle."""
    known = {row.code for row in rows}
    placed: set[str] = set()
    result: list[ConceptRow] = []
    waiting = list(rows)
    while waiting:
        ready = [row for row in waiting if row.parent is None or row.parent in placed]
        if not ready:
            row = waiting[0]
            why = "which is above itself" if row.parent in known else "which it does not have"
            raise InputError(f"{shown} names {row.parent} as the parent of {row.code}, {why}.", kept=UNCHANGED)
        result.extend(ready)
        placed.update(row.code for row in ready)
        waiting = [row for row in waiting if row.code not in placed]
    return tuple(result)


def read_spreadsheet(file: ReleaseFile) -> Part:
    """Return what an .xlsx file is. Raises InputError when it is damaged."""
    try:
        with zipfile.ZipFile(io.BytesIO(file.data)) as archive:
            rows = _sheet_rows(archive, file.shown)
    except (zipfile.BadZipFile, KeyError, IndexError, ValueError, EOFError) as error:
        raise InputError(f"{file.shown} is no sound spreadsheet: {error}.", kept=UNCHANGED) from error
    for start in range(min(3, len(rows))):
        if "POAexemptCode" in rows[start]:
            return poa_rows(file, rows[start:])
    part = conversion_rows(file, rows)
    return part or LeftOut(shown=file.shown, reason="a spreadsheet of a kind that is no release of a code set")


def _sheet_rows(archive: zipfile.ZipFile, shown: str) -> list[list[str]]:
    def opened(name: str) -> Any:
        return parse_xml(bounded(archive, archive.getinfo(name), _SHEET_LIMIT, shown), shown)

    shared: list[str] = []
    if "xl/sharedStrings.xml" in archive.namelist():
        shared = [clean_text(each) for each in opened("xl/sharedStrings.xml").iterfind(f"{_SHEET}si")]
    rows: list[list[str]] = []
    for row in opened("xl/worksheets/sheet1.xml").iterfind(f"{_SHEET}sheetData/{_SHEET}row"):
        cells: dict[int, str] = {}
        for cell in row.iterfind(f"{_SHEET}c"):
            value = cell.find(f"{_SHEET}v")
            text = clean_text(cell) if value is None else (value.text or "")
            cells[_column(cell.get("r", "A"))] = shared[int(text)] if cell.get("t") == "s" and text else text
        rows.append([cells.get(n, "") for n in range(max(cells, default=-1) + 1)])
    return rows


def _column(reference: str) -> int:
    number = 0
    for letter in reference:
        if letter.isalpha():
            number = number * 26 + ord(letter.upper()) - 64
    return number - 1
