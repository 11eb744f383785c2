"""Touch: words of channels and devices as one code."""

import pytest

from features.touch import CHANNELS, DEVICES, WIDTH, touch_of


@pytest.mark.parametrize(
    ("channel", "device", "found"),
    [
        ("web", "desktop", ("web", "desktop")),
        ("Web Shop", "iPhone", ("web", "mobile")),
        ("mobile_app", "iPad", ("app", "tablet")),
        ("In-Store", None, ("store", "")),
        ("call centre", "", ("phone", "")),
        ("carrier pigeon", "abacus", ("other", "other")),
        (None, "MOBILE", ("", "mobile")),
    ],
)
def test_words_as_shops_write_them(channel: str | None, device: str | None, found: tuple[str, str]) -> None:
    code = touch_of(channel, device)
    assert (CHANNELS[code // WIDTH], DEVICES[code % WIDTH]) == found
    assert 0 <= code < 256
