"""An encrypted workspace: nothing of it can be read without its passphrase, and changing that is all or nothing."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from builders.coding_world import CODER, CountingIds, SteppingClock, open_world, record_of, suggestion_ids

from ehrcoder.adapters import passwords
from ehrcoder.adapters.passwords import Argon2Cost
from ehrcoder.adapters.store import rekey
from ehrcoder.adapters.store.backup_shelf import SqliteBackups
from ehrcoder.adapters.store.cipher import CipherKey, connect_with_cipher, key_of, new_key, opens, salt_of
from ehrcoder.adapters.store.encryption import WorkspaceEncryption
from ehrcoder.adapters.store.keys import WorkspaceKeys
from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.adapters.system_keyring import SystemKeyring
from ehrcoder.core.errors import (
    EhrCoderError,
    EnvironmentFault,
    InputError,
    IntegrityError,
    NotFoundError,
    PassphraseNeededError,
    WorkspaceLockedError,
)
from ehrcoder.core.ids import RecordId
from ehrcoder.core.profiles import ProfileRuleError
from ehrcoder.usecases.backups import BackupKind, make_backup, rehearse_restore, restore_backup
from ehrcoder.usecases.encryption import (
    change_passphrase,
    decrypt,
    encrypt,
    encryption_state,
    forget_plain_copies,
)
from ehrcoder.usecases.verify_code import VerifyCode

FIRST, SECOND = "seven plain words of the first owner", "eight other words of the next owner"
MARKER = b"Hypertension"
I10, E119, _ = suggestion_ids()


@pytest.fixture(autouse=True)
def cheap_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a guess cost next to nothing, so that the tests are quick; the real cost has its own test."""
    cheap = Argon2Cost(passes=1, memory_kib=64, lanes=1)
    monkeypatch.setattr(passwords.derive_key, "__defaults__", (cheap,))


class Keyring:
    """A back end of the system's keyring, in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.is_locked = False

    def get_password(self, service: str, name: str) -> str | None:
        if self.is_locked:
            raise RuntimeError("locked")
        return self.kept.get(name)

    def set_password(self, service: str, name: str, password: str) -> None:
        if self.is_locked:
            raise RuntimeError("locked")
        self.kept[name] = password

    def delete_password(self, service: str, name: str) -> None:
        del self.kept[name]


@dataclass
class Site:
    """A workspace with its backups, and what somebody there knows."""

    path: Path
    backend: Keyring = field(default_factory=Keyring)
    passphrase: str = FIRST
    clock: SteppingClock = field(default_factory=SteppingClock)
    ids: CountingIds = field(default_factory=CountingIds)

    @property
    def keys(self) -> WorkspaceKeys:
        return WorkspaceKeys(ask=lambda _: self.passphrase)

    def encryption(self, keys: WorkspaceKeys | None = None) -> WorkspaceEncryption:
        return WorkspaceEncryption(self.path, clock=self.clock, ids=self.ids, keys=keys or self.keys,
                                   keyring=SystemKeyring(self.backend), anchors=self.path.parent / "anchors")

    def shelf(self, keys: WorkspaceKeys | None = None) -> SqliteBackups:
        return SqliteBackups(self.path, clock=self.clock, ids=self.ids, keys=keys or self.keys,
                             anchors=self.path.parent / "anchors")

    def opened(self, *, read_only: bool = False, keys: WorkspaceKeys | None = None) -> SqliteWorkspace:
        return SqliteWorkspace.open(self.path, clock=self.clock, ids=self.ids, keys=keys or self.keys,
                                    read_only=read_only, anchors=self.path.parent / "anchors")

    def content(self) -> object:
        with closing(self.opened(read_only=True)) as workspace:
            assert workspace.verify().problems == ()
            assert workspace.warnings == ()
            return [(workspace.record(row.record_id), workspace.events(row.record_id), workspace.coding(row.record_id),
                     workspace.suggestions(row.record_id)) for row in workspace.rows()]


@pytest.fixture
def plain(tmp_path: Path) -> Site:
    world = open_world(tmp_path / "w.ehrw")
    world.verify.accept("r1", I10, coder_id=CODER)
    world.workspace.close()
    return Site(path=tmp_path / "w.ehrw")


@pytest.fixture
def sealed(plain: Site) -> Iterator[Site]:
    encrypt(plain.encryption(), plain.shelf(), FIRST)
    return plain


def leftovers(site: Site) -> set[str]:
    """Return what lies beside the workspace; a reader may leave SQLite's own files there, the log of them empty."""
    known = {"w.ehrw", "w.ehrw-lock", "w.ehrw-shm", "anchors", "w.ehrw-backups"}
    return {each.name for each in site.path.parent.iterdir()
            if each.name not in known and not (each.name == "w.ehrw-wal" and each.stat().st_size == 0)}


