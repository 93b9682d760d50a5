"""Text out of RTF, DOCX and PDF documents; what was shown as pictures or layout is not in it."""

from __future__ import annotations

import io
import logging
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ehrcoder.adapters.formats.decoding import DecodedText
from ehrcoder.adapters.formats.xml_trees import child, parse_xml
from ehrcoder.adapters.formats.zip_archives import open_archive
from ehrcoder.core.errors import InputError

if TYPE_CHECKING:
    from lxml.etree import _Element

_MOST_PAGES = 3000
_WORD_LINE = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
# Deleted text, and the second version of what is there already.
_WORD_UNSEEN = frozenset({"del", "moveFrom", "Fallback", "instrText", "delText", "pPr", "rPr"})


def text_of_rtf(data: bytes, *, name: str) -> DecodedText:
    """Return an RTF document's text. Raises InputError when it is none or holds no text."""
    from striprtf.striprtf import rtf_to_text

    if not data.lstrip().startswith(b"{\\rtf"):
        raise InputError(f"{name} is no RTF document.", next_step="Save it again as RTF or text.")
    try:
        text = rtf_to_text(data.decode("latin-1"), encoding="cp1252", errors="replace")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise InputError(f"{name} is a damaged RTF document.", next_step="Save it again.") from error
    whole = text.encode("utf-16", errors="surrogatepass").decode("utf-16", errors="replace").replace("\x00", "")
    return _extracted(whole, kind="RTF", name=name)


def text_of_docx(data: bytes, *, name: str) -> DecodedText:
    """Return a Word document's body text. Raises InputError for damaged files and bombs."""
    archive = open_archive(data, name=name)
    if "word/document.xml" not in archive.names():
        raise InputError(f"{name} is an Office or zip file, but no Word document.",
                         next_step="Save it as DOCX, or export its text.")
    root = parse_xml(archive.read("word/document.xml"))
    body = child(root, "body")
    lines = [] if body is None else list(_word_blocks(body))
    return _extracted("\n".join(lines), kind="DOCX", name=name)


def text_of_pdf(data: bytes, *, name: str) -> DecodedText:
    """Return the text layer of a PDF. Raises InputError when it has none, is locked or damaged."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    # Its remarks on broken files are of no use to a person and may quote the text.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise InputError(f"{name} is protected by a password.", next_step="Unlock it first.")
        if len(reader.pages) > _MOST_PAGES:
            raise InputError(f"{name} has more than {_MOST_PAGES} pages.", next_step="Split it.")
        pages = [page.extract_text() for page in reader.pages]
    except (PyPdfError, ValueError, LookupError, TypeError, AttributeError, RecursionError, ArithmeticError,
            zlib.error, OSError, NotImplementedError, AssertionError, ImportError, RuntimeError) as error:
        raise InputError(f"{name} is a PDF that is damaged or locked.", next_step="Save it again.") from error
    if not any(page.strip() for page in pages):
        raise InputError(f"{name} is a PDF without text: its {len(pages)} pages are pictures (scanned).",
                         next_step="Run text recognition on it first.")
    text = "\n\n".join(page for page in pages if page.strip())
    whole = text.encode("utf-16", errors="surrogatepass").decode("utf-16", errors="replace").replace("\x00", "")
    found = _extracted(whole, kind="PDF", name=name)
    empty = [str(number) for number, page in enumerate(pages, start=1) if not page.strip()]
    if empty:
        note = f"Without text, perhaps scanned: page {', '.join(empty[:20])}."
        return DecodedText(text=found.text, notes=(*found.notes, note))
    return found


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
