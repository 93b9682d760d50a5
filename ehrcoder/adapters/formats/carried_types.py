"""Media types of documents that are carried inside another one, and the bytes of such a document."""

from __future__ import annotations

import base64
import binascii

from ehrcoder.adapters.formats.document_text import text_of_docx, text_of_rtf
from ehrcoder.adapters.formats.pdf_text import text_of_pdf
from ehrcoder.core.errors import InputError

HTML_TYPES = frozenset({"text/html", "application/xhtml+xml", "application/xhtml"})
PLAIN_TYPES = frozenset({"text/plain", "text/markdown"})

XML_TYPES = frozenset({
    "application/xml", "text/xml", "application/cda+xml", "application/hl7-v3+xml", "application/hl7-sda+xml",
    "text/x-hl7-text+xml",
})

# Says nothing of what it is: its first bytes do.
UNNAMED_TYPES = frozenset({"", "application/octet-stream", "binary/octet-stream"})

EXTRACTED_TYPES = {
    "application/rtf": text_of_rtf, "text/rtf": text_of_rtf, "application/x-rtf": text_of_rtf,
    "application/pdf": text_of_pdf, "application/x-pdf": text_of_pdf,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": text_of_docx,
}


def bytes_of_base64(text: str, *, name: str) -> bytes:
    """Return decoded bytes. Raises InputError when they are damaged.

    White space between them, a lacking end of padding and the letters of RFC 4648's safe alphabet change nothing of
    what was meant.
    """
    plain = "".join(text.split()).replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError(f"{name}'s base64 is damaged.", next_step="Export it again.") from error
