"""Plans, work lists and entries of campaigns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager

from ehrcoder.adapters.store import serial
from ehrcoder.adapters.store.session import Row, Session
from ehrcoder.core.campaign.plan import Campaign, CampaignEntry, CampaignPlan, WorkItem, WorkLine, WorkState
from ehrcoder.core.errors import InputError, NotFoundError
from ehrcoder.core.ids import RecordId

_ADD_CAMPAIGN = """
INSERT INTO campaigns (campaign_id, name, created_at, body, row_sha256)
VALUES (?1, ?2, ?3, ?4, row_sha256(?1, ?2, ?3, ?4))
"""
_CAMPAIGNS = "SELECT campaign_id, name, created_at, body FROM campaigns ORDER BY number"
_ADD_LINE = """
INSERT INTO campaign_work (campaign_id, list, position, record_id, state, body, outcome, row_sha256)
VALUES (?1, ?2, ?3, ?4, 'waiting', ?5, '', row_sha256(?1, ?2, ?3, ?4, 'waiting', ?5, ''))
"""
_HAS_LIST = "SELECT 1 FROM campaign_work WHERE campaign_id = ? AND list = ? LIMIT 1"
_LISTS = """
SELECT list, state, count(*), min(rowid) AS first FROM campaign_work WHERE campaign_id = ?
GROUP BY list, state ORDER BY first
"""
_WORK = """
SELECT position, state, body, outcome FROM campaign_work WHERE campaign_id = ? AND list = ? ORDER BY position
"""
_STATE = "SELECT state FROM campaign_work WHERE campaign_id = ? AND list = ? AND record_id = ?"
_SETTLE = """
UPDATE campaign_work SET state = ?1, outcome = ?2,
    row_sha256 = row_sha256(campaign_id, list, position, record_id, ?1, body, ?2)
