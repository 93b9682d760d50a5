"""The summary before a signature: what was accepted, replaced, rejected and added, and what is still open."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QPlainTextEdit, QWidget

from ehrcoder.core.assignments import Decision, DiagnosisUse
from ehrcoder.gui.actions import ActionSet
from ehrcoder.gui.dialogs.overlay import Overlay
from ehrcoder.gui.record_view import RecordView
from ehrcoder.gui.words import kind_word, tr
from ehrcoder.usecases.sign_record import signing_warnings


class SignPopup(Overlay):
    """Signing takes Ctrl+Enter a second time, or the button; Enter alone does nothing here."""

    def __init__(self, host: QWidget, actions: ActionSet) -> None:
        super().__init__(host, "", width=720, height=520)
        self._confirmed: Callable[[], None] | None = None
        self.about = self.muted("")
        self.summary = QPlainTextEdit()
        self.summary.setObjectName("sign_summary")
        self.summary.setReadOnly(True)
        self.summary.setAccessibleName(self.tr("What will be signed"))
        self.sign = actions.button("sign", self.card, primary=True)
        self.sign.setObjectName("confirm_sign")
        self.back = actions.button("back", self.card)
        self.back.setObjectName("sign_back")
        self.column.addWidget(self.about)
        self.column.addWidget(self.summary, 1)
        self.column.addWidget(self.muted(self.tr(
            "Ctrl+Enter signs, Esc goes back. A signed record changes only by an amendment with a reason."
        )))
        self.button_row(self.back, self.sign)

    def ask(self, title: str, view: RecordView, coder: str, confirmed: Callable[[], None]) -> None:
        """Show the summary of a record; `confirmed` is called when the person signs."""
        self._confirmed = confirmed
        self.heading.setText(self.tr("Sign {0}").format(title))
        self.setAccessibleName(self.heading.text())
        self.about.setText(self.tr("As {0}, now, with the meaning: verified.").format(coder))
        self.summary.setPlainText(summary_of(view))
        self.open(self.summary)

    def take_action(self, name: str) -> bool:
        if name == "sign" and self._confirmed is not None:
            confirmed, self._confirmed = self._confirmed, None
            self.dismiss()
            confirmed()
            return True
        return super().take_action(name)


def summary_of(view: RecordView) -> str:
    """Return what a signature would cover, in words."""
    lines: list[str] = []
    warnings = signing_warnings(view.coding, view.record)
    if warnings:
        lines += [tr("To look at again"), *(f"  ⚠ {warning}" for warning in warnings), ""]
    lines.append(tr("Assigned codes: {0}").format(len(view.coding.assignments)))
    for each in view.coding.assignments:
        parts = [kind_word(each.kind)]
        if each.use is DiagnosisUse.PRINCIPAL:
            parts.append(tr("principal"))
        if each.present_on_admission is not None:
            parts.append(tr("present on admission {0}").format(each.present_on_admission.value))
        parts.append(_origin(view, each.suggestion_id))
        lines.append(f"  {each.sequence}. {each.coding.code}  {each.coding.display}  ({', '.join(parts)})")
    rejected = [each for each in view.suggestions if view.decision(each.suggestion_id) is Decision.REJECTED]
    if rejected:
        lines += ["", tr("Rejected suggestions: {0}").format(len(rejected))]
        lines += [f"  {each.coding.code}  {each.coding.display}" for each in rejected]
    return "\n".join(lines)


def _origin(view: RecordView, suggestion_id: str | None) -> str:
    suggestion = next((each for each in view.suggestions if each.suggestion_id == suggestion_id), None)
    if suggestion is None:
        return tr("added") if suggestion_id is None else tr("from a suggestion")
    if view.decision(suggestion.suggestion_id) is Decision.REPLACED:
        return tr("in place of {0}").format(suggestion.coding.code)
    return tr("accepted as suggested")
