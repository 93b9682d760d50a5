"""Before an import: what the columns of tables mean, and how the notes of one file are parted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from ehrcoder.gui.dialogs.overlay import Overlay
from ehrcoder.gui.task_runner import Lane, Problem
from ehrcoder.ports import TablePreview
from ehrcoder.usecases.map_columns import COLUMN_ROLES, is_table, preview_table, remember_columns

if TYPE_CHECKING:
    from ehrcoder.gui.parts import PartHost

_ROWS = 8
_MOST_COLUMNS = 200
_CELL = 60
_CODE_ROLES = frozenset({"icd10cm", "icd10pcs", "icd9cm", "snomed", "hcpcs"})


class ImportOptionsPopup(Overlay):
    """One table after the other is shown with its first rows; what is said of it is remembered by its header."""

    def __init__(self, host: PartHost) -> None:
        super().__init__(host.widget, "", width=980, height=600)
        self._host = host
        self._paths: tuple[Path, ...] = ()
        self._tables: list[Path] = []
        self._preview: TablePreview | None = None
        self._combos: list[QComboBox] = []
        self.heading.setText(self.tr("Import with options"))
        self.setAccessibleName(self.tr("Import with options"))
        self.about = self.muted("")
        self.table = QTableWidget()
        self.table.setObjectName("import_preview")
        self.table.setAccessibleName(self.tr("First rows of the table; the first line says what each column is"))
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setTabKeyNavigation(False)
        self.table.setWordWrap(False)
        self.remarks = self.muted("")
        self.separator = QLineEdit()
        self.separator.setObjectName("import_separator")
        self.separator.setAccessibleName(self.tr("Separator between the notes of a file, a regular expression"))
        self.separator.returnPressed.connect(self._confirm)
        self.separator.setPlaceholderText(self.tr(
            "lines between the notes of one file, such as ^====$ (empty: one note)"
        ))
        self.stays = QCheckBox(self.tr("the line belongs to its note"))
        self.stays.setObjectName("import_separator_stays")
        self.stays.setAccessibleName(self.tr("The separating line is the first of its note"))
        self.stays.setToolTip(self.tr("Keep the separating line as the first line of the note that follows"))
        self._parting = QWidget()
        row = QHBoxLayout(self._parting)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.separator, 1)
        row.addWidget(self.stays)
        self.go = QPushButton(self.tr("Import"))
        self.go.setObjectName("import_go")
        self.go.setAccessibleName(self.tr("Import"))
        self.go.setToolTip(self.tr("Remember what was said of these columns, and go on"))
        self.go.setAutoDefault(True)
        self.go.clicked.connect(self._confirm)
        self.back = QPushButton(self.tr("Cancel"))
        self.back.setObjectName("import_back")
        self.back.setAccessibleName(self.tr("Cancel"))
        self.back.setToolTip(self.tr("Import nothing (Esc)"))
        self.back.setAutoDefault(True)
        self.back.clicked.connect(self.dismiss)
        for widget, stretch in ((self.about, 0), (self.table, 1), (self.remarks, 0), (self._parting, 0)):
            self.column.addWidget(widget, stretch)
        self.button_row(self.back, self.go)

    def ask(self, paths: Sequence[Path]) -> None:
        """Ask about these files; each table of them is shown in its turn."""
        self._paths = tuple(paths)
        services, session = self._host.session.services, self._host.session
        session.runner.start(
            Lane.READ, lambda: [path for path in self._paths if path.is_file() and is_table(path, services.readers)],
            done=self._on_tables, failed=session.problem.emit,
        )

    def chosen(self) -> Mapping[str, str]:
        """Return role → column as the boxes above the columns say it; a column may be read in one role only."""
        found: dict[str, str] = dict.fromkeys(self._preview.columns if self._preview else (), "")
        for place, combo in enumerate(self._combos):
            role = str(combo.currentData() or "")
            if role and self._preview is not None:
                name = self._preview.header[place]
                found[role] = f"{found[role]},{name}" if found.get(role) and role in _CODE_ROLES else name
        return found

    def _on_tables(self, tables: list[Path]) -> None:
        self._tables = tables
        self._parting.setVisible(len(tables) < len(self._paths))
        self._next()

    def _next(self) -> None:
        self._preview = None
        if not self._tables:
            self._show_no_table()
            return
        path, session = self._tables[0], self._host.session
        services = session.services

        def failed(problem: Problem) -> None:
            self._tables.pop(0)
            session.problem.emit(problem)
            if self._tables:
                self._next()

        session.runner.start(Lane.READ, lambda: preview_table(
            path, readers=services.readers, mappings=services.column_mappings, clock=services.clock,
            ids=services.ids, rows=_ROWS,
        ), done=lambda preview: self._show(path, preview), failed=failed)

    def _show_no_table(self) -> None:
        self.table.hide()
        self.remarks.setText("")
        self._combos = []
        self.about.setText(self.tr("Files: {0}. None of them has columns to be named.").format(len(self._paths)))
        self.open(self.separator)

    def _show(self, path: Path, preview: TablePreview) -> None:
        self._preview = preview
        width = min(len(preview.header), _MOST_COLUMNS)
        self.table.clear()
        self.table.setColumnCount(width)
        self.table.setRowCount(len(preview.rows) + 1)
        self.table.setHorizontalHeaderLabels([name[:_CELL] for name in preview.header[:width]])
        roles = {name: role for role, names in preview.columns.items() for name in (names, *names.split(","))}
        self._combos = []
        for place in range(width):
            combo = self._combo(preview.header[place], roles.get(preview.header[place], ""))
            self._combos.append(combo)
            self.table.setCellWidget(0, place, combo)
            self.table.setColumnWidth(place, 150)
            for line, row in enumerate(preview.rows, start=1):
                self.table.setItem(line, place, QTableWidgetItem(_short(row[place] if place < len(row) else "")))
        self.table.setVerticalHeaderLabels([self.tr("is"), *(str(n) for n in range(1, len(preview.rows) + 1))])
        self.about.setText(self.tr(
            "{0}: {1} rows. Say what each column is; it is remembered for every table with this header."
        ).format(path.name, preview.row_count))
        self.remarks.setText("\n".join(preview.remarks[:4]))
        self.remarks.setVisible(bool(preview.remarks))
        self.table.show()
        self.open(self._combos[0] if self._combos else self.go)

    def _combo(self, name: str, role: str) -> QComboBox:
        combo = QComboBox()
        combo.setObjectName("import_column_role")
        combo.setAccessibleName(self.tr("What the column {0} is").format(name[:_CELL]))
        combo.setToolTip(self.tr("What this column is; not read: –"))
        combo.addItem("–", "")
        words = self._words()
        for each in COLUMN_ROLES:
            combo.addItem(words.get(each, each), each)
        combo.installEventFilter(self)
        combo.setCurrentIndex(max(combo.findData(role), 0))
        return combo

    def _words(self) -> Mapping[str, str]:
        """Each begins with the role's name, so that typing it chooses it."""
        return {
            "text": self.tr("text of the note"), "record": self.tr("record or encounter number"),
            "patient": self.tr("patient (pseudonym)"), "start": self.tr("start of the encounter, date"),
            "end": self.tr("end of the encounter, date"), "birth": self.tr("birth date or year"),
            "class": self.tr("class of encounter"), "type": self.tr("type of note"),
            "title": self.tr("title of the note"), "icd10cm": self.tr("icd10cm codes"),
            "icd10pcs": self.tr("icd10pcs codes"), "icd9cm": self.tr("icd9cm codes"),
            "snomed": self.tr("snomed codes"), "hcpcs": self.tr("hcpcs codes"),
        }

    def _confirm(self) -> None:
        preview = self._preview
        if preview is not None:
            columns, mappings = self.chosen(), self._host.session.services.column_mappings
            known = TablePreview(header=preview.header, rows=(), row_count=0, columns=dict(columns))
            session = self._host.session
            session.runner.start(Lane.READ, lambda: remember_columns(known, columns, mappings),
                                 done=lambda _: self._on_remembered(), failed=session.problem.emit)
            return
        self._import()

    def _on_remembered(self) -> None:
        if self._tables:
            self._tables.pop(0)
        if self._tables:
            self._next()
        else:
            self._import()

    def _import(self) -> None:
        options: dict[str, str] = {}
        pattern = self.separator.text()
        if pattern and self._parting.isVisibleTo(self.card):
            options["separator"] = pattern
            if self.stays.isChecked():
                options["separator.stays"] = "yes"
        self.dismiss()
        self._host.session.import_files(self._paths, options=options)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # The table keeps Enter to itself; in a column's box it means: import.
        if (
            isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress and isinstance(watched, QComboBox)
            and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        ):
            self._confirm()
            return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
            return
        super().keyPressEvent(event)


def _short(cell: str) -> str:
    plain = " ".join(cell.split())
    return plain if len(plain) <= _CELL else plain[: _CELL - 1] + "…"
