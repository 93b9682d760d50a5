"""Where a dialog of another module joins the window: one line in `parts()`; its code is loaded at its first use.

A part names its action (menu, words, keys, icon, when it is enabled) and a function that is called with the
`PartHost` once the action is chosen. The key sheet, the menus and the dialog for rebinding keys find it there.

    def _browse_codes(host: PartHost) -> None:
        from ehrcoder.gui.dialogs.code_browser import CodeBrowser

        host.popup(CodeBrowser, lambda: CodeBrowser(host)).ask(...)

A popup made by `host.popup` gets the keys while it is open, and `set_theme` where it has that method.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from PySide6.QtCore import QCoreApplication

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from ehrcoder.gui.action_spec import ActionSpec
    from ehrcoder.gui.dialogs.choice import ChoicePopup
    from ehrcoder.gui.dialogs.code_search import CodeSearch
    from ehrcoder.gui.dialogs.messages import MessagePopup, ReasonPopup
    from ehrcoder.gui.dialogs.overlay import Overlay
    from ehrcoder.gui.review import Review
    from ehrcoder.gui.session import WorkspaceSession
    from ehrcoder.gui.theme import Theme

Popup = TypeVar("Popup", bound="Overlay")


class PartHost(Protocol):
    """What the window offers to its parts."""

    session: WorkspaceSession
    """The workspace: its runner takes work off the main thread, `session.services` builds what a use-case needs."""
    review: Review
    message: MessagePopup
    choices: ChoicePopup
    reason: ReasonPopup
    search: CodeSearch

    @property
    def theme(self) -> Theme: ...

    @property
    def widget(self) -> QWidget:
        """The window itself, parent of popups and dialogs."""
        ...

    def popup(self, kind: type[Popup], make: Callable[[], Popup]) -> Popup:
        """Return the window's one popup of this class; `make` builds it at the first call."""
        ...

    def say(self, text: str) -> None:
        """Show a line in the status bar."""
        ...

    def trigger(self, name: str) -> None:
        """Carry out another action by its name."""
        ...

    def take_look(self, theme: str, font_size: int) -> None:
        """Show the window in another theme and size of text."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One action that a module adds to the window."""

    spec: ActionSpec
    run: Callable[[PartHost], None]


def parts() -> tuple[Part, ...]:
    """Return the parts in the order of their menus."""
    from ehrcoder.gui import care_parts, code_parts
    from ehrcoder.gui.campaign import part as campaign_part

    named = (*code_parts.actions(), *care_parts.actions(), *campaign_part.actions())
    own = (Part(spec=spec, run=run) for spec, run in named)
    return (*_import_parts(), *_code_set_parts(), *_people_parts(), *own)


def start_parts() -> tuple[Callable[[PartHost], None], ...]:
    """Return what is run once, when the workspace was opened and its records are listed."""
    from ehrcoder.gui.code_set_parts import bring_worklist_up_to_date
    from ehrcoder.gui.import_parts import start_importing
    from ehrcoder.gui.people import start_people

    return (start_importing, start_people, bring_worklist_up_to_date)


def _code_set_parts() -> tuple[Part, ...]:
    from ehrcoder.gui.action_spec import ActionSpec, Needs

    def tr(text: str) -> str:
        return QCoreApplication.translate("actions", text)

    def import_code_sets(host: PartHost) -> None:
        from ehrcoder.gui.code_set_parts import ask_for_code_sets as run

        run(host)

    def show_worklist(host: PartHost) -> None:
        from ehrcoder.gui.code_set_parts import show_changed_codes as run

        run(host)

    def settle(host: PartHost) -> None:
        from ehrcoder.gui.code_set_parts import let_codes_stay as run

        run(host)

    return (
        Part(run=import_code_sets, spec=ActionSpec(
            name="code_sets", group=tr("File"), text=tr("Code sets…"), keys=("Ctrl+Alt+C",),
            tip=tr("Show the installed editions and import official releases or sets of your own"))),
        Part(run=show_worklist, spec=ActionSpec(
            name="changed_codes", group=tr("Record"), text=tr("Codes that an edition changed…"), keys=("Ctrl+Alt+W",),
            needs=Needs.RECORD, tip=tr("Show which codes of this record a later edition retired or revised"))),
        Part(run=settle, spec=ActionSpec(
            name="settle_codes", group=tr("Record"), text=tr("Changed codes stay as they are…"),
            keys=("Ctrl+Alt+S",), needs=Needs.RECORD,
            tip=tr("Take this record off the worklist, with a reason; its codes are not touched"))),
    )


