"""Every error that Esnaf raises on purpose.

EsnafError
├── UsageError           arguments, configuration or input that cannot be used at all (exit code 2)
│   ├── ConfigError      esnaf.toml: a value that cannot be used, with its place
│   └── DataError        tables: missing, unreadable, empty, or without a required column
├── SecretError          a secret that is missing, or not the one that a value was sealed with (exit code 1)
├── BundleError          a saved model that is damaged, incompatible or missing (exit code 1)
├── StoreError           the live store: made by a newer version, or not usable as it is (exit code 1)
│   ├── StoreBusy        too much waits to be written; come back after `retry_after` seconds
│   ├── StoreUnavailable it cannot be reached, read or written
│   └── UnfitError       a value that the database cannot hold
└── RefusedError         a rule said no (exit code 1)
    └── ErasedError      the customer was erased, and nothing can be known of them

A message has the value, the place and the way out.
"""


class EsnafError(Exception):
    """What went wrong, in one sentence for the person who can mend it."""

    exit_code = 1


class UsageError(EsnafError):
    """Arguments, configuration or input that cannot be used at all."""

    exit_code = 2


class ConfigError(UsageError):
    """A setting in `esnaf.toml` that cannot be used."""


class DataError(UsageError):
    """A table that is missing, unreadable, empty, or lacks a required column."""


class SecretError(EsnafError):
    """A secret of the environment that is missing, or not the one that a value was sealed with."""


class BundleError(EsnafError):
    """A saved model that is damaged, incompatible or missing."""


class StoreError(EsnafError):
    """The live store cannot be used as it is."""


class StoreBusy(StoreError):  # noqa: N818  # a state that passes, not a fault
    """The live store takes no more at this moment; nothing of what was offered is kept."""

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after  # seconds


class UnfitError(StoreError):
    """Something among the values cannot be written, so that the rest must be written without it."""


class StoreUnavailable(StoreError):  # noqa: N818  # likewise
    """The live store cannot be reached, read or written; what is not acknowledged may be sent again."""


class RefusedError(EsnafError):
    """A rule refused what was asked."""


class ErasedError(RefusedError):
    """Something of a customer who was erased."""
