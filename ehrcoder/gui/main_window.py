"""The window: its panes, popups and actions, tied to the session by signals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QByteArray, QSettings, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QApplication,
    QMainWindow,
    QSizePolicy,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from ehrcoder.core.ids import RecordId
from ehrcoder.core.records import RecordRow
from ehrcoder.gui.actions import ActionSet, ActionSpec, Needs, Scope
from ehrcoder.gui.dialogs.choice import ChoicePopup
from ehrcoder.gui.dialogs.code_search import CodeSearch
from ehrcoder.gui.dialogs.key_sheet import KeySheet
from ehrcoder.gui.dialogs.messages import MessagePopup, ReasonPopup
from ehrcoder.gui.dialogs.overlay import Overlay
from ehrcoder.gui.dialogs.sign import SignPopup
from ehrcoder.gui.files import FileJobs
from ehrcoder.gui.parts import Popup, parts, start_parts
from ehrcoder.gui.record_view import RecordView
from ehrcoder.gui.review import Review, ReviewParts
from ehrcoder.gui.session import JobState, WorkspaceSession
from ehrcoder.gui.store_desk import WorkspaceInfo
from ehrcoder.gui.task_runner import Problem
from ehrcoder.gui.theme import LARGEST_FONT, SMALLEST_FONT, THEMES, Theme, apply_theme, theme_named
from ehrcoder.gui.views.assigned_pane import AssignedPane
from ehrcoder.gui.views.note_pane import NotePane
from ehrcoder.gui.views.record_pane import RecordPane
from ehrcoder.gui.views.status_strip import StatusStrip
from ehrcoder.gui.views.suggestion_tray import SuggestionTray
from ehrcoder.gui.words import counted

_MODEL_AFTER_MS = 400


class MainWindow(QMainWindow):
    """One workspace in one window."""

    workspace_refused = Signal(object)
    """Problem: the workspace could not be opened."""

    def __init__(
        self, session: WorkspaceSession, *, theme: str = "system", font_size: int = 11,
        memory: QSettings | None = None,
    ) -> None:
        super().__init__()
        self.session = session
        self._memory = memory
        self._theme: Theme = theme_named(theme)
        self._font_size = font_size
        self._is_first_load = True
        self._popups: dict[type, Overlay] = {}
        self._starting = list(start_parts())
        self.setObjectName("main_window")
        self._recall_look()
        self._style()  # before the widgets are made: polishing them again afterwards takes longer
        self.setWindowTitle("EHRCoder")
        self.actions_ = ActionSet(self, self.trigger)
        self._build_panes()
        self._build_popups()
        self.review = Review(ReviewParts(
            session=session, tray=self.tray, note=self.note, assigned=self.assigned, choices=self.choices,
            search=self.search, reason=self.reason,
        ), self)
        self.files = FileJobs(self, session, self.message, self.choices)
        self._handlers = self._handler_table()
        self._build_menus()
        self._attach_keys()
        self._connect()
        self._recall_places()
        self.set_theme(self._theme)
        self._refresh_actions()

    # building

    def _build_panes(self) -> None:
        self.records = RecordPane()
        self.note = NotePane()
        self.tray = SuggestionTray(self.actions_)
        self.assigned = AssignedPane(self.actions_)
        self.status = StatusStrip(self.actions_, self)
        self.setStatusBar(self.status)
        self.right = QSplitter(Qt.Orientation.Vertical)
        self.right.addWidget(self.tray)
        self.right.addWidget(self.assigned)
        self.right.setSizes([540, 250])
        self.panes = QSplitter(Qt.Orientation.Horizontal)
        for pane, least in ((self.records, 190), (self.note, 340), (self.right, 400)):
            pane.setMinimumWidth(least)
            self.panes.addWidget(pane)
        self.panes.setStretchFactor(1, 1)
        self.panes.setSizes([250, 640, 470])
        for splitter in (self.panes, self.right):
            splitter.setHandleWidth(8)
            splitter.setChildrenCollapsible(False)
        central = QWidget()
        column = QVBoxLayout(central)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self.panes)
        self.setCentralWidget(central)

    def _build_popups(self) -> None:
        self.choices = ChoicePopup(self)
        self.search = CodeSearch(self, lambda text, kinds, done, failed: self.session.search(
            text, kinds, done=done, failed=failed
        ))
        self.reason = ReasonPopup(self)
        self.message = MessagePopup(self)
        self.sign = SignPopup(self, self.actions_)
        self.key_sheet = KeySheet(self, self.actions_)

    @property
    def overlays(self) -> tuple[Overlay, ...]:
        """The popups; one at most is open."""
        own = (self.message, self.choices, self.search, self.reason, self.sign, self.key_sheet)
        return (*own, *self._popups.values())

    # what parts of the window use (see `parts`)

    @property
    def widget(self) -> QWidget:
        """The window itself."""
        return self

    def popup(self, kind: type[Popup], make: Callable[[], Popup]) -> Popup:
        """Return the window's one popup of this class; `make` builds it at the first call."""
        found = self._popups.get(kind)
        if found is None:
            found = self._popups[kind] = make()
            _paint(found, self._theme)
        return cast("Popup", found)

    def say(self, text: str) -> None:
        """Show a line in the status bar."""
        self.status.say(text)

    # building, continued

    def _build_menus(self) -> None:
        for group, specs in self.actions_.groups().items():
            menu = self.menuBar().addMenu(group)
            menu.setToolTipsVisible(True)
            for spec in specs:
                if not spec.name.startswith("alternative_"):
                    menu.addAction(self.actions_[spec.name])
        bar = self.addToolBar(self.tr("Main actions"))
        bar.setObjectName("main_toolbar")
        bar.setMovable(False)
        bar.toggleViewAction().setEnabled(False)
        for name in ("import", "propose", "search", "undo", "redo"):
            bar.addWidget(self.actions_.button(name))
        space = QWidget()
        space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(space)
        bar.addWidget(self.actions_.button("export"))
        bar.addWidget(self.actions_.button("sign", primary=True))

    def _attach_keys(self) -> None:
        tray_and_note = (Scope.REVIEW, Scope.CODES)
        self.actions_.attach(self.tray.view, tray_and_note)
        self.actions_.attach(self.note.note, tray_and_note)
        self.actions_.attach(self.assigned.table, (Scope.CODES,))

    def _connect(self) -> None:
        session = self.session
        session.opened.connect(self._on_opened)
        session.open_failed.connect(self.workspace_refused)
        session.rows_loaded.connect(self._on_rows)
        session.row_changed.connect(self.records.change_row)
        session.record_shown.connect(self._on_shown)
        session.record_updated.connect(self._on_updated)
        session.record_signed.connect(self._on_signed)
        session.findings_changed.connect(self.assigned.show_findings)
        session.job_changed.connect(self._on_job)
        session.model_changed.connect(self.status.show_model)
        session.editions_changed.connect(self._on_editions)
        session.said.connect(self.status.say)
        session.problem.connect(self.show_problem)
        self.review.said.connect(self.status.say)
        self.records.chosen.connect(self._open_chosen)

    def _handler_table(self) -> dict[str, Callable[[], Any]]:
        review = self.review
        table: dict[str, Callable[[], Any]] = {
            "import": self.files.ask_for_files, "import_folder": self.files.ask_for_folder,
            "export": self.files.ask_for_export, "quit": self.close, "propose": self._propose,
            "propose_all": self._propose_all, "cancel": self.session.cancel_jobs, "sign": self._ask_to_sign,
            "amend": self._ask_to_amend, "next_record": self.open_next, "undo": self.session.undo,
            "redo": self.session.redo, "next": review.next, "previous": review.previous,
            "next_evidence": review.next_evidence, "next_undecided": review.next_undecided,
            "accept": review.accept, "reject": review.reject, "replace": review.replace,
            "new_code": review.new_code, "principal": review.make_principal,
            "admission": review.ask_admission, "move_up": lambda: review.move_code(-1),
            "move_down": lambda: review.move_code(1), "remove": review.remove, "search": review.search,
            "find": self.note.open_find, "find_again": self.note.find_again,
            "focus_records": self.records.view.setFocus, "focus_note": self._focus_note,
            "focus_tray": self.focus_review, "focus_assigned": self._focus_assigned,
            "history": self.note.toggle_history, "back": self._back, "larger": lambda: self._scale(1),
            "smaller": lambda: self._scale(-1), "theme": self._next_theme,
            "keys": lambda: self.key_sheet.open(self.key_sheet.close_button), "about": self.files.tell_about,
        }
        for number in range(1, 10):
            table[f"alternative_{number}"] = lambda n=number: review.take_alternative(n)
        for part in parts():
            table[part.spec.name] = lambda run=part.run: run(self)
        return table

    # what happens

    def trigger(self, name: str) -> None:
        """Carry out an action; while a popup is open its keys go to the popup alone."""
        for overlay in self.overlays:
            if overlay.isVisible():
                overlay.take_action(name)
                return
        if self.actions_[name].isEnabled():
            self._handlers[name]()

    @Slot(object)
    def show_problem(self, problem: Problem) -> None:
        """Tell of a problem: a refusal in the status bar, all else in a popup."""
        if problem.is_refusal:
            self.status.say(" ".join(part for part in (problem.what, problem.next_step) if part))
        else:
            self.message.tell_problem(problem)

    def set_theme(self, theme: Theme) -> None:
        """Show the window in a theme."""
        self._theme = theme
        self._style()
        self.actions_.set_theme(theme)
        for part in (self.records, self.note, self.tray, self.assigned, self.search, *self._popups.values()):
            _paint(part, theme)

    def _style(self) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply_theme(app, self._theme, self._font_size)

    @property
    def theme(self) -> Theme:
        """The theme that is shown."""
        return self._theme

    def focus_review(self) -> None:
        """Put the focus where the review keys act."""
        (self.tray.view if self.tray.view.isVisible() else self.note.note).setFocus()

    def open_next(self) -> None:
        """Open the next record that is not signed."""
        view = self.session.view
        following = self.records.model.next_open(view.record_id if view else None)
        if following is None:
            self.status.say(self.tr("No other record waits. Ctrl+E exports what is signed."))
        else:
            self._open_chosen(following)

    @Slot(object)
    def _on_opened(self, info: WorkspaceInfo) -> None:
        suffix = self.tr(" (read only)") if info.read_only else ""
        self.setWindowTitle(f"{info.path.stem}{suffix} – EHRCoder")
        if info.code_sets_off:
            self.status.show_code_sets_off(info.code_sets_off)
            self.status.say(info.code_sets_off)
        QTimer.singleShot(_MODEL_AFTER_MS, self._look_for_model)

    @Slot()
    def _look_for_model(self) -> None:
        self.session.look_for_model()
        if not self.session.is_read_only:
            self.session.get_engine_ready()

    @Slot(object)
    def _on_rows(self, rows: tuple[RecordRow, ...]) -> None:
        self.records.show_rows(rows)
        if rows and self.session.view is None:
            self._is_first_load = False
            first = self.records.model.next_open(None) or rows[0].record_id
            self._open_chosen(first)
        elif not rows and self._is_first_load:
            self.records.search.setFocus()
        self._refresh_actions()
        while self._starting:
            self._starting.pop(0)(self)

    @Slot(object)
    def _on_shown(self, view: RecordView) -> None:
        self.records.mark_open(view.record_id)
        self.note.show_view(view, self._row(view.record_id))
        self.review.show_view(view, is_new=True)
        if not any(overlay.isVisible() for overlay in self.overlays):
            self.focus_review()
        self._refresh_actions()

    @Slot(object)
    def _on_updated(self, view: RecordView) -> None:
        had_focus = self.note.note.hasFocus() and not self.tray.view.isVisible()
        self.note.update_view(view, self._row(view.record_id))
        self.review.show_view(view, is_new=False)
        if had_focus and self.tray.view.isVisible():
            self.tray.view.setFocus()  # proposals arrived where there was nothing to decide before
        self._refresh_actions()

    @Slot(object)
    def _on_signed(self, record_id: RecordId) -> None:
        row = self._row(record_id)
        self.open_next()
        self.status.say(self.tr("Signed: {0}").format(row.title if row else ""))

    @Slot(object)
    def _on_job(self, state: JobState) -> None:
        self.status.show_job(state)
        self._refresh_actions()

    @Slot(object)
    def _on_editions(self, editions: Any) -> None:
        self.files.editions = editions
        self.status.show_editions(editions)

    @Slot(object)
    def _open_chosen(self, record_id: RecordId) -> None:
        self.session.open_record(record_id)

    def _row(self, record_id: RecordId) -> RecordRow | None:
        return next((row for row in self.session.rows if row.record_id == record_id), None)

    def _propose(self) -> None:
        if self.session.view is not None:
            self.session.propose((self.session.view.record_id,))
            self._refresh_actions()

    def _propose_all(self) -> None:
        ids = self.session.new_ids()
        if not ids:
            self.status.say(self.tr("Every record has proposals already."))
        self.session.propose(ids)
        self._refresh_actions()

    def _ask_to_sign(self) -> None:
        view = self.session.view
        if view is None:
            return
        if view.undecided:
            first = view.undecided[0]
            self.tray.go_to(first.suggestion_id)
            codes = ", ".join(each.coding.code for each in view.undecided[:8])
            more = " …" if len(view.undecided) > 8 else ""
            self.status.say(counted(
                len(view.undecided), self.tr("Not signed, 1 suggestion is still to decide: "),
                self.tr("Not signed, {0} suggestions are still to decide: "),
            ) + codes + more)
            return
        if self.assigned.errors:
            self.status.say(self.tr("Not signed. {0}").format(self.assigned.errors[0]))
            return
        row = self._row(view.record_id)
        title = row.title if row else view.record.source_name
        self.sign.ask(title, view, self.session.coder, self.session.sign)

    def _ask_to_amend(self) -> None:
        self.reason.ask(
            self.tr("Why is this record amended?"),
            self.tr("The former signature stays in the history; sign again when the coding is right."),
            self.session.amend,
        )

    def _back(self) -> None:
        if self.note.close_find() or self.focusWidget() not in (self.tray.view, self.note.note):
            self.focus_review()
        elif self.session.is_busy:
            self.session.cancel_jobs()
        else:
            self.focus_review()

    def _focus_note(self) -> None:
        self.note.show_note()
        self.note.note.setFocus()

    def _focus_assigned(self) -> None:
        table = self.assigned.table
        if not table.currentIndex().isValid() and self.assigned.model.rowCount():
            table.setCurrentIndex(self.assigned.model.index(0, 0))
        table.setFocus()

    def _scale(self, step: int) -> None:
        self._font_size = min(max(self._font_size + step, SMALLEST_FONT), LARGEST_FONT)
        self.set_theme(self._theme)

    def _next_theme(self) -> None:
        names = list(THEMES)
        self.set_theme(THEMES[names[(names.index(self._theme.name) + 1) % len(names)]])
        self.status.say(self.tr("Theme: {0}").format(self._theme.name))

    def _refresh_actions(self) -> None:
        view = self.session.view
        is_signed = view is not None and view.is_signed
        can_write = not self.session.is_read_only
        can_change = view is not None and can_write and not is_signed
        for spec in self.actions_.specs:
            self.actions_[spec.name].setEnabled(self._has_what_it_needs(spec))
        self.actions_["import"].setEnabled(can_write)
        self.actions_["import_folder"].setEnabled(can_write)
        self.actions_["propose"].setEnabled(can_change and not self.session.is_busy)
        self.actions_["propose_all"].setEnabled(can_write and not self.session.is_busy)
        self.actions_["amend"].setEnabled(is_signed and can_write)
        self.actions_["undo"].setEnabled(view is not None and view.can_undo and can_write)
        self.actions_["redo"].setEnabled(view is not None and view.can_redo and can_write)
        self.actions_["cancel"].setEnabled(self.session.is_busy)
        self.actions_["search"].setEnabled(can_change)
        self.actions_["export"].setEnabled(bool(self.session.signed_ids()))

    def _has_what_it_needs(self, spec: ActionSpec) -> bool:
        view, can_write = self.session.view, not self.session.is_read_only
        match Needs.CHANGEABLE if spec.changes else spec.needs:
            case Needs.NOTHING:
                return True
            case Needs.RECORD:
                return view is not None
            case Needs.WRITABLE:
                return can_write and self.session.info is not None
            case Needs.CHANGEABLE:
                return view is not None and can_write and not view.is_signed

    # remembering

    def _recall_look(self) -> None:
        if self._memory is None:
            return
        self._font_size = int(str(self._memory.value("font_size", self._font_size)))
        name = str(self._memory.value("theme", ""))
        if name in THEMES:
            self._theme = THEMES[name]

    def _recall_places(self) -> None:
        if self._memory is None:
            self.resize(1440, 900)
            return
        for key, restore in (
            ("geometry", self.restoreGeometry), ("panes", self.panes.restoreState),
            ("right", self.right.restoreState),
        ):
            value = self._memory.value(key)
            if isinstance(value, QByteArray):
                restore(value)
        if not self._memory.contains("geometry"):
            self.resize(1440, 900)

    def _remember(self) -> None:
        if self._memory is None:
            return
        self._memory.setValue("font_size", self._font_size)
        self._memory.setValue("theme", self._theme.name)
        self._memory.setValue("geometry", self.saveGeometry())
        self._memory.setValue("panes", self.panes.saveState())
        self._memory.setValue("right", self.right.saveState())
        self._memory.sync()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._remember()
        self.session.close()
        event.accept()


def _paint(part: QWidget, theme: Theme) -> None:
    """Give a theme to what paints with its colours."""
    set_theme = getattr(part, "set_theme", None)
    if set_theme is not None:
        set_theme(theme)


def memory_in(folder: Path) -> QSettings:
    """Return where the window remembers its sizes, theme and font."""
    return QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
