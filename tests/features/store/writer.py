"""A process that writes the events FROM:TO from four threads, and prints each id once it is acknowledged."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from features.store.appender import Appender
from features.store.config import StoreConfig
from tests.features.store.places import Place, events

_LISTS = (1, 1, 5, 2, 13)  # events in a list, in turns


def main(workspace: str, url: str, numbers: str) -> None:
    begin, end = map(int, numbers.split(":"))
    lists: list[range] = []
    at = begin
    while at < end:
        size = min(_LISTS[len(lists) % len(_LISTS)], end - at)
        lists.append(range(at, at + size))
        at += size
    with Place(Path(workspace), StoreConfig(url=url)).open() as store, Appender(store) as appender:

        def write(some: range) -> None:
            appender.append(events(*some)).result()
            os.write(1, "".join(f"event-{number}\n" for number in some).encode())  # one piece, whenever we are killed

        with ThreadPoolExecutor(4) as threads:
            list(threads.map(write, lists))


if __name__ == "__main__":
    main(*sys.argv[1:])
