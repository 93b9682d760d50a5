"""Who sits at the window: signing in, locking, the password before a signature, people and encryption."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from builders.people import PASSWORD
from builders.window_world import FakeServices
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog

from ehrcoder.adapters import passwords
from ehrcoder.adapters.passwords import Argon2Cost
from ehrcoder.adapters.store.cipher import salt_of
from ehrcoder.core.assignments import RejectReason
from ehrcoder.core.profiles import Role
from ehrcoder.gui.app import ask_for_passphrase, make_window, wait_until_loaded
from ehrcoder.gui.dialogs.encryption import EncryptionDialog, PassphraseDialog
from ehrcoder.gui.dialogs.profiles import ProfileForm, ProfilesDialog
from ehrcoder.gui.dialogs.sign_in import PasswordPopup, SignInPopup
from ehrcoder.gui.main_window import MainWindow
from ehrcoder.gui.people import people_of
from ehrcoder.usecases.encryption import encrypt
from ehrcoder.usecases.offline_proof import JobDone, WatchedJob
from ehrcoder.usecases.profiles import create_profile

PASSPHRASE = "seven plain words of this very test"


@pytest.fixture(autouse=True)
def cheap_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords.derive_key, "__defaults__", (Argon2Cost(passes=1, memory_kib=64, lanes=1),))


@pytest.fixture
def staffed(open_window: Callable[..., MainWindow], services: FakeServices, tmp_path: Path) -> MainWindow:
    """A window on a workspace with an administrator and a coder, that waits for a password."""
    workspace = services.open_workspace(tmp_path / "work.ehrw")
    create_profile(workspace, coder_id="root", name="Ada Root", roles=[Role.ADMINISTRATOR], password=PASSWORD)
    create_profile(workspace, coder_id="cleo", name="Cleo Coder", roles=[Role.CODER], password=PASSWORD)
    workspace.close()
    return open_window()


def popup(window: MainWindow, kind: type) -> SignInPopup | PasswordPopup:
    return next(each for each in window.findChildren(kind) if each.isVisible())


def come(window: MainWindow, name: str, password: str = PASSWORD) -> None:
    asked = popup(window, SignInPopup)
    asked.who.setCurrentIndex(asked.who.findData(name))
    asked.password.setFocus()
    QTest.keyClicks(asked.password, password)
    QTest.keyClick(asked.password, Qt.Key.Key_Return)
    assert wait_until_loaded(window)


def is_locked(window: MainWindow) -> bool:
    return people_of(window).is_locked


def dialog_of(window: MainWindow, kind: type) -> QDialog:
    return next(each for each in window.findChildren(kind) if each.isVisible())


def test_a_workspace_without_profiles_opens_without_a_question(window: MainWindow) -> None:
    assert not is_locked(window)
    window.trigger("lock")
    assert not is_locked(window)
    assert window.session.coder == "dr-test"


def test_nothing_is_done_or_read_before_somebody_signed_in(staffed: MainWindow) -> None:
    asked = popup(staffed, SignInPopup)
    assert asked.geometry() == staffed.rect()
    for name in ("propose", "sign", "import", "back", "keys"):
        staffed.trigger(name)
    QTest.keyClick(asked.password, Qt.Key.Key_Escape)
    assert is_locked(staffed)
    assert not staffed.session.is_busy
    picture = staffed.grab().toImage()
    colours = {picture.pixel(x, y) for x in range(0, 200, 7) for y in range(120, 700, 7)}
    assert len(colours) == 1  # nothing of the record list shows through


def test_a_wrong_password_is_said_and_the_right_one_lets_in(staffed: MainWindow) -> None:
    come(staffed, "cleo", "not the password")
    asked = popup(staffed, SignInPopup)
    assert "not right" in asked.refusal.text()
    assert asked.password.text() == ""
    come(staffed, "cleo")
    assert not is_locked(staffed)
    assert staffed.session.coder == "cleo"


def test_a_signature_asks_for_the_password(staffed: MainWindow) -> None:
    come(staffed, "cleo")
    staffed.trigger("propose")
    assert wait_until_loaded(staffed)
    session = staffed.session
    for each in session.need_view().suggestions:
        session.decide(lambda verify, name=each.suggestion_id: verify.reject(
            session.need_view().record_id, name, coder_id=session.coder, reason=RejectReason.OTHER))
        assert wait_until_loaded(staffed)
    signed = []
    session.record_signed.connect(signed.append)
    people = people_of(staffed)
    session.confirm_signature(lambda password: session.sign({}, (), password))
    asked = popup(staffed, PasswordPopup)
    QTest.keyClicks(asked.password, "not the password")
    QTest.keyClick(asked.password, Qt.Key.Key_Return)
    assert wait_until_loaded(staffed)
    assert signed == []
    session.confirm_signature(lambda password: session.sign({}, (), password))
    QTest.keyClicks(popup(staffed, PasswordPopup).password, PASSWORD)
    QTest.keyClick(popup(staffed, PasswordPopup).password, Qt.Key.Key_Return)
    assert wait_until_loaded(staffed)
    assert len(signed) == 1
    assert not people.is_locked


def test_the_window_locks_itself_when_nobody_works(staffed: MainWindow, qtbot) -> None:
    come(staffed, "cleo")
    people = people_of(staffed)
    staffed.trigger("keys")
    people._timer.setInterval(20)
    people.look_for_idleness(after_seconds=0.05)
    qtbot.waitUntil(lambda: people.is_locked, timeout=4000)
    assert not staffed.key_sheet.isVisible()
    people.look_for_idleness(after_seconds=0)
    come(staffed, "root")
    assert staffed.session.coder == "root"


def test_the_lock_closes_open_dialogs(staffed: MainWindow) -> None:
    come(staffed, "root")
    staffed.trigger("profiles")
    assert wait_until_loaded(staffed)
    people_of(staffed).lock()
    assert not any(each.isVisible() for each in staffed.findChildren(ProfilesDialog))


def test_the_first_person_makes_the_own_profile_in_the_window(window: MainWindow, qtbot) -> None:
    window.trigger("profiles")
    assert wait_until_loaded(window)
    shown = dialog_of(window, ProfilesDialog)
    assert "no profiles" in shown.told.text()
    shown.add.click()
    form = next(each for each in shown.findChildren(ProfileForm) if each.isVisible())
    form.short.setText("ada")
    form.name.setText("Ada Root")
    form.first.setText(PASSWORD)
    form.again.setText("another")
    form._confirm()
    assert "not the same" in form.told.text()
    form.again.setText("short")
    form.first.setText("short")
    form._confirm()
    assert wait_until_loaded(window)
    assert "at least 10" in form.told.text()
    form.first.setText(PASSWORD)
    form.again.setText(PASSWORD)
    form._confirm()
    assert wait_until_loaded(window)
    assert shown.model.rowCount() == 1
    assert window.session.coder == "ada"
    assert not is_locked(window)


def test_an_administrator_changes_people_in_the_window(staffed: MainWindow) -> None:
    come(staffed, "root")
    staffed.trigger("profiles")
    assert wait_until_loaded(staffed)
    shown = dialog_of(staffed, ProfilesDialog)
    shown.table.selectRow(1)
    shown.switch.click()
    assert wait_until_loaded(staffed)
    assert shown.model.index(1, 3).data() == "no"
    shown.roles.click()
    form = next(each for each in shown.findChildren(ProfileForm) if each.isVisible())
    form._boxes[Role.REVIEWER].setChecked(True)
    form._confirm()
    assert wait_until_loaded(staffed)
    assert shown.model.index(1, 2).data() == "coder, reviewer"
    shown.secret.click()
    form = next(each for each in shown.findChildren(ProfileForm) if each.isVisible())
    form.first.setText("another five plain words")
    form.again.setText("another five plain words")
    form._confirm()
    assert wait_until_loaded(staffed)
    shown.table.selectRow(0)
    shown.switch.click()
    assert wait_until_loaded(staffed)
    assert "without an administrator" in shown.told.text()


def test_a_workspace_is_encrypted_and_opened_again_in_the_window(
    window: MainWindow, tmp_path: Path, services: FakeServices
) -> None:
    path = tmp_path / "work.ehrw"
    window.trigger("encryption")
    assert wait_until_loaded(window)
    shown = dialog_of(window, EncryptionDialog)
    assert "is not encrypted" in shown.told.text()
    shown.first.setText(PASSPHRASE)
    shown.again.setText("another one that differs")
    shown.change.click()
    assert "not the same" in shown.told.text()
    shown.first.setText("short")
    shown.again.setText("short")
    shown.change.click()
    assert wait_until_loaded(window)
    assert "at least 12" in shown.told.text()
    shown.first.setText(PASSPHRASE)
    shown.again.setText(PASSPHRASE)
    shown.change.click()
    assert wait_until_loaded(window)
    assert "is encrypted" in shown.told.text()
    assert salt_of(path) is not None
    window.trigger("propose")
    assert wait_until_loaded(window)
    assert window.session.need_view().suggestions
    shown.off.click()
    assert wait_until_loaded(window)
    assert salt_of(path) is None


def test_only_an_administrator_encrypts_a_teams_workspace(staffed: MainWindow, tmp_path: Path) -> None:
    come(staffed, "cleo")
    staffed.trigger("encryption")
    assert wait_until_loaded(staffed)
    shown = dialog_of(staffed, EncryptionDialog)
    shown.first.setText(PASSPHRASE)
    shown.again.setText(PASSPHRASE)
    shown.change.click()
    assert wait_until_loaded(staffed)
    assert "Only an administrator" in shown.told.text()
    assert salt_of(tmp_path / "work.ehrw") is None


def test_an_encrypted_workspace_asks_for_its_passphrase(
    qtbot, services: FakeServices, tmp_path: Path
) -> None:
    path = tmp_path / "work.ehrw"
    encrypt(services.encryption(path), services.backups(path), PASSPHRASE)
    fresh = FakeServices(tmp_path / "home")
    window = make_window(fresh, path, theme="light")
    window.workspace_refused.connect(lambda problem: ask_for_passphrase(window))
    window.show()
    window.session.open()
    assert wait_until_loaded(window)
    asked = dialog_of(window, PassphraseDialog)
    asked.line.setText("a wrong passphrase")
    asked._give()
    assert wait_until_loaded(window)
    assert "does not open" in asked.told.text()
    asked.line.setText(PASSPHRASE)
    asked.keep.setChecked(True)
    asked._give()
    assert wait_until_loaded(window)
    assert len(window.session.rows) == 3
    assert len(fresh.keyring.kept) == 1
    window.close()
    window.deleteLater()


def test_the_offline_report_is_shown_in_the_window(window: MainWindow, services: FakeServices) -> None:
    job = JobDone(records=2, codes=9, files=4, with_model=False, python_events=(), interfaces=())
    seen = WatchedJob(job=job, in_namespace=True, trace=("12 socket(AF_UNIX, SOCK_STREAM, 0) = 3",))
    services.offline_watcher = lambda: SimpleNamespace(watch=lambda *, with_model: seen)
    window.trigger("offline_report")
    assert wait_until_loaded(window)
    assert "No socket" in window.message.heading.text()
    assert "an empty network namespace" in window.message.details.toPlainText()
    assert "2 records" in window.message.words.text()
