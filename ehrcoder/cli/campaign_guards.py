"""The steps of a campaign that guard its quality afterwards: floors by group, drift, rework."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from ehrcoder.cli.campaign_steps import campaign_opened
from ehrcoder.cli.output import print_json, print_table
from ehrcoder.cli.record_access import coder_of
from ehrcoder.core.errors import InputError

if TYPE_CHECKING:
    from ehrcoder.usecases.campaign.floors import GroupFloor


def run_floors(options: argparse.Namespace) -> int:
    """Show or set the confidence floors of groups."""
    from dataclasses import asdict

    from ehrcoder.usecases.campaign.floors import floors_of, set_floors

    with campaign_opened(options) as (_, _, store, campaign):
        if options.set or options.clear:
            set_floors(campaign, [_floor(each) for each in options.set], store=store)
        found = floors_of(campaign, store)
    if options.json:
        print_json([asdict(each) for each in found])
    elif found:
        print_table(("group", "floor"), [(f"{each.dimension}: {each.group}", f"{each.floor:.2f}") for each in found])
    else:
        print("No group has a floor of its own. `ehrcoder campaign dashboard` names groups that stand out.")
    return 0


def _floor(text: str) -> GroupFloor:
    from ehrcoder.usecases.campaign.floors import GroupFloor

    where, _, value = text.rpartition("=")
    dimension, _, group = where.partition(":")
    try:
        floor = float(value)
    except ValueError:
        floor = -1.0
    if not dimension or not group or floor < 0:
        raise InputError(f"'{text}' is no floor.", next_step="Write it as in 'sex:female=0.5'.")
    return GroupFloor(dimension=dimension.strip(), group=group.strip(), floor=floor)


def run_drift(options: argparse.Namespace) -> int:
    """Find code families that became more or less frequent."""
    from ehrcoder.core.canonical import to_plain
    from ehrcoder.usecases.campaign.drift_set import DriftBetween, find_drift
    from ehrcoder.usecases.campaign.labels import gather_labels

    with campaign_opened(options) as (_, workspace, store, campaign):
        result = find_drift(campaign, gather_labels(workspace), between=DriftBetween(options.between),
                            store=store)
    if options.json:
        print_json(to_plain(result))
        return 0
    print(f"{len(result.findings)} code families drifted between {result.between.value}, "
          f"{result.before} records before and {result.after} now.")
    print_table(("family", "what", "first record"), [
        (each.code, each.message, each.records[0] if each.records else "") for each in result.findings])
    return 0


def run_stands(options: argparse.Namespace) -> int:
    """Note that a record of a lot that failed was looked at and is right."""
    from ehrcoder.usecases.campaign.rework import let_stand
    from ehrcoder.usecases.find_record import find_record

    with campaign_opened(options) as (services, workspace, store, campaign):
        record_id = find_record(workspace, options.record)
        name = let_stand(campaign, record_id, coder_of(options, services), records=workspace, store=store)
    print(f"{record_id} stands as it is; its line on {name} is done.")
    return 0
