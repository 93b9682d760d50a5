"""Asks who sits at the window, and for the password before a signature."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPushButton, QWidget

from ehrcoder.core.ids import CoderId
from ehrcoder.core.profiles import Profile
from ehrcoder.gui.dialogs.overlay import Overlay


def password_line(name: str, words: str) -> QLineEdit:
    """Return a line whose letters are not shown."""
    line = QLineEdit()
    line.setObjectName(name)
    line.setEchoMode(QLineEdit.EchoMode.Password)
    line.setAccessibleName(words)
    line.setPlaceholderText(words)
    line.setMaxLength(1000)
    return line


def labelled(words: str, buddy: QWidget) -> QLabel:
    """Return a label that belongs to a field."""
    label = QLabel(words)
    label.setBuddy(buddy)
    return label


class SignInPopup(Overlay):
    """Covers everything: nothing of a record can be read and nothing be done before a password was given."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "", width=460)
        self.setObjectName("lock_scrim")
        self._given: Callable[[CoderId, str], None] | None = None
        self.who = QComboBox()
        self.who.setObjectName("sign_in_who")
        self.who.setAccessibleName(self.tr("Who are you?"))
        self.who.setToolTip(self.tr("Everybody who may sign in to this workspace"))
        self.password = password_line("sign_in_password", self.tr("Password"))
        self.password.returnPressed.connect(self._give)
        self.refusal = QLabel()
        self.refusal.setObjectName("notice")
        self.refusal.setWordWrap(True)
        self.refusal.setAccessibleName(self.tr("Why it did not work"))
        self.refusal.hide()
        self.button = QPushButton(self.tr("Sign in"))
        self.button.setObjectName("sign_in_button")
        self.button.setAccessibleName(self.tr("Sign in"))
        self.button.setToolTip(self.tr("Sign in (Enter)"))
        self.button.clicked.connect(self._give)
        self.leave = QPushButton(self.tr("Quit"))
        self.leave.setObjectName("sign_in_quit")
        self.leave.setAccessibleName(self.tr("Quit"))
        self.leave.setToolTip(self.tr("Close the window; everything that was decided is saved"))
        self.leave.clicked.connect(host.close)
        for each in (labelled(self.tr("Who are you?"), self.who), self.who,
                     labelled(self.tr("Password"), self.password), self.password, self.refusal):
            self.column.addWidget(each)
        self.button_row(self.leave, self.button)

    def ask(
        self, profiles: Sequence[Profile], person: Profile | None, given: Callable[[CoderId, str], None]
    ) -> None:
        """Ask; `given` is called with a short name and a password, again and again until the popup is dismissed."""
        self._given = given
        title = self.tr("Sign in") if person is None else self.tr("Locked")
        self.heading.setText(title)
        self.setAccessibleName(title)
        self.who.clear()
        for each in profiles:
            self.who.addItem(f"{each.name} ({each.coder_id})", each.coder_id)
        if person is not None:
            self.who.setCurrentIndex(max(0, self.who.findData(person.coder_id)))
        self.password.clear()
        self.refusal.hide()
        self.button.setEnabled(True)
        self.open(self.password if person is not None or len(profiles) == 1 else self.who)

    def refuse(self, words: str) -> None:
        """Say why it did not work, and let the person try again."""
        self.refusal.setText(words)
        self.refusal.show()
        self.button.setEnabled(True)
        self.password.clear()
        self._place()
        self.password.setFocus()

    def take_action(self, name: str) -> bool:
        """Nothing but quitting gets past it, Esc included."""
        if name == "quit":
            self._host.close()
            return True
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), QApplication.palette().window())

    def _give(self) -> None:
        password = self.password.text()
        if password and self._given is not None and self.button.isEnabled():
            self.button.setEnabled(False)
            self._given(CoderId(str(self.who.currentData())), password)


class PasswordPopup(Overlay):
    """Asks for the password of whoever is signed in; Esc goes back."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "", width=460)
        self._given: Callable[[str], None] | None = None
        self.password = password_line("sign_password", self.tr("Password"))
        self.password.returnPressed.connect(self._give)
        self.column.addWidget(labelled(self.tr("Password"), self.password))
        self.column.addWidget(self.password)
        self.column.addWidget(self.muted(self.tr(
            "A signature says who signed, when, what it means, and the hash of what was signed. Enter signs."
        )))

    def ask(self, title: str, given: Callable[[str], None]) -> None:
        """Ask; `given` is called with the password."""
        self._given = given
        self.heading.setText(title)
        self.setAccessibleName(title)
        self.password.clear()
        self.open(self.password)

    def dismiss(self) -> None:
        """Forget what was typed."""
        self.password.clear()
        super().dismiss()

    def _give(self) -> None:
        password = self.password.text()
        if password and self._given is not None:
            given, self._given = self._given, None
            self.dismiss()
            given(password)
