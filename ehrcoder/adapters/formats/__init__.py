"""One reader per input format."""

from __future__ import annotations

from ehrcoder.adapters.formats.ccda import CcdaReader
from ehrcoder.adapters.formats.codiesp import CodiEspReader
from ehrcoder.adapters.formats.csv_records import CsvReader
from ehrcoder.adapters.formats.fhir_json import FhirJsonReader, FhirNdjsonReader
from ehrcoder.adapters.formats.hl7v2 import Hl7v2Reader
from ehrcoder.adapters.formats.plain_text import PlainTextReader
from ehrcoder.ports import RecordReader


def all_readers() -> tuple[RecordReader, ...]:
    """Return every reader, the most particular first: the first that recognises a file takes it."""
    return (
        CodiEspReader(), CcdaReader(), Hl7v2Reader(), FhirNdjsonReader(), FhirJsonReader(), CsvReader(),
        PlainTextReader(),
    )