WHERE campaign_id = ?3 AND list = ?4 AND record_id = ?5
"""
_ADD_ENTRY = """
INSERT INTO campaign_entries (campaign_id, kind, subject, at, body, row_sha256)
VALUES (?1, ?2, ?3, ?4, ?5, row_sha256(?1, ?2, ?3, ?4, ?5))
"""
_LAST_ENTRY = "SELECT max(number) FROM campaign_entries"
_ENTRIES = """
SELECT number, kind, subject, at, body FROM campaign_entries
WHERE campaign_id = ? AND kind = ? AND (? = '' OR subject = ?) ORDER BY number
"""
_UNCHANGED = "Nothing was changed."


class CampaignTables:
    """What a CampaignStore keeps."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def together(self) -> AbstractContextManager[None]:
        """Make everything that is written inside one transaction."""
        return self._session.writing()

    def create(self, name: str, plan: CampaignPlan) -> Campaign:
        """Store a new campaign. Raises InputError."""
        name = name.strip()
        if not name:
            raise InputError("A campaign needs a name.", kept=_UNCHANGED)
        if any(each.name == name for each in self.campaigns()):
            raise InputError(f"There is a campaign named {name} already.", kept=_UNCHANGED,
                             next_step="Go on with it, or choose another name.")
        campaign = Campaign(campaign_id=self._session.ids.new_id(), name=name,
                            created_at=self._session.clock.now(), plan=plan.checked())
        with self._session.writing():
            self._session.change(_ADD_CAMPAIGN, (campaign.campaign_id, name, _utc(campaign.created_at),
                                                 serial.write(plan)))
        return campaign

    def campaigns(self) -> tuple[Campaign, ...]:
        """Return every campaign, oldest first."""
        return tuple(
            Campaign(campaign_id=key, name=name, created_at=dt.datetime.fromisoformat(at),
                     plan=serial.read_campaign_plan(body, where=f"Campaign {name}"))
            for key, name, at, body in self._session.all(_CAMPAIGNS)
        )

    def campaign(self, name: str) -> Campaign:
        """Return a campaign by name, or the only one for an empty name."""
        everyone = self.campaigns()
        found = [each for each in everyone if each.name == name] if name else list(everyone)
        if len(found) == 1:
            return found[0]
        names = ", ".join(each.name for each in everyone)
        if found:
            raise InputError(f"There are several campaigns: {names}.", next_step="Name one with --campaign.")
        raise NotFoundError(
            f"There is no campaign {name} in this workspace." if name else "There is no campaign in this workspace.",
            next_step=f"There are: {names}." if names else "`ehrcoder campaign new NAME` makes one.",
        )

    def make_list(self, campaign_id: str, name: str, items: Sequence[WorkItem]) -> None:
        """Store a work list whole, or nothing of it."""
        if not items:
            raise InputError(f"The list {name} would be empty.", kept=_UNCHANGED)
        with self._session.writing():
            if self._session.one(_HAS_LIST, (campaign_id, name)) is not None:
                raise InputError(f"The list {name} is there already.", kept=_UNCHANGED,
                                 next_step="Go on with it; the next round makes a new one.")
            self._session.change_many(_ADD_LINE, [
                (campaign_id, name, position, item.record_id, serial.write(item))
                for position, item in enumerate(items)
            ])

    def lists(self, campaign_id: str) -> Mapping[str, Mapping[WorkState, int]]:
        """Return the work lists in the order of their making, with lines by state."""
        found: dict[str, dict[WorkState, int]] = {}
        for name, state, count, _ in self._session.all(_LISTS, (campaign_id,)):
            found.setdefault(name, dict.fromkeys(WorkState, 0))[WorkState(state)] = count
        return found

    def work(self, campaign_id: str, name: str) -> tuple[WorkLine, ...]:
        """Return a list in its order. Raises NotFoundError."""
        rows = self._session.all(_WORK, (campaign_id, name))
        if not rows:
            raise NotFoundError(f"There is no list {name} in this campaign.",
                                next_step="`ehrcoder campaign status` shows the lists that are there.")
        return tuple(_line(row, name) for row in rows)

    def settle(self, campaign_id: str, name: str, outcomes: Mapping[RecordId, tuple[WorkState, str]]) -> None:
        """Note what became of lines that were not done yet."""
        with self._session.writing():
            for record_id in outcomes:
                state = self._session.one(_STATE, (campaign_id, name, record_id))
                if state is None or state[0] == WorkState.DONE:
                    what = "is done already" if state else "is not on it"
                    raise InputError(f"Record {record_id} of the list {name} {what}.", kept=_UNCHANGED)
            self._session.change_many(_SETTLE, [
                (state, outcome, campaign_id, name, record_id) for record_id, (state, outcome) in outcomes.items()
            ])

    def add_entry(self, campaign_id: str, kind: str, subject: str, body: object) -> CampaignEntry:
        """Append an entry."""
        at, text = self._session.clock.now(), serial.write(body)
        with self._session.writing():
            self._session.change(_ADD_ENTRY, (campaign_id, kind, subject, _utc(at), text))
            number = self._session.one(_LAST_ENTRY)
        return CampaignEntry(number=number[0] if number else 0, kind=kind, subject=subject, at=at, body=text)

    def entries(self, campaign_id: str, kind: str, *, subject: str = "") -> tuple[CampaignEntry, ...]:
        """Return the entries of a kind, oldest first."""
        rows = self._session.all(_ENTRIES, (campaign_id, kind, subject, subject))
        return tuple(
            CampaignEntry(number=number, kind=kind, subject=about, at=dt.datetime.fromisoformat(at), body=body)
            for number, kind, about, at, body in rows
        )


def _line(row: Row, name: str) -> WorkLine:
    position, state, body, outcome = row
    return WorkLine(position=position, state=WorkState(state), outcome=outcome,
                    item=serial.read_work_item(body, where=f"Line {position} of the list {name}"))


def _utc(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat()
