"""Import, export and About: what is asked of the person, and what is told afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from ehrcoder.core.codes import CodeSetEdition
from ehrcoder.gui.dialogs.choice import Choice, ChoicePopup
from ehrcoder.gui.dialogs.messages import MessagePopup
from ehrcoder.gui.file_dialogs import ask_for_files, ask_for_folder
from ehrcoder.gui.session import WorkspaceSession
from ehrcoder.gui.words import counted

if TYPE_CHECKING:
    from ehrcoder.usecases.export_records import ExportReport
    from ehrcoder.usecases.import_records import ImportReport

_FORMAT_KEYS = "1234567890"


class FileJobs(QObject):
    """Asks for files and folders, and reports each long job with them."""

    def __init__(
        self, window: QWidget, session: WorkspaceSession, message: MessagePopup, choices: ChoicePopup
    ) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._message = message
        self._choices = choices
        self.editions: tuple[CodeSetEdition, ...] = ()
        session.imported.connect(self._on_imported)
        session.exported.connect(self._on_exported)

    def ask_for_files(self) -> None:
        """Let the person choose files to import."""
        self._session.import_files(ask_for_files(
            self._window, self.tr("Import records"), self.tr(
                "Usual files (*.txt *.md *.rtf *.docx *.pdf *.csv *.tsv *.xlsx *.jsonl *.json *.ndjson *.xml *.ccda "
                "*.hl7 *.zip);;All files (*)"
            ),
        ))

    def ask_for_folder(self) -> None:
        """Let the person choose a folder to import."""
        folder = ask_for_folder(self._window, self.tr("Import a folder of records"))
        if folder is not None:
            self._session.import_files([folder])

    def ask_for_export(self) -> None:
        """Let the person choose a format and a folder, then export every signed record."""
        self._session.find_export_formats(self._ask_for_format)

    def _ask_for_format(self, names: tuple[str, ...]) -> None:
        if len(names) == 1:
            self._export(names[0])
            return
        self._choices.ask(
            counted(
                len(self._session.signed_ids()), self.tr("Export 1 signed record as"),
                self.tr("Export {0} signed records as"),
            ),
            [Choice(key=key, words=self._format_words(name), value=name)
             for key, name in zip(_FORMAT_KEYS, names, strict=False)],
            self._export,
        )

    def _format_words(self, name: str) -> str:
        """Return what a form is good for, with its name on the command line."""
        known = {
            "fhir-transaction": self.tr("FHIR R4, for a server (transaction)"),
            "fhir-collection": self.tr("FHIR R4, as a file (collection)"),
            "fhir-document": self.tr("FHIR R4 document, to be read as a whole"),
            "fhir-ndjson": self.tr("FHIR bulk data, one file for each kind"),
            "ccda": self.tr("C-CDA document (XML)"),
            "csv": self.tr("Table of codes (CSV)"),
            "xlsx": self.tr("Table of codes (Excel)"),
            "jsonl": self.tr("JSON Lines, one line a record"),
            "brat": self.tr("brat standoff, codes on their words"),
            "summary-html": self.tr("Coding summary to read or print (HTML)"),
        }
        return known.get(name, name)

    def _export(self, format_name: str) -> None:
        folder = ask_for_folder(self._window, self.tr("Export into folder"))
        if folder is not None:
            self._session.export(self._session.signed_ids(), folder, format_name)

    @Slot(object)
    def _on_imported(self, report: ImportReport) -> None:
        told = self.tr("Files imported: {0}. Known already: {1}. Could not be read: {2}.").format(
            report.imported, report.duplicates, report.failed
        )
        # Where something needs attention the import report opens by itself (`import_parts`).
        self._session.said.emit(told)

    @Slot(object)
    def _on_exported(self, report: ExportReport) -> None:
        told = counted(len(report.files), self.tr("1 file written."), self.tr("{0} files written."))
        if report.files:
            told = f"{told} {report.files[0].path.parent}"
        if report.refused:
            titles = {row.record_id: row.title for row in self._session.rows}
            lines = [f"{titles.get(each.record_id, each.record_id)}: {each.reason}" for each in report.refused]
            told = told + "\n" + counted(
                len(lines), self.tr("1 record was not written:"), self.tr("{0} records were not written:")
            )
            self._message.tell(self.tr("Export"), told, "\n".join(lines))
        else:
            self._session.said.emit(told)
