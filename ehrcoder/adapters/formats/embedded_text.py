"""Text of a document that is carried inside another one: the media type says how it is read."""

from __future__ import annotations

import contextlib
import re

from ehrcoder.adapters.formats.carried_types import EXTRACTED_TYPES, HTML_TYPES, PLAIN_TYPES, UNNAMED_TYPES, XML_TYPES
from ehrcoder.adapters.formats.ccda_body import DocumentBody
from ehrcoder.adapters.formats.decoding import DecodedText, decode, what_it_looks_like
from ehrcoder.adapters.formats.html_text import text_of_html
from ehrcoder.adapters.formats.json_values import shown
from ehrcoder.adapters.formats.xml_trees import parse_xml, root_name_of
from ehrcoder.core.errors import InputError


def text_of_embedded(data: bytes, media_type: str, *, name: str) -> DecodedText:
    """Return the text of a carried document. Raises InputError naming the type when it cannot be read."""
    plain_type = media_type.split(";")[0].strip().lower()
    if plain_type in UNNAMED_TYPES:
        plain_type = _type_by_look(data)
    if plain_type in XML_TYPES:
        return _text_of_clinical_document(data, name=name)
    extract = EXTRACTED_TYPES.get(plain_type)
    if extract is not None:
        return extract(data, name=name)
    if plain_type and plain_type not in HTML_TYPES | PLAIN_TYPES:
        raise InputError(f"{name} is {shown(plain_type)}, which is not read.")
    decoded = decode_named(data, media_type, name=name)
    if plain_type in HTML_TYPES:
        return DecodedText(text=text_of_html(decoded.text),
                           notes=(*decoded.notes, f"The text of {name} is shown from HTML."))
    return decoded


def _type_by_look(data: bytes) -> str:
    """Return the media type that a file's first bytes tell, '' for text and 'application/octet-stream' for others."""
    start = data.lstrip()[:16]
    if start.startswith(b"%PDF-"):
        return "application/pdf"
    if start.startswith(b"{\\rtf"):
        return "application/rtf"
    kind = what_it_looks_like(data[:65_536])
    if kind == "a C-CDA document":
        return "application/xml"
    if kind == "an HTML page":
        return "text/html"
    return "" if kind is None and b"\x00" not in data else "application/octet-stream"


def _text_of_clinical_document(data: bytes, *, name: str) -> DecodedText:
    """Return the narratives of a C-CDA document. Raises InputError for other XML."""
    if root_name_of(data) != "ClinicalDocument":
        raise InputError(f"{name} is XML, but no clinical document.")
    body = DocumentBody(lambda message: None, text_of_embedded)
    body.read(parse_xml(data))
    if not body.sections:
        raise InputError(f"{name} is a clinical document without narrative.")
    notes = [f"The text of {name} is shown from its sections (C-CDA)."]
    if body.codes:
        notes.append(f"Codes within {name} are not taken; import it as a file of its own.")
    return DecodedText(text="\n\n".join(body.sections), notes=tuple(notes))


def decode_named(data: bytes, media_type: str, *, name: str) -> DecodedText:
    """Take the character set that the media type names, where the bytes agree with it."""
    charset = re.search(r"charset\s*=\s*\"?([\w.:-]+)", media_type, re.IGNORECASE)
    if charset and charset[1].lower() not in ("utf-8", "utf8", "us-ascii") and b"\x00" not in data:
        with contextlib.suppress(LookupError, UnicodeError):
            return DecodedText(text=data.decode(charset[1]))
    return decode(data, name=name)