def test_an_encrypted_workspace_holds_all_that_the_plain_one_held(plain: Site) -> None:
    before = plain.content()
    state = encrypt(plain.encryption(), plain.shelf(), FIRST)
    assert state.is_encrypted
    assert plain.content() == before
    assert leftovers(plain) == set()


def test_nothing_of_an_encrypted_file_can_be_read(sealed: Site) -> None:
    with closing(sealed.opened()) as workspace:
        workspace.add_records([record_of("r7", text="Hypertension once more.")])
        for path in sealed.path.parent.rglob("*"):
            if path.is_file():
                data = path.read_bytes()
                assert MARKER not in data
                assert b"CREATE TABLE" not in data
                assert b"SQLite format" not in data
        assert (sealed.path.parent / "w.ehrw-wal").stat().st_size > 0


def test_work_goes_on_in_an_encrypted_workspace(sealed: Site) -> None:
    with closing(sealed.opened()) as workspace:
        ids = CountingIds()
        ids._last = 500
        from builders.coding_world import SmallCodeSets

        workspace._session.ids._last = 1000
        VerifyCode(history=workspace, store=workspace, index=SmallCodeSets(), ids=ids).accept(
            RecordId("r1"), E119, coder_id=CODER)
        assert workspace.coding(RecordId("r1")).version == 2
        assert workspace.verify().problems == ()
        with pytest.raises(WorkspaceLockedError):
            sealed.opened()


@pytest.mark.parametrize("read_only", [True, False])
def test_a_wrong_passphrase_opens_nothing(sealed: Site, read_only: bool) -> None:
    before = sealed.path.read_bytes()
    sealed.passphrase = SECOND
    with pytest.raises(InputError, match="does not open"):
        sealed.opened(read_only=read_only)
    with pytest.raises(PassphraseNeededError, match="encrypted"):
        sealed.opened(read_only=read_only, keys=WorkspaceKeys())
    assert sealed.path.read_bytes() == before


def test_a_new_workspace_can_be_encrypted_from_its_first_byte(tmp_path: Path) -> None:
    site = Site(path=tmp_path / "w.ehrw")
    site.encryption().create(FIRST)
    assert site.encryption().is_encrypted()
    assert site.content() == []
    with pytest.raises(InputError, match="already"):
        site.encryption().create(FIRST)
    assert leftovers(site) == set()


def test_another_passphrase_takes_the_place_of_the_first(sealed: Site) -> None:
    before, salt = sealed.content(), salt_of(sealed.path)
    change_passphrase(sealed.encryption(), sealed.shelf(), SECOND)
    assert salt_of(sealed.path) != salt
    with pytest.raises(InputError, match="does not open"):
        sealed.opened()
    sealed.passphrase = SECOND
    assert sealed.content() == before


def test_the_encryption_can_be_taken_away(sealed: Site) -> None:
    before = sealed.content()
    assert not decrypt(sealed.encryption(), sealed.shelf()).is_encrypted
    assert sealed.content() == before
    with closing(sqlite3.connect(sealed.path)) as raw:
        assert raw.execute("SELECT count(*) FROM records").fetchone() == (1,)