def _import_parts() -> tuple[Part, ...]:
    from ehrcoder.gui.action_spec import ActionSpec, Needs

    def tr(text: str) -> str:
        return QCoreApplication.translate("actions", text)

    def ask_for_options(host: PartHost) -> None:
        from ehrcoder.gui.import_parts import ask_for_options as run

        run(host)

    def show_report(host: PartHost) -> None:
        from ehrcoder.gui.import_parts import show_report as run

        run(host)

    def look_for_identifiers(host: PartHost) -> None:
        from ehrcoder.gui.import_parts import look_for_identifiers as run

        run(host)

    return (
        Part(run=ask_for_options, spec=ActionSpec(
            name="import_options", group=tr("File"), text=tr("Import with options…"), icon="import",
            keys=("Ctrl+Alt+O",), needs=Needs.WRITABLE,
            tip=tr("Say what the columns of a table mean, or how the notes of one file are parted"))),
        Part(run=show_report, spec=ActionSpec(
            name="import_report", group=tr("File"), text=tr("Report of the last import…"), keys=("Ctrl+Alt+I",),
            tip=tr("Show each file's outcome with the reason for what was left out; save it as CSV"))),
        Part(run=look_for_identifiers, spec=ActionSpec(
            name="identifiers", group=tr("Record"), text=tr("Possible identifiers…"), keys=("Ctrl+Alt+M",),
            needs=Needs.RECORD,
            tip=tr("Show names, dates, numbers and addresses, and mask them in a new version"))),
    )


def _people_parts() -> tuple[Part, ...]:
    from ehrcoder.gui.action_spec import ActionSpec, Needs

    def tr(text: str) -> str:
        return QCoreApplication.translate("actions", text)

    def lock(host: PartHost) -> None:
        from ehrcoder.gui.people import lock as run

        run(host)

    def manage(host: PartHost) -> None:
        from ehrcoder.gui.people import manage as run

        run(host)

    def encrypt(host: PartHost) -> None:
        from ehrcoder.gui.people import encrypt as run

        run(host)

    def prove_offline(host: PartHost) -> None:
        from ehrcoder.gui.people import prove_offline as run

        run(host)

    group = tr("People")
    return (
        Part(run=prove_offline, spec=ActionSpec(
            name="offline_report", group=tr("Help"), text=tr("Offline report…"), keys=("Ctrl+Alt+F",),
            tip=tr("Run the whole job on demo notes while its sockets are watched for, and say what was seen"))),
        Part(run=lock, spec=ActionSpec(
            name="lock", group=group, text=tr("Lock"), keys=("Ctrl+Alt+L",), needs=Needs.WRITABLE,
            tip=tr("Cover the window until somebody signs in"))),
        Part(run=manage, spec=ActionSpec(
            name="profiles", group=group, text=tr("People and roles…"), keys=("Ctrl+Alt+P",), needs=Needs.WRITABLE,
            tip=tr("Show who works in this workspace; an administrator changes it"))),
        Part(run=encrypt, spec=ActionSpec(
            name="encryption", group=group, text=tr("Encryption…"), keys=("Ctrl+Alt+E",), needs=Needs.WRITABLE,
            tip=tr("Encrypt the workspace with a passphrase, change it, or take it away"))),
    )
