"""Text out of RTF and DOCX documents; what was shown as pictures or layout is not in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ehrcoder.adapters.formats.decoding import DecodedText
from ehrcoder.adapters.formats.xml_trees import child, parse_xml
from ehrcoder.adapters.formats.zip_archives import Archive, open_archive
from ehrcoder.core.errors import InputError

if TYPE_CHECKING:
    from lxml.etree import _Element

_RTF_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_WORD_AROUND = re.compile(r"word/(header|footer|footnotes|endnotes|comments)\d*\.xml")
_WORD_LINE = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
# Deleted text, and the second version of what is there already.
_WORD_UNSEEN = frozenset({"del", "moveFrom", "Fallback", "instrText", "delText", "pPr", "rPr"})


def text_of_rtf(data: bytes, *, name: str) -> DecodedText:
    """Return an RTF document's text. Raises InputError when it is none or holds no text."""
    from striprtf.striprtf import rtf_to_text

    if not data.lstrip().startswith(b"{\\rtf"):
        raise InputError(f"{name} is no RTF document.", next_step="Save it again as RTF or text.")
    try:
        text = rtf_to_text(_without_deleted(_rtf_source(data)), encoding="cp1252", errors="replace")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise InputError(f"{name} is a damaged RTF document.", next_step="Save it again.") from error
    whole = text.encode("utf-16", errors="surrogatepass").decode("utf-16", errors="replace").replace("\x00", "")
    found = _extracted(whole, kind="RTF", name=name)
    around = [part for part in ("header", "footer") if re.search(rb"\{\\%s[lrf]?[ \\{\r\n]" % part.encode(), data)]
    if not around:
        return found
    return DecodedText(text=found.text, notes=(*found.notes, f"Not in the text, but in the file: {', '.join(around)}."))


def _rtf_source(data: bytes) -> str:
    """Return RTF as its source text. It is ASCII by definition; writers that put UTF-8 into it mean letters."""
    if not data.isascii():
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            return data.decode("latin-1")
        return "".join(character if character.isascii() else _rtf_escape(character) for character in text)
    return data.decode("latin-1")


def _rtf_escape(character: str) -> str:
    packed = character.encode("utf-16-le")
    return "".join(f"\\u{int.from_bytes(packed[place:place + 2], 'little')}?" for place in range(0, len(packed), 2))


def _without_deleted(source: str) -> str:
    """Leave out groups that a tracked change has deleted."""
    kept: list[str] = []
    done = 0
    while (start := source.find("{\\deleted", done)) >= 0:
        kept.append(source[done:start])
        depth, done = 0, len(source)
        for brace in _RTF_BRACE.finditer(source, start):
            depth += {"{": 1, "}": -1}.get(brace[0], 0)
            if depth == 0:
                done = brace.end()
                break
    return "".join((*kept, source[done:]))


def text_of_docx(data: bytes, *, name: str) -> DecodedText:
    """Return a Word document's body text. Raises InputError for damaged files and bombs."""
    archive = open_archive(data, name=name)
    if "word/document.xml" not in archive.names():
        raise InputError(f"{name} is an Office or zip file, but no Word document.",
                         next_step="Save it as DOCX, or export its text.")
    root = parse_xml(archive.read("word/document.xml"))
    body = child(root, "body")
    lines = [] if body is None else list(_word_blocks(body))
    found = _extracted("\n".join(lines), kind="DOCX", name=name)
    around = _around_the_body(archive)
    if not around:
        return found
    said = f"Not in the text, but in the file: {', '.join(around)}."
    return DecodedText(text=found.text, notes=(*found.notes, said))


def _around_the_body(archive: Archive) -> list[str]:
    """Name the parts around a Word document's body that hold words: nobody should miss a footnote unawares."""
    names: list[str] = []
    for part in archive.names():
        kind = _WORD_AROUND.fullmatch(part)
        if kind is None or kind[1] in names:
            continue
        try:
            root = parse_xml(archive.read(part))
        except InputError:
            continue
        if any((text.text or "").strip() for text in root.iter("t")):
            names.append(kind[1])
    return names


def _extracted(text: str, *, kind: str, name: str) -> DecodedText:
    if not text.strip():
        raise InputError(f"{name} is a {kind} document without text.", next_step="Check it at its source.")
    return DecodedText(text=text, notes=(f"The text was extracted from {kind}; layout and pictures are not in it.",))


def _word_blocks(parent: _Element) -> Iterator[str]:
    for element in parent:
        match element.tag:
            case "p":
                mark = "- " if child(element, "pPr", "numPr") is not None else ""
                yield mark + _word_line(element)
            case "tbl":
                for row in element.iter("tr"):
                    cells = [" ".join(part for part in _word_blocks(cell) if part) for cell in row.iterfind("tc")]
                    yield " | ".join(cells)
            case tag if tag not in _WORD_UNSEEN:
                yield from _word_blocks(element)
            case _:
                continue


def _word_line(paragraph: _Element) -> str:
    parts: list[str] = []
    for element in paragraph:
        if element.tag == "t":
            parts.append(element.text or "")
        elif element.tag in _WORD_LINE:
            parts.append(_WORD_LINE[element.tag])
        elif element.tag not in _WORD_UNSEEN:
            parts.append(_word_line(element))
    return "".join(parts)