def test_what_cannot_be_done_is_said(plain: Site) -> None:
    for refused in (lambda: change_passphrase(plain.encryption(), plain.shelf(), FIRST),
                    lambda: decrypt(plain.encryption(), plain.shelf()),
                    lambda: forget_plain_copies(plain.encryption(), plain.shelf())):
        with pytest.raises(InputError, match="not encrypted"):
            refused()
    encrypt(plain.encryption(), plain.shelf(), FIRST)
    with pytest.raises(InputError, match="already"):
        encrypt(plain.encryption(), plain.shelf(), SECOND)
    with pytest.raises(NotFoundError):
        Site(path=plain.path.with_name("none.ehrw")).encryption().is_encrypted()


@pytest.mark.parametrize("passphrase", ["short", "aaaaaaaaaaaaaaaaaa", "abababababababab"])
def test_a_weak_passphrase_is_refused_and_the_file_left(plain: Site, passphrase: str) -> None:
    before = plain.path.read_bytes()
    with pytest.raises(ProfileRuleError, match="passphrase"):
        encrypt(plain.encryption(), plain.shelf(), passphrase)
    assert plain.path.read_bytes() == before


def test_an_open_workspace_is_not_written_anew(plain: Site) -> None:
    with closing(plain.opened()), pytest.raises(WorkspaceLockedError):
        encrypt(plain.encryption(), plain.shelf(), FIRST)


