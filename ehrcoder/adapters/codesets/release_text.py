"""Reads the plain-text files of releases: order files, code files, addenda, equivalence mappings, POA lists."""

from __future__ import annotations

import csv
import io
import re

from ehrcoder.adapters.codesets.release_files import UNCHANGED, ReleaseFile
from ehrcoder.adapters.codesets.release_parts import BareList, LeftOut, ListPart, Part, TitleList
from ehrcoder.core.codes import ICD_10_CM, ICD_10_PCS, without_dot
from ehrcoder.core.errors import InputError

_ORDER = re.compile(r"(\d{5}) ([0-9A-Z]{3,7}) +([01]) (.{60}) (.+)")
_CODE_LINE = re.compile(r"([A-Z0-9]{3,7}) +(\S.*)")
# Since fiscal year 2027 the second character may be a letter: QA0.
_CM_CODE = re.compile(r"[A-Z][0-9A-Z]{2,6}")
_PCS_CODE = re.compile(r"[0-9A-HJ-NP-Z]{7}")
_ADDENDUM = re.compile(r"(Add|Delete|Revise from|Revise to|No change):\s+(?:([01]) )?([0-9A-Z]{3,7})\s+(\S.*)")
_GEM = re.compile(r"([0-9A-Z]{3,7}) +([0-9A-Za-z]{3,7}|N[oO]D[xX]|NoP[cC][sS]) +([01]{3}\d\d)")
_TABLE_ADDENDUM = re.compile(r"^\s*(?:No change|Add|Delete): table|^Section \w\s+|^Lttr\s", re.MULTILINE)
_COUNTED = re.compile(r"\s+(\d+) (?:additions|deletions|revisions)\b")
_BARE = re.compile(r"(?:\d{1,2}|[A-Z][0-9A-Z]{2,6}|[A-Z]\d[0-9A-Z]-[A-Z]\d[0-9A-Z])")


def read_text(file: ReleaseFile) -> Part | None:
    """Return what a text file is, or None where it is none of a release's. Raises InputError when it is damaged."""
    text = decoded(file.data)
    if text is None:
        return None
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    head = lines[:5]
    if not head:
        return None
    for reader in (_order, _codes, _bare):
        part = reader(file, lines, head)
        if part is not None:
            return part
    if all(_GEM.fullmatch(line) for line in head):
        return _gems(file, lines)
    if _ADDENDUM.match(head[0]):
        return _addenda(file, lines)
    if head[0].lower().startswith(("order", "poaexemptcode")) and "POAexemptCode" in head[0]:
        return poa_rows(file, list(csv.reader(io.StringIO("\n".join(lines)), delimiter="\t")))
    if head[0].startswith("Current code(s) assignment\t"):
        return conversion_rows(file, list(csv.reader(io.StringIO("\n".join(lines)), delimiter="\t")))
    if _TABLE_ADDENDUM.search(text[:400]):
        return ListPart(
            kind="addenda", edition=file.edition, shown=file.shown, system=ICD_10_PCS, passages=((file.name, text),)
        )
    if head[0].startswith("No changes") or _no_changes(lines):
        return LeftOut(shown=file.shown, reason="an addendum that says there are no changes")
    return None


def _no_changes(lines: list[str]) -> bool:
    """Whether an addendum only counts codes and changes, and counts none of these."""
    counted = [found for line in lines if (found := _COUNTED.match(line))]
    return bool(counted) and all(int(found.group(1)) == 0 for found in counted) and len(lines) < 40


def decoded(data: bytes) -> str | None:
    """Return the text of a release file: UTF-8, else Windows-1252, as the older ones are; None for binary data."""
    if b"\0" in data[:4096]:
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _order(file: ReleaseFile, lines: list[str], head: list[str]) -> Part | None:
    if not all(_ORDER.fullmatch(line) for line in head):
        return None
    titles: dict[str, tuple[bool, str]] = {}
    number = 0
    for at, line in enumerate(lines, start=1):
        found = _ORDER.fullmatch(line)
        if found is None:
            raise _broken(file, at, "is not as wide as an order file's lines are")
        if int(found.group(1)) <= number:
            raise _broken(file, at, "does not come in order")
        number = int(found.group(1))
        _take(file, titles, at, found.group(2), (found.group(3) == "1", found.group(5).strip()))
    return TitleList(
        system=_system(file, titles), edition=file.edition, titles=titles, headers=True, shown=file.shown
    )


def _codes(file: ReleaseFile, lines: list[str], head: list[str]) -> Part | None:
    if not all(_is_code_line(line) for line in head):
        return None
    titles: dict[str, tuple[bool, str]] = {}
    for at, line in enumerate(lines, start=1):
        found = _CODE_LINE.fullmatch(line)
        if found is None or not _is_code_line(line):
            raise _broken(file, at, "names no code with a title")
        _take(file, titles, at, found.group(1), (True, " ".join(found.group(2).split())))
    return TitleList(
        system=_system(file, titles), edition=file.edition, titles=titles, headers=False, shown=file.shown
    )


