"""The history of a record: a timeline of every change, what differs between two versions, and the way back."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from ehrcoder.core.versions import differences, group_starts, version_at
from ehrcoder.gui.actions import ActionSet
from ehrcoder.gui.icons import icon
from ehrcoder.gui.models.timeline import TimelineModel
from ehrcoder.gui.record_view import RecordView
from ehrcoder.gui.theme import LIGHT, Theme
from ehrcoder.gui.timeline import TimelineRow, difference_rows, timeline
from ehrcoder.gui.views.delegates import TimelineDelegate
from ehrcoder.gui.views.lists import QuietListView, choice_box
from ehrcoder.gui.views.panes import WithEmptyState

_ICONS = {"added": "added", "removed": "removed", "changed": "changed", "rejected": "rejected",
          "replaced": "replaced", "undecided": "undecided"}


class HistoryView(QWidget):
    """Every change of a record, the latest first."""

    def __init__(self, actions: ActionSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._view: RecordView | None = None
        self.model = TimelineModel(self)
        self.table = QuietListView("history_table", self.tr("History of decisions"))
        self.table.setModel(self.model)
        self.delegate = TimelineDelegate(self.table)
        self.table.setItemDelegate(self.delegate)
        self.table.selectionModel().currentChanged.connect(self._chosen)
        self.words = QLineEdit()
        self.words.setObjectName("history_filter")
        self.words.setAccessibleName(self.tr("Filter the history"))
        self.words.setPlaceholderText(self.tr("Filter by code, person, reason"))
        self.words.setClearButtonEnabled(True)
        self.order = choice_box("history_order", self.tr("Order of the history"), (
            (True, self.tr("Latest first")), (False, self.tr("Oldest first")),
        ))
        self.words.textChanged.connect(self._filter)
        self.order.currentIndexChanged.connect(self._filter)
        self._stack = WithEmptyState(self.table)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 6, 4, 4)
        column.setSpacing(6)
        line = QHBoxLayout()
        line.setContentsMargins(6, 0, 6, 0)
        line.addWidget(self.words, 1)
        line.addWidget(self.order)
        column.addLayout(line)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.addWidget(self._stack)
        self.splitter.addWidget(self._build_comparison(actions))
        self.splitter.setSizes([420, 210])
        self.splitter.setChildrenCollapsible(False)
        column.addWidget(self.splitter, 1)

    def _build_comparison(self, actions: ActionSet) -> QWidget:
        self.compared = QLabel()
        self.compared.setObjectName("paneTitle")
        self.against = choice_box("history_against", self.tr("Version to compare with"), ())
        self.against.currentIndexChanged.connect(self._compare)
        self.differences = QListWidget()
        self.differences.setObjectName("history_differences")
        self.differences.setAccessibleName(self.tr("Differences of two versions"))
        self.differences.setWordWrap(True)
        self.differences.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.comparison = QWidget()
        column = QVBoxLayout(self.comparison)
        column.setContentsMargins(6, 4, 6, 0)
        column.setSpacing(6)
        line = QHBoxLayout()
        line.addWidget(self.compared, 1)
        line.addWidget(self.against, 1)
        line.addWidget(actions.button("restore", self))
        column.addLayout(line)
        column.addWidget(self.differences, 1)
        return self.comparison

    def show_view(self, view: RecordView) -> None:
        """Show a record's history; the latest change is the chosen one."""
        is_other = self._view is None or self._view.record_id != view.record_id
        if not is_other and self._view is not None and self._view.coding.version == view.coding.version:
            self._view = view
            return
        self._view = view
        self.model.set_rows(timeline(view))
        self._stack.show_empty("" if view.events else self.tr(
            "Nothing was decided about this record yet.\n\n"
            "Every decision will stand here with its time, its coder and its reason."
        ))
        self.comparison.setVisible(bool(view.events))
        self._list_versions(view)
        if self.model.rows:
            self.table.setCurrentIndex(self.model.index_of(view.coding.version))
        self._compare()

    def set_theme(self, theme: Theme) -> None:
        """Paint in a theme's colours."""
        self._theme = theme
        self.delegate.set_theme(theme)
        self._compare()

    @property
    def chosen_version(self) -> int | None:
        """The version that the chosen change made."""
        row = self.model.row(self.table.currentIndex())
        return row.version if row is not None else None

    @property
    def chosen(self) -> TimelineRow | None:
        """The chosen change."""
        return self.model.row(self.table.currentIndex())

    def compare_latest(self) -> None:
        """Compare the present version with the one before the last action."""
        if self._view is not None:
            self.table.setCurrentIndex(self.model.index_of(self._view.coding.version))

    def _list_versions(self, view: RecordView) -> None:
        self.against.blockSignals(True)
        self.against.clear()
        self.against.addItem(self.tr("with the version before"), -1)
        self.against.addItem(self.tr("with the present version"), view.coding.version)
        self.against.addItem(self.tr("with version 0, nothing decided"), 0)
        for version in group_starts(view.events):
            self.against.addItem(self.tr("with version {0}").format(version), version)
        self.against.blockSignals(False)

    @Slot(QModelIndex, QModelIndex)
    def _chosen(self, _current: QModelIndex, _previous: QModelIndex) -> None:
        self._compare()

    @Slot()
    def _filter(self) -> None:
        self.model.set_filter(self.words.text(), latest_first=bool(self.order.currentData()))
        if self.model.rows:
            self.table.setCurrentIndex(self.model.index(0, 0))

    @Slot()
    def _compare(self) -> None:
        self.differences.clear()
        version, view = self.chosen_version, self._view
        if version is None or view is None:
            self.compared.clear()
            return
        against = self.against.currentData()
        if against is None or against < 0:
            ends = [0, *group_starts(view.events)]
            against = ends[max(ends.index(version) - 1, 0)]
        first, second = sorted((version, against))
        before = version_at(view.record_id, view.events, first)
        after = version_at(view.record_id, view.events, second)
        rows = difference_rows(differences(before, after), view)
        self.compared.setText(self.tr("Version {0} to {1}").format(first, second))
        colours = {"added": self._theme.accepted, "removed": self._theme.rejected, "rejected": self._theme.rejected}
        words = {"added": self.tr("Added"), "removed": self.tr("Removed"), "changed": self.tr("Changed")}
        for row in rows:
            item = QListWidgetItem(f"{words.get(row.kind, self.tr('Decision'))}: {row.words}")
            item.setIcon(icon(_ICONS.get(row.kind, "changed"), colours.get(row.kind, self._theme.replaced)))
            self.differences.addItem(item)
        if not rows:
            self.differences.addItem(self.tr("The codes and decisions of both versions are the same."))
