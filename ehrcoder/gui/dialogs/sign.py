"""What a signature covers: what was added, removed and changed against the suggestions, and the open warnings.

Signing takes Ctrl+Enter a second time, or the button; Enter alone does nothing here. Every warning needs a typed
reason first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QPlainTextEdit, QWidget

from ehrcoder.core.assignments import CodeAssignment, Decision, DiagnosisUse
from ehrcoder.gui.actions import ActionSet
from ehrcoder.gui.dialogs.overlay import Overlay
from ehrcoder.gui.icons import icon
from ehrcoder.gui.record_view import RecordView
from ehrcoder.gui.theme import LIGHT, Theme
from ehrcoder.gui.words import counted, kind_word, minutes, tr
from ehrcoder.usecases.sign_record import signing_warnings

if TYPE_CHECKING:
    from ehrcoder.core.edits import EditFinding

_MOST_WARNINGS_SHOWN = 6


class SignPopup(Overlay):
    """The last look at a record before it is signed."""

    def __init__(self, host: QWidget, actions: ActionSet) -> None:
        super().__init__(host, "", width=820, height=620)
        self._theme = LIGHT
        self._confirmed: Callable[[Mapping[str, str]], None] | None = None
        self._reasons: list[tuple[str, QLineEdit]] = []
        self.about = self.muted("")
        self.warnings = QWidget()
        self._grid = QGridLayout(self.warnings)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        self.missing = QLabel()
        self.missing.setObjectName("notice")
        self.missing.setWordWrap(True)
        self.missing.hide()
        self.summary = QPlainTextEdit()
        self.summary.setObjectName("sign_summary")
        self.summary.setReadOnly(True)
        self.summary.setTabChangesFocus(True)
        self.summary.setAccessibleName(self.tr("What will be signed"))
        self.sign = actions.button("sign", self.card, primary=True)
        self.sign.setObjectName("confirm_sign")
        self.back = actions.button("back", self.card)
        self.back.setObjectName("sign_back")
        self.column.addWidget(self.about)
        self.column.addWidget(self.warnings)
        self.column.addWidget(self.missing)
        self.column.addWidget(self.summary, 1)
        self.column.addWidget(self.muted(self.tr(
            "Ctrl+Enter signs, Esc goes back. A signed record changes only by an amendment with a reason; "
            "this signature stays readable in its history."
        )))
        self.button_row(self.back, self.sign)

    def ask(
        self, title: str, view: RecordView, coder: str, findings: Sequence[EditFinding],
        confirmed: Callable[[Mapping[str, str]], None],
    ) -> None:
        """Show what would be signed; `confirmed` is called with the reasons by the warnings' messages."""
        self._confirmed = confirmed
        self.heading.setText(self.tr("Sign {0}").format(title))
        self.setAccessibleName(self.heading.text())
        now = dt.datetime.now().astimezone().strftime("%Y-%m-%d %H:%M")
        self.about.setText(self.tr("{0}, {1}. Meaning of the signature: verified, each code against the record. "
                                   "{2} worked on it.").format(coder, now, minutes(view.active_seconds)))
        self._ask_for_reasons([each for each in findings if str(each.severity) == "warning"])
        self.missing.hide()
        self.summary.setPlainText(summary_of(view))
        self.summary.moveCursor(QTextCursor.MoveOperation.Start)
        self.open(self._reasons[0][1] if self._reasons else self.summary)

    def set_theme(self, theme: Theme) -> None:
        """Paint marks in a theme's colours."""
        self._theme = theme

    def take_action(self, name: str) -> bool:
        if name == "sign" and self._confirmed is not None:
            self._sign(self._confirmed)
            return True
        return super().take_action(name)

    def _sign(self, confirmed: Callable[[Mapping[str, str]], None]) -> None:
        empty = next((line for _, line in self._reasons if not line.text().strip()), None)
        if empty is not None:
            self.missing.setText(self.tr("Not signed: type for each warning why the coding stands all the same."))
            self.missing.show()
            empty.setFocus()
            return
        self._confirmed = None
        reasons: dict[str, str] = {}
        for message, line in self._reasons:
            reasons[message] = line.text().strip()
        self.dismiss()
        confirmed(reasons)

    def _ask_for_reasons(self, warnings: Sequence[EditFinding]) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        self._reasons = []
        messages = list(dict.fromkeys(each.message for each in warnings))
        for row, message in enumerate(messages[:_MOST_WARNINGS_SHOWN]):
            mark, words, line = QLabel(), QLabel(self.tr("Warning: {0}").format(message)), QLineEdit()
            mark.setPixmap(icon("warning", self._theme.warning).pixmap(16, 16))
            words.setWordWrap(True)
            line.setObjectName(f"warning_reason_{row}")
            line.setPlaceholderText(self.tr("Reason why it stands"))
            line.setAccessibleName(self.tr("Reason for: {0}").format(message))
            line.setMaxLength(400)
            self._grid.addWidget(mark, row, 0)
            self._grid.addWidget(words, row, 1)
            self._grid.addWidget(line, row, 2)
            self._grid.setColumnMinimumWidth(2, 260)
            self._reasons.append((message, line))
        rest = messages[_MOST_WARNINGS_SHOWN:]
        if rest:
            words, line = QLabel(self.tr("{0} more warnings: {1}").format(len(rest), " ".join(rest))), QLineEdit()
            words.setWordWrap(True)
            line.setObjectName("warning_reason_rest")
            line.setPlaceholderText(self.tr("Reason for all of them"))
            line.setAccessibleName(self.tr("Reason for the other warnings"))
            self._grid.addWidget(words, _MOST_WARNINGS_SHOWN, 1)
            self._grid.addWidget(line, _MOST_WARNINGS_SHOWN, 2)
            self._reasons += [(message, line) for message in rest]
        self.warnings.setVisible(bool(messages))


