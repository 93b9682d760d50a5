"""Parses XML of releases: no document types, no entities, no network, no trees without end."""

from __future__ import annotations

import re
from typing import Any

from ehrcoder.core.errors import InputError

_DOCTYPE = re.compile(rb"<!DOCTYPE|<!ENTITY", re.IGNORECASE)


def parse_xml(xml: bytes, shown: str) -> Any:
    """Return the root element. Raises InputError for XML that is broken or carries a document type definition."""
    from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

    kept, again = "The installed code sets are unchanged.", "Fetch the file again from its publisher."
    # Asked of the bytes, so that a definition which is an attack is never looked into.
    if _DOCTYPE.search(xml.replace(b"\0", b"")[:65536]):
        raise InputError(
            f"{shown} carries a document type definition, which no release has.", kept=kept, next_step=again
        )
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InputError(f"{shown} is not well-formed XML: {error}.", kept=kept, next_step=again) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise InputError(
            f"{shown} carries a document type definition, which no release has.", kept=kept, next_step=again
        )
    return root


def clean_text(element: Any) -> str:
    """Return an element's text and that of all below it, spaces made single."""
    return " ".join("".join(element.itertext()).split())


def text_of(element: Any, tag: str) -> str:
    """Return the clean text of a child, empty where there is none."""
    child = element.find(tag)
    return "" if child is None else clean_text(child)
