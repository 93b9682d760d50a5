"""The campaign in the window: figures with plots, the records behind each, and the steps that come next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QModelIndex, QSize, Qt, Signal
from PySide6.QtSvgWidgets import QSvgWidget
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
)

from ehrcoder.core.ids import RecordId
from ehrcoder.gui.campaign.figures import Figure, figures_of, plot_of
from ehrcoder.gui.campaign.work import CampaignState, CampaignWork
from ehrcoder.gui.dialogs.overlay import Overlay
from ehrcoder.gui.file_dialogs import ask_where_to_save
from ehrcoder.gui.models.tables import Column, TableModel
from ehrcoder.gui.task_runner import CancelFlag, Problem
from ehrcoder.gui.views.lists import make_sortable, plain_table
from ehrcoder.usecases.campaign.charts import HEIGHT, WIDTH, Ink

if TYPE_CHECKING:
    from ehrcoder.core.campaign.gate import GateDecision
    from ehrcoder.gui.parts import PartHost
    from ehrcoder.gui.theme import Theme
    from ehrcoder.usecases.campaign.label import LabelProgress, LabelResult


class CampaignPopup(Overlay):
    """At the left the figures, at the right the plot and the records of the chosen one; below the next steps."""

    _advanced = Signal(object)
    _trained = Signal(str, int, int)

    def __init__(self, host: PartHost) -> None:
        super().__init__(host.widget, "", width=1160, height=720)
        self._host = host
        self._work = CampaignWork(host.session)
        self._state = CampaignState(dashboard=None, reasons={})
        self._notes: Mapping[RecordId, str] = {}
        self._cancel: CancelFlag | None = None
        self.heading.setText(self.tr("Campaign"))
        self.setAccessibleName(self.tr("Campaign"))
        self.about = self.muted("")
        self.about.setObjectName("campaign_about")
        self.figures = QListWidget()
        self.figures.setObjectName("campaign_figures")
        self.figures.setAccessibleName(self.tr("Figures of the campaign"))
        self.figures.setWordWrap(True)
        self.figures.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.figures.currentRowChanged.connect(self._show_figure)
        self.plot = QSvgWidget()
        self.plot.setObjectName("campaign_plot")
        self.plot.setMinimumSize(QSize(WIDTH, HEIGHT))
        self.model = TableModel[RecordId]([
            Column(heading=self.tr("Record"), text=self._title_of),
            Column(heading=self.tr("Why it stands on a list"), text=self._why),
        ], self)
        self.table = plain_table(self.tr("Records of the chosen figure"), "campaign_records")
        self.table.setModel(self.model)
        make_sortable(self.table)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.setColumnWidth(0, 260)
        self.table.activated.connect(self._open_record)
        right = QVBoxLayout()
        right.addWidget(self.plot, 0, Qt.AlignmentFlag.AlignHCenter)
        right.addWidget(self.table, 1)
        both = QHBoxLayout()
        both.addWidget(self.figures, 2)
        both.addLayout(right, 3)
        self.column.addWidget(self.about)
        self.column.addLayout(both, 1)
        self._add_steps()
        self._trained.connect(self._on_training, Qt.ConnectionType.QueuedConnection)
        self._advanced.connect(self._on_advanced, Qt.ConnectionType.QueuedConnection)

    def _add_steps(self) -> None:
        self.name = QLineEdit()
        self.name.setObjectName("campaign_name")
        self.name.setAccessibleName(self.tr("Name of the new campaign"))
        self.name.setPlaceholderText(self.tr("Name"))
        self.sample_size = QSpinBox()
        self.sample_size.setObjectName("campaign_size")
        self.sample_size.setAccessibleName(self.tr("How many records to sample"))
        self.sample_size.setRange(1, 100_000)
        self.sample_size.setValue(50)
        self.new = self.push_button("campaign_new", self.tr("New campaign"), self.tr(
            "Make a campaign: its seed and shares are fixed from then on"), self._create)
        self.sample = self.push_button("campaign_sample", self.tr("Sample"), self.tr(
            "Choose the records that are coded first, with reasons"), self._sample)
        self.train = self.push_button("campaign_train", self.tr("Train"), self.tr(
            "Train a version on the signed records; it is used only when it is better on others"), self._train)
        self.label = self.push_button("campaign_label", self.tr("Label"), self.tr(
            "Label what waits, in batch; it goes on where it stopped"), self._label)
        self.check = self.push_button("campaign_check", self.tr("Check"), self.tr(
            "Run the automatic checks over everything that is labelled"), self._check)
        self.queue = self.push_button("campaign_queue", self.tr("Queue"), self.tr(
            "Order what is labelled by what pays most to verify"), self._queue)
        self.next = self.push_button("campaign_next_record", self.tr("Next record"), self.tr(
            "Open what you do next"), self._next)
        self.report = self.push_button("campaign_report", self.tr("Report…"), self.tr(
            "Write the report as HTML"), self._report)
        self.close_button = self.push_button("campaign_close", self.tr("Close"), self.tr(
            "Close the view (Esc); labelling goes on"), self.dismiss)
        self.steps = (self.new, self.sample, self.train, self.label, self.check, self.queue, self.next, self.report)
        self.button_row(self.name, self.new, self.sample_size, self.sample, self.train, self.label, self.check,
                        self.queue, self.next, self.report, self.close_button)

    def ask(self) -> None:
        """Show the campaign of this workspace."""
        self.about.setText(self.tr("Reading the workspace…"))
        self.open(self.figures)
        self._load()

    def _load(self, *_: object) -> None:
        self._work.load(done=self._on_loaded, failed=self._on_problem)

    def _on_loaded(self, state: CampaignState) -> None:
        self._state = state
        board = state.dashboard
        writable = not self._host.session.is_read_only
        self.name.setVisible(board is None)
        for widget in (self.sample_size, *self.steps):
            widget.setVisible((board is not None) is (widget is not self.new))
        for button in self.steps:
            running = self._cancel is not None and button in (self.train, self.label)
            button.setEnabled(button.isEnabled() if running else writable or button is self.report)
        if board is None:
            self.about.setText(self.tr(
                "There is no campaign in this workspace. A campaign samples, labels and verifies many records, and "
                "says how far its codes can be trusted."))
            self.figures.clear()
            self.model.set_rows(())
            self.plot.hide()
            self.name.setFocus(Qt.FocusReason.PopupFocusReason)
            return
        self.heading.setText(self.tr("Campaign {0}").format(board.name))
        self.about.setText(self.tr("{0} records, {1} labelled, {2} signed").format(
            board.records, board.labelled, board.signed))
        row = max(0, self.figures.currentRow())
        self.figures.clear()
        for figure in figures_of(board):
            item = QListWidgetItem(f"{figure.name}\n{figure.value}")
            item.setData(Qt.ItemDataRole.UserRole, figure)
            item.setToolTip(figure.value)
            self.figures.addItem(item)
        self.figures.setCurrentRow(min(row, self.figures.count() - 1))

    def _show_figure(self, row: int) -> None:
        item = self.figures.item(row)
        board = self._state.dashboard
        if item is None or board is None:
            return
        figure: Figure = item.data(Qt.ItemDataRole.UserRole)
        svg = plot_of(board, figure, ink=self._ink())
        self.plot.setVisible(bool(svg))
        if svg:
            self.plot.load(QByteArray(svg.encode()))
            self.plot.setAccessibleName(f"{figure.name}: {figure.value}")
        self._notes = figure.notes
        self.model.set_rows(())
        self.model.set_rows(figure.records)

    def _ink(self) -> Ink:
        theme = self._host.theme
        return Ink(text=theme.text, faint=theme.border, main=theme.accent, other=theme.warning, good=theme.accepted,
                   bad=theme.rejected)

    def set_theme(self, theme: Theme) -> None:
        """Draw the plot in the colours of another theme."""
        self._show_figure(self.figures.currentRow())

    def _title_of(self, record_id: RecordId) -> str:
        row = self._host.session.row(record_id)
        return row.title if row is not None else record_id

    def _why(self, record_id: RecordId) -> str:
        """Return what the chosen figure says of a record, else why it stands on its last list."""
        return self._notes.get(record_id) or self._state.reasons.get(record_id, "")

    def _open_record(self, index: QModelIndex) -> None:
        record_id = self.model.row(index)
        if record_id is not None:
            self.dismiss()
            self._host.session.open_record(record_id)

    def _create(self) -> None:
        if self.name.text().strip():
            self._work.create(self.name.text().strip(), done=self._load, failed=self._on_problem)
        else:
            self.name.setFocus(Qt.FocusReason.OtherFocusReason)

    def _sample(self) -> None:
        self.about.setText(self.tr("Choosing…"))
        self._work.sample(self.sample_size.value(), done=self._load, failed=self._on_problem)

    def _check(self) -> None:
        self.about.setText(self.tr("Checking…"))
        self._work.check(done=self._load, failed=self._on_problem)

    def _queue(self) -> None:
        self._work.queue(done=self._load, failed=self._on_problem)

    def _next(self) -> None:
        def opened(said: str) -> None:
            self.dismiss()
            self._host.say(said)

        self._work.next_record(done=opened, failed=self._on_problem)

    def _train(self) -> None:
        if (cancel := self._started(self.train)) is not None:
            self.about.setText(self.tr("Training…"))
            self._work.train(cancel, report=self._trained.emit, done=self._on_gate, failed=self._on_problem,
                             paused=self._on_training_paused)

    def _on_training(self, message: str, number: int, total: int) -> None:
        self.about.setText(self.tr("Training: {0}, {1} of {2}").format(message, number, total))

    def _on_training_paused(self) -> None:
        self._long_work_ended()
        self.about.setText(self.tr("Training is paused; the version in use stays. Train goes on."))

    def _on_gate(self, decision: GateDecision) -> None:
        self._long_work_ended()
        text = self.tr("The new version is in use: {0}") if decision.accepted else self.tr(
            "The new version is not used: {0}")
        self._host.say(text.format(decision.reason))
        self._load()

    def _started(self, button: QPushButton) -> CancelFlag | None:
        """Begin long work whose button pauses it; while some runs, pause that instead and return nothing."""
        if self._cancel is not None:
            self._cancel.cancel()
            return None
        self._cancel = CancelFlag()
        for each in (self.train, self.label):
            each.setEnabled(each is button)
        button.setText(self.tr("Pause"))
        button.setAccessibleName(self.tr("Pause"))
        return self._cancel

    def _label(self) -> None:
        if (cancel := self._started(self.label)) is None:
            return
        self._work.label(cancel, report=self._advanced.emit, done=self._on_labelled, failed=self._on_problem)

    def _on_advanced(self, progress: LabelProgress) -> None:
        left = self.tr(", {0} min left").format(round(progress.seconds_left / 60)) if progress.seconds_left else ""
        rate = self.tr(", {0} an hour").format(round(progress.records_an_hour)) if progress.records_an_hour else ""
        self.about.setText(self.tr("Labelled {0} of {1}").format(progress.done, progress.total) + rate + left
                           + (f" – {progress.message}" if progress.message else ""))

    def _on_labelled(self, result: LabelResult) -> None:
        self._long_work_ended()
        self._host.session.load_rows()
        self._host.say(self.tr("{0} records labelled, {1} left").format(result.labelled, result.left))
        self._load()

    def _long_work_ended(self) -> None:
        self._cancel = None
        for button, text in ((self.train, self.tr("Train")), (self.label, self.tr("Label"))):
            button.setText(text)
            button.setAccessibleName(text)
            button.setEnabled(not self._host.session.is_read_only)

    def _report(self) -> None:
        board = self._state.dashboard
        if board is None:
            return
        file = ask_where_to_save(self, self.tr("Report"), f"{board.name}.html", "HTML (*.html)")
        if file is not None:
            self._work.report(file, board, failed=self._on_problem,
                              done=lambda _: self._host.say(self.tr("The report is written.")))

    def _on_problem(self, problem: Problem) -> None:
        self._long_work_ended()
        self.about.setText(" ".join(part for part in (problem.what, problem.kept, problem.next_step) if part))

