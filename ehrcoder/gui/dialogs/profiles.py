"""Shows who works in a workspace, and lets an administrator change it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ehrcoder.core.profiles import Profile, Role
from ehrcoder.gui.dialogs.sign_in import password_line
from ehrcoder.gui.models.tables import Column, TableModel
from ehrcoder.gui.task_runner import Lane, Problem
from ehrcoder.gui.views.lists import make_sortable, plain_table
from ehrcoder.usecases.profiles import create_profile, set_active, set_password, set_roles

if TYPE_CHECKING:
    from ehrcoder.gui.parts import PartHost
    from ehrcoder.ports import OpenWorkspace


class ProfilesDialog(QDialog):
    """Everybody in a table, and a button for each thing that can be done."""

    def __init__(self, host: PartHost, *, changed: Callable[[], None]) -> None:
        super().__init__(host.widget)
        self._host = host
        self._changed = changed
        self._profiles: tuple[Profile, ...] = ()
        self.setObjectName("profiles_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("People"))
        self.resize(640, 380)
        self.told = QLabel()
        self.told.setObjectName("profiles_told")
        self.told.setWordWrap(True)
        self.told.setTextFormat(Qt.TextFormat.PlainText)
        self.model = TableModel[Profile]([
            Column(heading=self.tr("Short name"), text=lambda each: each.coder_id),
            Column(heading=self.tr("Name"), text=lambda each: each.name),
            Column(heading=self.tr("Roles"), text=lambda each: ", ".join(role.value for role in each.roles)),
            Column(heading=self.tr("May sign in"),
                   text=lambda each: self.tr("yes") if each.is_active else self.tr("no")),
        ], self)
        self.table = plain_table(self.tr("Everybody in this workspace"), "profiles_table")
        self.table.setModel(self.model)
        make_sortable(self.table)
        self.table.horizontalHeader().setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self.add = self._button("profiles_add", self.tr("Add…"), self.tr("Make a profile"), self._add)
        self.roles = self._button("profiles_roles", self.tr("Roles…"), self.tr("Change the roles"), self._roles)
        self.secret = self._button("profiles_password", self.tr("Password…"),
                                   self.tr("Change one's own password, or another's as an administrator"), self._secret)
        self.switch = self._button("profiles_switch", self.tr("Switch off or on"),
                                   self.tr("Let somebody sign in no longer, or again"), self._switch)
        self.close_button = self._button("profiles_close", self.tr("Close"), self.tr("Close (Esc)"), self.reject)
        row = QHBoxLayout()
        for each in (self.add, self.roles, self.secret, self.switch):
            row.addWidget(each)
        row.addStretch(1)
        row.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.addWidget(self.told)
        column.addWidget(self.table, 1)
        column.addLayout(row)
        self.load()

    def load(self) -> None:
        """Read everybody again."""
        self._run(lambda workspace: workspace.profiles(), self._show)

    @property
    def chosen(self) -> Profile | None:
        """The marked profile."""
        return self.model.row(self.table.currentIndex())

    def _show(self, profiles: tuple[Profile, ...]) -> None:
        self._profiles = profiles
        self.told.setText(self.tr("There are no profiles: whoever opens the workspace may change it. The first one "
                                  "must be an administrator's.") if not profiles else "")
        chosen = self.chosen
        self.model.set_rows(profiles)
        index = self.model.first_where(lambda each: chosen is not None and each.coder_id == chosen.coder_id)
        if profiles:
            self.table.setCurrentIndex(index if index.isValid() else self.model.index(0, 0))
        for button in (self.roles, self.secret, self.switch):
            button.setEnabled(bool(profiles))

    def _add(self) -> None:
        form = ProfileForm(self, title=self.tr("A new profile"), with_names=True, with_roles=True, with_password=True,
                           roles=() if self._profiles else (Role.ADMINISTRATOR,))

        def make() -> None:
            short, name, roles, password = form.short.text(), form.name.text(), form.chosen_roles, form.first.text()
            self._change(lambda workspace: create_profile(
                workspace, coder_id=short, name=name, roles=roles, password=password), form)

        form.ask(make)

    def _roles(self) -> None:
        profile = self.chosen
        if profile is not None:
            form = ProfileForm(self, title=self.tr("Roles of {0}").format(profile.name), with_roles=True,
                               roles=profile.roles)

            def give() -> None:
                roles = form.chosen_roles
                self._change(lambda workspace: set_roles(workspace, profile.coder_id, roles), form)

            form.ask(give)

    def _secret(self) -> None:
        profile = self.chosen
        if profile is not None:
            form = ProfileForm(self, title=self.tr("Password of {0}").format(profile.name), with_password=True)

            def give() -> None:
                password = form.first.text()
                self._change(lambda workspace: set_password(workspace, profile.coder_id, password), form)

            form.ask(give)

    def _switch(self) -> None:
        profile = self.chosen
        if profile is not None:
            self._change(lambda workspace: set_active(workspace, profile.coder_id, is_active=not profile.is_active),
                         None)

    def _change(self, work: Callable[[OpenWorkspace], Profile], form: ProfileForm | None) -> None:
        def done(_: Profile) -> None:
            if form is not None:
                form.accept()
            self._take_person()
            self.load()
            self._changed()

        self._run(work, done, form)

    def _take_person(self) -> None:
        """Whoever made the first profile is signed in as that person from now on."""
        session = self._host.session

        def known(person: Profile | None) -> None:
            session.person = person

        self._run(lambda workspace: workspace.signed_in, known)

    def _run(
        self, work: Callable[[OpenWorkspace], object], done: Callable[..., None], form: ProfileForm | None = None
    ) -> None:
        session = self._host.session

        def failed(problem: Problem) -> None:
            words = " ".join(part for part in (problem.what, problem.next_step) if part)
            (form.refuse if form is not None else self.told.setText)(words)

        session.runner.start(Lane.STORE, lambda: work(session.workspace()), done=done, failed=failed)

    def _button(self, name: str, words: str, tip: str, pressed: Callable[[], None]) -> QPushButton:
        button = QPushButton(words)
        button.setObjectName(name)
        button.setAccessibleName(words)
        button.setToolTip(tip)
        button.setAutoDefault(False)
        button.clicked.connect(pressed)
        return button


class ProfileForm(QDialog):
    """The fields of a profile, as many as are asked for."""

    def __init__(
        self, parent: QWidget, *, title: str, with_names: bool = False, with_roles: bool = False,
        with_password: bool = False, roles: Sequence[Role] = (),
    ) -> None:
        super().__init__(parent)
        self._confirmed: Callable[[], None] | None = None
        self._with_password = with_password
        self.setObjectName("profile_form")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.short, self.name = QLineEdit(), QLineEdit()
        self.first = password_line("profile_password", self.tr("New password"))
        self.again = password_line("profile_password_again", self.tr("The same once more"))
        self._boxes = {role: QCheckBox(role.value) for role in Role}
        form = QFormLayout(self)
        if with_names:
            for words, line, name in ((self.tr("Short name"), self.short, "profile_short"),
                                      (self.tr("Name"), self.name, "profile_name")):
                line.setObjectName(name)
                line.setAccessibleName(words)
                line.setMaxLength(100)
                form.addRow(words, line)
        if with_roles:
            for role, box in self._boxes.items():
                box.setObjectName(f"profile_role_{role.value}")
                box.setChecked(role in roles)
                box.setAccessibleName(role.value)
                form.addRow(self.tr("Role") if role is Role.CODER else "", box)
        if with_password:
            form.addRow(self.first.accessibleName(), self.first)
            form.addRow(self.again.accessibleName(), self.again)
        self.told = QLabel()
        self.told.setObjectName("profile_told")
        self.told.setWordWrap(True)
        self.told.setTextFormat(Qt.TextFormat.PlainText)
        form.addRow(self.told)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self._confirm)
        buttons.rejected.connect(self.reject)
        form.addRow(buttons)

    @property
    def chosen_roles(self) -> tuple[Role, ...]:
        """The roles that are ticked."""
        return tuple(role for role, box in self._boxes.items() if box.isChecked())

    def ask(self, confirmed: Callable[[], None]) -> None:
        """Show the form; `confirmed` is called each time it is confirmed."""
        self._confirmed = confirmed
        self.open()

    def refuse(self, words: str) -> None:
        """Say what is wrong."""
        self.told.setText(words)

    def _confirm(self) -> None:
        if self._with_password and self.first.text() != self.again.text():
            self.refuse(self.tr("The two passwords are not the same."))
        elif self._confirmed is not None:
            self._confirmed()
