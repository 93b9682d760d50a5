"""Every export format, by its name."""

from __future__ import annotations

from ehrcoder.adapters.csv_writer import CsvWriter
from ehrcoder.adapters.fhir.bundle import BundleForm
from ehrcoder.adapters.fhir.writer import FhirBundleWriter
from ehrcoder.ports import BundleWriter


def all_writers(*, namespace: str = "") -> tuple[BundleWriter, ...]:
    """Return the writers, the one for FHIR servers first.

    `namespace` makes pseudonyms and coder names unique beyond one record; see docs/fhir-mapping.md.
    """
    return (
        FhirBundleWriter(BundleForm.TRANSACTION, namespace=namespace),
        FhirBundleWriter(BundleForm.COLLECTION, namespace=namespace),
        CsvWriter(),
    )
