"""What came of an import, file by file, with the reason for all that was left out; it can be kept as CSV."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QHeaderView, QLineEdit, QPlainTextEdit, QPushButton

from ehrcoder.gui.dialogs.overlay import Overlay
from ehrcoder.gui.file_dialogs import ask_where_to_save
from ehrcoder.gui.language import spoken
from ehrcoder.gui.models.tables import Column, TableModel
from ehrcoder.gui.task_runner import Lane
from ehrcoder.gui.views.lists import make_sortable, plain_table
from ehrcoder.gui.words import counted
from ehrcoder.usecases.import_records import FileOutcome, ImportReport, ImportStatus

if TYPE_CHECKING:
    from ehrcoder.gui.parts import PartHost

_URGENT = {ImportStatus.FAILED: 0, ImportStatus.IMPORTED: 2, ImportStatus.DUPLICATE: 3}


class ImportReportPopup(Overlay):
    """Files that need attention stand first; the lower part shows all that is known of the chosen one."""

    def __init__(self, host: PartHost) -> None:
        super().__init__(host.widget, "", width=980, height=620)
        self._host = host
        self._report: ImportReport | None = None
        self.heading.setText(self.tr("Import report"))
        self.setAccessibleName(self.tr("Import report"))
        self.about = self.muted("")
        self.model = TableModel[FileOutcome]([
            Column(heading=self.tr("Outcome"), text=self._outcome, key=_urgency),
            Column(heading=self.tr("File"), text=lambda each: each.source_name),
            Column(heading=self.tr("Records"), text=_records, align_right=True,
                   key=lambda each: len(each.record_ids) if each.status is ImportStatus.IMPORTED else 0),
            Column(heading=self.tr("Format"), text=lambda each: each.source_format),
            Column(heading=self.tr("Remarks"), text=lambda each: spoken(each.message)),
        ], self)
        self.words = QLineEdit()
        self.words.setObjectName("import_report_filter")
        self.words.setAccessibleName(self.tr("Filter the files"))
        self.words.setPlaceholderText(self.tr("Filter by file, outcome, format or remark"))
        self.words.setClearButtonEnabled(True)
        self.words.textChanged.connect(self._filter)
        self.table = plain_table(self.tr("Files of the import"), "import_report_files")
        self.table.setModel(self.model)
        make_sortable(self.table)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        for place, width in enumerate((110, 280, 80, 90)):
            self.table.setColumnWidth(place, width)
        self.table.selectionModel().currentRowChanged.connect(self._show)
        self.details = QPlainTextEdit()
        self.details.setObjectName("import_report_details")
        self.details.setReadOnly(True)
        self.details.setTabChangesFocus(True)
        self.details.setAccessibleName(self.tr("What is known of the chosen file"))
        self.save = QPushButton(self.tr("Save as CSV…"))
        self.save.setObjectName("import_report_save")
        self.save.setAccessibleName(self.tr("Save as CSV"))
        self.save.setToolTip(self.tr("Write every file's outcome and reasons to a table"))
        self.save.setAutoDefault(True)
        self.save.clicked.connect(self._ask_where)
        self.close_button = QPushButton(self.tr("Close"))
        self.close_button.setObjectName("import_report_close")
        self.close_button.setAccessibleName(self.tr("Close"))
        self.close_button.setToolTip(self.tr("Close the report (Esc)"))
        self.close_button.setAutoDefault(True)
        self.close_button.clicked.connect(self.dismiss)
        self.column.addWidget(self.about)
        self.column.addWidget(self.words)
        self.column.addWidget(self.table, 3)
        self.column.addWidget(self.details, 2)
        self.button_row(self.save, self.close_button)

    @property
    def report(self) -> ImportReport | None:
        """The last import's report."""
        return self._report

    def keep(self, report: ImportReport) -> None:
        """Take the report of an import that has ended."""
        self._report = report
        ordered = sorted(report.outcomes, key=_urgency)
        self.words.clear()
        self.table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.model.set_rows(())
        self.model.set_rows(ordered)
        self.about.setText(" ".join((
            counted(report.new_records, self.tr("1 new record."), self.tr("{0} new records.")),
            self.tr("Files imported: {0}. Known already: {1}. Could not be read: {2}.").format(
                report.imported, report.duplicates, report.failed),
        )))

    def tell(self) -> None:
        """Show the report."""
        if self._report is None:
            self._host.say(self.tr("Nothing was imported since the window was opened."))
            return
        self.open(self.table)
        if self.model.rows:
            self.table.selectRow(0)

    def _filter(self) -> None:
        self.model.set_filter(self.words.text())
        if self.model.rows:
            self.table.selectRow(0)
        else:
            self.details.setPlainText(self.tr("No file fits the filter."))

    def _outcome(self, outcome: FileOutcome) -> str:
        match outcome.status:
            case ImportStatus.FAILED:
                return self.tr("✕ failed")
            case ImportStatus.DUPLICATE:
                return self.tr("= known")
            case ImportStatus.IMPORTED:
                return self.tr("✓ in part") if outcome.left_out else self.tr("✓ imported")

    def _show(self, current: QModelIndex, _: QModelIndex) -> None:
        outcome = self.model.row(current)
        if outcome is None:
            self.details.clear()
            return
        lines = [outcome.source_name, "", spoken(outcome.message) or self.tr("Nothing to remark.")]
        if outcome.left_out:
            lines += ["", self.tr("Left out or doubtful:"), *(f"  {each}" for each in map(spoken, outcome.left_out))]
        self.details.setPlainText("\n".join(lines))

    def _ask_where(self) -> None:
        file = ask_where_to_save(
            self._host.widget, self.tr("Save the import report"), "import-report.csv", self.tr("CSV (*.csv)"))
        if file is not None:
            self.save_to(file)

    def save_to(self, path: Path) -> None:
        """Write the report as CSV, off the main thread."""
        report = self._report
        if report is None:
            return

        def write() -> None:
            from ehrcoder.usecases.file_output import write_whole_file
            from ehrcoder.usecases.import_report import report_csv

            write_whole_file(path, report_csv(report))

        session = self._host.session
        session.runner.start(Lane.READ, write, failed=session.problem.emit,
                             done=lambda _: self._host.say(self.tr("The report is in {0}.").format(path.name)))

    def keyPressEvent(self, event) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
            return
        super().keyPressEvent(event)


def _urgency(outcome: FileOutcome) -> int:
    return 1 if outcome.left_out and outcome.status is ImportStatus.IMPORTED else _URGENT[outcome.status]


def _records(outcome: FileOutcome) -> str:
    return str(len(outcome.record_ids)) if outcome.status is ImportStatus.IMPORTED else "0"
