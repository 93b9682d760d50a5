"""Asks for the passphrase of an encrypted workspace, and lets a person encrypt one, change that, or take it away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ehrcoder.gui.dialogs.sign_in import password_line
from ehrcoder.gui.task_runner import Lane, Problem
from ehrcoder.usecases.encryption import EncryptionState, change_passphrase, decrypt, encrypt, encryption_state
from ehrcoder.usecases.profiles import must_administer

if TYPE_CHECKING:
    from ehrcoder.gui.parts import PartHost
    from ehrcoder.gui.session import WorkspaceSession
    from ehrcoder.services import Services


class PassphraseDialog(QDialog):
    """Asks for the passphrase of a workspace until it opens; rejected when the person gives up."""

    def __init__(self, parent: QWidget, session: WorkspaceSession, path: Path) -> None:
        super().__init__(parent)
        self._session = session
        self._path = path
        self.setObjectName("passphrase_dialog")
        self.setWindowTitle(self.tr("Encrypted workspace"))
        self.setMinimumWidth(460)
        self.line = password_line("passphrase_line", self.tr("Passphrase"))
        self.keep = QCheckBox(self.tr("Keep the key in this system's keyring"))
        self.keep.setObjectName("passphrase_keep")
        self.keep.setToolTip(self.tr("Then nobody is asked again while you are logged in to this computer"))
        self.told = _words("passphrase_told")
        self.told.setText(self.tr("{0} is encrypted.").format(path.name))
        form = QFormLayout(self)
        form.addRow(self.told)
        form.addRow(self.line.accessibleName(), self.line)
        form.addRow(self.keep)
        self.buttons = _buttons(self, self._give)
        form.addRow(self.buttons)
        self.line.setFocus()

    def _give(self) -> None:
        passphrase, keep, services = self.line.text(), self.keep.isChecked(), self._session.services
        if not passphrase:
            return
        self.buttons.setEnabled(False)

        def work() -> None:
            services.keys.unlock(self._path, passphrase)
            if keep:
                services.encryption(self._path).keep_in_keyring()

        self._session.runner.start(Lane.STORE, work, done=lambda _: self.accept(), failed=self._refuse)

    def _refuse(self, problem: Problem) -> None:
        self.buttons.setEnabled(True)
        self.told.setText(" ".join(part for part in (problem.what, problem.next_step) if part))
        _grow(self)
        self.line.clear()
        self.line.setFocus()


class EncryptionDialog(QDialog):
    """How the workspace lies on the disk, and what can be done."""

    def __init__(self, host: PartHost, *, changed: Callable[[], None]) -> None:
        super().__init__(host.widget)
        self._session = host.session
        self._say = host.say
        self._changed = changed
        self._is_encrypted = False
        self.setObjectName("encryption_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Encryption"))
        self.setMinimumWidth(560)
        self.told = _words("encryption_told")
        self.first = password_line("encryption_new", self.tr("New passphrase"))
        self.again = password_line("encryption_again", self.tr("The same once more"))
        self.change = self._button("encryption_change", "", self._change)
        self.off = self._button("encryption_off", self.tr("Take the encryption away"), self._off)
        self.close_button = self._button("encryption_close", self.tr("Close"), self.reject)
        form = QFormLayout()
        form.addRow(self.first.accessibleName(), self.first)
        form.addRow(self.again.accessibleName(), self.again)
        row = QHBoxLayout()
        for each in (self.change, self.off):
            row.addWidget(each)
        row.addStretch(1)
        row.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.addWidget(self.told)
        column.addLayout(form)
        column.addLayout(row)
        self._read()

    def _read(self) -> None:
        path, services = self._path(), self._session.services
        self._session.runner.start(
            Lane.STORE, lambda: encryption_state(services.encryption(path), services.backups(path)), done=self._show,
            failed=self._refuse)

    def _show(self, state: EncryptionState) -> None:
        self._is_encrypted = state.is_encrypted
        self.change.setText(self.tr("Change the passphrase") if state.is_encrypted else self.tr("Encrypt"))
        self.change.setAccessibleName(self.change.text())
        self.change.setToolTip(self.change.text())
        self.off.setVisible(state.is_encrypted)
        words = [self.tr("{0} is encrypted with a passphrase.").format(state.workspace.name) if state.is_encrypted
                 else self.tr("{0} is not encrypted. Whoever has the file can read it.").format(state.workspace.name)]
        if state.is_encrypted and state.plain_copies:
            words.append(self.tr("Backups that are not encrypted: {0}. `ehrcoder encryption forget-plain-backups` "
                                 "deletes them.").format(len(state.plain_copies)))
        words.append(self.tr("Nobody can open the workspace without its passphrase, and nobody can restore a "
                             "forgotten one. Earlier backups keep the passphrase that they were made with."))
        self.told.setText("\n\n".join(words))
        _grow(self)
        self._enable(is_on=True)

    def _change(self) -> None:
        if self.first.text() != self.again.text() or not self.first.text():
            self.told.setText(self.tr("The two passphrases are not the same."))
            return
        passphrase, path = self.first.text(), self._path()
        act = change_passphrase if self._is_encrypted else encrypt
        self._do(lambda services: act(services.encryption(path), services.backups(path), passphrase))

    def _off(self) -> None:
        path = self._path()
        self._do(lambda services: decrypt(services.encryption(path), services.backups(path)))

    def _do(self, work: Callable[[Services], EncryptionState]) -> None:
        self._enable(is_on=False)
        session = self._session

        def done(state: EncryptionState) -> None:
            self.first.clear()
            self.again.clear()
            self._show(state)
            session.person = None
            self._changed()
            self._say(self.told.text().split("\n")[0])

        session.runner.start(
            Lane.STORE,
            lambda: session.with_closed_file(lambda: work(session.services), allowed=must_administer), done=done,
            failed=self._refuse)

    def _refuse(self, problem: Problem) -> None:
        self._enable(is_on=True)
        self.told.setText(" ".join(part for part in (problem.what, problem.kept, problem.next_step) if part))
        _grow(self)

    def _enable(self, *, is_on: bool) -> None:
        for each in (self.change, self.off, self.first, self.again):
            each.setEnabled(is_on)

    def _path(self) -> Path:
        info = self._session.info
        if info is None:
            raise ValueError("no workspace is open")
        return info.path

    def _button(self, name: str, words: str, pressed: Callable[[], object]) -> QPushButton:
        button = QPushButton(words)
        button.setObjectName(name)
        button.setAccessibleName(words)
        button.setToolTip(words)
        button.setAutoDefault(False)
        button.clicked.connect(pressed)
        return button


def _words(name: str) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


def _buttons(dialog: QDialog, confirmed: Callable[[], None]) -> QDialogButtonBox:
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
    buttons.accepted.connect(confirmed)
    buttons.rejected.connect(dialog.reject)
    return buttons


def _grow(dialog: QDialog) -> None:
    """Let a dialog be as high as words need that came after it was shown; Qt asks for that once only."""
    layout = dialog.layout()
    if layout is not None:
        layout.activate()
        dialog.resize(dialog.width(), max(dialog.height(), layout.totalHeightForWidth(dialog.width())))
