"""The body of a C-CDA document: narratives in document order, codes of the entries, carried documents."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ehrcoder.adapters.formats.carried_types import EXTRACTED_TYPES, bytes_of_base64
from ehrcoder.adapters.formats.ccda_codes import Place, codes_of_entry, disposition_codes
from ehrcoder.adapters.formats.ccda_narrative import narrative_text
from ehrcoder.adapters.formats.json_values import shown
from ehrcoder.adapters.formats.xml_trees import attribute, child, texts_of, words_of
from ehrcoder.core.errors import InputError
from ehrcoder.core.records import ImportedCode

if TYPE_CHECKING:
    from lxml.etree import _Element

    from ehrcoder.adapters.formats.decoding import DecodedText

_DEEPEST_SECTION = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundText:
    """One text of the document and where it stands in it."""

    title: str
    text: str


@dataclass(slots=True)
class DocumentBody:
    """What was read of a document's body; what could not be read is reported and costs only itself."""

    report: Callable[[str], None]
    text_of: Callable[..., DecodedText]
    """Reads a carried document: bytes, media type, and `name` for its errors. It may be such a document again."""
    sections: list[str] = field(default_factory=list[str])
    carried: list[FoundText] = field(default_factory=list[FoundText])
    codes: list[ImportedCode] = field(default_factory=list[ImportedCode])
    notes: list[str] = field(default_factory=list[str])
    problems: list[str] = field(default_factory=list[str])
    _section_count: int = 0

    def read(self, root: _Element) -> None:
        """Read header codes, sections and carried documents."""
        encounter = child(root, "componentOf", "encompassingEncounter")
        if encounter is not None:
            self.codes.extend(disposition_codes(encounter, "The header's encounter", report=self._leave_out))
        for component in root.findall("component"):
            for body in component:
                if body.tag == "structuredBody":
                    for section in body.findall("component/section"):
                        self._read_section(section, depth=0)
                elif body.tag == "nonXMLBody":
                    self._read_carried(child(body, "text"), name="the document's body", title="")

    def read_part(self, root: _Element) -> None:
        """Read sections that were cut out of a document: `section`, a `component` with one, or a `structuredBody`."""
        self.notes.append("It is a part of a clinical document; whose it is, and of which day, was not in the file.")
        sections = [root] if root.tag == "section" else [*root.findall("section"), *root.findall("*/component/section"),
                                                         *root.findall("component/section")]
        for section in sections:
            self._read_section(section, depth=0)

    def _read_section(self, section: _Element, *, depth: int) -> None:
        self._section_count += 1
        number = self._section_count
        code = attribute(child(section, "code"), "code")
        text = child(section, "text")
        narrative = narrative_text(text) if text is not None else ""
        if narrative:
            title = words_of(child(section, "title")) or attribute(child(section, "code"), "displayName")
            self.sections.append(f"{title}\n{narrative}" if title else narrative)
        for place, entry in enumerate(section.findall("entry"), start=1):
            where = Place(section=number, section_code=code, entry=place)
            self.codes.extend(codes_of_entry(entry, where, report=self._leave_out))
            for value in _carried_values(entry):
                self._read_carried(value, name=f"section {number}, entry {place}", title=_name_of(section))
        if depth < _DEEPEST_SECTION:
            for inner in section.findall("component/section"):
                self._read_section(inner, depth=depth + 1)

    def _read_carried(self, text: _Element | None, *, name: str, title: str) -> None:
        if text is None:
            return
        media_type = attribute(text, "mediaType")
        content = "".join(texts_of(text))
        if not content.strip():
            where = "lies elsewhere and was not sent along" if child(text, "reference") is not None else "is empty"
            self._leave_out(f"What is carried in {name} {where}.")
            return
        if attribute(text, "representation") != "B64" and not _is_file_all_the_same(content, media_type):
            self.carried.append(FoundText(title=title, text=content))
            return
        try:
            if attribute(text, "compression"):
                raise InputError(f"What is carried in {name} is compressed "
                                 f"({shown(attribute(text, 'compression'))}), which is not read.")
            received = bytes_of_base64(content, name=f"What is carried in {name}")
            decoded = self.text_of(received, media_type, name=f"what is carried in {name}")
        except InputError as error:
            self._leave_out(error.what[:1].upper() + error.what[1:])
            return
        self.notes.extend(decoded.notes)
        if decoded.text.strip():
            self.carried.append(FoundText(title=title, text=decoded.text))

    def _leave_out(self, message: str) -> None:
        self.problems.append(message)
        self.report(message)


def _is_file_all_the_same(content: str, media_type: str) -> bool:
    """Some senders forget to say that a file is carried as Base64."""
    plain_type = media_type.split(";")[0].strip().lower()
    if plain_type.startswith("text/plain") or not plain_type:
        return False
    start = "".join(content[:400].split())
    return plain_type in EXTRACTED_TYPES and re.fullmatch(r"[A-Za-z0-9+/]{8,}={0,2}", start) is not None


def _name_of(section: _Element) -> str:
    return words_of(child(section, "title"))


def _carried_values(entry: _Element) -> Iterator[_Element]:
    """Yield notes that entries carry as files; pictures are left to the viewer of the document."""
    for value in entry.iter("text", "value"):
        if attribute(value, "representation") == "B64" and not attribute(value, "mediaType").startswith("image/"):
            yield value
