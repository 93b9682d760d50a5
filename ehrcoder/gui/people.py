"""Who sits at the window: people sign in, the window locks itself when nobody works, and a signature asks again."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QDialog

from ehrcoder.core.ids import CoderId
from ehrcoder.core.profiles import Profile
from ehrcoder.gui.dialogs.overlay import Overlay
from ehrcoder.gui.dialogs.sign_in import PasswordPopup, SignInPopup
from ehrcoder.gui.task_runner import Lane, Problem
from ehrcoder.gui.words import tr

if TYPE_CHECKING:
    from ehrcoder.gui.parts import PartHost

_LOOK_MS = 2000
_SIGNS_OF_LIFE = frozenset({
    QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.Wheel,
    QEvent.Type.TouchBegin,
})


class People(QObject):
    """The person at the window. A workspace without profiles asks nobody for anything."""

    def __init__(self, host: PartHost) -> None:
        super().__init__(host.widget)
        self._host = host
        self._session = host.session
        self._profiles: tuple[Profile, ...] = ()
        self._last_sign = time.monotonic()
        self._after = 60.0 * host.session.services.settings.security.lock_after_minutes
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._look)
        host.session.confirm_signature = self._confirm

    def start(self) -> None:
        """Ask who it is, where the workspace has profiles and can be changed."""
        info = self._session.info
        if info is None or info.read_only:
            return
        self._session.runner.start(Lane.STORE, lambda: self._session.workspace().profiles(), done=self._on_profiles,
                                   failed=self._session.problem.emit)

    @property
    def is_locked(self) -> bool:
        """Whether the window waits for a password."""
        return self._popup.isVisible()

    def lock(self) -> None:
        """Cover everything until a password is given; without profiles there is nobody to ask."""
        active = tuple(each for each in self._profiles if each.is_active)
        if not active or self.is_locked:
            if not active:
                self._host.say(self.tr("There are no profiles, so nothing can be locked. Make one in the menu People."))
            return
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, QDialog) and widget.isVisible():
                widget.reject()
        for overlay in self._host.widget.findChildren(Overlay):
            overlay.dismiss()
        self._popup.ask(active, self._session.person, self._sign_in)

    def look_for_idleness(self, *, after_seconds: float) -> None:
        """Lock after so many seconds without a key or the mouse; 0 never."""
        self._after = after_seconds
        self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _SIGNS_OF_LIFE:
            self._last_sign = time.monotonic()
        return False

    @property
    def _popup(self) -> SignInPopup:
        return self._host.popup(SignInPopup, lambda: SignInPopup(self._host.widget))

    def _on_profiles(self, profiles: tuple[Profile, ...]) -> None:
        self._profiles = profiles
        if not profiles:
            return
        app = QApplication.instance()
        if app is not None:
            app.installEventFilter(self)
        if self._session.person is None:
            self.lock()
        self.look_for_idleness(after_seconds=self._after)

    def _look(self) -> None:
        if self._after and not self.is_locked and time.monotonic() - self._last_sign >= self._after:
            self.lock()

    def _sign_in(self, coder_id: CoderId, password: str) -> None:
        self._session.runner.start(
            Lane.STORE, lambda: self._session.workspace().sign_in(coder_id, password), done=self._on_signed_in,
            failed=self._on_refused,
        )

    def _on_signed_in(self, person: Profile) -> None:
        self._session.person = person
        self._last_sign = time.monotonic()
        self._popup.dismiss()
        self._host.say(self.tr("Signed in: {0}").format(person.name))

    def _on_refused(self, problem: Problem) -> None:
        self._popup.refuse(" ".join(part for part in (problem.what, problem.next_step) if part))

    def _confirm(self, sign: Callable[[str | None], None]) -> None:
        """Ask for the password once more, then sign with it; without profiles sign at once."""
        person = self._session.person
        if person is None:
            sign(None)
            return
        popup = self._host.popup(PasswordPopup, lambda: PasswordPopup(self._host.widget))
        popup.ask(self.tr("Sign as {0}").format(person.name), sign)


def people_of(host: PartHost) -> People:
    """Return the window's people; made at the first call."""
    found = host.widget.findChild(People)
    return found if found is not None else People(host)


def start_people(host: PartHost) -> None:
    """Ask who sits at the window once a workspace is open."""
    people_of(host).start()


def lock(host: PartHost) -> None:
    """Lock the window now."""
    people_of(host).lock()


def manage(host: PartHost) -> None:
    """Show everybody and what can be done."""
    from ehrcoder.gui.dialogs.profiles import ProfilesDialog

    ProfilesDialog(host, changed=people_of(host).start).open()


def encrypt(host: PartHost) -> None:
    """Show how the workspace lies on the disk and what can be done."""
    from ehrcoder.gui.dialogs.encryption import EncryptionDialog

    EncryptionDialog(host, changed=people_of(host).start).open()


def prove_offline(host: PartHost) -> None:
    """Run the whole job in a process of its own while sockets are watched for, and show what was seen."""
    from ehrcoder.usecases.offline_proof import OfflineReport
    from ehrcoder.usecases.offline_proof import prove_offline as prove

    services = host.session.services

    def told(report: OfflineReport) -> None:
        title = tr("No socket that could reach another machine was opened.") if not report.offenders else tr(
            "A socket that could reach another machine WAS opened. Please report it.")
        lines = [tr("Watched by: {0}.").format("; ".join(report.watchers)),
                 *(tr("Not watched by: {0}.").format(each) for each in report.left_out),
                 tr("Sockets within this machine: {0}.").format(report.local_sockets),
                 *(tr("Seen: {0}").format(each) for each in report.offenders)]
        done = tr("Done under watch: {0} records imported, {1} codes proposed, decided, signed, {2} files exported.")
        host.message.tell(title, done.format(report.job.records, report.job.codes, report.job.files), "\n".join(lines))

    host.say(tr("The whole job runs under watch; this takes half a minute."))
    host.session.runner.start(
        Lane.READ, lambda: prove(services.offline_watcher(), with_model=services.settings.model.enabled), done=told,
        failed=host.session.problem.emit)
