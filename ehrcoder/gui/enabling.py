"""Which actions can be chosen now."""

from __future__ import annotations

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
    actions["propose"].setEnabled(can_change and not session.is_busy)
    actions["propose_all"].setEnabled(can_write and not session.is_busy)
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
