"""Reader of HL7 v2.3 to 2.8 messages: one record a message and patient, files of any framing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePath

from ehrcoder.adapters.formats.decoding import DecodedText, decode, refuse_unstorable, sha256_of
from ehrcoder.adapters.formats.demographics import encounter_class_named, sex_named
from ehrcoder.adapters.formats.embedded_text import decode_named
from ehrcoder.adapters.formats.hl7_times import period_of, year_of
from ehrcoder.adapters.formats.hl7v2_codes import codes_of, readings_of_names
from ehrcoder.adapters.formats.hl7v2_content import FoundReport, reports_of
from ehrcoder.adapters.formats.hl7v2_messages import Message, Segment, messages_of
from ehrcoder.adapters.formats.json_values import shown
from ehrcoder.core.errors import InputError
from ehrcoder.core.ids import DocumentId, RecordId
from ehrcoder.core.records import ClinicalDocument, EncounterClass, EncounterRecord, ImportedCode, Patient, Period
from ehrcoder.ports import ReadContext

_START = re.compile(rb"(?:\xef\xbb\xbf)?[\x0b\s]*(?:MSH|FHS|BHS)[^A-Za-z0-9\s]")
_SOCIAL_SECURITY = frozenset({"SS", "SSN"})


class Hl7v2Reader:
    """Takes ADT, MDM, ORU, ORM, DFT, BAR and every other message that names a patient."""

    format_name = "hl7v2"

    def recognises(self, head: bytes, file_name: str) -> bool:
        """Take what begins with a message or batch header, and files named so."""
        return bool(_START.match(head)) or PurePath(file_name).suffix.lower() in (".hl7", ".hl7v2", ".mllp")

    def read(self, data: bytes, context: ReadContext) -> Iterator[EncounterRecord]:
        """Yield a record for each patient of each message.

        A malformed message is left out and named with its segment. Raises InputError when the file holds no
        message that can be taken.
        """
        decoded = _decoded(data)
        problems: list[str] = []

        def report(message: str) -> None:
            problems.append(message)
            context.on_left_out(message)

        messages = list(messages_of(decoded.text, report=report))
        parts = [(message, part) for message in messages for part in _by_patient(message, report)]
        if not parts:
            reason = problems[0] if problems else "it holds no MSH segment."
            raise InputError(f"No message of the file can be taken: {reason}",
                             next_step="Check how the messages were written to the file.")
        for place, (message, part) in enumerate(parts, start=1):
            source = decoded.text if len(parts) == 1 else f"{place if len(messages) == 1 else ''}{message.source}"
            sha256 = sha256_of(data) if len(parts) == 1 else sha256_of(source.encode("utf-8", errors="replace"))
            try:
                yield _record(message, part, context, sha256=sha256, notes=decoded.notes, several=len(messages) > 1)
            except InputError as error:
                report(f"Message {message.number}: {error.what}")


def _decoded(data: bytes) -> DecodedText:
    """Decode by MSH-18 (table 0211) where it names a single-byte set, else as every other text."""
    header = re.split(rb"[\r\n]", data[:4096].lstrip(b"\x0b\r\n "), maxsplit=1)[0]
    fields = header.split(header[3:4]) if header.startswith(b"MSH") and header[3:4] else []
    charset = re.match(rb"8859/(\d{1,2})", fields[17]) if len(fields) > 17 else None
    if charset and not data.isascii():
        if _is_utf_8(data):
            said = f"The message says that it is in 8859/{int(charset[1])}, but it is in UTF-8 and was read so."
            decoded = decode(data, name="The file")
            return DecodedText(text=decoded.text, notes=(*decoded.notes, said))
        return decode_named(data, f"text/plain; charset=iso-8859-{int(charset[1])}", name="The file")
    return decode(data, name="The file")


def _is_utf_8(data: bytes) -> bool:
    """Text of a single-byte set with letters beyond ASCII is hardly ever well-formed UTF-8."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _by_patient(message: Message, report: Callable[[str], None]) -> list[tuple[Segment, ...]]:
    """Split a message that tells of several patients; without a PID there is none."""
    starts = [place for place, segment in enumerate(message.segments) if segment.name == "PID"]
    if not starts:
        kind = shown(message.header.raw(9))
        report(f"Message {message.number} ({kind}) names no patient (PID).")
        return []
    before = message.segments[: starts[0]]
    return [(*before, *message.segments[start:end])
            for start, end in zip(starts, [*starts[1:], len(message.segments)], strict=True)]