def test_a_reader_of_the_former_file_holds_the_change_up(sealed: Site) -> None:
    """Its log could not be folded in, and must never be applied to the file that takes its place."""
    key = sealed.keys.key_for(sealed.path)
    with closing(sealed.opened()) as workspace:
        workspace.add_records([record_of("r7")])
        with closing(connect_with_cipher(sealed.path, mode="ro", key=key)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM records").fetchone()
            workspace.add_records([record_of("r8")])
            workspace.close()
            with pytest.raises(WorkspaceLockedError, match="read by another"):
                change_passphrase(sealed.encryption(), sealed.shelf(), SECOND)
    assert len(list(sealed.content())) == 3
    assert leftovers(sealed) <= {"w.ehrw-wal"}  # the reader was the last to go, and may not fold the log in


def test_a_damaged_workspace_is_not_written_anew(plain: Site) -> None:
    with closing(sqlite3.connect(plain.path)) as raw:
        raw.execute("UPDATE coding SET version = 9")
        raw.commit()
    with pytest.raises(IntegrityError, match="not whole"):
        encrypt(plain.encryption(), plain.shelf(), FIRST)
    assert salt_of(plain.path) is None
    assert leftovers(plain) == set()


def test_a_new_file_that_differs_is_thrown_away(plain: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    write = rekey._write

    def short(path: Path, part: Path, old: CipherKey | None, new: CipherKey | None) -> None:
        write(path, part, old, new)
        with closing(connect_with_cipher(part, mode="rw", key=new)) as raw:
            raw.execute("DELETE FROM secrets")
            raw.execute("INSERT INTO secrets VALUES ('x', 'y')")
            raw.execute("DROP TRIGGER events_never_delete")
            raw.commit()

    monkeypatch.setattr(rekey, "_write", short)
    with pytest.raises(IntegrityError):
        encrypt(plain.encryption(), plain.shelf(), FIRST)
    assert salt_of(plain.path) is None
    assert leftovers(plain) == set()


def test_leftovers_of_a_kill_are_cleared_at_the_next_opening(sealed: Site) -> None:
    for suffix in (".rekeying", ".rekeying-journal", ".restoring"):
        sealed.path.with_name(sealed.path.name + suffix).write_bytes(b"Hypertension")
    sealed.opened().close()
    assert leftovers(sealed) == set()


def test_backups_of_an_encrypted_workspace_are_encrypted_and_come_back(sealed: Site) -> None:
    made, checked = make_backup(sealed.shelf(), clock=sealed.clock)
    assert made.is_encrypted
    assert checked.problems == ()
    assert MARKER not in made.path.read_bytes()
    drill = rehearse_restore(sealed.shelf(), made.path)
    assert (drill.backup.problems, drill.belongs) == ((), True)
    with closing(sealed.opened()) as workspace:
        workspace.add_records([record_of("r7")])
    restored = restore_backup(sealed.shelf(), made.path, clock=sealed.clock)
    assert len(list(sealed.content())) == 1
    assert restored.former is not None
    assert salt_of(restored.former) == salt_of(sealed.path)


def test_plain_backups_are_named_and_deleted_only_when_an_encrypted_one_is_there(plain: Site) -> None:
    make_backup(plain.shelf(), clock=plain.clock)
    state = encrypt(plain.encryption(), plain.shelf(), FIRST)
    assert [each.kind for each in state.plain_copies] == [BackupKind.MANUAL]
    with pytest.raises(InputError, match="no encrypted backup"):
        forget_plain_copies(plain.encryption(), plain.shelf())
    make_backup(plain.shelf(), clock=plain.clock)
    assert len(forget_plain_copies(plain.encryption(), plain.shelf())) == 1
    assert encryption_state(plain.encryption(), plain.shelf()).plain_copies == ()
    assert len(plain.shelf().backups()) == 1


def test_a_backup_with_another_passphrase_asks_for_its_own(sealed: Site) -> None:
    made, _ = make_backup(sealed.shelf(), clock=sealed.clock)
    change_passphrase(sealed.encryption(), sealed.shelf(), SECOND)
    keys = WorkspaceKeys(ask=lambda path: FIRST if path == made.path else SECOND)
    assert sealed.shelf(keys).check(made.path).problems == ()
    restore_backup(sealed.shelf(keys), made.path, clock=sealed.clock)
    assert len(list(sealed.content())) == 1


def test_a_key_in_the_keyring_opens_without_a_question_also_after_a_change(sealed: Site) -> None:
    sealed.encryption().keep_in_keyring()
    kept = WorkspaceKeys(store=SystemKeyring(sealed.backend))
    sealed.opened(keys=kept).close()
    change_passphrase(sealed.encryption(), sealed.shelf(), SECOND)
    kept = WorkspaceKeys(store=SystemKeyring(sealed.backend))
    sealed.opened(keys=kept).close()
    assert len(sealed.backend.kept) == 1
    assert FIRST not in str(sealed.backend.kept)
    sealed.encryption(kept).forget_in_keyring()
    assert sealed.backend.kept == {}


def test_a_keyring_that_is_locked_or_holds_nonsense_costs_a_question_only(sealed: Site) -> None:
    keyring = SystemKeyring(sealed.backend)
    sealed.backend.kept = {(salt_of(sealed.path) or b"").hex(): "00" * 32}
    with pytest.raises(PassphraseNeededError):
        sealed.opened(keys=WorkspaceKeys(store=keyring))
    sealed.backend.is_locked = True
    sealed.opened(keys=WorkspaceKeys(ask=lambda _: FIRST, store=keyring)).close()
    with pytest.raises(EnvironmentFault, match="keyring"):
        sealed.encryption().keep_in_keyring()
    sealed.encryption().forget_in_keyring()


def test_a_key_shows_itself_in_no_message(sealed: Site) -> None:
    key = key_of(FIRST, salt_of(sealed.path) or b"")
    assert key.raw.hex() not in repr(key)
    assert str(key.raw) not in repr(key)
    with pytest.raises(ValueError, match="32 bytes"):
        CipherKey(raw=b"x", salt=b"y")


def test_a_guess_costs_memory_and_time() -> None:
    cost = Argon2Cost()
    assert (cost.passes, cost.memory_kib, cost.lanes) == (3, 64 * 1024, 4)


def test_two_files_with_one_passphrase_have_two_keys() -> None:
    assert new_key(FIRST).raw != new_key(FIRST).raw


def test_a_file_whose_last_page_was_cut_off_while_its_log_was_folded_in_opens_again(sealed: Site) -> None:
    """As a disk leaves it that fills up in the middle of a page: the log still holds that page whole."""
    with closing(sealed.opened()) as workspace:
        workspace.add_records([record_of("more", text="x" * 40_000)])
        frozen = sealed.path.with_name("frozen.ehrw")
        for suffix in ("", "-wal"):
            shutil.copy(f"{sealed.path}{suffix}", f"{frozen}{suffix}")
    with frozen.open("ab") as file:
        file.write(os.urandom(1000))
    with closing(Site(path=frozen).opened()) as workspace:
        assert workspace.verify().problems == ()
        assert "more" in {row.record_id for row in workspace.rows()}


def test_a_workspace_that_is_open_is_not_opened_again_to_be_looked_at(sealed: Site, monkeypatch) -> None:
    salt = salt_of(sealed.path)
    really_open = Path.open

    def watched_open(path: Path, *how: object, **more: object):
        assert path != sealed.path, "its locks would be gone"
        return really_open(path, *how, **more)

    with closing(sealed.opened()), monkeypatch.context() as watched:
        watched.setattr(Path, "open", watched_open)
        assert salt_of(sealed.path) == salt
        sealed.opened(read_only=True).close()
        assert salt_of(sealed.path) == salt
    sealed.path.unlink()
    assert salt_of(sealed.path) is None


def test_chance_and_short_files_are_told_apart_from_encrypted_ones(tmp_path: Path) -> None:
    for number, content in enumerate((b"", b"x" * 8192, os.urandom(5000), b"SQLite format 3\0" + os.urandom(8176))):
        path = tmp_path / str(number)
        path.write_bytes(content)
        assert salt_of(path) is None
    noise = tmp_path / "noise"
    noise.write_bytes(os.urandom(8192))
    assert salt_of(noise) is not None
    with pytest.raises(InputError, match="does not open"):
        Site(path=noise).opened()


def flipped(site: Site, folder: Path, *, count: int, seed: int) -> tuple[int, list[int]]:
    """Change single bytes; return how many changes were refused or reported, and where one went unnoticed."""
    original, whole = site.path.read_bytes(), site.content()
    generator = random.Random(seed)
    copy = Site(path=folder / "flip.ehrw")
    key = site.keys.key_for(site.path)
    assert key is not None
    noticed, unnoticed = 0, list[int]()
    for _ in range(count):
        place = generator.randrange(len(original))
        data = bytearray(original)
        data[place] ^= 1 << generator.randrange(8)
        copy.path.write_bytes(data)
        try:
            # The right key is at hand, as if the passphrase had been typed: a damaged salt derives another one.
            keys = WorkspaceKeys(ask=lambda _: FIRST)
            with closing(copy.opened(read_only=True, keys=keys)) as workspace:
                is_noticed = bool(workspace.verify().problems)
            is_same = is_noticed or copy.content() == whole
        except EhrCoderError:
            is_noticed = True
        if is_noticed:
            noticed += 1
        elif not is_same:
            unnoticed.append(place)
    return noticed, unnoticed


def test_damage_to_an_encrypted_file_is_noticed(sealed: Site, tmp_path: Path) -> None:
    noticed, unnoticed = flipped(sealed, tmp_path, count=40, seed=5)
    assert unnoticed == []
    assert noticed > 20


@pytest.mark.slow
def test_five_hundred_changed_bytes_of_an_encrypted_file_are_noticed(sealed: Site, tmp_path: Path) -> None:
    noticed, unnoticed = flipped(sealed, tmp_path, count=500, seed=17)
    assert unnoticed == []
    assert noticed > 300


def test_an_encrypted_file_without_its_passphrase_cannot_be_put_in_anothers_place(sealed: Site) -> None:
    older = shutil.copy(sealed.path, sealed.path.with_name("older"))
    with closing(sealed.opened()) as workspace:
        workspace.add_records([record_of("r7")])
    shutil.copy(older, sealed.path)
    Path(older).unlink()
    with closing(sealed.opened(read_only=True)) as workspace:
        assert "older" in workspace.warnings[0]


def test_a_key_opens_its_file_and_no_other(sealed: Site) -> None:
    salt = salt_of(sealed.path) or b""
    assert opens(sealed.path, key_of(FIRST, salt))
    assert not opens(sealed.path, key_of(SECOND, salt))
