"""Where the campaign joins the window: two actions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from ehrcoder.gui.action_spec import ActionSpec, Needs

if TYPE_CHECKING:
    from ehrcoder.gui.parts import PartHost


def actions() -> tuple[tuple[ActionSpec, Callable[[PartHost], None]], ...]:
    """Return the actions of the campaign, each with what it does."""
    def tr(text: str) -> str:
        return QCoreApplication.translate("actions", text)

    return (
        (ActionSpec(
            name="campaign", group=tr("File"), text=tr("Campaign…"), keys=("Ctrl+Alt+G",),
            tip=tr("Sample, label, verify and review thousands of records; every figure leads to its records")),
         show_campaign),
        (ActionSpec(
            name="campaign_next", group=tr("File"), text=tr("Next record of the campaign"), keys=("Ctrl+Alt+N",),
            needs=Needs.WRITABLE, tip=tr("Open what this coder does next, and note the time")), open_next),
    )


def show_campaign(host: PartHost) -> None:
    """Show the campaign view."""
    from ehrcoder.gui.campaign.view import CampaignPopup

    host.popup(CampaignPopup, lambda: CampaignPopup(host)).ask()


def open_next(host: PartHost) -> None:
    """Open the next record of this coder."""
    from ehrcoder.gui.campaign.work import CampaignWork

    def opened(said: str) -> None:
        host.say(said)

    CampaignWork(host.session).next_record(done=opened)
