"""The import report as a table: each file's outcome, and the reason for all that was left out."""

from __future__ import annotations

import csv
import io

from ehrcoder.usecases.import_records import FileOutcome, ImportReport, ImportStatus

REPORT_COLUMNS = ("file", "outcome", "format", "records", "message", "left out")


def report_row(outcome: FileOutcome) -> tuple[str, ...]:
    """Return an outcome's cells in the order of the columns."""
    new = len(outcome.record_ids) if outcome.status is ImportStatus.IMPORTED else 0
    return (outcome.source_name, outcome.status.value, outcome.source_format, str(new), outcome.message,
            " | ".join(outcome.left_out))


def report_csv(report: ImportReport) -> bytes:
    """Return the report as CSV in UTF-8 with byte-order mark; no cell begins like a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(REPORT_COLUMNS)
    writer.writerows([_harmless(cell) for cell in report_row(outcome)] for outcome in report.outcomes)
    return text.getvalue().encode("utf-8-sig", "replace")


def _harmless(cell: str) -> str:
    """A cell that begins like a formula would be run by a spreadsheet."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else cell
