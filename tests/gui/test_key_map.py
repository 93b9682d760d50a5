"""Keys can be changed, what clashes is refused and named, and what was kept comes back."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from ehrcoder.gui.action_table import action_specs
from ehrcoder.gui.app import wait_until_loaded
from ehrcoder.gui.key_map import RESERVED, KeyMap, shown, spelled


@pytest.fixture
def specs(qapp):
    return action_specs()


def test_a_changed_key_is_kept_and_comes_back(specs, tmp_path):
    file = tmp_path / "keys.json"
    KeyMap(specs, file).set_keys("accept", ["Y"])
    again = KeyMap(specs, file)
    assert again.keys("accept") == ("Y",)
    assert again.is_changed("accept")
    assert again.keys("reject") == ("X",)


def test_a_key_that_another_action_has_is_refused_and_that_action_is_named(specs):
    keys = KeyMap(specs)
    assert [each.with_action for each in keys.clashes("accept", ["X"])] == ["reject"]
    assert [each.with_action for each in keys.clashes("accept", ["ctrl+k"])] == ["search"]
    with pytest.raises(ValueError, match="clash"):
        keys.set_keys("accept", ["X"])
    assert keys.keys("accept") == ("A",)


def test_actions_that_never_have_the_focus_together_may_share_a_key(specs):
    assert KeyMap(specs).clashes("restore", ["A"]) == ()


@pytest.mark.parametrize("key", RESERVED)
def test_keys_that_move_or_confirm_cannot_be_taken(specs, key):
    assert KeyMap(specs).clashes("accept", [key])


def test_the_delivered_keys_clash_nowhere(specs):
    keys = KeyMap(specs)
    assert [spec.name for spec in specs if keys.clashes(spec.name, spec.keys)] == []


def test_reset_brings_the_delivered_keys_back(specs, tmp_path):
    keys = KeyMap(specs, tmp_path / "keys.json")
    keys.set_keys("accept", ["Y"])
    keys.set_keys("reject", [])
    keys.reset()
    assert keys.keys("accept") == ("A",)
    assert keys.keys("reject") == ("X",)
    assert json.loads((tmp_path / "keys.json").read_text()) == {}


@pytest.mark.parametrize("text", ["", "[]", "{", '{"accept": 1}', '{"nobody": ["Q"]}', '{"accept": ["X"]}'])
def test_a_file_that_cannot_be_used_leaves_the_delivered_keys(specs, tmp_path, text):
    file = tmp_path / "keys.json"
    file.write_text(text)
    assert KeyMap(specs, file).keys("accept") == ("A",)


def test_keys_are_shown_as_people_read_them(qapp):
    assert [shown(key) for key in ("Ctrl+Return", "Alt+Up", "Ctrl++", "PgDown", "Del")] == [
        "Ctrl+Enter", "Alt+↑", "Ctrl++", "PgDown", "Delete"]
    assert spelled("ctrl+k") == "Ctrl+K"


def test_a_changed_key_works_in_the_window_and_stands_in_the_key_sheet(proposed):
    proposed.trigger("rebind")
    dialog = next(each for each in proposed.overlays if each.isVisible())
    for place in range(dialog.tree.topLevelItemCount()):
        if dialog.tree.topLevelItem(place).text(0) == "Accept":
            dialog.tree.setCurrentItem(dialog.tree.topLevelItem(place))
    dialog.edit.setKeySequence("X")
    assert "Reject" in dialog.verdict.text()
    assert not dialog.take.isEnabled()
    dialog.edit.setKeySequence("Y")
    dialog.take.click()
    dialog.dismiss()
    proposed.focus_review()
    QTest.keyClick(proposed.focusWidget(), Qt.Key.Key_A)
    assert wait_until_loaded(proposed)
    assert proposed.session.view.coding.assignments == ()
    QTest.keyClick(proposed.focusWidget(), Qt.Key.Key_Y)
    assert wait_until_loaded(proposed)
    assert len(proposed.session.view.coding.assignments) == 1
    assert proposed.actions_.shown_keys("accept") == ("Y",)
