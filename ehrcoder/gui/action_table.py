"""Every action of the window: its words, its keys, where they work. Menus and key sheet are made from this table."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from ehrcoder.gui.action_spec import ActionSpec, Needs, Scope
from ehrcoder.gui.parts import parts

__all__ = ["ActionSpec", "Needs", "Scope", "action_specs"]


def _tr(text: str) -> str:
    return QCoreApplication.translate("actions", text)


def action_specs() -> tuple[ActionSpec, ...]:
    """Return every action in the order of menus and key sheet."""
    own = (*_file_specs(), *_record_specs(), *_review_specs(), *_code_specs(), *_view_specs())
    everything = (*own, *(part.spec for part in parts()))
    return tuple(sorted(everything, key=lambda spec: spec.group == _tr("Help")))  # whose menu is looked for at the end


def _file_specs() -> tuple[ActionSpec, ...]:
    group = _tr("File")
    return (
        ActionSpec(name="import", group=group, text=_tr("Import files…"), short=_tr("Import"), icon="import",
                   tip=_tr("Bring notes, tables, FHIR bundles or corpora into this workspace"),
                   keys=("Ctrl+O",), changes=True),
        ActionSpec(name="import_folder", group=group, text=_tr("Import folder…"), icon="import",
                   tip=_tr("Bring every readable file of a folder into this workspace"),
                   keys=("Ctrl+Shift+O",), changes=True),
        ActionSpec(name="export", group=group, text=_tr("Export signed records…"), short=_tr("Export"),
                   icon="export", tip=_tr("Write the signed records into a folder"), keys=("Ctrl+E",)),
        ActionSpec(name="quit", group=group, text=_tr("Quit"), tip=_tr("Close the window"), keys=("Ctrl+Q",)),
    )


def _record_specs() -> tuple[ActionSpec, ...]:
    group = _tr("Record")
    return (
        ActionSpec(name="propose", group=group, text=_tr("Propose codes for this record"),
                   short=_tr("Propose codes"), icon="propose", keys=("F5", "Ctrl+P"), changes=True,
                   tip=_tr("Let the engine propose codes; nothing is accepted by it")),
        ActionSpec(name="propose_all", group=group, text=_tr("Propose codes for all new records"),
                   icon="propose", keys=("Shift+F5",), changes=True,
                   tip=_tr("Work through every record that nothing was proposed for yet")),
        ActionSpec(name="cancel", group=group, text=_tr("Cancel the running job"), short=_tr("Cancel"),
                   icon="cancel", tip=_tr("Stop; what was saved before is kept (also Esc in the tray)"),
                   keys=("Ctrl+.",)),
        ActionSpec(name="sign", group=group, text=_tr("Sign and go to the next record…"),
                   short=_tr("Sign and next"), icon="signed", keys=("Ctrl+Return", "Ctrl+Enter"), changes=True,
                   tip=_tr("Look at the summary, then sign; Enter alone never signs")),
        ActionSpec(name="amend", group=group, text=_tr("Amend the signed record…"), icon="in-progress",
                   tip=_tr("Open a signed record again, with a reason"), keys=("Ctrl+Shift+A",), changes=True),
        ActionSpec(name="save_draft", group=group, text=_tr("Save as draft and go on"), short=_tr("Draft"),
                   icon="draft", keys=("Ctrl+S",), changes=True,
                   tip=_tr("Put this record aside as a draft; every decision is stored already")),
        ActionSpec(name="hold", group=group, text=_tr("Hold with a reason, or release…"), short=_tr("Hold"),
                   icon="hold", keys=("Ctrl+H",), changes=True,
                   tip=_tr("Put this record on hold until something is cleared; it cannot be signed meanwhile")),
        ActionSpec(name="flag", group=group, text=_tr("Flag, or take the flag off"), short=_tr("Flag"), icon="flag",
                   keys=("F",), scope=Scope.REVIEW, changes=True,
                   tip=_tr("Flag this record for a second look; the queue can show the flagged ones")),
        ActionSpec(name="comment", group=group, text=_tr("Comment…"), icon="comment", keys=("C",), scope=Scope.CODES,
                   changes=True, tip=_tr("Leave words on the current suggestion or code; typing accepts nothing")),
        ActionSpec(name="compare", group=group, text=_tr("Compare with the version before"), short=_tr("Compare"),
                   icon="compare", keys=("D",), scope=Scope.REVIEW, needs=Needs.RECORD,
                   tip=_tr("Show what the last action changed; the history compares any two versions")),
        ActionSpec(name="restore", group=group, text=_tr("Restore the version chosen in the history…"),
                   short=_tr("Restore"), icon="undo", changes=True, scope=Scope.HISTORY, keys=("Ctrl+R",),
                   tip=_tr("Bring the codes back to that version, as a new change")),
        ActionSpec(name="next_record", group=group, text=_tr("Next record that is not signed"), icon="next",
                   tip=_tr("Leave this record as it is and open the next"), keys=("Ctrl+PgDown",)),
        ActionSpec(name="undo", group=group, text=_tr("Undo"), icon="undo", keys=("Ctrl+Z",), changes=True,
                   tip=_tr("Take back the last decision on this record; the history keeps both")),
        ActionSpec(name="redo", group=group, text=_tr("Redo"), icon="redo", changes=True,
                   tip=_tr("Do the last undone decision again"), keys=("Ctrl+Shift+Z", "Ctrl+Y")),
    )


def _review_specs() -> tuple[ActionSpec, ...]:
    group, review = _tr("Review"), Scope.REVIEW
    specs = [
        ActionSpec(name="next", group=group, text=_tr("Next suggestion"), keys=("J",), scope=review,
                   tip=_tr("Go to the next suggestion and show its evidence (also ↓ in the tray)")),
        ActionSpec(name="previous", group=group, text=_tr("Previous suggestion"), keys=("K",), scope=review,
                   tip=_tr("Go to the previous suggestion (also ↑ in the tray)")),
        ActionSpec(name="next_evidence", group=group, text=_tr("Next evidence of this suggestion"),
                   keys=("Space",), scope=review, tip=_tr("Show the next words that support this code")),
        ActionSpec(name="previous_evidence", group=group, text=_tr("Previous evidence of this suggestion"),
                   keys=("Shift+Space",), scope=review, tip=_tr("Show the words before that support this code")),
        ActionSpec(name="next_undecided", group=group, text=_tr("Next undecided suggestion"), keys=("G",),
                   scope=review, tip=_tr("Go to the next suggestion without a decision")),
        ActionSpec(name="next_gap", group=group, text=_tr("Next sentence that supports no code"), keys=("M",),
                   scope=review, tip=_tr("Select the next sentence that supports no code yet; N codes it")),
        ActionSpec(name="previous_gap", group=group, text=_tr("Previous sentence that supports no code"),
                   keys=("Shift+M",), scope=review, tip=_tr("Select the sentence before that supports no code yet")),
        ActionSpec(name="accept", group=group, text=_tr("Accept"), icon="accepted", keys=("A",), scope=review,
                   tip=_tr("Assign this code and go to the next undecided suggestion"), changes=True),
        ActionSpec(name="reject", group=group, text=_tr("Reject with a reason…"), short=_tr("Reject"),
                   icon="rejected", keys=("X",), scope=review, changes=True,
                   tip=_tr("Reject this suggestion; then 1 to 7 says why")),
        ActionSpec(name="replace", group=group, text=_tr("Replace by another code…"), short=_tr("Replace"),
                   icon="replaced", keys=("R",), scope=review, changes=True,
                   tip=_tr("Search for the code that fits these words better")),
        ActionSpec(name="ladder", group=group, text=_tr("Specificity ladder…"), short=_tr("Specify"), icon="ladder",
                   keys=("E",), scope=Scope.CODES, changes=True,
                   tip=_tr("Show more specific codes and the words of the note that support each")),
        ActionSpec(name="new_code", group=group, text=_tr("New code from selected words…"),
                   short=_tr("New code"), icon="add", keys=("N",), scope=review, changes=True,
                   tip=_tr("Assign a code that was not suggested, supported by the words selected in the note")),
    ]
    specs += [
        ActionSpec(name=f"alternative_{n}", group=group, text=_tr("Take alternative {0}").format(n),
                   keys=(str(n),), scope=review, changes=True,
                   tip=_tr("Assign alternative {0} in place of the suggestion").format(n))
        for n in range(1, 10)
    ]
    specs.append(ActionSpec(
        name="accept_listed", group=group, text=_tr("Accept all that are listed…"), icon="accepted",
        keys=("Ctrl+B",), scope=review, changes=True,
        tip=_tr("Accept every suggestion of a filtered list in one step; switched on in the settings"),
    ))
    return tuple(specs)


def _code_specs() -> tuple[ActionSpec, ...]:
    group, codes = _tr("Assigned codes"), Scope.CODES
    return (
        ActionSpec(name="principal", group=group, text=_tr("Make principal diagnosis"), short=_tr("Principal"),
                   icon="principal", keys=("P",), scope=codes, changes=True,
                   tip=_tr("Make this diagnosis the principal one")),
        ActionSpec(name="admission", group=group, text=_tr("Present on admission…"), short=_tr("POA"),
                   icon="information", keys=("O",), scope=codes, changes=True,
                   tip=_tr("Say whether this diagnosis was present on admission: Y, N, U, W or 1")),
        ActionSpec(name="move_up", group=group, text=_tr("Move code up"), icon="up", short=_tr("Up"),
                   keys=("Alt+Up",), scope=codes, tip=_tr("Move this code up in the sequence"), changes=True),
        ActionSpec(name="move_down", group=group, text=_tr("Move code down"), icon="down", short=_tr("Down"),
                   keys=("Alt+Down",), scope=codes, tip=_tr("Move this code down in the sequence"),
                   changes=True),
        ActionSpec(name="sort_assigned", group=group, text=_tr("Sort the assigned codes by the next column"),
                   keys=("S",), scope=codes, needs=Needs.RECORD,
                   tip=_tr("Sort what is shown, then in sequence again; the sequence itself stays as it is")),
        ActionSpec(name="filter_assigned", group=group, text=_tr("Filter the assigned codes"), icon="filter",
                   keys=("Ctrl+Shift+L",), needs=Needs.RECORD,
                   tip=_tr("Type a code or words of its title; the sequence stays as it is")),
        ActionSpec(name="next_edit", group=group, text=_tr("Next code edit"), keys=("V",), scope=codes,
                   icon="warning", tip=_tr("Go to the next code edit and to the code that it is about")),
        ActionSpec(name="previous_edit", group=group, text=_tr("Previous code edit"), keys=("Shift+V",), scope=codes,
                   tip=_tr("Go to the previous code edit")),
        ActionSpec(name="remove", group=group, text=_tr("Remove code…"), short=_tr("Remove"), icon="remove",
                   keys=("Del",), scope=codes, tip=_tr("Take this code away, with a reason"), changes=True),
    )


def _view_specs() -> tuple[ActionSpec, ...]:
    group = _tr("View")
    return (
        ActionSpec(name="search", group=group, text=_tr("Search codes…"), short=_tr("Search codes"),
                   icon="search", keys=("Ctrl+K",), tip=_tr("Find a code by number or words and assign it")),
        ActionSpec(name="find", group=group, text=_tr("Find in note"), icon="search", keys=("/",),
                   scope=Scope.REVIEW, tip=_tr("Find words in the note")),
        ActionSpec(name="find_again", group=group, text=_tr("Find next"), keys=("F3",),
                   tip=_tr("Go to the next place of the words sought")),
        ActionSpec(name="focus_records", group=group, text=_tr("Go to the records"), keys=("Ctrl+1",),
                   tip=_tr("Put the focus on the list of records")),
        ActionSpec(name="focus_note", group=group, text=_tr("Go to the note"), keys=("Ctrl+2",),
                   tip=_tr("Put the focus on the note")),
        ActionSpec(name="focus_tray", group=group, text=_tr("Go to the suggestions"), keys=("Ctrl+3",),
                   tip=_tr("Put the focus on the suggestions")),
        ActionSpec(name="focus_assigned", group=group, text=_tr("Go to the assigned codes"), keys=("Ctrl+4",),
                   tip=_tr("Put the focus on the assigned codes")),
        ActionSpec(name="history", group=group, text=_tr("Show note or history"), keys=("Ctrl+5",), icon="history",
                   tip=_tr("Switch between the note and the history of decisions")),
        ActionSpec(name="filter_records", group=group, text=_tr("Filter the records"), keys=("Ctrl+F",),
                   tip=_tr("Type words of a record's title; the box beside it chooses a state")),
        ActionSpec(name="filter_tray", group=group, text=_tr("Filter the suggestions"), keys=("Ctrl+L",), icon="filter",
                   tip=_tr("Choose which suggestions are listed")),
        ActionSpec(name="hide_records", group=group, text=_tr("Show or hide the records"), keys=("F7",),
                   tip=_tr("Give the note more room, or bring the records back")),
        ActionSpec(name="hide_sections", group=group, text=_tr("Show or hide the sections"), keys=("F8",),
                   tip=_tr("Show the headings of the note beside it, or hide them")),
        ActionSpec(name="hide_trail", group=group, text=_tr("Show or hide progress and last decisions"), keys=("F9",),
                   tip=_tr("Show the line with progress, time and the last ten decisions, or hide it")),
        ActionSpec(name="back", group=group, text=_tr("Back to the suggestions"), keys=("Esc",),
                   tip=_tr("Close what is open, else go to the suggestions, else cancel the running job")),
        ActionSpec(name="larger", group=group, text=_tr("Larger text"), keys=("Ctrl++", "Ctrl+="),
                   tip=_tr("Make all text larger")),
        ActionSpec(name="smaller", group=group, text=_tr("Smaller text"), keys=("Ctrl+-",),
                   tip=_tr("Make all text smaller")),
        ActionSpec(name="theme", group=group, text=_tr("Next theme"), keys=("Ctrl+T",), icon="theme",
                   tip=_tr("Switch between light, dark and high contrast")),
        ActionSpec(name="bulk_allowed", group=group, text=_tr("Allow accepting a filtered list at once"), checks=True,
                   tip=_tr("Off unless you switch it on; a list must be filtered, is shown, and is one step to undo")),
        ActionSpec(name="rebind", group=group, text=_tr("Change the keys…"), icon="keys", keys=("Ctrl+Shift+K",),
                   tip=_tr("Give actions other keys; keys that clash are named")),
        ActionSpec(name="keys", group=_tr("Help"), text=_tr("Keys"), icon="keys", keys=("?", "F1"),
                   tip=_tr("Show every key"), scope=Scope.REVIEW),
        ActionSpec(name="tour", group=_tr("Help"), text=_tr("Tour in five steps"), icon="information", keys=("F2",),
                   tip=_tr("Walk through one record with its keys")),
    )
