"""The installed code sets, and the import of official releases or a site's own sets: all of it or nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFormLayout,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from ehrcoder.core.codes import ICD_10_CM, ICD_10_PCS
from ehrcoder.gui.dialogs.overlay import Overlay
from ehrcoder.gui.file_dialogs import ask_for_files, ask_for_folder
from ehrcoder.gui.job_state import JobState
from ehrcoder.gui.task_runner import CancelFlag, Problem
from ehrcoder.gui.time_left import left_words
from ehrcoder.gui.words import counted
from ehrcoder.ports import Progress

if TYPE_CHECKING:
    from ehrcoder.core.code_releases import ReleaseImport
    from ehrcoder.core.codes import CodeSetEdition
    from ehrcoder.gui.parts import PartHost

_JOB = "codesets"
_NAMED = 12


def _newest_first(editions: Sequence[CodeSetEdition]) -> list[CodeSetEdition]:
    """The classifications first, each with its newest edition first; then the small sets by name."""
    main = {system: place for place, system in enumerate((ICD_10_CM, ICD_10_PCS))}
    newest = sorted(editions, key=lambda each: (each.effective_from or dt.date.min, each.version), reverse=True)
    return sorted(newest, key=lambda each: (main.get(each.system, len(main)), "" if each.system in main else each.name))


class CodeSetImportPopup(Overlay):
    """Shows what is installed; files and folders that are chosen are imported while the window stays usable."""

    def __init__(self, host: PartHost) -> None:
        super().__init__(host.widget, "", width=860, height=620)
        self._host = host
        self._imported: Callable[[], None] = lambda: None
        self._flag: CancelFlag | None = None
        self._is_asked = False
        self.heading.setText(self.tr("Code sets"))
        self.setAccessibleName(self.tr("Code sets"))
        self.about = self.muted(self.tr(
            "Import what CMS and NCHS publish, zipped or not, a FHIR CodeSystem or ValueSet, or a table with the "
            "columns code and display. Assigned codes are never rewritten."
        ))
        self.table = QTableWidget(0, 4)
        self.table.setObjectName("code_set_editions")
        self.table.setAccessibleName(self.tr("Installed editions"))
        self.table.setHorizontalHeaderLabels(
            [self.tr("Edition"), self.tr("In force"), self.tr("Codes"), self.tr("Source")]
        )
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.edition = self._line("code_set_edition", self.tr("Year, where the files do not say it"), "2027, 2027-04")
        self.system = self._line("code_set_system", self.tr("Code system of a table"), "http://…, urn:oid:…")
        self.name = self._line("code_set_name", self.tr("Name of a table's code set"), "")
        self._said = QWidget()
        form = QFormLayout(self._said)
        form.setContentsMargins(0, 0, 0, 0)
        for each in (self.edition, self.system, self.name):
            form.addRow(each.accessibleName(), each)
        self.bar = QProgressBar()
        self.bar.setObjectName("code_set_progress")
        self.bar.setAccessibleName(self.tr("Progress of the import"))
        self.bar.setTextVisible(True)
        self.step = self.muted("")
        self.result = QPlainTextEdit()
        self.result.setObjectName("code_set_result")
        self.result.setAccessibleName(self.tr("What the import did"))
        self.result.setReadOnly(True)
        self.result.setMinimumHeight(150)
        self.files = self._button("code_set_files", self.tr("Import files…"), self._choose_files,
                                  self.tr("Choose files or archives; all of them are imported or nothing changes"))
        self.folder = self._button("code_set_folder", self.tr("Import folder…"), self._choose_folder,
                                   self.tr("Choose a folder; whatever is no release in it is named and left out"))
        self.stop = self._button("code_set_cancel", self.tr("Cancel import"), self._cancel,
                                 self.tr("Stop; the code sets stay as they were"))
        self.back = self._button("code_set_close", self.tr("Close"), self.dismiss, self.tr("Close (Esc)"))
        for widget, stretch in ((self.about, 0), (self.table, 1), (self._said, 0), (self.step, 0), (self.bar, 0),
                                (self.result, 1)):
            self.column.addWidget(widget, stretch)
        self.button_row(self.back, self.stop, self.folder, self.files)
        host.session.editions_changed.connect(self._show_editions)
        host.session.job_changed.connect(self._on_job)
        host.session.problem.connect(self._on_problem)
        self._show_idle()

    def ask(self, imported: Callable[[], None]) -> None:
        """Show the code sets; `imported` is called after each import."""
        self._imported = imported
        self.result.setVisible(bool(self.result.toPlainText()))
        self._host.session.list_code_sets(self._show_editions)
        self.open(self.files if self._flag is None else self.stop)

    def import_paths(self, paths: Sequence[Path]) -> None:
        """Import these files and folders."""
        services, chosen = self._host.session.services, tuple(paths)
        system, name, edition = self.system.text().strip(), self.name.text().strip(), self.edition.text().strip()

        def work(progress: Progress, cancel: CancelFlag) -> ReleaseImport:
            return services.import_code_sets(
                chosen, system=system, name=name, edition=edition, progress=progress, cancel=cancel
            )

        self.result.clear()
        if chosen and self._host.session.run_job(
            _JOB, self.tr("Importing code sets: {0}"), work, done=self._on_imported, started=self._on_started
        ):
            self.stop.setFocus()

    def _line(self, name: str, words: str, hint: str) -> QLineEdit:
        line = QLineEdit()
        line.setObjectName(name)
        line.setAccessibleName(words)
        line.setPlaceholderText(hint)
        return line

    def _button(self, name: str, text: str, pressed: Callable[[], None], tip: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        button.setAccessibleName(text)
        button.setToolTip(tip)
        button.setAutoDefault(True)
        button.clicked.connect(lambda: pressed())
        return button

    def _choose_files(self) -> None:
        self.import_paths(ask_for_files(
            self._host.widget, self.tr("Import code sets"),
            self.tr("Releases (*.zip *.xml *.txt *.csv *.json *.xlsx);;All files (*)"),
        ))

    def _choose_folder(self) -> None:
        folder = ask_for_folder(self._host.widget, self.tr("Import code sets of a folder"))
        self.import_paths([folder] if folder is not None else [])

    def _cancel(self) -> None:
        if self._flag is not None:
            self._flag.cancel()
            self.step.setText(self.tr("Stopping; the code sets stay as they were…"))

    def _on_started(self, flag: CancelFlag) -> None:
        self._flag = flag
        self._is_asked = True
        for each in (self.files, self.folder, self._said):
            each.setEnabled(False)
        self.stop.setVisible(True)
        self.bar.setVisible(True)
        self.bar.setRange(0, 0)

    def _on_job(self, state: JobState) -> None:
        if state.name == _JOB and self._flag is not None:
            left = left_words(state.seconds_left)
            self.step.setText(f"{state.text}  ·  {left}" if left else state.text)
            self.step.setVisible(True)
            self.bar.setRange(0, state.total)
            self.bar.setValue(state.done)
        elif self._flag is not None and not self._host.session.jobs.is_running(_JOB):
            self._show_idle()

    def _on_problem(self, problem: Problem) -> None:
        """Keep in the dialog why an import was refused: the status bar shows it for a moment only."""
        if self._is_asked:
            self._is_asked = False
            said = (part for part in (problem.what, problem.kept, problem.next_step) if part)
            self.result.setPlainText("\n".join(said))
            self.result.setVisible(True)

    def _show_idle(self) -> None:
        self._flag = None
        for each in (self.files, self.folder, self._said):
            each.setEnabled(True)
        for each in (self.stop, self.bar, self.step):
            each.setVisible(False)
        if self.isVisible():
            self.files.setFocus()

    def _on_imported(self, result: object) -> None:
        from ehrcoder.core.code_releases import ReleaseImport

        self._is_asked = False
        if isinstance(result, ReleaseImport):
            self.result.setPlainText("\n".join(self._lines(result)))
            self.result.setVisible(True)
            self._host.session.renew_code_sets()
            self._host.say(self.tr("The code sets are imported."))
            self._imported()

    def _lines(self, result: ReleaseImport) -> list[str]:
        lines: list[str] = []
        for each in result.editions:
            lines.append(self.tr("{0}: {1} codes").format(each.edition.name, f"{each.edition.billable_count:,}"))
            if each.changes is None:
                lines.append(self.tr("    the first edition of this set"))
            else:
                lines.append(self.tr("    against {0}:").format(each.changes.before))
                for words, codes in (
                    (self.tr("added"), each.changes.added), (self.tr("revised"), each.changes.revised),
                    (self.tr("retired"), each.changes.retired),
                ):
                    named = ", ".join(codes[:_NAMED]) + (", …" if len(codes) > _NAMED else "")
                    lines.append(f"    {len(codes):,} {words}{f': {named}' if named else ''}")
            if each.caveat:
                lines.append(f"    {each.caveat}")
        lines += [self.tr("{0} {1}: {2} entries").format(each.kind, each.edition, f"{each.size:,}")
                  for each in result.lists]
        if result.left_out:
            lines += ["", counted(len(result.left_out), self.tr("1 file was left out:"),
                                  self.tr("{0} files were left out:"))]
            lines += [f"    {each.shown}: {each.reason}" for each in result.left_out]
        return lines

    def _show_editions(self, editions: tuple[CodeSetEdition, ...]) -> None:
        self.table.setRowCount(len(editions))
        for row, each in enumerate(_newest_first(editions)):
            begins = each.effective_from.isoformat() if each.effective_from else "–"
            ends = each.effective_to.isoformat() if each.effective_to else self.tr("now")
            dates = f"{begins} – {ends}" if each.effective_from else self.tr("not stated")
            for column, text in enumerate((
                f"{each.name} ({each.version})", dates, f"{each.billable_count:,}", each.source,
            )):
                item = QTableWidgetItem(text)
                item.setToolTip(f"{each.licence}\nSHA-256 {each.sha256}" if column != 3 else each.source)
                if column == 2:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.table.setItem(row, column, item)
