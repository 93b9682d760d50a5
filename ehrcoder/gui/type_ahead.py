"""Keys pressed while a change is on its way wait until it is shown, and are then given on in their order.

A decision is stored on another thread, so for a moment the window shows the record as it was before. A key that
came in that moment would act on what the person does not mean any more: undo would be switched off, `1` would take
an alternative instead of answering the popup that `X` is about to open. The keys are therefore held as they came,
before Qt looks for the shortcut they stand for, and find their meaning only when it is their turn.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from ehrcoder.gui.under_way import UnderWay
from ehrcoder.gui.words import counted

_KEY_EVENTS = (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress, QEvent.Type.KeyRelease)
_MODIFIERS = (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_AltGr, Qt.Key.Key_Meta,
              Qt.Key.Key_CapsLock, Qt.Key.Key_NumLock)
_NOTICED_MS = 400
"""From when on a wait is told; a shorter one nobody notices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldKey:
    """A key event as the window system sent it."""

    type: QEvent.Type
    key: int
    modifiers: Qt.KeyboardModifier
    text: str
    is_repeat: bool

    @classmethod
    def of(cls, event: QKeyEvent) -> HeldKey:
        """Return what is kept of an event; Qt's own object does not outlive its delivery."""
        return cls(type=event.type(), key=event.key(), modifiers=event.modifiers(), text=event.text(),
                   is_repeat=event.isAutoRepeat())

    @property
    def is_press(self) -> bool:
        return self.type == QEvent.Type.KeyPress

    def event(self, kind: QEvent.Type | None = None) -> QKeyEvent:
        """Return it as an event, of another type where one is given."""
        return QKeyEvent(kind or self.type, self.key, self.modifiers, self.text, self.is_repeat)


class TypeAhead(QObject):
    """Stands before the window's keys; `install` it once the window has its handle.

    Esc acts at once while nothing waits. Behind waiting keys it keeps its turn, since it may be meant for the popup
    that one of them opens; pressed twice it drops them. The window itself can be closed at any moment.
    """

    said = Signal(str)

    def __init__(
        self, window: QWidget, under_way: UnderWay, take_shortcut: Callable[[QKeyEvent, QWidget], bool],
    ) -> None:
        """`take_shortcut` carries out what a key means where the focus is; False where it means nothing there."""
        super().__init__(window)
        self._window = window
        self._under_way = under_way
        self._take_shortcut = take_shortcut
        self._held: deque[HeldKey] = deque()
        self._turn = QTimer(self)
        self._turn.setSingleShot(True)
        self._turn.setInterval(0)
        self._turn.timeout.connect(self._give_on)
        self._notice = QTimer(self)
        self._notice.setSingleShot(True)
        self._notice.setInterval(_NOTICED_MS)
        self._notice.timeout.connect(self._say_that_keys_wait)
        under_way.settled.connect(self._turn.start)

    def install(self) -> None:
        """Begin to watch the window's keys. Only its own handle is watched: a dialog has a handle of its own."""
        self._window.windowHandle().installEventFilter(self)

    @property
    def waiting(self) -> int:
        """How many key presses wait."""
        return sum(1 for each in self._held if each.is_press)

    def drop(self, *, till_escape: bool = False) -> str:
        """Forget what waits, since what it was meant for did not come; return what to say of it.

        `till_escape` keeps what stands behind Esc: that was pressed for the suggestions, whatever came before.
        """
        dropped = 0
        while self._held and not (till_escape and self._held[0].key == Qt.Key.Key_Escape):
            dropped += self._held.popleft().is_press
        if not self._held:
            self._notice.stop()
        if not dropped:
            return ""
        return counted(dropped, self.tr("1 key pressed after it was not carried out."),
                       self.tr("{0} keys pressed after it were not carried out."))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() not in _KEY_EVENTS or event.key() in _MODIFIERS:
            return False
        if not self._held and (not self._under_way.is_any or event.type() == QEvent.Type.KeyRelease):
            return False  # a release whose press has acted already
        if event.key() == Qt.Key.Key_Escape and self._lets_out(event):
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # or Qt would carry out the shortcut before the key itself could be held
            return True
        if not self._held:
            self._notice.start()
        self._held.append(HeldKey.of(event))
        return True

    def _lets_out(self, event: QKeyEvent) -> bool:
        """Tell whether Esc acts now; where it comes for the second time, what waits is dropped."""
        if not self._held:
            return True
        presses = [each for each in self._held if each.is_press]
        if event.type() != QEvent.Type.ShortcutOverride or not presses or presses[-1].key != Qt.Key.Key_Escape:
            return False
        self.said.emit(self.drop())
        return True

    @Slot()
    def _give_on(self) -> None:
        """Give one key on; what it starts in this very turn must be known before the next one."""
        if self._under_way.is_any or not self._held:
            return
        key = self._held.popleft()
        if self._held:
            self._turn.start()  # before the key acts: it may open a dialog that waits for the keys behind it
        else:
            self._notice.stop()
        focus = self._focus()
        if key.is_press:
            override = key.event(QEvent.Type.ShortcutOverride)
            QApplication.sendEvent(focus, override)
            if not override.isAccepted() and self._take_shortcut(key.event(), focus):
                return
        QApplication.sendEvent(focus, key.event())

    def _focus(self) -> QWidget:
        """Return where a key goes: an open menu, a dialog that blocks the window, or the window's focus."""
        top = QApplication.activePopupWidget() or QApplication.activeModalWidget() or self._window
        return top.focusWidget() or top

    @Slot()
    def _say_that_keys_wait(self) -> None:
        if self._held:
            self.said.emit(self.tr("Saving… Your keys wait until it is done. Esc twice drops them."))
