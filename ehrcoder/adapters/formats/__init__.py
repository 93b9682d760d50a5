"""One reader per input format."""

from __future__ import annotations

from ehrcoder.adapters.formats.archives import ZipReader
from ehrcoder.adapters.formats.brat import BratReader
from ehrcoder.adapters.formats.ccda import CcdaReader
from ehrcoder.adapters.formats.codiesp import CodiEspReader
from ehrcoder.adapters.formats.csv_records import CsvReader
from ehrcoder.adapters.formats.documents import document_readers
from ehrcoder.adapters.formats.fhir_json import FhirJsonReader, FhirNdjsonReader
from ehrcoder.adapters.formats.hl7v2 import Hl7v2Reader
from ehrcoder.adapters.formats.plain_text import PlainTextReader
from ehrcoder.adapters.formats.table_sources import JsonLinesReader, XlsxReader
from ehrcoder.ports import RecordReader


def all_readers() -> tuple[RecordReader, ...]:
    """Return every reader, the most particular first: the first that recognises a file takes it."""
    single = (
        CodiEspReader(), BratReader(), CcdaReader(), Hl7v2Reader(), FhirNdjsonReader(), JsonLinesReader(),
        FhirJsonReader(), *document_readers(), XlsxReader(), CsvReader(),
    )
    # Plain text also takes what it can only name, so that archives are looked into before.
    return (*single, ZipReader((*single, _NoArchive())), PlainTextReader())


class _NoArchive(PlainTextReader):
    """Within an archive, a further archive is not plain text's to name."""

    def recognises(self, head: bytes, file_name: str) -> bool:
        """Take what plain text takes, but for archives."""
        return not head.startswith(b"PK") and super().recognises(head, file_name)
