"""Reads the JSON, CSV and spreadsheet files of releases: HCPCS II, edit lists, severity, risk, a site's own sets."""

from __future__ import annotations

import csv
import datetime as dt
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


def parsed_json(file: ReleaseFile) -> Any:
    """Return the document of a JSON file. Raises InputError when it is damaged."""
    try:
        return json.loads(file.data)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{file.shown} is not JSON: {error}.", kept=UNCHANGED) from error


def read_json(document: Any, file: ReleaseFile) -> Part:
    """Return what a JSON document is that is no FHIR resource."""
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
            is_billable=not _ended(entry, month), synonyms=(entry["shortDesc"],),
            effective_from=day_of(entry.get("effectiveDate") or "", file.shown),
            effective_to=day_of(entry.get("terminationDate") or "", file.shown),
        )
        for entry in document
    )
    return OwnSet(
        slug="hcpcs-ii", system=HCPCS_II, edition=month.group() if month else "1", name="HCPCS Level II",
        licence=_PUBLIC, rows=parents_first(rows, file.shown), shown=file.shown, dated=True,
    )


def _ended(entry: Mapping[str, Any], month: re.Match[str] | None) -> bool:
    """Whether a code was ended before the quarter of its file began; one that ends later is still assignable."""
    ended = (entry.get("terminationDate") or "").replace("-", "")
    return bool(ended) and (month is None or ended < month.group().replace("-", "") + "01")


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
    first = text.split("\n", 1)[0] if text is not None else ""
    delimiter = max(",;\t", key=first.count)
    if text is None or delimiter not in first:
        return None
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter)
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
    display = _column_named(columns, "display", "title", "description", "term")
    if "code" not in columns or display is None:
        return None
    if not named.system:
        return LeftOut(shown=file.shown, reason="a table of codes that names no code system; say it with --system")
    begins = _column_named(columns, "from", "effective_from", "valid_from", "effective", "start")
    ends = _column_named(columns, "to", "effective_to", "valid_to", "end")
    synonyms = _column_named(columns, "synonyms", "synonym")
    rows = tuple(
        ConceptRow(
            code=entry["code"], display=entry[display], parent=entry.get("parent") or None, is_billable=True,
            effective_from=day_of(entry.get(begins or "", ""), file.shown),
            effective_to=day_of(entry.get(ends or "", ""), file.shown),
            synonyms=tuple(each.strip() for each in entry.get(synonyms or "", "").split("|") if each.strip()),
        )
        for entry in entries
    )
    if not rows or not all(row.code and row.display for row in rows):
        raise InputError(f"{file.shown} has a line without code or {display}.", kept=UNCHANGED)
    for row in rows:
        if row.effective_from and row.effective_to and row.effective_to < row.effective_from:
            raise InputError(f"{file.shown}: {row.code} ends before it begins.", kept=UNCHANGED)
    name = named.name or file.name.rsplit(".", 1)[0]
    return OwnSet(
        slug=slug_of(name), system=named.system, edition=named.edition or "1", name=name,
        licence="as its publisher says", rows=parents_first(rows, file.shown), shown=file.shown,
    )


def _column_named(columns: Sequence[str], *names: str) -> str | None:
    return next((name for name in names if name in columns), None)


def day_of(text: str, shown: str) -> dt.date | None:
    """Return the day that 2026-10-01 or 20261001 names, None for an empty text. Raises InputError for another."""
    if not text.strip():
        return None
    digits = text.strip().replace("-", "")
    try:
        if len(digits) != 8 or not digits.isdigit():
            raise ValueError(text)
        return dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError as error:
        raise InputError(f"{shown} has the date {text!r}; dates are written 2026-10-01.", kept=UNCHANGED) from error


def parents_first(rows: Sequence[ConceptRow], shown: str) -> tuple[ConceptRow, ...]:
    """Return rows with each parent before its children. Raises InputError on a missing parent or a circle."""
    by_code: dict[str, ConceptRow] = {}
    for row in rows:
        if row.code in by_code:
            raise InputError(f"{shown} names {row.code} twice.", kept=UNCHANGED)
        by_code[row.code] = row
    placed: dict[str, ConceptRow] = {}
    for row in rows:
        line: dict[str, ConceptRow] = {}
        above: ConceptRow | None = row
        while above is not None and above.code not in placed:
            if above.code in line:
                raise InputError(f"{shown} has {above.code} above itself, through its parents.", kept=UNCHANGED)
            line[above.code] = above
            if above.parent is not None and above.parent not in by_code:
                raise InputError(
                    f"{shown} names {above.parent} as the parent of {above.code}, which it does not have.",
                    kept=UNCHANGED,
                )
            above = by_code[above.parent] if above.parent is not None else None
        placed.update((each.code, each) for each in reversed(line.values()))
    return tuple(placed.values())


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
