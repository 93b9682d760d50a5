"""Text out of PDF documents; what was shown as pictures or layout is not in it."""

from __future__ import annotations

from ehrcoder.adapters.formats.decoding import DecodedText
from ehrcoder.adapters.formats.pdf_process import pdf_process
from ehrcoder.core.errors import InputError

# Print draws some letters as one sign (ﬁ); as text, "atrial ﬁbrillation" is found by nobody.
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
_EXTRACTED = "The text was extracted from PDF; layout and pictures are not in it."


def text_of_pdf(data: bytes, *, name: str) -> DecodedText:
    """Return the text layer of a PDF. Raises InputError when it has none, is locked, damaged or takes too long."""
    pages = pdf_process.pages(data, name=name)
    if not any(page.strip() for page in pages):
        raise InputError(f"{name} is a PDF without text: its {len(pages)} pages are pictures (scanned).",
                         next_step="Run text recognition on it first.")
    text = "\n\n".join(page for page in pages if page.strip()).translate(_LIGATURES)
    whole = text.encode("utf-16", errors="surrogatepass").decode("utf-16", errors="replace").replace("\x00", "")
    if not whole.strip():
        raise InputError(f"{name} is a PDF document without text.", next_step="Check it at its source.")
    empty = [str(number) for number, page in enumerate(pages, start=1) if not page.strip()]
    notes = (f"Without text, perhaps scanned: page {', '.join(empty[:20])}.",) if empty else ()
    return DecodedText(text=whole, notes=(_EXTRACTED, *notes))
