"""The actions of one window, made from the table of actions and the keys that the person chose."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QToolButton, QWidget

from ehrcoder.gui.action_table import ActionSpec, Needs, Scope, action_specs
from ehrcoder.gui.icons import icon
from ehrcoder.gui.key_map import KeyMap, shown
from ehrcoder.gui.theme import Theme

__all__ = ["ActionSet", "ActionSpec", "Needs", "Scope", "action_specs"]


class ActionSet:
    """The actions of one window."""

    def __init__(self, window: QWidget, trigger: Callable[[str], None], key_map: KeyMap | None = None) -> None:
        """`trigger` is called with an action's name."""
        self.specs = action_specs()
        self.key_map = key_map or KeyMap(self.specs)
        self._actions: dict[str, QAction] = {}
        self._theme: Theme | None = None
        for spec in self.specs:
            action = QAction(spec.text, window)
            action.setObjectName(spec.name)
            action.setStatusTip(spec.tip)
            action.setIconText(spec.short or spec.text.rstrip("…"))
            action.setCheckable(spec.checks)
            if spec.changes or not spec.keys:
                action.setAutoRepeat(False)  # a key held down must not decide about the next suggestion too
            if spec.scope is not Scope.WINDOW:
                action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            else:
                window.addAction(action)
            action.triggered.connect(lambda _=False, name=spec.name: trigger(name))
            self._actions[spec.name] = action
        self.take_keys()

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def take_keys(self) -> None:
        """Give each action the keys of the key map."""
        for spec in self.specs:
            keys = self.key_map.keys(spec.name)
            action = self._actions[spec.name]
            action.setShortcuts([QKeySequence(key) for key in keys])
            told = " / ".join(dict.fromkeys(shown(key) for key in keys))
            action.setToolTip(f"{spec.tip} ({told})" if told else spec.tip)

    def shown_keys(self, name: str) -> tuple[str, ...]:
        """Return an action's keys as people read them, each once."""
        return tuple(dict.fromkeys(shown(key) for key in self.key_map.keys(name)))

    def groups(self) -> dict[str, tuple[ActionSpec, ...]]:
        """Return the actions by their group, in order."""
        found: dict[str, list[ActionSpec]] = {}
        for spec in self.specs:
            found.setdefault(spec.group, []).append(spec)
        return {group: tuple(specs) for group, specs in found.items()}

    def attach(self, widget: QWidget, scopes: tuple[Scope, ...]) -> None:
        """Let the keys of these scopes work while this widget has the focus."""
        for spec in self.specs:
            if spec.scope in scopes:
                widget.addAction(self._actions[spec.name])
        widget.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def take_key(self, event: QKeyEvent, focus: QWidget) -> bool:
        """Carry out what a key means where the focus is, as Qt does with keys that it gets from the window system.

        Returns whether it means anything there. Qt offers no way to look a key up again that was held back.
        """
        reached = [each for each in self._actions.values() if each.isEnabled() and _reaches(each, focus)]
        for spelling in _spellings(event):
            action = next((each for each in reached if QKeySequence(spelling) in each.shortcuts()), None)
            if action is not None:
                if action.autoRepeat() or not event.isAutoRepeat():
                    action.trigger()
                return True
        return False

    def switched_off(self, event: QKeyEvent, focus: QWidget) -> ActionSpec | None:
        """Return what a key would do where the focus is if that action were not switched off now."""
        spellings = [QKeySequence(each) for each in _spellings(event)]
        for spec in self.specs:
            action = self._actions[spec.name]
            if not action.isEnabled() and any(each in action.shortcuts() for each in spellings):
                return spec if _reaches(action, focus) else None
        return None

    def set_theme(self, theme: Theme) -> None:
        """Paint the icons in a theme's colour."""
        if theme is self._theme:
            return
        self._theme = theme
        for spec in self.specs:
            if spec.icon:
                self._actions[spec.name].setIcon(icon(spec.icon, theme.text))
        self._actions["sign"].setIcon(icon("signed", theme.on_accent, disabled=theme.muted))

    def button(self, name: str, parent: QWidget | None = None, *, primary: bool = False) -> QToolButton:
        """Return a button for an action."""
        button = QToolButton(parent)
        action = self._actions[name]
        button.setDefaultAction(action)
        button.setObjectName(f"button_{name}")
        button.setAccessibleName(action.text())
        button.setAccessibleDescription(action.toolTip())
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setProperty("boxed", True)
        button.setProperty("primary", primary)
        return button


def _spellings(event: QKeyEvent) -> tuple[QKeyCombination, ...]:
    """Return how a shortcut for this key may be written: `?` and Ctrl++ are typed with Shift and written without."""
    key = Qt.Key(event.key())
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    exact = QKeyCombination(held, key)
    is_sign = event.key() < Qt.Key.Key_Escape.value and not chr(event.key()).isalpha()
    if is_sign and held & Qt.KeyboardModifier.ShiftModifier:
        return exact, QKeyCombination(held & ~Qt.KeyboardModifier.ShiftModifier, key)
    return (exact,)


def _reaches(action: QAction, focus: QWidget) -> bool:
    """Tell whether an action's shortcut works while a widget has the focus."""
    if QApplication.activeModalWidget() not in (None, focus.window()):
        return False
    if action.shortcutContext() is not Qt.ShortcutContext.WidgetWithChildrenShortcut:
        return action.parent() is focus.window()
    holder: QWidget | None = focus
    while holder is not None:
        if action in holder.actions():
            return True
        holder = None if holder.isWindow() else holder.parentWidget()
    return False
