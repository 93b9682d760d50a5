"""Which actions can be chosen now, and why the others cannot."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from ehrcoder.gui.actions import ActionSet, ActionSpec, Needs
from ehrcoder.gui.session import WorkspaceSession


def refresh_actions(actions: ActionSet, session: WorkspaceSession) -> None:
    """Enable what can be done with the open record and workspace."""
    view, can_write = session.view, not session.is_read_only
    for spec in actions.specs:
        actions[spec.name].setEnabled(_has_what_it_needs(spec, session))
    can_change = view is not None and can_write and not view.is_signed
    for name in ("import", "import_folder"):
        actions[name].setEnabled(can_write)
    is_coming = view is None and session.jobs.is_running("import")
    actions["propose"].setEnabled(can_change or (can_write and is_coming))
    actions["propose_all"].setEnabled(can_write and session.info is not None)
    actions["amend"].setEnabled(view is not None and view.is_signed and can_write)
    actions["undo"].setEnabled(view is not None and view.can_undo and can_write)
    actions["redo"].setEnabled(view is not None and view.can_redo and can_write)
    actions["cancel"].setEnabled(session.is_busy)
    actions["search"].setEnabled(can_change)
    actions["export"].setEnabled(session.signed_count > 0)


def _has_what_it_needs(spec: ActionSpec, session: WorkspaceSession) -> bool:
    view, can_write = session.view, not session.is_read_only
    match Needs.CHANGEABLE if spec.changes else spec.needs:
        case Needs.NOTHING:
            return True
        case Needs.RECORD:
            return view is not None
        case Needs.WRITABLE:
            return can_write and session.info is not None
        case Needs.CHANGEABLE:
            return view is not None and can_write and not view.is_signed


def why_off(spec: ActionSpec, session: WorkspaceSession) -> str:
    """Say why an action does nothing now and what to do: its key would be pressed in vain without a word."""
    view = session.view
    if session.info is None:
        return _tr("The workspace is still being opened.")
    if session.is_read_only and (spec.changes or spec.needs in (Needs.WRITABLE, Needs.CHANGEABLE)):
        return _tr("The workspace is open for reading only.")
    if spec.name == "export":
        return _tr("No record is signed yet; Ctrl+Enter signs the open one.")
    if spec.name == "cancel":
        return _tr("No job runs.")
    if view is None:
        return _tr("No record is open. Ctrl+O imports some, Ctrl+1 goes to the list.")
    match spec.name:
        case "amend":
            return _tr("The record is not signed; change it directly.")
        case "undo" if not view.is_signed:
            return _tr("There is nothing to undo on this record.")
        case "redo" if not view.is_signed:
            return _tr("There is nothing to do again on this record.")
        case _:
            return _tr("The record is signed. Ctrl+Shift+A amends it, with a reason.") if view.is_signed else ""


def _tr(text: str) -> str:
    return QCoreApplication.translate("enabling", text)
