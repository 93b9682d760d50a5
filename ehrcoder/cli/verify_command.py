"""`ehrcoder verify`: every decision about a record's codes, for people and scripts."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from ehrcoder.cli.output import add_json_option, add_workspace_option
from ehrcoder.cli.record_access import add_coder_option, coder_of, opened
from ehrcoder.cli.terminal_language import said, spoken
from ehrcoder.core.assignments import Decision, PresentOnAdmission, RejectReason
from ehrcoder.core.codes import SHORT_NAME_OF_SYSTEM
from ehrcoder.core.errors import InputError
from ehrcoder.core.ids import AssignmentId, CoderId, RecordId

if TYPE_CHECKING:
    from ehrcoder.core.suggestions import CodeSuggestion
    from ehrcoder.ports import Workspace
    from ehrcoder.usecases.verify_code import VerifyCode

# Every code set that can be assigned, by its name in small letters, and what people type for short.
_SYSTEMS = {name.lower().replace(" ", "-"): name for name in SHORT_NAME_OF_SYSTEM.values()} | {
    "cm": "ICD-10-CM", "pcs": "ICD-10-PCS", "hcpcs": "HCPCS II",
}
_NEED_CODE_SETS = frozenset({"accept", "replace", "add"})
_Subparsers = argparse._SubParsersAction  # pyright: ignore[reportPrivateUsage]


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = subparsers.add_parser(
        "verify", help="accept, reject, replace, add, order and undo a record's codes",
        description="Decide about a record's codes. RECORD is an id, the beginning of one, or the record's "
                    "title. A suggestion is named by its code, number or id; an assigned code by its code, "
                    "place or id.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    _add_suggestion_actions(actions)
    _add_code_actions(actions)
    for name, text in (("undo", "take back the last action"), ("redo", "do it again"),
                       ("show", "show suggestions and assigned codes")):
        _action(actions, name, text, _SIMPLE[name])


def run(options: argparse.Namespace) -> int:
    """Run one action and show the record's codes after it."""
    from ehrcoder.cli.verify_show import show
    from ehrcoder.usecases.find_record import find_record
    from ehrcoder.usecases.verify_code import VerifyCode

    is_show = options.action == "show"
    with opened(options, read_only=is_show) as (services, workspace):
        record_id = find_record(workspace, options.record)
        if not is_show:
            # Rejecting, ordering and undoing work without code sets.
            index = services.code_sets if options.action in _NEED_CODE_SETS else None
            verify = VerifyCode(history=workspace, store=workspace, index=index, ids=services.ids)
            options.act(_Task(options=options, workspace=workspace, verify=verify, record_id=record_id,
                              coder_id=coder_of(options, services)))
        show(workspace, record_id, as_json=options.json)
    return 0


class _Task:
    """One action on one record."""

    def __init__(self, *, options: argparse.Namespace, workspace: Workspace, verify: VerifyCode,
                 record_id: RecordId, coder_id: CoderId) -> None:
        self.options = options
        self.workspace = workspace
        self.verify = verify
        self.record_id = record_id
        self.coder_id = coder_id

    def chosen(self) -> list[CodeSuggestion]:
        """Return the suggestions that the person named, or those that --all or --rest stands for."""
        from ehrcoder.usecases.find_record import find_suggestion

        suggestions = self.workspace.suggestions(self.record_id)
        if self.options.suggestions and self.options.all:
            raise InputError("Name suggestions or take all of them, not both.")
        if self.options.suggestions:
            return [find_suggestion(suggestions, text) for text in self.options.suggestions]
        if not self.options.all:
            raise InputError("Which suggestion?", next_step="Name it by code, number or id; or see --help.")
        coding = self.workspace.coding(self.record_id)
        return [each for each in suggestions if coding.decision(each.suggestion_id) is Decision.UNDECIDED]

    def assignment(self) -> AssignmentId:
        """Return the id of the assigned code that the person named."""
        from ehrcoder.usecases.find_record import find_assignment

        return find_assignment(self.workspace.coding(self.record_id), self.options.code).assignment_id


def _accept(task: _Task) -> None:
    least = task.options.min_confidence
    chosen = [each for each in task.chosen() if each.confidence >= least]
    accepted = 0
    for suggestion in chosen:
        try:
            task.verify.accept(task.record_id, suggestion.suggestion_id, coder_id=task.coder_id)
        except InputError as error:
            if not task.options.all:
                raise
            # A header cannot be assigned; the others are not held up by it.
            print(said("Left undecided: {}", spoken(str(error))), file=sys.stderr)
        else:
            accepted += 1
    print(said("{} accepted.", accepted), file=sys.stderr)


def _reject(task: _Task) -> None:
    chosen = task.chosen()
    for suggestion in chosen:
        task.verify.reject(task.record_id, suggestion.suggestion_id, coder_id=task.coder_id,
                           reason=RejectReason(task.options.reason), comment=task.options.comment)
    print(said("{} rejected.", len(chosen)), file=sys.stderr)


