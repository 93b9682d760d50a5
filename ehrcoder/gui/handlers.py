"""What each action of the table does in the window."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ehrcoder.gui.parts import parts

if TYPE_CHECKING:
    from ehrcoder.gui.main_window import MainWindow


def handler_table(window: MainWindow) -> dict[str, Callable[[], Any]]:
    """Return what is called for each action, by its name."""
    review, work, session, note, files = window.review, window.work, window.session, window.note, window.files
    table: dict[str, Callable[[], Any]] = {
        "import": files.ask_for_files, "import_folder": files.ask_for_folder, "export": files.ask_for_export,
        "quit": window.close,
        "propose": session.proposals.propose_open, "propose_all": session.proposals.propose_all,
        "cancel": session.cancel_jobs,
        "sign": window.ask_to_sign, "amend": window.signing.ask_to_amend, "next_record": window.open_next,
        "undo": session.decisions.undo, "redo": session.decisions.redo,
        "save_draft": work.save_draft, "hold": work.hold, "flag": work.flag, "comment": work.comment,
        "compare": work.compare, "restore": work.restore,
        "next": review.next, "previous": review.previous,
        "next_evidence": lambda: review.step_evidence(1), "previous_evidence": lambda: review.step_evidence(-1),
        "next_undecided": review.next_undecided,
        "next_gap": lambda: review.step_gap(1), "previous_gap": lambda: review.step_gap(-1),
        "accept": review.accept, "reject": review.reject, "replace": review.replace, "new_code": review.new_code,
        "ladder": work.open_ladder,
        "accept_listed": lambda: review.accept_listed(is_allowed=window.actions_["bulk_allowed"].isChecked()),
        "principal": work.make_principal, "admission": work.ask_admission,
        "move_up": lambda: work.move_code(-1), "move_down": lambda: work.move_code(1), "remove": work.remove,
        "sort_assigned": window.assigned.sort_on, "filter_assigned": window.assigned.toggle_filter,
        "next_edit": lambda: work.step_edit(1), "previous_edit": lambda: work.step_edit(-1),
        "search": review.search, "find": note.open_find, "find_again": note.find_again,
        "focus_records": window.records.view.setFocus, "focus_note": window.focus_note,
        "focus_tray": window.focus_review, "focus_assigned": window.focus_assigned, "history": note.toggle_history,
        "filter_records": lambda: _filter_records(window), "filter_tray": window.tray.toggle_filter,
        "hide_records": lambda: _toggle(window, "records"), "hide_trail": lambda: _toggle(window, "trail"),
        "hide_sections": note.toggle_sections, "back": window.go_back,
        "larger": lambda: window.scale(1), "smaller": lambda: window.scale(-1), "theme": window.next_theme,
        "bulk_allowed": lambda: _say_bulk(window),
        "keys": lambda: window.key_sheet.show_keys(), "rebind": lambda: _rebind(window), "tour": window.tour.start,
    }
    for number in range(1, 10):
        table[f"alternative_{number}"] = lambda n=number: review.take_alternative(n)
    for part in parts():
        table[part.spec.name] = lambda run=part.run: run(window)
    return table


def _filter_records(window: MainWindow) -> None:
    window.records.show()
    window.records.search.setFocus()
    window.records.search.selectAll()


def _toggle(window: MainWindow, name: str) -> None:
    pane = window.records if name == "records" else window.trail
    pane.setVisible(not pane.isVisible())
    if window.focusWidget() is None or not window.focusWidget().isVisible():
        window.focus_review()


def _say_bulk(window: MainWindow) -> None:
    is_on = window.actions_["bulk_allowed"].isChecked()
    window.say(
        window.tr("A filtered list can be accepted at once: Ctrl+L filters, Ctrl+B shows it and asks.") if is_on
        else window.tr("Accepting a list at once is switched off.")
    )


def _rebind(window: MainWindow) -> None:
    from ehrcoder.gui.dialogs.rebind import RebindPopup

    window.popup(RebindPopup, lambda: RebindPopup(window, window.actions_, lambda: None)).ask()
