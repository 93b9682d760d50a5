"""The assigned codes at the right below: sequence, principal, present on admission, and the code edits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QLabel, QLineEdit, QListWidget, QListWidgetItem, QWidget

from ehrcoder.core.assignments import CodeAssignment, DiagnosisUse
from ehrcoder.core.codes import SHORT_NAME_OF_SYSTEM, CodeKind
from ehrcoder.core.ids import AssignmentId
from ehrcoder.gui.actions import ActionSet
from ehrcoder.gui.icons import icon
from ehrcoder.gui.models.tables import Column, TableModel
from ehrcoder.gui.record_view import RecordView
from ehrcoder.gui.theme import LIGHT, Theme
from ehrcoder.gui.views.lists import make_sortable, plain_table, sort_by
from ehrcoder.gui.views.panes import Pane, WithEmptyState
from ehrcoder.gui.words import admission_words, counted, kind_word, plain_tip

if TYPE_CHECKING:
    from ehrcoder.core.edits import EditFinding

_FINDINGS_HIGH = 96
_KINDS = tuple(CodeKind)


class AssignedPane(Pane):
    """The verified codes of the open record in their sequence."""

    def __init__(self, actions: ActionSet, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, title=self.tr("Assigned codes"))
        self._theme = LIGHT
        self._principal_icon = QIcon()
        self.open_edits: tuple[EditFinding, ...] = ()
        """The code edits of the open record, errors first."""
        self.model: TableModel[CodeAssignment] = TableModel(self._columns(), self)
        self.table = plain_table(self.tr("Assigned codes"), "assigned_table")
        self.table.setModel(self.model)
        header = self.table.horizontalHeader()
        header.setMinimumSectionSize(24)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        make_sortable(self.table)
        header.sortIndicatorChanged.connect(lambda *_: self._say_order())
        self.heading.addWidget(self.icon_button(actions, "filter_assigned"))
        self.words = QLineEdit()
        self.words.setObjectName("assigned_filter")
        self.words.setAccessibleName(self.tr("Filter assigned codes by code or words"))
        self.words.setPlaceholderText(self.tr("Code or words"))
        self.words.setClearButtonEnabled(True)
        self.words.textChanged.connect(self._filter)
        self.words.returnPressed.connect(self.table.setFocus)
        self.filter_line = QWidget()
        line = QHBoxLayout(self.filter_line)
        line.setContentsMargins(8, 0, 8, 0)
        line.addWidget(self.words)
        self.filter_line.hide()
        self.order_hint = QLabel()
        self.order_hint.setObjectName("notice")
        self.order_hint.setWordWrap(True)
        self.order_hint.setTextFormat(Qt.TextFormat.PlainText)
        self.order_hint.hide()
        self._sort_key = lambda: " / ".join(actions.shown_keys("sort_assigned"))
        self.body.addWidget(self.filter_line)
        self._stack = WithEmptyState(self.table)
        self.body.addWidget(self._stack, 1)
        self.body.addWidget(self.order_hint)
        self.findings = QListWidget()
        self.findings.setObjectName("findings")
        self.findings.setAccessibleName(self.tr("Code edits"))
        self.findings.setWordWrap(True)
        self.findings.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.findings.hide()
        self.body.addWidget(self.findings)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(8, 0, 8, 8)
        buttons.setSpacing(4)
        for name in ("principal", "admission", "move_up", "move_down", "remove"):
            button = actions.button(name, self)
            if name in ("move_up", "move_down"):
                self.icon_only(button)
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.icon_only(actions.button("next_edit", self)))
        self.body.addLayout(buttons)
        self.foot = buttons
        self.clear()

    def _columns(self) -> tuple[Column[CodeAssignment], ...]:
        return (
            Column(heading=self.tr("#"), text=lambda each: str(each.sequence), align_right=True,
                   key=lambda each: each.sequence),
            Column(heading=self.tr("Code"), text=lambda each: each.coding.code),
            Column(heading=self.tr("Title"), text=lambda each: each.coding.display,
                   tooltip=lambda each: f"{SHORT_NAME_OF_SYSTEM.get(each.coding.system, each.coding.system)} "
                                        f"{each.coding.code}\n{each.coding.display}"),
            Column(heading=self.tr("Use"), text=self._use, icon=self._use_icon,
                   key=lambda each: (_KINDS.index(each.kind), each.use is not DiagnosisUse.PRINCIPAL)),
            Column(heading=self.tr("POA"),
                   text=lambda each: each.present_on_admission.value if each.present_on_admission else "–",
                   tooltip=lambda each: admission_words(each.present_on_admission)
                   if each.present_on_admission else self.tr("Present on admission: not said")),
        )

    def show_view(self, view: RecordView) -> None:
        """Show a record's assigned codes, keeping the selected one."""
        selected = self.selected
        before = {each.assignment_id for each in self.model.given}
        fresh = [each for each in view.coding.assignments if each.assignment_id not in before]
        if before and len(fresh) == 1:
            selected = fresh[0]  # so that P right behind A makes the accepted code principal
        elif not before and len(view.coding.assignments) == 1:
            selected = view.coding.assignments[0]
        self.model.set_rows(view.coding.assignments)
        self._say_order()
        if selected is not None:
            self.select(selected.assignment_id)

    def show_findings(self, findings: tuple[EditFinding, ...]) -> None:
        """Show the code edits, errors first."""
        marked = self.findings.currentRow()
        self.findings.clear()
        self.open_edits = findings
        colours = {"error": self._theme.rejected, "warning": self._theme.warning}
        words = {"error": self.tr("Error"), "warning": self.tr("Warning")}
        for finding in findings:
            severity = str(finding.severity)
            word = words.get(severity, self.tr("Information"))
            item = QListWidgetItem(f"{word}: {finding.message}")
            name = severity if severity in colours else "information"
            item.setIcon(icon(name, colours.get(severity, self._theme.muted)))
            item.setToolTip(plain_tip(f"{finding.rule_id}: {finding.message}"))
            self.findings.addItem(item)
        if 0 <= marked < len(findings):
            self.findings.setCurrentRow(marked)
        self.findings.setVisible(bool(findings))
        self._fit_findings()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_findings()

    def _fit_findings(self) -> None:
        """Show whole code edits only, as many as leave the codes their rows; the others are scrolled to."""
        limit = max(min(self.height() * 3 // 10, _FINDINGS_HIGH), self.findings.fontMetrics().height() + 12)
        high = 0
        for row in range(self.findings.count()):
            further = self.findings.sizeHintForRow(row)
            if high + further > limit and high:
                break
            high = min(high + further, limit)
        self.findings.setFixedHeight(high + 4)

    @property
    def errors(self) -> tuple[str, ...]:
        """What forbids the signature."""
        return tuple(each.message for each in self.open_edits if str(each.severity) == "error")

    def step_finding(self, offset: int) -> EditFinding | None:
        """Mark the next (1) or previous (-1) code edit, round and round; None where there is none."""
        if not self.open_edits:
            return None
        here = self.findings.currentRow()
        place = (here + offset) % len(self.open_edits) if here >= 0 else (0 if offset > 0 else -1)
        place %= len(self.open_edits)
        self.findings.setCurrentRow(place)
        self.findings.scrollToItem(self.findings.item(place))
        return self.open_edits[place]

    def clear(self) -> None:
        """Show nothing."""
        self.show_sequence()
        self.model.set_rows(())
        self.open_edits = ()
        self.aside.clear()
        self.findings.hide()
        self._stack.show_empty(self.tr("The verified codes of the open record appear here."))

    @property
    def selected(self) -> CodeAssignment | None:
        """The selected code."""
        return self.model.row(self.table.currentIndex())

    def select(self, assignment_id: AssignmentId) -> None:
        """Select a code; a filter that hides it is taken off, so that the next key never means another one."""
        index = self.model.first_where(lambda each: each.assignment_id == assignment_id)
        if not index.isValid() and self.model.is_filtered:
            self._take_filter_off()
            index = self.model.first_where(lambda each: each.assignment_id == assignment_id)
        if index.isValid():
            self.table.setCurrentIndex(index)

    def sort_on(self) -> None:
        """Sort by the next column, and in sequence again behind the last one."""
        here = self.table.horizontalHeader().sortIndicatorSection()
        following = max(here, 0) + 1  # the first column is the sequence itself
        sort_by(self.table, following if following < self.model.columnCount() else -1)

    def toggle_filter(self) -> None:
        """Show the filter with the focus in it; once more takes it off and away."""
        if self.filter_line.isVisible():
            self._take_filter_off()
            self.table.setFocus()
        else:
            self.filter_line.show()
            self.words.setFocus()

    def show_sequence(self) -> None:
        """Show every code in sequence."""
        self._take_filter_off()
        self.table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)

    @property
    def is_in_sequence(self) -> bool:
        """Whether the rows are shown from the first code to the last."""
        order = [each.sequence for each in self.model.rows]
        return order == sorted(order)

    def set_theme(self, theme: Theme) -> None:
        """Paint in a theme's colours."""
        self._theme = theme
        self._principal_icon = icon("principal", theme.accent)

    def _take_filter_off(self) -> None:
        self.words.clear()
        self.filter_line.hide()

    def _filter(self) -> None:
        selected = self.selected
        self.model.set_filter(self.words.text())
        kept = self.model.first_where(lambda each: selected is not None
                                      and each.assignment_id == selected.assignment_id)
        if kept.isValid() or self.model.rows:
            self.table.setCurrentIndex(kept if kept.isValid() else self.model.index(0, 0))
        self._say_order()

    def _say_order(self) -> None:
        """Say where the list is not the whole sequence; what a key changes is the sequence all the same."""
        shown, total = len(self.model.rows), len(self.model.given)
        told = counted(total, self.tr("1 code"), self.tr("{0} codes"))
        self.aside.setText(told if shown == total else self.tr("{0} of {1} listed").format(shown, told))
        self.order_hint.setText(self.tr(
            "Sorted by {0}, not in sequence. P, Alt+↑ and Alt+↓ act on the sequence (#). {1} sorts on."
        ).format(self.model.sorted_by, self._sort_key()))
        self.order_hint.setVisible(bool(self.model.sorted_by) and not self.is_in_sequence)
        if not total:
            self._stack.show_empty(self.tr(
                "No code is assigned yet. A accepts a suggestion, Ctrl+K searches for another code."))
        else:
            self._stack.show_empty("" if shown else self.tr("No assigned code fits the filter."))

    def _use(self, each: CodeAssignment) -> str:
        if each.use is DiagnosisUse.PRINCIPAL:
            return self.tr("Principal")
        return self.tr("Secondary") if each.kind == "diagnosis" else kind_word(each.kind)

    def _use_icon(self, each: CodeAssignment) -> QIcon:
        return self._principal_icon if each.use is DiagnosisUse.PRINCIPAL else QIcon()
