"""Writes a signed record as a FHIR R4 bundle, checked by the project's rules before it is handed out."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from ehrcoder import __version__
from ehrcoder.adapters.fhir.bundle import BundleForm, build_bundle, gather
from ehrcoder.adapters.fhir.coded import is_disposition
from ehrcoder.adapters.fhir.elements import Json
from ehrcoder.adapters.fhir.rules import ConceptLookup, check_bundle
from ehrcoder.adapters.fhir.structure import StructureChecker
from ehrcoder.core.assignments import CodingEvent, RecordCoding
from ehrcoder.core.errors import InputError, IntegrityError
from ehrcoder.core.ids import CoderId
from ehrcoder.core.records import EncounterRecord
from ehrcoder.core.suggestions import CodeSuggestion, InferenceRun

_SHOWN_BREACHES = 5


class FhirBundleWriter:
    """One bundle a record, as collection, transaction or document.

    `namespace` is an address that makes pseudonyms and coder names unique beyond one record; `lookup` gives
    the installed code sets, so that titles and headers are checked once more in the finished bundle.
    """

    def __init__(
        self,
        form: BundleForm,
        *,
        namespace: str = "",
        lookup: ConceptLookup | None = None,
        software_version: str = __version__,
    ) -> None:
        self._form = form
        self._namespace = namespace
        self._lookup = lookup
        self._software_version = software_version
        self._structure = StructureChecker()

    @property
    def format_name(self) -> str:
        return f"fhir-{self._form.value}"

    @property
    def suffix(self) -> str:
        return f".{self._form.value}.json"

    def render(
        self,
        record: EncounterRecord,
        coding: RecordCoding,
        events: Sequence[CodingEvent],
        suggestions: Sequence[CodeSuggestion],
        runs: Sequence[InferenceRun],
        *,
        exported_at: dt.datetime,
        exported_by: CoderId | None = None,
    ) -> bytes:
        """Return the bundle as UTF-8 JSON. Raises InputError and IntegrityError like `checked`."""
        return _spelled(
            self.checked(
                record, coding, events, suggestions, runs, exported_at=exported_at, exported_by=exported_by
            )
        )

    def checked(
        self,
        record: EncounterRecord,
        coding: RecordCoding,
        events: Sequence[CodingEvent],
        suggestions: Sequence[CodeSuggestion],
        runs: Sequence[InferenceRun],
        *,
        exported_at: dt.datetime,
        exported_by: CoderId | None = None,
    ) -> Json:
        """Return the bundle as JSON value that breaks no rule.

        Raises InputError when the record is not signed or holds what FHIR cannot, IntegrityError when the
        bundle breaks a rule.
        """
        bundle = self.build(record, coding, events, suggestions, runs, exported_at=exported_at, exported_by=exported_by)
        breaches = check_bundle(bundle, lookup=self._lookup)
        if breaches:
            raise _refused(record, [str(breach) for breach in breaches])
        problems = self._structure.problems(bundle)
        if problems:
            raise _refused(record, problems)
        return bundle

    def build(
        self,
        record: EncounterRecord,
        coding: RecordCoding,
        events: Sequence[CodingEvent],
        suggestions: Sequence[CodeSuggestion],
        runs: Sequence[InferenceRun],
        *,
        exported_at: dt.datetime,
        exported_by: CoderId | None = None,
    ) -> Json:
        """Return the bundle as JSON value, unchecked. Raises InputError when the record is not signed."""
        if coding.signature is None:
            raise InputError(
                f"Record {record.record_id} is not signed.",
                kept="Nothing was written.",
                next_step="Sign the record, then export it.",
            )
        _check_text(record)
        _check_dispositions(record, coding)
        try:
            signed = gather(
                record,
                coding,
                coding.signature,
                events,
                suggestions,
                runs,
                exported_at=exported_at,
                exported_by=exported_by,
                software_version=self._software_version,
            )
            return build_bundle(signed, self._form, namespace=self._namespace)
        except KeyError as error:
            raise IntegrityError(
                f"Record {record.record_id} cannot be exported: its history or notes do not know {error}.",
                kept="Nothing was written.",
                next_step="Run `ehrcoder audit verify`.",
            ) from error


def _spelled(bundle: Json) -> bytes:
    """Return JSON with one entry a line: it can be compared line by line, and is written ten times as fast."""

    def compact(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    head = compact({name: value for name, value in bundle.items() if name != "entry"})
    entries = ",\n".join(compact(entry) for entry in bundle["entry"])
    return f'{head[:-1]},"entry":[\n{entries}\n]}}\n'.encode()


def _check_dispositions(record: EncounterRecord, coding: RecordCoding) -> None:
    """Refuse what an Encounter has no room for, rather than drop one of two verified codes."""
    if sum(1 for assignment in coding.assignments if is_disposition(assignment)) > 1:
        raise InputError(
            f"Record {record.record_id} cannot be exported: it has two discharge dispositions.",
            kept="Nothing was written.",
            next_step="Amend the record, remove one of them, and sign again.",
        )


def _check_text(record: EncounterRecord) -> None:
    for document in record.documents:
        try:
            document.text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise InputError(
                f"Record {record.record_id} cannot be exported: note {document.document_id} holds half of a "
                f"Unicode character at offset {error.start}, which no file format can carry.",
                kept="Nothing was written.",
                next_step="Import the note again from a repaired file.",
            ) from error


def _refused(record: EncounterRecord, reasons: Sequence[str]) -> IntegrityError:
    shown = "; ".join(reasons[:_SHOWN_BREACHES])
    more = f"; and {len(reasons) - _SHOWN_BREACHES} more" if len(reasons) > _SHOWN_BREACHES else ""
    return IntegrityError(
        f"Record {record.record_id} cannot be exported: {shown}{more}.",
        kept="Nothing was written.",
        next_step="Correct the code in question and sign again; a record whose codes are right points to a "
        "fault of the program.",
    )