def summary_of(view: RecordView) -> str:
    """Return what a signature would cover, in words: the codes, then what differs from the suggestions."""
    lines: list[str] = []
    look_again = signing_warnings(view.coding, view.record)
    if look_again:
        lines += [tr("To look at again"), *(f"  ⚠ {warning}" for warning in look_again), ""]
    codes = view.coding.assignments
    lines.append(tr("Assigned codes: {0}").format(len(codes)))
    lines += [_code_line(view, each) for each in codes]
    lines += _against_suggestions(view)
    reasons = [each for each in view.comments if each.action.value == "comment"]
    if reasons:
        lines += ["", tr("Comments: {0}").format(len(reasons))]
        lines += [f"  {each.coder_id}: {each.text}" for each in reasons]
    return "\n".join(lines)


def _code_line(view: RecordView, each: CodeAssignment) -> str:
    parts = [kind_word(each.kind)]
    if each.use is DiagnosisUse.PRINCIPAL:
        parts.append(tr("principal"))
    if each.present_on_admission is not None:
        parts.append(tr("present on admission {0}").format(each.present_on_admission.value))
    parts.append(_origin(view, each.suggestion_id))
    return f"  {each.sequence}. {each.coding.code}  {each.coding.display}  ({', '.join(parts)})"


def _against_suggestions(view: RecordView) -> list[str]:
    accepted = [each for each in view.suggestions if view.decision(each.suggestion_id) is Decision.ACCEPTED]
    replaced = [each for each in view.suggestions if view.decision(each.suggestion_id) is Decision.REPLACED]
    rejected = [each for each in view.suggestions if view.decision(each.suggestion_id) is Decision.REJECTED]
    added = [each for each in view.coding.assignments if each.suggestion_id is None]
    lines = ["", tr("Against the {0} suggestions").format(len(view.suggestions)),
             "  = " + counted(len(accepted), tr("1 accepted as suggested"), tr("{0} accepted as suggested"))]
    for each in replaced:
        now = view.assignment_of(each.suggestion_id)
        latter = f"{now.coding.code}  {now.coding.display}" if now is not None else tr("nothing any more")
        lines.append("  ~ " + tr("changed: {0} became {1}").format(each.coding.code, latter))
    lines += [f"  + {tr('added')}: {each.coding.code}  {each.coding.display}" for each in added]
    lines += [f"  − {tr('rejected')}: {each.coding.code}  {each.coding.display}" for each in rejected]
    return lines


def _origin(view: RecordView, suggestion_id: str | None) -> str:
    suggestion = next((each for each in view.suggestions if each.suggestion_id == suggestion_id), None)
    if suggestion is None:
        return tr("added") if suggestion_id is None else tr("from a suggestion")
    if view.decision(suggestion.suggestion_id) is Decision.REPLACED:
        return tr("in place of {0}").format(suggestion.coding.code)
    return tr("accepted as suggested")
