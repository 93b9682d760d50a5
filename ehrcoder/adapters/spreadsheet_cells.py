"""Cells that a spreadsheet program shows and never runs, and the way back to the text that was meant."""

from __future__ import annotations

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
_GUARD = "'"


def harmless(text: str) -> str:
    """Return the text with an apostrophe before it where it would be run as a formula.

    Text that starts with an apostrophe gets one more, so that `restored` gives back exactly what was meant.
    See OWASP, "CSV Injection".
    """
    return _GUARD + text if text.startswith((*_DANGEROUS, _GUARD)) else text


def restored(cell: str) -> str:
    """Return the text that `harmless` was given."""
    guarded = cell.startswith(_GUARD) and cell[1:].startswith((*_DANGEROUS, _GUARD))
    return cell[1:] if guarded else cell
