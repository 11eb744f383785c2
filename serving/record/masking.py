"""Masking: identifiers as those may see them who need not know them."""

_SHOWN = 2  # characters at the beginning, and half as many at the end
_HIDDEN = "***"


def masked(value: str) -> str:
    """`tab-9x7z` is `ta***z`, `ada.byron@example.org` is `ad***@***.org`; of short ones nothing is shown."""
    name, at, host = value.rpartition("@")
    if at:
        end = host.rpartition(".")[2]
        return f"{name[:_SHOWN] if len(name) > 2 * _SHOWN else ''}{_HIDDEN}@{_HIDDEN}.{end}"
    if len(value) < 3 * _SHOWN:
        return _HIDDEN
    return value[:_SHOWN] + _HIDDEN + value[-1:]
