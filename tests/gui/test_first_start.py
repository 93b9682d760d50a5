"""The first start leads by keys to a workspace; what cannot be is told on its page, and leaving makes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QWizard

from ehrcoder.core.errors import EhrCoderError
from ehrcoder.gui.app import application
from ehrcoder.gui.dialogs.first_start import SPEAK_ANOTHER, FirstStart, is_first_start
from ehrcoder.paths import Paths
from ehrcoder.services import Services
from ehrcoder.settings import load_settings

REPOSITORY = Path(__file__).resolve().parents[2]
LONG = "a long passphrase for a test"


@pytest.fixture
def services(tmp_path: Path) -> Services:
    paths = Paths(home=tmp_path / "home", resources=REPOSITORY / "resources", code_set_sources=REPOSITORY / "codesets")
    return Services(paths=paths)


@pytest.fixture
def wizard(qtbot, services: Services) -> Iterator[FirstStart]:
    application()
    made = FirstStart(services, "en")
    qtbot.addWidget(made)
    made.show()
    yield made
    made.runner.close()


def go_on(wizard: FirstStart, qtbot, pages: int = 3) -> None:
    for _ in range(pages):
        qtbot.keyClick(wizard, Qt.Key.Key_Return)


def finish(wizard: FirstStart, qtbot) -> None:
    button = wizard.button(QWizard.WizardButton.FinishButton)
    button.click()
    qtbot.waitUntil(lambda: not wizard.isVisible() or wizard.isEnabled(), timeout=90_000)


def test_an_untouched_installation_is_a_first_start(services: Services) -> None:
    assert is_first_start(services)

    services.paths.home.mkdir()
    services.paths.settings_file.write_text('coder = "amk"\n')

    assert not is_first_start(services)


def test_enter_leads_to_a_plain_workspace(wizard: FirstStart, qtbot, services: Services) -> None:
    go_on(wizard, qtbot)
    wizard.person.coder.setText("amk")
    finish(wizard, qtbot)

    assert wizard.result() == FirstStart.DialogCode.Accepted
    assert load_settings(services.paths.settings_file).coder == "amk"
    assert services.paths.default_workspace.read_bytes()[:6] == b"SQLite"
    assert not is_first_start(services)


def test_an_encrypted_workspace_with_an_administrator_opens_with_both_secrets(
    wizard: FirstStart, qtbot, services: Services, tmp_path: Path
) -> None:
    go_on(wizard, qtbot, 2)
    wizard.place.file.setText(str(tmp_path / "site" / "ours.ehrw"))
    wizard.place.encrypt.setChecked(True)
    wizard.place.secret.setText(LONG)
    wizard.place.again.setText(LONG)
    go_on(wizard, qtbot, 1)
    wizard.person.coder.setText("amk")
    wizard.person.shared.setChecked(True)
    wizard.person.name.setText("Ana Kovač")
    wizard.person.secret.setText("correct horse battery")
    wizard.person.again.setText("correct horse battery")
    finish(wizard, qtbot)

    assert wizard.result() == FirstStart.DialogCode.Accepted, wizard.person.problem.text()
    path = tmp_path / "site" / "ours.ehrw"
    assert load_settings(services.paths.settings_file).workspace == path
    assert path.read_bytes()[:6] != b"SQLite"
    later = Services(paths=services.paths)
    later.keys.ask_nobody()
    with pytest.raises(EhrCoderError, match="encrypted"):
        later.open_workspace()
    later.keys.unlock(path, LONG)
    workspace = later.open_workspace()
    try:
        assert [(each.coder_id, each.name) for each in workspace.profiles()] == [("amk", "Ana Kovač")]
        workspace.sign_in("amk", "correct horse battery")
    finally:
        workspace.close()


@pytest.mark.parametrize(("file", "first", "second", "told"), [
    ("", "", "", "Name a file"), ("new.ehrw", LONG, LONG + "!", "differ"), ("new.ehrw", "", "", "Give a passphrase"),
])
def test_a_page_that_is_not_right_is_not_left(
    wizard: FirstStart, qtbot, tmp_path: Path, file: str, first: str, second: str, told: str
) -> None:
    go_on(wizard, qtbot, 2)
    wizard.place.file.setText(str(tmp_path / file) if file else "")
    wizard.place.encrypt.setChecked(True)
    wizard.place.secret.setText(first)
    wizard.place.again.setText(second)
    wizard.next()

    assert wizard.currentPage() is wizard.place
    assert told in wizard.place.problem.text()


def test_a_file_that_is_there_is_not_touched(wizard: FirstStart, qtbot, tmp_path: Path) -> None:
    there = tmp_path / "there.ehrw"
    there.write_bytes(b"somebody's")
    go_on(wizard, qtbot, 2)
    wizard.place.file.setText(str(there))
    wizard.next()

    assert wizard.currentPage() is wizard.place
    assert there.read_bytes() == b"somebody's"


def test_a_weak_password_is_told_and_the_page_stays(wizard: FirstStart, qtbot) -> None:
    go_on(wizard, qtbot)
    wizard.person.coder.setText("amk")
    wizard.person.shared.setChecked(True)
    wizard.person.name.setText("Ana")
    wizard.person.secret.setText("short")
    wizard.person.again.setText("short")
    finish(wizard, qtbot)

    assert wizard.isVisible()
    assert len(wizard.person.problem.text()) > 20


def test_escape_makes_nothing(wizard: FirstStart, qtbot, services: Services) -> None:
    go_on(wizard, qtbot)
    qtbot.keyClick(wizard, Qt.Key.Key_Escape)

    assert wizard.result() == FirstStart.DialogCode.Rejected
    assert is_first_start(services)


def test_without_a_model_it_asks_for_its_file(wizard: FirstStart, qtbot) -> None:
    go_on(wizard, qtbot, 1)
    qtbot.waitUntil(lambda: "No language model" in wizard.parts.model.text(), timeout=60_000)

    assert wizard.parts.choose.isVisible()


def test_another_language_shows_the_wizard_again(wizard: FirstStart) -> None:
    page = wizard.currentPage()
    page.language.setCurrentIndex(1)
    page.language.activated.emit(1)

    assert (wizard.result(), wizard.language) == (SPEAK_ANOTHER, "es")


def test_every_line_has_words_beside_it(wizard: FirstStart) -> None:
    buddies = {label.buddy() for label in wizard.findChildren(QLabel)}
    for line in wizard.findChildren(QLineEdit):
        assert line in buddies or line.objectName() in ("first_file", "qt_spinbox_lineedit"), line.objectName()


def test_enter_goes_on_page_by_page_and_the_name_is_typed(wizard: FirstStart, qtbot, services: Services) -> None:
    for page in range(4):
        qtbot.waitUntil(lambda: wizard.runner.is_idle, timeout=60_000)
        assert wizard.currentId() == page
        if page == 3:
            qtbot.keyClicks(wizard.focusWidget(), "amk")
        qtbot.keyClick(wizard.focusWidget(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not wizard.isVisible(), timeout=60_000)

    assert wizard.result() == FirstStart.DialogCode.Accepted
    assert load_settings(services.paths.settings_file).coder == "amk"


def test_what_is_not_wanted_is_not_asked_for(wizard: FirstStart, qtbot) -> None:
    go_on(wizard, qtbot, 2)
    assert not wizard.place.secret.isVisible()
    wizard.place.encrypt.setChecked(True)
    assert wizard.place.secret.isVisible()
    assert wizard.focusWidget() is wizard.place.secret