def _is_code_line(line: str) -> bool:
    found = _CODE_LINE.fullmatch(line)
    if found is None or _GEM.fullmatch(line):
        return False
    code = found.group(1)
    return (_CM_CODE.fullmatch(code) or _PCS_CODE.fullmatch(code)) is not None and line[7:8] == " "


def _bare(file: ReleaseFile, lines: list[str], head: list[str]) -> Part | None:
    if len(lines) < 100 or not all(_BARE.fullmatch(line) for line in lines[:50]):
        return None
    return BareList(edition=file.edition, text="\n".join(lines), shown=file.shown)


def _take(
    file: ReleaseFile, titles: dict[str, tuple[bool, str]], at: int, code: str, value: tuple[bool, str]
) -> None:
    if code in titles:
        raise _broken(file, at, f"names {code} for the second time")
    titles[code] = value


def _system(file: ReleaseFile, titles: dict[str, tuple[bool, str]]) -> str:
    billable = [code for code, (assignable, _) in titles.items() if assignable]
    # Procedure codes all have seven characters; diagnosis codes have three to seven and begin with a letter.
    if billable and all(_PCS_CODE.fullmatch(code) for code in billable):
        return ICD_10_PCS
    if billable and all(_CM_CODE.fullmatch(code) for code in billable):
        return ICD_10_CM
    raise InputError(f"{file.shown} mixes codes of several kinds.", kept=UNCHANGED)


def _broken(file: ReleaseFile, line: int, what: str) -> InputError:
    return InputError(f"{file.shown}, line {line} {what}.", kept=UNCHANGED, next_step="Fetch the file again.")


def _addenda(file: ReleaseFile, lines: list[str]) -> ListPart:
    facts: dict[tuple[str, str, str], str] = {}
    for line in lines:
        found = _ADDENDUM.match(line)
        if found:
            facts[found.group(1).lower(), found.group(3), found.group(2) or ""] = " ".join(found.group(4).split())
    return ListPart(
        kind="addenda", edition=file.edition, shown=file.shown,
        system=ICD_10_CM if all(_CM_CODE.fullmatch(code) for _, code, _ in facts) else ICD_10_PCS,
        facts=tuple((f"addenda: {action}", code, level, text) for (action, code, level), text in facts.items()),
    )


def _gems(file: ReleaseFile, lines: list[str]) -> ListPart:
    facts: dict[tuple[str, str, str], None] = {}
    for at, line in enumerate(lines, start=1):
        found = _GEM.fullmatch(line)
        if found is None:
            raise _broken(file, at, "is no line of an equivalence mapping")
        facts[found.group(1), found.group(2), found.group(3)] = None
    backwards = "i9" in file.name.lower()
    name = "from ICD-9-CM" if backwards else "to ICD-9-CM"
    return ListPart(
        kind="equivalence-from-9" if backwards else "equivalence-to-9", edition=file.edition, shown=file.shown,
        facts=tuple((name, code, f"{target} {flags}", "") for code, target, flags in facts),
    )


def poa_rows(file: ReleaseFile, rows: list[list[str]]) -> Part:
    """Return the list of codes that are exempt from present-on-admission reporting; additions alone are no list."""
    header = [cell.strip() for cell in rows[0]]
    if header != ["Order" + header[0][5:], "POAexemptCode", "Description"] or "add" in file.name.lower():
        return LeftOut(shown=file.shown, reason="changes to the POA-exempt list, which the whole list holds already")
    facts: dict[str, str] = {}
    for at, row in enumerate(rows[1:], start=2):
        if not any(row):
            continue
        code = without_dot(row[1])
        if not _CM_CODE.fullmatch(code) or code in facts:
            raise _broken(file, at, "names no code, or one for the second time")
        facts[code] = row[2].strip()
    return ListPart(
        kind="poa-exempt", edition=file.edition, shown=file.shown,
        facts=tuple(("poa-exempt", code, "", text) for code, text in facts.items()),
    )


def conversion_rows(file: ReleaseFile, rows: list[list[str]]) -> Part | None:
    """Return which codes a code stands for since when: new code, effective year, former code or codes."""
    start = next((n for n, row in enumerate(rows[:5]) if any("previous" in cell.lower() for cell in row)), None)
    if start is None:
        return None
    header = [cell.lower() for cell in rows[start]]
    previous = next(n for n, cell in enumerate(header) if "previous" in cell)
    effective = next((n for n, cell in enumerate(header) if "effective" in cell), None)
    facts: dict[tuple[str, str], str] = {}
    for row in rows[start + 1 :]:
        cells = [*row, "", "", "", ""]
        for former in re.split(r"[,;\s]+", cells[previous]):
            if cells[0].strip() and former.strip():
                facts[without_dot(cells[0]), without_dot(former)] = cells[effective].strip() if effective else ""
    is_pcs = all(_PCS_CODE.fullmatch(code) for code, _ in list(facts)[:50])
    return ListPart(
        kind="conversion", edition=file.edition, shown=file.shown, system=ICD_10_PCS if is_pcs else ICD_10_CM,
        facts=tuple(("previous code", code, former, text) for (code, former), text in facts.items()),
    )