def _record(
    message: Message, segments: Sequence[Segment], context: ReadContext, *, sha256: str, notes: tuple[str, ...],
    several: bool,
) -> EncounterRecord:
    where = f"Message {message.number}, " if several else ""

    def report(problem: str) -> None:
        plain = problem if not where else problem[:1].lower() + problem[1:]
        context.on_left_out(f"{where}{plain}")

    if any(segment.name == "DSC" and segment.raw(1) for segment in segments):
        report("Segment DSC: the message goes on in another one, which is not joined to it.")
    reports = reports_of(segments, report=report)
    country = message.header.component(17).upper()
    codes = tuple(dict.fromkeys(codes_of(segments, report=report, country=country)))
    period, period_notes = _period(message, segments)
    said = [*notes, *period_notes, *_notes_on(reports, codes, segments, country=country)]
    stem = PurePath(context.source_name).stem
    documents = tuple(_documents(reports, message))
    return EncounterRecord(
        record_id=RecordId(context.ids.new_id()),
        source_format=Hl7v2Reader.format_name,
        source_name=context.source_name,
        source_sha256=sha256,
        imported_at=context.clock.now(),
        patient=_patient(segments, otherwise=f"{stem}, message {message.number}" if several else stem),
        period=period,
        encounter_class=_encounter_class(segments),
        documents=documents,
        imported_codes=codes,
        import_notes=tuple(dict.fromkeys(said)),
    )


def _documents(reports: Sequence[FoundReport], message: Message) -> Iterator[ClinicalDocument]:
    for number, found in enumerate(reports, start=1):
        for text in (found.text, found.title, found.type):
            refuse_unstorable(text, place="The text")
        kind = "^".join([*message.header.repetitions(9), ("message",)][0][:2])
        yield ClinicalDocument(document_id=DocumentId(f"d{number}"), type=found.type,
                               title=found.title or f"{found.type} ({kind})", text=found.text)


def _notes_on(
    reports: Sequence[FoundReport], codes: Sequence[ImportedCode], segments: Sequence[Segment], *, country: str
) -> Iterator[str]:
    if reports:
        yield "The text is put together from the message's OBX and NTE segments."
    else:
        yield "No text came with it; its codes are shown." if codes else "No text and no code came with it."
    yield from readings_of_names(segments, country=country)


def _first(segments: Sequence[Segment], name: str) -> Segment | None:
    return next((segment for segment in segments if segment.name == name), None)


def _patient(segments: Sequence[Segment], *, otherwise: str) -> Patient:
    person = _first(segments, "PID")
    if person is None:
        return Patient(pseudonym=otherwise)
    numbers = [
        "".join(components[:1]).strip() for position in (3, 2) for components in person.repetitions(position)
        if not (len(components) > 4 and components[4].strip().upper() in _SOCIAL_SECURITY)
    ]
    pseudonym = next((number for number in numbers if number), otherwise)
    refuse_unstorable(pseudonym, place="PID-3")
    return Patient(pseudonym=pseudonym, birth_year=year_of(person.component(7)), sex=sex_named(person.component(8)))


def _encounter_class(segments: Sequence[Segment]) -> EncounterClass:
    visit = _first(segments, "PV1")
    given = visit.component(2).upper() if visit is not None else ""
    # Table 0004: recurring patients come and go, obstetric ones are admitted.
    return encounter_class_named({"R": "O", "B": "I"}.get(given, given))


def _period(message: Message, segments: Sequence[Segment]) -> tuple[Period, tuple[str, ...]]:
    visit = _first(segments, "PV1")
    if visit is not None and (visit.component(44) or visit.component(45)):
        return period_of(visit.component(44), visit.component(45), what="the visit")
    for name, position in (("TXA", 4), ("OBR", 7), ("PR1", 5), ("EVN", 2), ("MSH", 7)):
        segment = _first(segments, name)
        given = segment.component(position) if segment is not None else ""
        period, problems = period_of(given, given, what="it")
        if period != Period() and not problems:
            return period, (f"The visit is not dated; {name}-{position} of the message stands for it.",)
    return Period(), ()
