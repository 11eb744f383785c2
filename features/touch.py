"""Touch: by which channel and on what kind of device an event came, as one small code."""

from collections.abc import Mapping
from functools import lru_cache

CHANNELS = ("", "web", "app", "store", "phone", "email", "marketplace", "other")
"""What events are told apart by; the first is not known. The order is part of the bundle's format."""
DEVICES = ("", "mobile", "desktop", "tablet", "tv", "kiosk", "other")
"""Likewise."""
WIDTH = 16  # a code is channel * WIDTH + device

_CHANNEL_WORDS: Mapping[str, tuple[str, ...]] = {
    "app": ("app", "ios", "android", "native"),
    "web": ("web", "site", "online", "browser", "internet", "www", "ecommerce"),
    "store": ("store", "shop", "pos", "retail", "branch", "offline", "outlet", "counter", "in person"),
    "phone": ("phone", "call", "tel"),
    "email": ("email", "mail", "newsletter"),
    "marketplace": ("marketplace", "amazon", "ebay", "etsy"),
}
_DEVICE_WORDS: Mapping[str, tuple[str, ...]] = {
    "tablet": ("tablet", "ipad"),
    "kiosk": ("kiosk", "terminal"),
    "tv": ("tv", "television"),
    "mobile": ("mobile", "phone", "ios", "android", "handheld"),
    "desktop": ("desktop", "pc", "computer", "laptop", "mac", "windows", "linux"),
}


@lru_cache(maxsize=10_000)
def touch_of(channel: str | None, device: str | None) -> int:
    """The code of two words as shops write them: `Web Shop` is web, `iPhone` is mobile; others are `other`."""
    return _place(channel, CHANNELS, _CHANNEL_WORDS) * WIDTH + _place(device, DEVICES, _DEVICE_WORDS)


def _place(word: str | None, names: tuple[str, ...], known: Mapping[str, tuple[str, ...]]) -> int:
    if not word:
        return 0
    plain = word.casefold().replace("-", " ").replace("_", " ").strip()
    compact = plain.replace(" ", "")
    if compact in names:
        return names.index(compact)
    parts = plain.split()
    for name, words in known.items():
        if any(part.startswith(w) or (len(w) > 3 and w in compact) for w in words for part in parts):
            return names.index(name)
    return len(names) - 1
