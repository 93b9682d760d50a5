"""Signing and amending: says what still keeps a record from being signed, then shows what the signature covers."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from ehrcoder.gui.dialogs.messages import ReasonPopup
from ehrcoder.gui.dialogs.sign import SignPopup
from ehrcoder.gui.record_view import RecordView
from ehrcoder.gui.session import WorkspaceSession
from ehrcoder.gui.views.assigned_pane import AssignedPane
from ehrcoder.gui.views.suggestion_tray import SuggestionTray
from ehrcoder.gui.words import counted

_NAMED = 8


class Signing(QObject):
    """The way from the last decision to the signature, and back into a signed record."""

    refused = Signal(str)
    """Why nothing can be signed yet"""

    def __init__(
        self, session: WorkspaceSession, tray: SuggestionTray, assigned: AssignedPane, popup: SignPopup,
        reason: ReasonPopup, parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._tray = tray
        self._assigned = assigned
        self._popup = popup
        self._reason = reason

    def ask(self, view: RecordView, title: str) -> None:
        """Say what is missing, or show the summary; nothing is signed before it is confirmed there.

        The code edits of the last decision may still be looked for; the summary comes once they are known.
        """
        if view.coding.held_for:
            self.refused.emit(self.tr("Not signed. On hold: {0}. Ctrl+H releases it.").format(view.coding.held_for))
            return
        if view.undecided:
            self._tray.go_to(view.undecided[0].suggestion_id)
            codes = ", ".join(each.coding.code for each in view.undecided[:_NAMED])
            more = " …" if len(view.undecided) > _NAMED else ""
            self.refused.emit(counted(
                len(view.undecided), self.tr("Not signed, 1 suggestion is still to decide: "),
                self.tr("Not signed, {0} suggestions are still to decide: "),
            ) + codes + more)
            return
        self._session.checks.when_checked(lambda: self._show(view, title))

    def _show(self, view: RecordView, title: str) -> None:
        if self._assigned.errors:
            self._assigned.step_finding(1)
            self.refused.emit(self.tr("Not signed. {0}").format(self._assigned.errors[0]))
            return
        findings = self._assigned.open_edits
        session = self._session
        self._popup.ask(title, view, session.coder, findings, lambda reasons: session.confirm_signature(
            lambda password: session.sign(reasons, findings, password)
        ))

    def ask_to_amend(self) -> None:
        """Ask why, then open the signed record again."""
        self._reason.ask(
            self.tr("Why is this record amended?"),
            self.tr("The former signature stays in the history; sign again when the coding is right."),
            self._session.amend,
        )
