"""Every error that Esnaf raises on purpose.

EsnafError
├── UsageError           arguments, configuration or input that cannot be used at all (exit code 2)
│   ├── ConfigError      esnaf.toml: a value that cannot be used, with its place
│   └── DataError        tables: missing, unreadable, empty, or without a required column
├── BundleError          a saved model that is damaged, incompatible or missing (exit code 1)
└── RefusedError         a rule said no (exit code 1)

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


class BundleError(EsnafError):
    """A saved model that is damaged, incompatible or missing."""


class RefusedError(EsnafError):
    """A rule refused what was asked."""
