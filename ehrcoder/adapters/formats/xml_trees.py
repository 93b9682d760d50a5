"""XML as it comes from elsewhere: parsed without entities, network or huge nodes, or refused with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ehrcoder.adapters.formats.json_values import shown
from ehrcoder.core.errors import InputError

if TYPE_CHECKING:
    from lxml.etree import _Element

XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"

_PROLOG = re.compile(rb"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_ROOT = re.compile(rb"<(?:[\w.-]+:)?([\w.-]+)")
_HEAD = 65_536
_LARGE = 9_000_000
_DEEPEST = 256
# .NET writes this declaration into files that it then saves as UTF-8.
_DECLARES_UTF_16 = re.compile(rb"^(<\?xml[^>]*?)\s+encoding\s*=\s*[\"']utf-?16[\"']", re.IGNORECASE)


def root_name_of(data: bytes) -> str:
    """Return the local name of the first element by its look alone, '' where there is none."""
    head = _plain_head(data)
    prolog = _PROLOG.match(head)
    found = _ROOT.match(head, prolog.end() if prolog else 0)
    return found[1].decode("ascii", errors="replace") if found else ""


def parse_xml(data: bytes) -> _Element:
    """Return the root, its elements' names without namespaces (`sdtc:text` is `text`), comments left out.

    Raises InputError for a document type declaration (entities, external files) and for XML that is not
    well-formed, naming the line.
    """
    from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  # compiled, without stubs

    _refuse_document_type(data)
    # Some senders pad their files; what stands before the declaration or behind the root is no part of either.
    unmarked = data.removeprefix(b"\xef\xbb\xbf")
    stripped = unmarked.lstrip(b" \t\r\n")
    lines_before = unmarked[: len(unmarked) - len(stripped)].count(b"\n")
    if not stripped.startswith((b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")):
        stripped = stripped.rstrip(b" \t\r\n\x00\x1a")
    stripped = _DECLARES_UTF_16.sub(rb"\1", stripped, count=1) if stripped.startswith(b"<?xml") else stripped
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        # The limit of 10 MB a text would refuse documents that carry a larger file; a DOCTYPE is refused anyhow.
        huge_tree=len(data) > _LARGE,
        remove_comments=True, remove_pis=True,
    )
    try:
        root = etree.fromstring(stripped, parser)
    except etree.XMLSyntaxError as error:
        line = (error.lineno or 1) + lines_before
        raise InputError(f"The XML is not well-formed, line {line}: {_reason(error)}.",
                         next_step="Export the file again.") from error
    except ValueError as error:
        raise InputError("The XML names an encoding that does not exist.",
                         next_step="Export the file as UTF-8.") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise _document_type_refused()
    if len(data) > _LARGE:
        _refuse_deep(root)
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = element.tag.rpartition("}")[2]
    return root


def child(element: _Element | None, *names: str) -> _Element | None:
    """Return the element at the end of these child names, None where there is none."""
    for name in names:
        if element is None:
            return None
        element = element.find(name)
    return element


def attribute(element: _Element | None, name: str) -> str:
    """Return an attribute without surrounding white space, '' where it or the element is missing."""
    return "" if element is None else (element.get(name) or "").strip()


def words_of(element: _Element | None) -> str:
    """Return all text below an element on one line."""
    return "" if element is None else " ".join("".join(texts_of(element)).split())


def texts_of(element: _Element) -> Iterator[str]:
    """Yield the text pieces below an element in document order."""
    yield from (piece for piece in element.itertext() if isinstance(piece, str))


def _plain_head(data: bytes) -> bytes:
    head = data[:_HEAD].replace(b"\x00", b"")
    for mark in (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"):
        head = head.removeprefix(mark)
    return head


def _refuse_document_type(data: bytes) -> None:
    head = _plain_head(data)
    prolog = _PROLOG.match(head)
    if head[prolog.end() if prolog else 0:].startswith(b"<!DOCTYPE"):
        raise _document_type_refused()


def _refuse_deep(root: _Element) -> None:
    """Hold large documents to the depth that the parser allows to others."""
    depth = 0
    level = [root]
    while level:
        depth += 1
        if depth > _DEEPEST:
            raise InputError("The XML is nested too deeply to be a record.",
                             next_step="Check the file at its source.")
        level = [child for element in level for child in element]


def _document_type_refused() -> InputError:
    return InputError(
        "The XML declares a document type (DOCTYPE), which can pull in entities and other files.",
        next_step="Clinical documents need none: export the file again without it.",
    )


def _reason(error: Exception) -> str:
    """Keep the parser's words and drop what it quotes of the content."""
    message = str(error).split(", line ")[0]
    if "Excessive depth" in message:
        return "it is nested too deeply to be a record"
    if "Namespace prefix" in message:
        prefix = message.split("Namespace prefix ")[1].split(" ")[0]
        return f"the namespace prefix {shown(prefix)} is not declared"
    return shown(re.sub(r"[\"'].*", "…", message)) or "it breaks off"
