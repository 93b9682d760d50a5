"""Profiles: who may change what, and that nobody decides or signs as another."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from builders.coding_world import CODER, record_of, run_of, suggestion_ids
from builders.people import (
    ADMIN,
    MANAGER,
    OTHER,
    PASSWORD,
    REVIEWER,
    Team,
    cheap_passwords,
    make_team,
    open_team_workspace,
)

from ehrcoder.core.assignments import CodingAction, EventDraft, RejectReason, Signature
from ehrcoder.core.errors import InputError, IntegrityError, NotFoundError
from ehrcoder.core.ids import CoderId, RecordId
from ehrcoder.core.profiles import ProfileAction, ProfileRuleError, Role
from ehrcoder.ports import ExportEntry
from ehrcoder.usecases.profiles import (
    create_profile,
    must_administer,
    profile_of,
    rename_profile,
    set_active,
    set_password,
    set_roles,
)
from ehrcoder.usecases.sign_record import amend_record, sign_record

I10, E119, J45909 = suggestion_ids()
R1 = RecordId("r1")


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    made = make_team(tmp_path / "w.ehrw")
    yield made
    made.workspace.close()


def sign(team: Team, coder_id: CoderId) -> None:
    sign_record(R1, history=team.workspace, store=team.workspace, coder_id=coder_id, clock=team.clock)


def decide_all(team: Team, coder_id: CoderId = CODER) -> None:
    for each in (I10, E119, J45909):
        team.verify.reject(R1, each, coder_id=coder_id, reason=RejectReason.NEGATED)


def export(team: Team) -> None:
    team.workspace.log_exports([ExportEntry(record_id=R1, file_name="x", format="fhir", sha256="", head_hash="",
                                            at=team.clock.now())])


def test_a_workspace_without_profiles_asks_nobody_to_sign_in(coding_world) -> None:
    assert coding_world.workspace.profiles() == ()
    assert coding_world.workspace.signed_in is None
    coding_world.verify.accept("r1", I10, coder_id=CODER)
    must_administer(coding_world.workspace)


def test_the_first_profile_must_be_an_administrators(coding_world) -> None:
    with pytest.raises(ProfileRuleError, match="administrator"):
        create_profile(coding_world.workspace, coder_id="a", name="A", roles=[Role.CODER], password=PASSWORD)
    assert coding_world.workspace.profiles() == ()


def test_the_first_profile_signs_itself_in(tmp_path: Path) -> None:
    with closing(open_team_workspace(tmp_path / "w.ehrw")) as workspace:
        create_profile(workspace, coder_id="a", name="A", roles=[Role.ADMINISTRATOR], password=PASSWORD)
        assert workspace.signed_in is not None
        assert workspace.signed_in.coder_id == "a"


def somebody(team: Team) -> CoderId:
    person = team.workspace.signed_in
    return person.coder_id if person else CODER


WRITES: dict[str, Callable[[Team], object]] = {
    "import": lambda team: team.workspace.add_records([record_of("r9")]),
    "decide": lambda team: team.verify.accept(R1, I10, coder_id=somebody(team)),
    "propose": lambda team: team.workspace.save_run(run_of("run9"), []),
    "export": export,
    "repair": lambda team: team.workspace.rebuild(repair=True),
    "accept the end": lambda team: team.workspace.accept_end(),
    "make a profile": lambda team: create_profile(
        team.workspace, coder_id="new", name="New", roles=[Role.CODER], password=PASSWORD),
}


@pytest.mark.parametrize("name", WRITES)
def test_nothing_is_changed_before_somebody_signed_in(team: Team, name: str) -> None:
    before = team.workspace._session.ledger_head()
    with pytest.raises(ProfileRuleError, match="Nobody is signed in"):
        WRITES[name](team)
    assert team.workspace._session.ledger_head() == before


ALLOWED = {
    ADMIN: {"import", "export", "repair", "accept the end", "make a profile"},
    CODER: {"import", "propose", "decide", "export"},
    REVIEWER: {"propose", "decide", "export"},
    MANAGER: {"import", "propose", "export"},
}


@pytest.mark.parametrize("coder_id", ALLOWED)
def test_a_role_allows_what_it_says_and_nothing_else(team: Team, coder_id: CoderId) -> None:
    team.come(coder_id)
    done = set()
    for name, write in WRITES.items():
        try:
            write(team)
        except ProfileRuleError:
            continue
        done.add(name)
    assert done == ALLOWED[coder_id]


def test_a_manager_comments_but_decides_nothing(team: Team) -> None:
    team.come(MANAGER)
    team.workspace.append(R1, [EventDraft(action=CodingAction.COMMENT, coder_id=MANAGER, reason="please hurry")])
    with pytest.raises(ProfileRuleError, match="may not decide"):
        team.verify.accept(R1, I10, coder_id=MANAGER)
    assert team.workspace.verify().problems == ()


def test_nobody_decides_in_anothers_name(team: Team) -> None:
    team.come(CODER)
    with pytest.raises(ProfileRuleError, match="another's name"):
        team.verify.accept(R1, I10, coder_id=OTHER)
    assert team.workspace.coding(R1).version == 0


def test_a_signature_needs_the_password_again(team: Team) -> None:
    team.come(CODER)
    decide_all(team)
    with pytest.raises(ProfileRuleError, match="password"):
        sign(team, CODER)
    team.workspace.confirm(PASSWORD)
    sign(team, CODER)
    signature = team.workspace.coding(R1).signature
    assert signature is not None
    assert (signature.coder_id, signature.name, signature.proof) == (CODER, "Cleo Coder", "password")
    assert team.workspace.verify().problems == ()


def test_one_proof_is_good_for_one_signature_and_for_a_minute(team: Team) -> None:
    team.come(CODER)
    decide_all(team)
    team.workspace.confirm(PASSWORD)
    sign(team, CODER)
    amend_record(R1, history=team.workspace, coder_id=CODER, reason="late")
    with pytest.raises(ProfileRuleError, match="password"):
        sign(team, CODER)
    team.workspace.confirm(PASSWORD)
    for _ in range(70):
        team.clock.now()
    with pytest.raises(ProfileRuleError, match="within a minute"):
        sign(team, CODER)


def test_nobody_signs_as_another(team: Team) -> None:
    team.come(CODER)
    decide_all(team)
    team.workspace.confirm(PASSWORD)
    with pytest.raises(ProfileRuleError, match="another's name"):
        sign(team, OTHER)
    team.workspace.confirm(PASSWORD)
    forged = Signature(coder_id=OTHER, at=team.clock.now(), meaning="verified", content_sha256="0" * 64)
    with pytest.raises(ProfileRuleError, match="Nobody signs as another"):
        team.workspace.append(R1, [EventDraft(action=CodingAction.SIGN, coder_id=CODER, signature=forged)])
    with pytest.raises(ProfileRuleError, match="not right"):
        team.workspace.confirm("the password of another")


def test_a_signature_says_the_name_of_the_profile_whatever_was_asked_for(team: Team) -> None:
    team.come(CODER)
    decide_all(team)
    team.workspace.confirm(PASSWORD)
    coding = team.workspace.coding(R1)
    lie = Signature(coder_id=CODER, at=team.clock.now(), meaning="verified", content_sha256="0" * 64, name="Somebody")
    team.workspace.append(R1, [EventDraft(action=CodingAction.SIGN, coder_id=CODER, signature=lie)],
                          expected_version=coding.version)
    signed = team.workspace.coding(R1).signature
    assert signed is not None
    assert signed.name == "Cleo Coder"


def test_a_coder_cannot_change_what_another_coder_decided(team: Team) -> None:
    team.come(CODER)
    assignment = team.verify.accept(R1, I10, coder_id=CODER).assignments[0]
    team.come(OTHER)
    for change in (
        lambda: team.verify.reject(R1, I10, coder_id=OTHER, reason=RejectReason.OTHER),
        lambda: team.verify.remove(R1, assignment.assignment_id, coder_id=OTHER, reason="x"),
        lambda: team.verify.make_principal(R1, assignment.assignment_id, coder_id=OTHER),
        lambda: team.verify.undo(R1, coder_id=OTHER),
    ):
        with pytest.raises(ProfileRuleError, match="another person decided"):
            change()
    team.verify.accept(R1, E119, coder_id=OTHER)
    team.verify.undo(R1, coder_id=OTHER)
    team.come(CODER)
    team.verify.reject(R1, I10, coder_id=CODER, reason=RejectReason.OTHER)


def test_a_reviewers_change_leaves_the_coders_decision_in_the_history(team: Team) -> None:
    team.come(CODER)
    team.verify.accept(R1, I10, coder_id=CODER)
    team.come(REVIEWER)
    team.verify.reject(R1, I10, coder_id=REVIEWER, reason=RejectReason.NEGATED, comment="ruled out on day 2")
    first, second = team.workspace.events(R1)
    assert (first.draft.coder_id, first.draft.action) == (CODER, CodingAction.ACCEPT)
    assert (second.draft.coder_id, second.draft.before) == (REVIEWER, first.draft.after)
    assert second.draft.reason.endswith("ruled out on day 2")
    assert team.workspace.verify().problems == ()


def test_only_its_signer_and_a_reviewer_open_a_signed_record_again(team: Team) -> None:
    team.come(CODER)
    decide_all(team)
    team.workspace.confirm(PASSWORD)
    sign(team, CODER)
    team.come(OTHER)
    with pytest.raises(ProfileRuleError, match="another person"):
        amend_record(R1, history=team.workspace, coder_id=OTHER, reason="mine now")
    team.come(REVIEWER)
    amend_record(R1, history=team.workspace, coder_id=REVIEWER, reason="second look")
    assert team.workspace.coding(R1).signature is None


def test_a_wrong_password_and_an_unknown_name_are_told_apart_by_nobody(team: Team) -> None:
    told = set()
    for name, password in ((CODER, "wrong password"), (CoderId("nobody"), PASSWORD)):
        with pytest.raises(ProfileRuleError) as caught:
            team.workspace.sign_in(name, password)
        told.add(str(caught.value))
    assert len(told) == 1
    assert team.workspace.signed_in is None


def test_wrong_passwords_make_everybody_wait(team: Team) -> None:
    for _ in range(5):
        with pytest.raises(ProfileRuleError):
            team.workspace.sign_in(CODER, "wrong password")
    with pytest.raises(ProfileRuleError, match="Too many"):
        team.workspace.sign_in(CODER, PASSWORD)
    for _ in range(10):
        team.clock.now()
    team.workspace.sign_in(CODER, PASSWORD)


def test_a_profile_that_was_switched_off_acts_no_more_even_while_signed_in(team: Team) -> None:
    team.come(ADMIN)
    set_active(team.workspace, CODER, is_active=False)
    with pytest.raises(ProfileRuleError, match="not right"):
        team.workspace.sign_in(CODER, PASSWORD)
    set_active(team.workspace, CODER, is_active=True)
    team.come(CODER)
    assert team.workspace.signed_in is not None


def test_an_administrator_gives_names_roles_and_passwords(team: Team) -> None:
    team.come(ADMIN)
    rename_profile(team.workspace, "CODER-A" if CODER == "coder-a" else CODER, "Cleo Married")
    set_roles(team.workspace, CODER, [Role.REVIEWER, Role.CODER])
    set_password(team.workspace, CODER, "another five plain words")
    found = profile_of(team.workspace, CODER)
    assert (found.name, found.roles) == ("Cleo Married", (Role.CODER, Role.REVIEWER))
    with pytest.raises(ProfileRuleError):
        team.workspace.sign_in(CODER, PASSWORD)
    team.workspace.sign_in(CODER, "another five plain words")
    assert team.workspace.verify().problems == ()


def test_everybody_else_changes_the_own_password_only(team: Team) -> None:
    team.come(CODER)
    set_password(team.workspace, CODER, "another five plain words")
    for change in (
        lambda: set_password(team.workspace, OTHER, "another five plain words"),
        lambda: set_roles(team.workspace, CODER, [Role.ADMINISTRATOR]),
        lambda: rename_profile(team.workspace, CODER, "Ada Root the Second"),
        lambda: set_active(team.workspace, OTHER, is_active=False),
    ):
        with pytest.raises(ProfileRuleError, match="administrator"):
            change()


def test_an_administrator_remains(team: Team) -> None:
    team.come(ADMIN)
    for change in (lambda: set_active(team.workspace, ADMIN, is_active=False),
                   lambda: set_roles(team.workspace, ADMIN, [Role.CODER])):
        with pytest.raises(ProfileRuleError, match="without an administrator"):
            change()


@pytest.mark.parametrize(("coder_id", "name", "password", "told"), [
    ("new", "New", "short", "at least 10"), ("new", "New", "aaaaaaaaaaaa", "guessed"),
    ("newcomer-long", "New", "newcomer-long", "guessed"), ("two words", "New", PASSWORD, "no spaces"),
    ("", "New", PASSWORD, "characters"), ("new", "\x07", PASSWORD, "printable"), ("ROOT", "New", PASSWORD, "already"),
    ("new", "ada ROOT", PASSWORD, "already"),
])
def test_names_and_passwords_that_cannot_serve_are_refused(
    team: Team, coder_id: str, name: str, password: str, told: str
) -> None:
    team.come(ADMIN)
    with pytest.raises(ProfileRuleError, match=told):
        create_profile(team.workspace, coder_id=coder_id, name=name, roles=[Role.CODER], password=password)
    with pytest.raises(NotFoundError):
        profile_of(team.workspace, "new")


def test_a_profile_needs_a_role_and_a_change_that_changes_something(team: Team) -> None:
    team.come(ADMIN)
    with pytest.raises(ProfileRuleError, match="role"):
        set_roles(team.workspace, CODER, [])
    with pytest.raises(ProfileRuleError, match="would not change"):
        set_roles(team.workspace, CODER, [Role.CODER])
    profile = profile_of(team.workspace, CODER)
    with pytest.raises(ProfileRuleError, match="would not change"):
        team.workspace.change_profile(ProfileAction.RENAME, replace(profile, name="X", roles=(Role.REVIEWER,)))


def test_the_file_holds_no_password(team: Team) -> None:
    team.workspace.close()
    assert PASSWORD.encode() not in team.workspace.path.read_bytes()


def test_the_same_password_on_another_keyboard_is_the_same(team: Team) -> None:
    team.come(ADMIN)
    set_password(team.workspace, CODER, "zwölf große Wörter")
    team.workspace.sign_in(CODER, "zwo\u0308lf große Wo\u0308rter")


def tampered(team: Team, change: Callable[[sqlite3.Connection], object]) -> Path:
    team.workspace.close()
    path = team.workspace.path
    with closing(sqlite3.connect(path)) as raw:
        raw.executescript("; ".join(
            f"DROP TRIGGER {name}" for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        ))
        change(raw)
        raw.commit()
    return path


def set_secret(raw: sqlite3.Connection) -> None:
    secret = cheap_passwords().hash("an attackers word")
    raw.execute("UPDATE secrets SET secret = ? WHERE coder_id = ?", (secret, CODER))


TAMPERED: dict[str, tuple[Callable[[sqlite3.Connection], object], str]] = {
    "a password exchanged": (set_secret, f"password of the profile {CODER} was exchanged"),
    "a password taken away": (lambda raw: raw.execute("DELETE FROM secrets WHERE coder_id = ?", (CODER,)),
                              f"password of the profile {CODER}"),
    "a password added": (lambda raw: raw.execute("INSERT INTO secrets VALUES ('x', 'y')"), "no such profile"),
    "a role given": (
        lambda raw: raw.execute("UPDATE profile_events SET body = replace(body, '\"manager\"', '\"administrator\"')"),
        "was altered"),
    "every profile taken away": (lambda raw: raw.execute("DELETE FROM profile_events"), "is missing"),
    "a change moved to another profile": (
        lambda raw: raw.execute("UPDATE profile_events SET coder_id = 'x' WHERE coder_id = ?", (OTHER,)), "altered"),
    "a change's id exchanged": (
        lambda raw: raw.execute("UPDATE profile_events SET event_id = 'x' WHERE coder_id = ?", (OTHER,)),
        "was exchanged"),
    "a change inserted": (
        lambda raw: raw.execute("INSERT INTO profile_events SELECT 99, 'y', coder_id, body FROM profile_events "
                                "LIMIT 1"), "inserted from outside"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_tampered_profiles_are_noticed(team: Team, name: str) -> None:
    change, told = TAMPERED[name]
    with closing(open_team_workspace(tampered(team, change))) as workspace:
        found = [each for each in workspace.verify().problems if not each.startswith("The guard")]
    assert any(told in each for each in found), found


def test_nobody_enters_with_a_password_that_was_put_into_the_file(team: Team) -> None:
    with closing(open_team_workspace(tampered(team, set_secret))) as workspace:
        with pytest.raises(IntegrityError, match="exchanged in the file"):
            workspace.sign_in(CODER, "an attackers word")
        assert workspace.signed_in is None


def test_profiles_taken_out_of_the_file_do_not_open_it_to_everybody(team: Team) -> None:
    path = tampered(team, lambda raw: raw.execute("DELETE FROM profile_events"))
    with (closing(open_team_workspace(path)) as workspace,
          pytest.raises(IntegrityError, match="profiles of this workspace")):
        workspace.add_records([record_of("r9")])


def test_a_decision_of_somebody_without_a_profile_is_noticed(team: Team) -> None:
    """Somebody who knows the format and leaves the profiles alone still needs a name that may decide."""
    team.workspace._people.allowed_drafts = lambda drafts, events: drafts
    team.workspace.append(R1, [EventDraft(action=CodingAction.REJECT, coder_id=CoderId("ghost"), suggestion_id=I10)])
    team.workspace.append(R1, [EventDraft(action=CodingAction.REJECT, coder_id=MANAGER, suggestion_id=I10)])
    found = team.workspace.verify().problems
    assert "made by ghost, who had no profile" in found[0]
    assert "made by max, who was not allowed to" in found[1]


def test_only_administrators_administer(team: Team) -> None:
    team.come(CODER)
    with pytest.raises(InputError, match="administrator"):
        must_administer(team.workspace)
    team.come(ADMIN)
    must_administer(team.workspace)
