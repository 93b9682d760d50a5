"""The product's errors: the user's input, the environment, and our own bugs.

Every message says what happened, what was kept, and what to do next.
"""

from __future__ import annotations


class EhrCoderError(Exception):
    """Base of every error that is shown to a person.

    `what` says what happened, `kept` what was not lost, `next_step` what the person can do.
    None of the three may contain clinical text.
    """

    exit_code = 1

    def __init__(self, what: str, *, kept: str = "", next_step: str = "") -> None:
        super().__init__(" ".join(part for part in (what, kept, next_step) if part))
        self.what = what
        self.kept = kept
        self.next_step = next_step


class InputError(EhrCoderError):
    """What the person gave cannot be used: a bad file, an unknown code, a forbidden action."""

    exit_code = 2


class NotFoundError(InputError):
    """The record, code or suggestion that was named does not exist."""

    exit_code = 3


class EnvironmentFault(EhrCoderError):  # noqa: N818
    """The world failed: disk full, file locked, model missing, worker killed."""

    exit_code = 4


class WorkspaceLockedError(EnvironmentFault):
    """Another process has this workspace open for writing."""


class PassphraseNeededError(EnvironmentFault):
    """The workspace is encrypted, and its passphrase was not given yet."""


class ModelUnavailableError(EnvironmentFault):
    """The language model cannot be used; everything else goes on working."""


class IntegrityError(EhrCoderError):
    """Stored data does not match its hashes."""

    exit_code = 5


class CancelledError(EhrCoderError):
    """The person cancelled; nothing of the cancelled work was saved."""

    exit_code = 130
