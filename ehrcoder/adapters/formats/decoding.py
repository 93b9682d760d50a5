"""From received bytes to stored text: the encoding is decoded, nothing else is touched."""

from __future__ import annotations

import codecs
import hashlib
import re
from dataclasses import dataclass

from ehrcoder.core.errors import InputError

_BYTE_ORDER_MARKS: tuple[tuple[bytes, str, str], ...] = (
    # UTF-32 first: its little-endian mark begins with the one of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF8, "utf-8", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a zip archive or an Office document (DOCX, XLSX)"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document (DOC, XLS)"),
    (b"{\\rtf", "an RTF document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"MSH|", "an HL7 v2 message"),
    (b"\x0bMSH|", "an HL7 v2 message"),
    (b"FHS|", "a batch of HL7 v2 messages"),
    (b"BHS|", "a batch of HL7 v2 messages"),
)

# What these begin with is text all the same, in whatever encoding.
_KINDS_OF_TEXT = frozenset({
    "an RTF document", "an HL7 v2 message", "a batch of HL7 v2 messages", "an HTML page", "a C-CDA document",
    "an XML document",
})
_TEXT_CONTROLS = frozenset(b"\t\n\v\f\r\x1b\x1c\x1d\x1e\x1f\x85")
# Tried in this order: a note with a few accents fits several, and the first is by far the most usual.
_WESTERN_ENCODINGS = ("cp1252", "mac_roman", "cp850")
_WESTERN_CHARACTERS = frozenset(
    "àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿßœšžÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŠŽ°µ±×÷¹²³¼½¾ºª§€£©®™·•…–—‘’‚“”„‹›«»¿¡\xa0"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedText:
    """Text exactly as received, with what had to be said about its encoding."""

    text: str
    notes: tuple[str, ...] = ()


def sha256_of(data: bytes) -> str:
    """Return the SHA-256 of received bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def what_it_looks_like(head: bytes) -> str | None:
    """Name the kind of file that these first bytes belong to; None where they may be text or JSON."""
    for signature, name in _SIGNATURES:
        if head.startswith(signature):
            return name
    if head[128:132] == b"DICM":
        return "a DICOM image"
    start = _without_mark(head).lstrip()[:4096]
    lowered = start[:512].lower()
    if lowered.startswith((b"<!doctype html", b"<html")):
        return "an HTML page"
    if lowered.startswith(b"<?xml") or b"<clinicaldocument" in lowered:
        return "a C-CDA document" if b"<ClinicalDocument" in start else "an XML document"
    return None


def decode(data: bytes, *, name: str) -> DecodedText:
    """Decode a received text. Newlines and every other character stay as they came.

    UTF-8 first, then UTF-16 and UTF-32 by their mark, then a guess that is named in the notes. A byte-order
    mark is no text: it is left out and named. Raises InputError for empty, binary and damaged input.
    """
    if not data:
        raise InputError(f"{name} is empty.", next_step="Check the file at its source.")
    for mark, encoding, label in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _decode_marked(data[len(mark):], encoding=encoding, label=label, name=name)
    kind = what_it_looks_like(data[:65536])
    if kind is not None and not data.isascii() and b"\x00" in data:
        raise _not_text(name, kind)
    if b"\x00" in data:
        return _decode_with_nul(data, name=name)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _decode_by_guess(data, error, name=name)
    _refuse_control_characters(data, name=name)
    return DecodedText(text=text)


def refuse_unstorable(text: str, *, place: str) -> None:
    """Raise InputError when a text cannot be stored unchanged: lone surrogates or NUL characters."""
    if "\x00" in text:
        raise InputError(f"{place} holds NUL characters.", next_step="Check how the text was exported.")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError(
            f"{place} holds half a character (a lone surrogate) at position {error.start}.",
            next_step="Check how the text was exported.",
        ) from error


def _without_mark(head: bytes) -> bytes:
    return head[3:] if head.startswith(codecs.BOM_UTF8) else head


def _not_text(name: str, kind: str) -> InputError:
    return InputError(f"{name} is not text: it looks like {kind}.",
                      next_step="Export its text and import that.")


def _decode_marked(data: bytes, *, encoding: str, label: str, name: str) -> DecodedText:
    if not data:
        raise InputError(f"{name} is empty but for a byte-order mark.",
                         next_step="Check the file at its source.")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(
            f"{name} says that it is {label} but is damaged at byte {error.start}.",
            next_step="Export the file again.",
        ) from error
    refuse_unstorable(text, place=name)
    note = f"Byte-order mark of {label} left out; it is not part of the text."
    return DecodedText(text=text, notes=(note,))


def _decode_with_nul(data: bytes, *, name: str) -> DecodedText:
    """Text in UTF-16 without a mark has NUL in every other byte; anything else with NUL is binary."""
    sample = data[:4096]
    for encoding, nul_half in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[0::2])):
        other_half = sample[0::2] if encoding == "utf-16-le" else sample[1::2]
        if len(data) % 2 == 0 and nul_half.count(0) > 0.6 * len(nul_half) and not other_half.count(0):
            try:
                text = data.decode(encoding)
            except UnicodeDecodeError:
                continue
            if min(text, default=" ") >= "\t":  # no NUL and none of the controls before the tab
                return DecodedText(text=text, notes=("Encoding guessed: UTF-16 without a byte-order mark.",))
    kind = what_it_looks_like(data[:65536]) or "a binary file (it holds NUL bytes)"
    raise _not_text(name, kind)


def _refuse_control_characters(data: bytes, *, name: str) -> None:
    controls = bytes(value for value in range(32) if value not in _TEXT_CONTROLS)
    found = len(data) - len(data.translate(None, controls))
    if found > len(data) // 50:
        kind = what_it_looks_like(data[:65536]) or "a binary file (it holds many control characters)"
        raise _not_text(name, kind)


def _decode_by_guess(data: bytes, error: UnicodeDecodeError, *, name: str) -> DecodedText:
    kind = what_it_looks_like(data[:65536])
    if kind is not None and kind not in _KINDS_OF_TEXT:
        raise _not_text(name, kind) from error
    _refuse_control_characters(data, name=name)
    if b"\xed" in data:
        mended = _decode_surrogates(data, name=name)
        if mended is not None:
            return mended
    damaged = data.decode("utf-8", errors="replace").count("�")
    whole = sum(1 for character in data.decode("utf-8", errors="ignore") if ord(character) > 127)
    if whole > damaged:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{name} is UTF-8 with damaged bytes, the first at byte {error.start} (line {line}).",
            next_step="Export the file again; guessing would change letters.",
        ) from error
    encoding = _guess_encoding(data)
    if encoding is None:
        raise InputError(
            f"{name} is in no encoding that could be recognised.", next_step="Save it as UTF-8.",
        ) from error
    return DecodedText(
        text=data.decode(encoding),
        notes=(f"Encoding guessed: {_readable(encoding)}. Check accented letters.",),
    )


def _decode_surrogates(data: bytes, *, name: str) -> DecodedText | None:
    """Databases that store UTF-16 write each half of a character as if it were one (CESU-8).

    Returns None where that is not what is wrong. Raises InputError for a half without the other.
    """
    try:
        halves = data.decode("utf-8", errors="surrogatepass")
    except UnicodeDecodeError:
        return None
    text = halves.encode("utf-16-le", errors="surrogatepass").decode("utf-16-le", errors="surrogatepass")
    refuse_unstorable(text, place=name)
    return DecodedText(text=text, notes=("Characters beyond the first plane were written as halves (CESU-8).",))


def _guess_encoding(data: bytes) -> str | None:
    """Western letters stand alone among ASCII; other scripts come in runs and need the statistics."""
    # A megabyte tells an encoding as well as five; the whole is decoded strictly afterwards.
    sample = data[:1_000_000]
    runs = re.findall(rb"[\x80-\xff]+", sample)
    if sum(len(run) for run in runs) < 1.5 * len(runs):
        for encoding in _WESTERN_ENCODINGS:
            if _all_expected(sample, encoding) and _decodes(data, encoding):
                return encoding
    from charset_normalizer import from_bytes

    candidates = [match.encoding for match in from_bytes(sample)]
    return next((encoding for encoding in [*candidates, "cp1252"] if _decodes(data, encoding)), None)


def _all_expected(sample: bytes, encoding: str) -> bool:
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        return False
    return all(character in _WESTERN_CHARACTERS for character in set(text) if ord(character) > 127)


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _readable(encoding: str) -> str:
    names = {"cp1252": "Windows-1252 (Western European)", "latin_1": "ISO 8859-1 (Western European)",
             "cp1250": "Windows-1250 (Central European)", "cp1251": "Windows-1251 (Cyrillic)",
             "mac_roman": "Mac Roman", "cp850": "DOS 850 (Western European)"}
    return names.get(encoding, encoding)
