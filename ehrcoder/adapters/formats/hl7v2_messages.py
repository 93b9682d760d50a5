"""HL7 v2 on the wire: files into messages, messages into segments and fields, escapes into characters.

Encoding rules: HL7 v2.8, chapter 2 (2.5 to 2.8); batch files 2.10.3; MLLP framing of the transport appendix.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from ehrcoder.adapters.formats.json_values import shown
from ehrcoder.core.errors import InputError

Report = Callable[[str], None]

_SEGMENT_NAME = re.compile(r"[A-Z][A-Z0-9]{2}")
_INDENTED = re.compile(r"([ \t]{1,16})MSH[^A-Za-z0-9\s]")
_LINE_END = re.compile(r"\r\n|\n|\r")
_ENVELOPE = frozenset({"FHS", "BHS", "BTS", "FTS"})
# Segments whose last field is text that senders break over lines, although the standard forbids it.
_WITH_TEXT = frozenset({"OBX", "NTE", "TXA"})
_HEX = re.compile(r"X((?:[0-9A-Fa-f]{2})+)")
_SPACING = re.compile(r"\.sp(\d{1,2})?")
_UNSEEN = re.compile(r"[HN]|\.(?:in|ti|sk)[+-]?\d*|\.(?:fi|nf)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Separators:
    """The characters that a message declares for itself in MSH-1 and MSH-2."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"

    def unescape(self, text: str) -> str:
        """Return a value with its escape sequences as the characters they mean; unknown ones stay."""
        if not self.escape or self.escape not in text:
            return text
        mark = re.escape(self.escape)
        # Formatted text is broken with \.br\; a sequence never spans lines.
        return re.sub(f"{mark}([^{mark}\r\n]*){mark}", self._meaning, text)

    def _meaning(self, match: re.Match[str]) -> str:
        name = match[1]
        plain = {"F": self.field, "S": self.component, "R": self.repetition, "E": self.escape,
                 "T": self.subcomponent, ".br": "\n", ".BR": "\n", ".ce": "\n"}
        if name in plain:
            return plain[name]
        if spacing := _SPACING.fullmatch(name):
            return "\n" * int(spacing[1] or 1)
        if code := _HEX.fullmatch(name):
            received = bytes.fromhex(code[1])
            try:
                return received.decode("utf-8")
            except UnicodeDecodeError:
                return received.decode("latin-1")
        return "" if _UNSEEN.fullmatch(name) else match[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One segment; `number` counts those of its name in the message from one."""

    name: str
    number: int
    fields: tuple[str, ...]
    separators: Separators

    def __str__(self) -> str:
        return f"{self.name} {self.number}" if self.name not in ("MSH", "EVN", "PV1", "PV2") else self.name

    def raw(self, position: int) -> str:
        """Return a field as it was sent, '' where there is none; "" stands for deleted and is none."""
        value = self.fields[position] if position < len(self.fields) else ""
        return "" if value == '""' else value

    def text(self, position: int) -> str:
        """Return a field as text: its repetitions are lines."""
        marks = self.separators
        parts = self.raw(position).split(marks.repetition) if marks.repetition else [self.raw(position)]
        return "\n".join(marks.unescape(part) for part in parts)

    def repetitions(self, position: int) -> list[tuple[str, ...]]:
        """Return the components of each repetition of a field."""
        marks = self.separators
        value = self.raw(position)
        parts = value.split(marks.repetition) if marks.repetition else [value]
        return [tuple(self._component(component) for component in part.split(marks.component))
                for part in parts if part]

    def component(self, position: int, number: int = 1) -> str:
        """Return a component of a field's first repetition."""
        found = self.repetitions(position)
        return found[0][number - 1].strip() if found and len(found[0]) >= number else ""

    def _component(self, value: str) -> str:
        first = value.split(self.separators.subcomponent)[0] if self.separators.subcomponent else value
        plain = self.separators.unescape(first)
        return "" if plain == '""' else plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message: its place in the file, its text as received, and its segments."""

    number: int
    source: str
    segments: tuple[Segment, ...]

    @property
    def header(self) -> Segment:
        """The MSH segment, whose field numbers count the separator as MSH-1."""
        return self.segments[0]

    def first(self, name: str) -> Segment | None:
        """Return the first segment of a name."""
        return next((segment for segment in self.segments if segment.name == name), None)


def messages_of(text: str, *, report: Report) -> Iterator[Message]:
    """Yield the messages of a file; a malformed one is reported with its segment and costs only itself."""
    count = 0
    promised: str | None = None
    block: list[tuple[int, str]] = []
    indent = ""
    for line_number, whole in enumerate(_lines_of(text), start=1):
        # Messages out of documents are indented, every line by the same.
        line = whole.removeprefix(indent) if indent else whole
        if not block and (found := _INDENTED.match(whole)):
            indent, line = found[1], whole[found.end(1):]
        if line[:3] == "MSH":
            yield from _parsed(block, count, report)
            block, count = [(line_number, line)], count + 1
        elif line[:3] in _ENVELOPE and not line[3:4].isalnum():
            yield from _parsed(block, count, report)
            block = []
            if line[:3] == "BTS":
                promised = line[4:].split(line[3:4] or "|")[0].strip()
        elif block:
            block.append((line_number, line))
        elif line.strip():
            report(f"Line {line_number}: what stands before the first message (MSH) is no part of one.")
    yield from _parsed(block, count, report)
    if promised and promised.isdecimal() and int(promised) != count:
        report(f"The batch says that it holds {int(promised)} messages; {count} were found.")


def _lines_of(text: str) -> list[str]:
    """Split at segment ends; MLLP's start and end blocks are no content."""
    bare = text.replace("\x0b", "").replace("\x1c", "")
    if "\r" in bare and "\n" not in bare.replace("\r\n", ""):
        return re.split(r"\r\n|\r", bare)
    first_end = _LINE_END.search(bare)
    if first_end is not None and first_end.group() == "\r":
        # Segments end with CR, so that a line feed is part of a text.
        return [line.lstrip("\n") for line in bare.split("\r")]
    return _LINE_END.split(bare)


def _parsed(block: list[tuple[int, str]], number: int, report: Report) -> Iterator[Message]:
    if not block:
        return
    try:
        yield _message(block, number)
    except InputError as error:
        report(f"Message {number}: {error.what}")


def _message(block: list[tuple[int, str]], number: int) -> Message:
    separators = _separators_of(block[0][1])
    counts: dict[str, int] = {}
    segments: list[Segment] = []
    for text in _joined(block, separators):
        name = text[:3]
        counts[name] = counts.get(name, 0) + 1
        fields = text.split(separators.field)
        if name == "ADD" and len(segments) > 1:
            # The last field of the segment before goes on here.
            before = segments.pop()
            joined = (*before.fields[:-1], before.fields[-1] + "".join(fields[1:2]), *fields[2:])
            segments.append(replace(before, fields=joined))
            continue
        if name == "MSH":
            # MSH-1 is the separator itself, so that numbering agrees with the standard's.
            fields.insert(1, separators.field)
        segments.append(Segment(name=name, number=counts[name], fields=tuple(fields), separators=separators))
    if not segments[0].raw(9).strip():
        raise InputError("segment MSH names no message type (MSH-9).")
    return Message(number=number, source="\r".join(line for _, line in block), segments=tuple(segments))


def _separators_of(header: str) -> Separators:
    field = header[3:4]
    if not field or field.isalnum() or field.isspace():
        raise InputError("segment MSH declares no field separator.")
    declared = header[4:].split(field)[0]
    # A doubled backslash comes from senders that escape their configuration.
    declared = declared.replace("\\\\", "\\")
    if len(declared) < 2 or len(set(declared)) != len(declared) or any(mark.isalnum() for mark in declared):
        raise InputError("segment MSH declares no usable encoding characters (MSH-2).")
    padded = declared + "\x00" * 4
    component, repetition, escape, subcomponent = (mark if mark != "\x00" else "" for mark in padded[:4])
    return Separators(field=field, component=component, repetition=repetition, escape=escape,
                      subcomponent=subcomponent)


def _joined(block: list[tuple[int, str]], separators: Separators) -> list[str]:
    """Return whole segments; a line that begins none goes on with the text of the one before."""
    segments: list[str] = []
    blanks = 0
    for line_number, line in block:
        if not line.strip():
            blanks += 1
            continue
        starts = _SEGMENT_NAME.match(line) and line[3:4] in (separators.field, "")
        if starts:
            segments.append(line)
        elif segments[-1][:3] in _WITH_TEXT:
            segments[-1] += "\n" * (blanks + 1) + line
        else:
            name = line.split(separators.field)[0] if separators.field in line else ""
            named = f"'{shown(name)}'" if 0 < len(name) <= 4 else "a line"
            raise InputError(f"line {line_number}, after segment {segments[-1][:3]}: {named} begins no segment.")
        blanks = 0
    return segments
