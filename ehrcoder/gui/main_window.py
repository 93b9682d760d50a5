"""The window: its panes and popups, tied to the session by signals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QSettings, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QSizePolicy, QSplitter, QToolButton, QVBoxLayout, QWidget

from ehrcoder.core.ids import RecordId
from ehrcoder.core.records import RecordRow
from ehrcoder.gui.actions import ActionSet, Scope, action_specs
from ehrcoder.gui.dialogs.bulk import BulkPopup
from ehrcoder.gui.dialogs.choice import ChoicePopup
from ehrcoder.gui.dialogs.code_search import CodeSearch
from ehrcoder.gui.dialogs.key_sheet import KeySheet
from ehrcoder.gui.dialogs.ladder import LadderPopup
from ehrcoder.gui.dialogs.messages import MessagePopup, ReasonPopup
from ehrcoder.gui.dialogs.overlay import Overlay
from ehrcoder.gui.dialogs.sign import SignPopup
from ehrcoder.gui.enabling import refresh_actions, why_off
from ehrcoder.gui.files import FileJobs
from ehrcoder.gui.handlers import handler_table
from ehrcoder.gui.job_state import JobState
from ehrcoder.gui.key_map import KeyMap
from ehrcoder.gui.parts import Popup, start_parts
from ehrcoder.gui.record_view import RecordView
from ehrcoder.gui.record_work import RecordWork
from ehrcoder.gui.review import Review, ReviewParts
from ehrcoder.gui.session import WorkspaceSession
from ehrcoder.gui.signing import Signing
from ehrcoder.gui.store_desk import WorkspaceInfo
from ehrcoder.gui.task_runner import Problem
from ehrcoder.gui.theme import LARGEST_FONT, SMALLEST_FONT, THEMES, Theme, apply_theme, theme_named
from ehrcoder.gui.tour import Tour
from ehrcoder.gui.type_ahead import TypeAhead
from ehrcoder.gui.views.assigned_pane import AssignedPane
from ehrcoder.gui.views.note_pane import NotePane
from ehrcoder.gui.views.record_pane import RecordPane
from ehrcoder.gui.views.status_strip import StatusStrip
from ehrcoder.gui.views.suggestion_tray import SuggestionTray
from ehrcoder.gui.views.trail import Trail
from ehrcoder.gui.window_memory import WindowMemory

_MODEL_AFTER_MS = 400


class MainWindow(QMainWindow):
    """One workspace in one window."""

    workspace_refused = Signal(object)
    """Problem: the workspace could not be opened."""

    def __init__(
        self, session: WorkspaceSession, *, theme: str = "system", font_size: int = 11,
        memory: QSettings | None = None, keys_file: Path | None = None,
    ) -> None:
        super().__init__()
        self.session = session
        self.memory = WindowMemory(memory)
        self._theme: Theme = self.memory.theme(theme_named(theme))
        self._font_size = self.memory.font_size(font_size)
        self._is_first_load = True
        self._is_shared_out = False
        self._popups: dict[type, Overlay] = {}
        self._starting = list(start_parts())
        self.setObjectName("main_window")
        self._style()  # before the widgets are made: polishing them again afterwards takes longer
        self.setWindowTitle("EHRCoder")
        self.actions_ = ActionSet(self, self._on_action, KeyMap(action_specs(), keys_file))
        self.actions_["bulk_allowed"].setChecked(self.memory.is_on("bulk_allowed"))
        self._build_panes()
        self._build_popups()
        parts = ReviewParts(
            session=session, tray=self.tray, note=self.note, assigned=self.assigned, choices=self.choices,
            search=self.search, reason=self.reason, bulk=self.bulk,
        )
        self.review = Review(parts, self)
        self.work = RecordWork(parts, self.review, self.ladder, self)
        self.signing = Signing(session, self.tray, self.assigned, self.sign, self.reason, self)
        self.files = FileJobs(self, session, self.message, self.choices)
        self.type_ahead = TypeAhead(self, session.under_way, self.actions_.take_key)
        self.tour = Tour(self)
        self._handlers = handler_table(self)
        self._build_menus()
        self._attach_keys()
        self._connect()
        self.memory.recall_places(self)
        self.set_theme(self._theme)
        self.refresh_actions()

    # building

    def _build_panes(self) -> None:
        self.records = RecordPane()
        self.note = NotePane(self.actions_)
        self.tray = SuggestionTray(self.actions_)
        self.assigned = AssignedPane(self.actions_)
        self.trail = Trail(self.session.active)
        self.status = StatusStrip(self.actions_, self)
        self.setStatusBar(self.status)
        self.right = QSplitter(Qt.Orientation.Vertical)
        self.right.addWidget(self.tray)
        self.right.addWidget(self.assigned)
        self.right.setSizes([500, 290])
        self.panes = QSplitter(Qt.Orientation.Horizontal)
        for pane, least in ((self.records, 200), (self.note, 300), (self.right, 380)):
            pane.setMinimumWidth(least)
            self.panes.addWidget(pane)
        self.panes.setStretchFactor(1, 1)
        self.panes.setSizes([262, 640, 490])
        for splitter in (self.panes, self.right):
            splitter.setHandleWidth(8)
            splitter.setChildrenCollapsible(False)
        central = QWidget()
        column = QVBoxLayout(central)
        column.setContentsMargins(8, 8, 8, 4)
        column.setSpacing(4)
        column.addWidget(self.panes, 1)
        column.addWidget(self.trail)
        self.setCentralWidget(central)

    def _build_popups(self) -> None:
        self.choices = ChoicePopup(self)
        self.search = CodeSearch(self, lambda text, kinds, done, failed: self.session.search(
            text, kinds, done=done, failed=failed
        ))
        self.reason = ReasonPopup(self)
        self.message = MessagePopup(self)
        self.bulk = BulkPopup(self)
        self.ladder = LadderPopup(self)
        self.sign = SignPopup(self, self.actions_)
        self.key_sheet = KeySheet(self, self.actions_)

    @property
    def overlays(self) -> tuple[Overlay, ...]:
        """The popups; one at most is open."""
        own = (self.message, self.choices, self.search, self.reason, self.bulk, self.ladder, self.sign, self.key_sheet)
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
        self._bar, self._bar_buttons = bar, list[QToolButton]()
        for name in ("import", "propose", "search", "undo", "redo"):
            self._add_to_bar(name)
        space = QWidget()
        space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(space)
        for name in ("hold", "save_draft", "export"):
            self._add_to_bar(name)
        bar.addWidget(self.actions_.button("sign", primary=True))

    def _add_to_bar(self, name: str) -> None:
        button = self.actions_.button(name)
        self._bar.addWidget(button)
        self._bar_buttons.append(button)

    def _make_room(self) -> None:
        """Let the text size fit: panes as wide as their buttons, buttons of the bar without words where it is full."""
        self.right.setMinimumWidth(max(380, self.tray.least_width, self.assigned.least_width))
        for style in (Qt.ToolButtonStyle.ToolButtonTextBesideIcon, Qt.ToolButtonStyle.ToolButtonIconOnly):
            for button in self._bar_buttons:
                button.setToolButtonStyle(style)
            self._bar.updateGeometry()
            if self._bar.sizeHint().width() <= self.width():
                break

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Say why a key does nothing whose action is switched off; Qt passes such a key on without a word."""
        spec = self.actions_.switched_off(event, self.focusWidget() or self)
        if spec is not None and not any(overlay.isVisible() for overlay in self.overlays):
            if why := why_off(spec, self.session):
                self.status.say(why)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _attach_keys(self) -> None:
        tray_and_note = (Scope.REVIEW, Scope.CODES)
        self.actions_.attach(self.tray.view, tray_and_note)
        self.actions_.attach(self.note.note, tray_and_note)
        self.actions_.attach(self.assigned.table, (Scope.CODES,))
        self.actions_.attach(self.note.history.table, (Scope.HISTORY,))

    def _connect(self) -> None:
        session = self.session
        session.opened.connect(self._on_opened)
        session.open_failed.connect(self.workspace_refused)
        session.rows_loaded.connect(self._on_rows)
        session.row_changed.connect(self._on_row)
        session.record_shown.connect(self._on_shown)
        session.record_updated.connect(self._on_updated)
        session.record_signed.connect(self._on_signed)
        session.checks.findings_changed.connect(self.assigned.show_findings)
        session.checks.outlook_changed.connect(self.review.show_outlook)
        session.job_changed.connect(self._on_job)
        session.model_changed.connect(self.status.show_model)
        session.editions_changed.connect(self._on_editions)
        session.said.connect(self.status.say)
        session.problem.connect(self.show_problem)
        for said in (self.review.said, self.work.said, self.type_ahead.said):
            said.connect(self.status.say)
        for refused in (self.review.refused, self.work.refused, self.signing.refused):
            refused.connect(self._on_refused)
        self.work.put_aside.connect(self.open_next)
        self.records.chosen.connect(self._open_chosen)

    # what happens

    def _on_action(self, name: str) -> None:
        """A person pressed an action's key or button; such a key never reaches the window as a key press."""
        self.session.active.note_now()
        self.trigger(name)

    def trigger(self, name: str) -> None:
        """Carry out an action; while a popup is open its keys go to the popup alone."""
        for overlay in self.overlays:
            if overlay.isVisible():
                if overlay.take_action(name) or name not in overlay.lets_through:
                    return
                break
        if self.actions_[name].isEnabled():
            self._handlers[name]()
            self.tour.note(name)

    @Slot(object)
    def show_problem(self, problem: Problem) -> None:
        """Tell of a problem: a refusal in the status bar, all else in a popup.

        Keys that wait were pressed for what did not come; they are dropped, and that is told as well.
        """
        dropped = self.type_ahead.drop()
        self.review.take_back()
        if problem.is_refusal:
            self.status.say(" ".join(part for part in (problem.what, problem.next_step, dropped) if part))
        else:
            if dropped:
                self.status.say(dropped)
            self.message.tell_problem(problem)

    @Slot(str)
    def _on_refused(self, why: str) -> None:
        """Say why a key did nothing; what was typed for the popup that did not open must not act here."""
        self.status.say(" ".join(part for part in (why, self.type_ahead.drop(till_escape=True)) if part))

    def set_theme(self, theme: Theme) -> None:
        """Show the window in a theme."""
        self._theme = theme
        self._style()
        self.actions_.set_theme(theme)
        for part in (self.records, self.note, self.tray, self.assigned, self.trail, self.search, self.ladder,
                     self.sign, *self._popups.values()):
            _paint(part, theme)
        self._make_room()

    def take_look(self, theme: str, font_size: int) -> None:
        """Show the window in another theme and size of text, as the settings name them."""
        self._font_size = min(max(font_size, SMALLEST_FONT), LARGEST_FONT)
        self.set_theme(theme_named(theme))

    def _style(self) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply_theme(app, self._theme, self._font_size)

    @property
    def theme(self) -> Theme:
        """The theme that is shown."""
        return self._theme

    @property
    def text_size(self) -> int:
        """The size of the text, in points."""
        return self._font_size

    def scale(self, step: int) -> None:
        """Make all text larger or smaller."""
        self._font_size = min(max(self._font_size + step, SMALLEST_FONT), LARGEST_FONT)
        self.set_theme(self._theme)

    def next_theme(self) -> None:
        """Show the next theme."""
        names = list(THEMES)
        self.set_theme(THEMES[names[(names.index(self._theme.name) + 1) % len(names)]])
        self.status.say(self.tr("Theme: {0}").format(self._theme.name))

    def focus_review(self) -> None:
        """Put the focus where the review keys act."""
        (self.tray.view if self.tray.view.isVisible() else self.note.note).setFocus()

    def focus_note(self) -> None:
        """Put the focus into the note."""
        self.note.show_note()
        self.note.note.setFocus()

    def focus_assigned(self) -> None:
        """Put the focus on the assigned codes."""
        table = self.assigned.table
        if not table.currentIndex().isValid() and self.assigned.model.rowCount():
            table.setCurrentIndex(self.assigned.model.index(0, 0))
        table.setFocus()

    def go_back(self) -> None:
        """Close what is open, else go to the suggestions, else cancel the running job."""
        if self.tour.decline():
            return
        if self.note.close_find() or self.focusWidget() not in (self.tray.view, self.note.note):
            self.note.show_note()
            self.focus_review()
        elif self.session.is_busy:
            self.session.cancel_jobs()
        else:
            self.focus_review()

    def open_next(self) -> None:
        """Open the next record that waits for work."""
        view = self.session.view
        following = self.records.model.next_open(view.record_id if view else None)
        if following is None:
            self.status.say(self.tr("No other record waits. Ctrl+E exports what is signed."))
        else:
            self._open_chosen(following)

    def ask_to_sign(self) -> None:
        """Say why the open record cannot be signed, or show what the signature covers."""
        view = self.session.view
        if view is not None:
            row = self._row(view.record_id)
            self.signing.ask(view, row.title if row else view.record.source_name)

    def refresh_actions(self) -> None:
        """Enable what can be done now."""
        refresh_actions(self.actions_, self.session)

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
        self._say_progress()
        if rows and self.session.view is None:
            self._is_first_load = False
            first = self.records.model.next_open(None) or rows[0].record_id
            self._open_chosen(first)
        elif not rows and self._is_first_load:
            self.records.search.setFocus()
        self.refresh_actions()
        while self._starting:
            self._starting.pop(0)(self)
        self.tour.offer(has_records=bool(rows))

    @Slot(object)
    def _on_row(self, row: RecordRow) -> None:
        self.records.change_row(row)
        self._say_progress()

    def _say_progress(self) -> None:
        self.trail.show_queue(self.session.signed_count, self.records.model.total)

    @Slot(object)
    def _on_shown(self, view: RecordView) -> None:
        self.records.mark_open(view.record_id)
        self.note.show_view(view, self._row(view.record_id))
        self._say_awaited()
        self.review.show_view(view, is_new=True)
        self.trail.show_view(view)
        self._say_editions()
        if not any(overlay.isVisible() for overlay in self.overlays):
            self.focus_review()
        self.refresh_actions()

    @Slot(object)
    def _on_updated(self, view: RecordView) -> None:
        had_focus = self.note.note.hasFocus() and not self.tray.view.isVisible()
        self.note.update_view(view, self._row(view.record_id))
        self._say_awaited()
        self.review.show_view(view, is_new=False)
        self.trail.show_view(view)
        if had_focus and self.tray.view.isVisible():
            self.tray.view.setFocus()  # proposals arrived where there was nothing to decide before
        self.refresh_actions()

    @Slot(object)
    def _on_signed(self, record_id: RecordId) -> None:
        row = self._row(record_id)
        waits = self.records.model.next_open(record_id) is not None
        self.open_next()
        told = self.tr("Signed: {0}") if waits else self.tr("Signed: {0}. No other record waits; Ctrl+E exports.")
        self.status.say(told.format(row.title if row else ""))

    @Slot(object)
    def _on_job(self, state: JobState) -> None:
        self.status.show_job(state)
        self._say_awaited()
        self.refresh_actions()

    def _say_awaited(self) -> None:
        view = self.session.view
        is_awaited = view is not None and self.session.proposals.is_awaited(view.record_id)
        self.tray.show_awaited(is_awaited=is_awaited)

    @Slot(object)
    def _on_editions(self, editions: Any) -> None:
        self.files.editions = editions
        self._say_editions()

    def _say_editions(self) -> None:
        view = self.session.view
        self.status.show_editions(self.files.editions, day=view.record.day if view is not None else None)

    @Slot(object)
    def _open_chosen(self, record_id: RecordId) -> None:
        self.session.open_record(record_id)

    def _row(self, record_id: RecordId) -> RecordRow | None:
        return self.session.row(record_id)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._is_shared_out:
            self._is_shared_out = True
            self._make_room()
            QTimer.singleShot(0, lambda: self.memory.share_out(self))
        self.session.active.watch(self.windowHandle())
        self.type_ahead.install()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.memory.remember(self)
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