def _replace(task: _Task) -> None:
    from ehrcoder.usecases.find_record import find_suggestion

    suggestion = find_suggestion(task.workspace.suggestions(task.record_id), task.options.suggestion)
    system = _system(task.options.system) if task.options.system else suggestion.coding.system
    task.verify.replace(task.record_id, suggestion.suggestion_id, coder_id=task.coder_id, system=system,
                        code=task.options.code)


def _add(task: _Task) -> None:
    task.verify.add(task.record_id, coder_id=task.coder_id, system=_system(task.options.system or "icd-10-cm"),
                    code=task.options.code)


def _remove(task: _Task) -> None:
    task.verify.remove(task.record_id, task.assignment(), coder_id=task.coder_id, reason=task.options.reason)


def _principal(task: _Task) -> None:
    task.verify.make_principal(task.record_id, task.assignment(), coder_id=task.coder_id)


def _move(task: _Task) -> None:
    task.verify.move(task.record_id, task.assignment(), coder_id=task.coder_id, offset=task.options.by)


def _poa(task: _Task) -> None:
    value = None if task.options.value == "none" else PresentOnAdmission(task.options.value.upper())
    task.verify.set_present_on_admission(task.record_id, task.assignment(), coder_id=task.coder_id, value=value)


def _undo(task: _Task) -> None:
    task.verify.undo(task.record_id, coder_id=task.coder_id)


def _redo(task: _Task) -> None:
    task.verify.redo(task.record_id, coder_id=task.coder_id)


def _show(task: _Task) -> None:
    """Change nothing: every action shows the record afterwards."""


_SIMPLE: dict[str, Callable[[_Task], None]] = {"undo": _undo, "redo": _redo, "show": _show}


def _action(
    actions: _Subparsers[argparse.ArgumentParser], name: str, text: str, act: Callable[[_Task], None]
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    parser.add_argument("record", metavar="RECORD", help="id, beginning of an id, or title")
    add_workspace_option(parser)
    if name != "show":
        add_coder_option(parser)
    add_json_option(parser)
    parser.set_defaults(run=run, act=act)
    return parser


def _add_suggestion_actions(actions: _Subparsers[argparse.ArgumentParser]) -> None:
    accept = _action(actions, "accept", "assign suggested codes", _accept)
    accept.add_argument("suggestions", nargs="*", metavar="SUGGESTION")
    accept.add_argument("--all", action="store_true", help="every suggestion that is not decided yet")
    accept.add_argument("--min-confidence", type=_confidence, default=0.0, metavar="X",
                        help="only those at least as sure as this, 0 to 1")
    reject = _action(actions, "reject", "reject suggested codes", _reject)
    reject.add_argument("suggestions", nargs="*", metavar="SUGGESTION")
    reject.add_argument("--rest", dest="all", action="store_true",
                        help="every suggestion that is not decided yet")
    reject.add_argument("--reason", required=True, choices=[each.value for each in RejectReason])
    reject.add_argument("--comment", default="", metavar="TEXT")
    replace = _action(actions, "replace", "assign another code for the same words", _replace)
    replace.add_argument("suggestion", metavar="SUGGESTION")
    replace.add_argument("code", metavar="CODE")
    replace.add_argument("--system", choices=sorted(_SYSTEMS), help="default: the suggestion's own")


def _add_code_actions(actions: _Subparsers[argparse.ArgumentParser]) -> None:
    add = _action(actions, "add", "assign a code that was not suggested", _add)
    add.add_argument("code", metavar="CODE")
    add.add_argument("--system", choices=sorted(_SYSTEMS), help="default: icd-10-cm")
    remove = _action(actions, "remove", "take an assigned code away", _remove)
    remove.add_argument("code", metavar="CODE")
    remove.add_argument("--reason", default="", metavar="TEXT")
    _action(actions, "principal", "make a diagnosis the principal one", _principal).add_argument(
        "code", metavar="CODE")
    move = _action(actions, "move", "move a code up or down among those of its kind", _move)
    move.add_argument("code", metavar="CODE")
    move.add_argument("by", type=int, metavar="PLACES", help="-1 is one up, 1 is one down")
    poa = _action(actions, "poa", "say whether a diagnosis was present on admission", _poa)
    poa.add_argument("code", metavar="CODE")
    poa.add_argument("value", type=str.lower, choices=["y", "n", "u", "w", "1", "none"],
                     help="yes, no, unknown, clinically undetermined, exempt, or no answer")


def _system(name: str) -> str:
    return next(uri for uri, short in SHORT_NAME_OF_SYSTEM.items() if short == _SYSTEMS[name])


def _confidence(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError("it lies between 0 and 1")
    return value
