"""Every export format, by its name."""

from __future__ import annotations

from ehrcoder.adapters.brat_writer import BratWriter
from ehrcoder.adapters.ccda_writer import CcdaWriter
from ehrcoder.adapters.csv_writer import CsvWriter
from ehrcoder.adapters.fhir.bundle import BundleForm
from ehrcoder.adapters.fhir.ndjson import FhirNdjsonWriter
from ehrcoder.adapters.fhir.writer import FhirBundleWriter
from ehrcoder.adapters.html_summary import HtmlSummaryWriter
from ehrcoder.adapters.jsonl_writer import JsonLinesWriter
from ehrcoder.adapters.xlsx_writer import XlsxWriter
from ehrcoder.ports import ExportWriter


def all_writers(*, namespace: str = "") -> tuple[ExportWriter, ...]:
    """Return the writers, the one for FHIR servers first.

    `namespace` makes pseudonyms and coder names unique beyond one record; see docs/fhir-mapping.md.
    """
    return (
        FhirBundleWriter(BundleForm.TRANSACTION, namespace=namespace),
        FhirBundleWriter(BundleForm.COLLECTION, namespace=namespace),
        FhirBundleWriter(BundleForm.DOCUMENT, namespace=namespace),
        FhirNdjsonWriter(namespace=namespace),
        CcdaWriter(),
        CsvWriter(),
        XlsxWriter(),
        JsonLinesWriter(),
        BratWriter(),
        HtmlSummaryWriter(),
    )
