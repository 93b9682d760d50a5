"""The first start of an installed program: what was found, the workspace, its encryption, and who works in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
    QWizard,
    QWizardPage,
)

from ehrcoder.gui.file_dialogs import ask_for_file, ask_where_to_save
from ehrcoder.gui.task_runner import Lane, Problem, TaskRunner
from ehrcoder.settings import change_settings
from ehrcoder.usecases.first_start import Administrator, FirstWorkspace

if TYPE_CHECKING:
    from ehrcoder.services import Services

SPEAK_ANOTHER = 2
"""What `exec` returns when the person chose another language: the wizard is to be shown again."""


class FirstStart(QWizard):
    """Four short pages; Enter goes on, Esc leaves without having made anything."""

    def __init__(self, services: Services, language: str) -> None:
        super().__init__()
        self.services = services
        self.runner = TaskRunner(self)
        self.language = language
        self.setObjectName("first_start")
        self.setWindowTitle(self.tr("EHRCoder: first start"))
        self.setWizardStyle(QWizard.WizardStyle.ModernStyle)
        self.setOption(QWizard.WizardOption.NoBackButtonOnStartPage)
        self.resize(720, 520)
        self.parts = PartsPage(self)
        self.place = WorkspacePage(self)
        self.person = PersonPage(self)
        for page in (WelcomePage(self), self.parts, self.place, self.person):
            self.addPage(page)
        self.currentIdChanged.connect(lambda _: self._begin_page())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        for which in (QWizard.WizardButton.NextButton, QWizard.WizardButton.FinishButton):
            button = self.button(which)
            button.setProperty("primary", True)
            button.style().unpolish(button)  # it was polished before it had the property
            button.style().polish(button)
        self._begin_page()

    def _begin_page(self) -> None:
        """Put the focus where the page begins, else on what goes on; Qt would choose the button that goes back."""
        page = self.currentPage()
        first = page.first if isinstance(page, _Page) else None
        if first is not None:
            first.setFocus()
        else:
            self.button(QWizard.WizardButton.NextButton).setFocus()
        if isinstance(first, QLineEdit):
            first.selectAll()  # typing takes its place

    def plan(self) -> FirstWorkspace:
        """Return what the pages say."""
        return FirstWorkspace(
            path=Path(self.place.file.text()).expanduser(), passphrase=self.place.passphrase(),
            administrator=self.person.administrator(),
        )

    def accept(self) -> None:
        """Make the workspace; the last page stays open when that does not work."""
        person = self.person
        fault = self.place.fault() or person.fault()
        if fault:
            person.say(fault)
            return
        plan, coder, services = self.plan(), person.coder.text().strip(), self.services

        def make() -> None:
            services.set_up_workspace(plan)
            named = None if plan.path == services.paths.default_workspace else plan.path
            services.settings = change_settings(services.paths.settings_file, {
                "coder": coder, "workspace": named, "window.language": self.language,
            })

        self.setEnabled(False)
        self.runner.start(Lane.STORE, make, done=lambda _: self._leave(), failed=self._refused)

    def reject(self) -> None:
        """Leave without a workspace."""
        self.runner.close()
        super().reject()

    def _leave(self) -> None:
        self.runner.close()
        QWizard.accept(self)

    def _refused(self, problem: Problem) -> None:
        self.setEnabled(True)
        self.person.say(" ".join(part for part in (problem.what, problem.kept, problem.next_step) if part))


def _label(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


class _Page(QWizardPage):
    """A page with a column of widgets; `first` gets the focus, where there is something to fill in."""

    def __init__(self, wizard: FirstStart, title: str, about: str) -> None:
        super().__init__(wizard)
        self.first: QWidget | None = None
        self.setTitle(title)
        self.column = QVBoxLayout(self)
        self.column.setSpacing(10)
        if about:
            self.column.addWidget(_label(about))


class WelcomePage(_Page):
    """Says what this is, and asks for the language."""

    def __init__(self, wizard: FirstStart) -> None:
        super().__init__(wizard, self.tr("Welcome"), "")
        self.column.addWidget(_label(self.tr(
            "EHRCoder turns health records into diagnosis, treatment and outcome codes. A language model on this "
            "machine proposes; you verify each code. Nothing is sent anywhere."
        )))
        self.column.addWidget(_label(self.tr(
            "It is decision support, not a medical device. Work on anonymised records: it does not anonymise them "
            "for you."
        )))
        self.column.addWidget(_label(self.tr("Four short pages. Enter goes on, Tab goes to the next field.")))
        self.first = self.language = QComboBox()
        self.language.setObjectName("first_language")
        self.language.setAccessibleName(self.tr("Language"))
        for name, words in (("en", "English"), ("es", "Español")):
            self.language.addItem(words, name)
        self.language.setCurrentIndex(self.language.findData(wizard.language))
        self.language.activated.connect(lambda _: self._choose(wizard))
        form = QFormLayout()
        form.addRow(self.tr("Language"), self.language)
        self.column.addLayout(form)
        self.column.addStretch(1)

    def _choose(self, wizard: FirstStart) -> None:
        if self.language.currentData() != wizard.language:
            wizard.language = str(self.language.currentData())
            wizard.runner.close()
            wizard.done(SPEAK_ANOTHER)


class PartsPage(_Page):
    """Says which code sets and which model are there; takes a model file where none is."""

    def __init__(self, wizard: FirstStart) -> None:
        super().__init__(wizard, self.tr("What is installed"), "")
        self._wizard = wizard
        self.sets = _label(self.tr("Looking for code sets …"))
        self.sets.setObjectName("first_code_sets")
        self.model = _label(self.tr("Looking for the language model …"))
        self.model.setObjectName("first_model")
        self.choose = QPushButton(self.tr("Choose a model file…"))
        self.choose.setObjectName("first_choose_model")
        self.choose.setAutoDefault(False)  # Enter goes on
        self.choose.setToolTip(self.tr("Copy a GGUF file into the data folder"))
        self.choose.clicked.connect(self._choose)
        for each in (self.sets, self.model):
            self.column.addWidget(each)
        row = QHBoxLayout()
        row.addWidget(self.choose)
        row.addStretch(1)
        self.column.addLayout(row)
        self.column.addWidget(_label(self.tr(
            "Newer editions and other models can be brought in later, each as a file: File, Settings and Guide say how."
        )))
        self.column.addStretch(1)

    def initializePage(self) -> None:
        """Look while the page is shown; the code sets of an installed program are unpacked by it."""
        services = self._wizard.services
        self._wizard.runner.start(
            Lane.READ, lambda: (services.installed_editions(), services.model_words(), services.has_model),
            done=lambda found: self._show(*found), failed=lambda problem: self.sets.setText(problem.what),
        )

    def _show(self, editions: tuple[object, ...], model: str, has_model: bool) -> None:  # noqa: FBT001 - from a tuple
        names = [f"✓ {each.name} {each.version}" for each in editions]  # pyright: ignore[reportAttributeAccessIssue]
        self.sets.setText("\n".join(names) if names else self.tr(
            "✗ No code sets were found. Codes cannot be assigned without them: install the program again."
        ))
        self.model.setText(f"✓ {model}" if has_model else self.tr(
            "✗ No language model is installed. Choose its file (GGUF), or go on: codes are then proposed from the "
            "trained lexicon and the code sets alone."
        ))
        self.choose.setVisible(not has_model)

    def _choose(self) -> None:
        file = ask_for_file(self, self.tr("Choose a language model"), self.tr("Models (*.gguf);;All files (*)"))
        if file is not None:
            services = self._wizard.services
            self.model.setText(self.tr("Copying the model …"))
            self._wizard.runner.start(
                Lane.READ, lambda: services.use_model(file), done=lambda _: self.initializePage(),
                failed=lambda problem: self.model.setText(f"✗ {problem.what} {problem.next_step}"),
            )


class WorkspacePage(_Page):
    """Asks where the records will lie, and whether the file is encrypted."""

    def __init__(self, wizard: FirstStart) -> None:
        super().__init__(wizard, self.tr("Workspace"), self.tr(
            "Records, codes and the history of every decision lie in one file, the workspace."
        ))
        self.file = QLineEdit(str(wizard.services.default_workspace))
        self.file.setObjectName("first_file")
        browse = QPushButton(self.tr("Browse…"))
        browse.setObjectName("first_browse")
        browse.setAutoDefault(False)  # Enter goes on
        browse.clicked.connect(self._browse)
        row = QHBoxLayout()
        row.addWidget(self.file, 1)
        row.addWidget(browse)
        self.encrypt = QCheckBox(self.tr("Encrypt it with a passphrase"))
        self.encrypt.setObjectName("first_encrypt")
        self.secret, self.again = _secret("first_passphrase"), _secret("first_passphrase_again")
        self._form = form = QFormLayout()
        form.addRow(self.tr("File"), row)
        form.addRow("", self.encrypt)
        form.addRow(self.tr("Passphrase"), self.secret)
        form.addRow(self.tr("Again"), self.again)
        self.column.addLayout(form)
        self.warning = _label(self.tr(
            "Nobody can read an encrypted workspace without its passphrase, and nobody can recover it. Keep it where "
            "your site keeps such things. Without encryption, keep the file on an encrypted disk."
        ))
        self.column.addWidget(self.warning)
        self.problem = _label("")
        self.problem.setObjectName("first_workspace_problem")
        self.column.addWidget(self.problem)
        self.column.addStretch(1)
        self.encrypt.toggled.connect(self._toggle)
        self._toggle(False)

    def _toggle(self, on: bool) -> None:  # noqa: FBT001 - a Qt signal
        for each in (self.secret, self.again):
            each.setEnabled(on)
            self._form.setRowVisible(each, on)
        if on:
            self.secret.setFocus()

    def passphrase(self) -> str:
        """Return the passphrase, empty where the file stays plain."""
        return self.secret.text() if self.encrypt.isChecked() else ""

    def fault(self) -> str:
        """Say what keeps this page from being right."""
        if not self.file.text().strip():
            return self.tr("Name a file.")
        if Path(self.file.text()).expanduser().exists():
            return self.tr("That file is there already. Choose another name.")
        if self.encrypt.isChecked() and self.secret.text() != self.again.text():
            return self.tr("The two passphrases differ.")
        if self.encrypt.isChecked() and not self.secret.text():
            return self.tr("Give a passphrase.")
        return ""

    def validatePage(self) -> bool:
        """Let the person go on only when the page is right."""
        self.problem.setText(self.fault())
        return not self.problem.text()

    def _browse(self) -> None:
        file = ask_where_to_save(
            self, self.tr("Where the workspace lies"), self.file.text(), self.tr("Workspaces (*.ehrw)")
        )
        if file is not None:
            self.file.setText(str(file) if file.suffix == ".ehrw" else f"{file}.ehrw")


class PersonPage(_Page):
    """Asks under which name decisions are stored, and whether several people share the workspace."""

    def __init__(self, wizard: FirstStart) -> None:
        super().__init__(wizard, self.tr("Who works here"), self.tr(
            "Every decision is stored with the name of the person who made it."
        ))
        self.first = self.coder = QLineEdit(wizard.services.settings.coder)
        self.coder.setObjectName("first_coder")
        self.shared = QCheckBox(self.tr("Several people share this workspace: I administer it and sign in"))
        self.shared.setObjectName("first_shared")
        self.name = QLineEdit()
        self.name.setObjectName("first_name")
        self.secret, self.again = _secret("first_password"), _secret("first_password_again")
        self._form = form = QFormLayout()
        form.addRow(self.tr("Short name"), self.coder)
        form.addRow("", self.shared)
        form.addRow(self.tr("Full name"), self.name)
        form.addRow(self.tr("Password"), self.secret)
        form.addRow(self.tr("Again"), self.again)
        self.column.addLayout(form)
        self.problem = _label("")
        self.problem.setObjectName("first_problem")
        self.column.addWidget(self.problem)
        self.column.addStretch(1)
        self.shared.toggled.connect(self._toggle)
        self._toggle(False)

    def _toggle(self, on: bool) -> None:  # noqa: FBT001 - a Qt signal
        for each in (self.name, self.secret, self.again):
            each.setEnabled(on)
            self._form.setRowVisible(each, on)
        if on:
            self.name.setFocus()

    def administrator(self) -> Administrator | None:
        """Return the first person of a shared workspace."""
        if not self.shared.isChecked():
            return None
        return Administrator(
            coder_id=self.coder.text().strip(), name=self.name.text().strip(), password=self.secret.text()
        )

    def fault(self) -> str:
        """Say what keeps this page from being right; what a password has to be is the workspace's own rule."""
        if not self.coder.text().strip():
            return self.tr("Give a short name.")
        if self.shared.isChecked() and self.secret.text() != self.again.text():
            return self.tr("The two passwords differ.")
        return ""

    def say(self, words: str) -> None:
        """Show what went wrong."""
        self.problem.setText(words)


def _secret(name: str) -> QLineEdit:
    line = QLineEdit()
    line.setObjectName(name)
    line.setEchoMode(QLineEdit.EchoMode.Password)
    return line


def is_first_start(services: Services) -> bool:
    """Tell whether nobody has worked here yet: neither settings nor the default workspace are there."""
    return not services.paths.settings_file.exists() and not services.default_workspace.exists()
