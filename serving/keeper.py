"""Keeper: one worker's live store, opened as soon as there is one, and looked at while it is open.

A workspace without a store gets one with its first event, and until then nothing of it is loaded. A store that is away
takes nothing from the answers: ingestion is refused at once until a look has written to it again.
"""

import gc
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from features.consent.register import Register
from features.errors import EsnafError, StoreBusy, StoreError, StoreUnavailable
from features.identity.config import IdentityConfig
from features.identity.keys import Keys
from features.logs import log
from features.settings import Settings
from features.store.config import FILE, StoreConfig
from serving.config import IngestionConfig

if TYPE_CHECKING:
    from features.consent.entry import Entry
    from features.store.appender import Appender
    from features.store.livestore import LiveStore
    from features.store.reader import Reader

State: TypeAlias = Literal["none", "ready", "unavailable"]


class Keeper:
    """Opens and watches the store of one workspace."""

    def __init__(self, workspace: Path, settings: Settings) -> None:
        self.workspace, self.settings = workspace, settings
        self._config = settings.section("store", StoreConfig)
        self._identity = settings.section("identity", IdentityConfig)
        self._poll_s = settings.section("ingestion", IngestionConfig).poll_s
        self._opening = threading.Lock()
        self._opened = ExitStack()
        self._store: LiveStore | None = None
        self.reader: Reader | None = None  # for one thread at a time; None before the store is open
        self.appender: Appender | None = None  # None before the store is open
        self.register = Register()  # what customers said and asked of the shop
        self._away = False
        self._file: str | None = None  # of the store, empty where it is none; None before it is known
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="store", daemon=True)

    @property
    def state(self) -> State:
        """`none` before the first event of a workspace, whose file is then made."""
        if self._away:
            return "unavailable"
        return "none" if self.appender is None else "ready"

    @property
    def waiting(self) -> int:
        """Events that wait to be written."""
        return 0 if self.appender is None else self.appender.waiting

    @property
    def lag(self) -> float:
        """Seconds that the oldest of them has waited."""
        return 0.0 if self.appender is None else self.appender.lag

    @property
    def store(self) -> "LiveStore | None":
        """None before it is open."""
        return self._store

    def check_address(self) -> None:
        """ConfigError where the store that is stated can be none, or a secret is no good; whether it can be reached is
        another matter."""
        Keys.find()
        if self._config.expected(self.workspace):
            from features.store.address import Address
            from features.store.backend import backend_of

            address = Address.of(self._config, self.workspace)
            if address.file is None:  # a file would be made
                backend_of(address, self._config.timeout).close()

    def check_register(self) -> None:
        """SecretError where the store tells who was erased under a secret that is not ours: whoever does not know them
        may answer nobody. Whether the store can be reached is another matter."""
        if not self._config.expected(self.workspace):
            return
        from features.store.livestore import LiveStore
        from features.store.reader import Reader

        with ExitStack() as opened, suppress(StoreError):
            store = LiveStore.find(self.workspace, self._config)
            if store is not None:
                opened.callback(store.close)
                reader = Reader(store.backend)
                opened.callback(reader.close)
                reader.last()
                Register().follow(reader)

    def start(self) -> None:
        """Look now, and again and again in the background."""
        self.look()
        self._thread.start()

    def close(self) -> None:
        """Write what waits, and let go of the store."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()
        with self._opening:
            self._opened.close()

    def open(self) -> "Appender":
        """The writer of the store, which is made if there is none; StoreError or ConfigError. It may take seconds."""
        from features.store.livestore import LiveStore

        found = self._open(LiveStore.open)
        if found is None:
            raise StoreUnavailable("the service is ending")
        return found

    @property
    def opens(self) -> bool:
        """Whether `reading` would open the store that another has made, which may take seconds."""
        return self.reader is None and not self._away and not self._absent()

    def reading(self) -> "Reader | None":
        """For one thread at a time; None while there is no store, or it is away. One that another worker has just made
        is opened."""
        if self._away:
            return None
        if self.reader is None and not self._absent():
            self.look()
        return self.reader

    def _absent(self) -> bool:
        """Whether there is no store for sure: asked with every request, so it may cost a look at one file, no more."""
        if self._file is None:
            if not self._config.expected(self.workspace):
                self._file = str(self.workspace / FILE)
            else:
                from features.store.address import Address

                self._file = str(Address.of(self._config, self.workspace).file or "")
        return bool(self._file) and not os.path.exists(self._file)  # noqa: PTH110  # a path of text is twice as fast

    def follow(self) -> None:
        """Know what customers said and asked of the shop by now, as far as the store can be read."""
        reader = self.reading()
        if reader is None:
            return
        try:
            reader.last()
            self.register.follow(reader)
        except StoreBusy:  # what is known is all that can be known now
            pass
        except EsnafError as error:
            self.failed(error)

    def write_down(self, entries: "Sequence[Entry]") -> None:
        """Write to the audit log; the store is made if there is none. Errors as of `open`, and those of the store."""
        from features.consent.audit import write

        if self._store is None:
            self.open()
        if self._store is None:
            raise EsnafError("the service is ending")
        with self._store.backend.writing() as connection:
            write(connection, *entries)

    def failed(self, error: EsnafError) -> None:
        """Use the store no more until a look finds it well."""
        if not self._away:
            self._away = True
            log.error("store.away", reason=str(error))

    def look(self) -> None:
        """Open the store if there is one by now; see whether it can be reached, and written if it could not be."""
        away = self._away
        try:
            self._check(away=away)
        except StoreBusy:  # it is there, and others write
            return
        except EsnafError as error:
            self.failed(error)
        else:
            if away:
                self._away = False
                log.info("store.back")

    def _check(self, *, away: bool) -> None:
        if self._store is None or self.reader is None:
            if self._config.expected(self.workspace):
                from features.store.livestore import LiveStore

                self._open(LiveStore.find)
        elif away:
            self._store.check()
        else:
            self.reader.last()

    def _open(self, way: "Callable[[Path, StoreConfig, IdentityConfig], LiveStore | None]") -> "Appender | None":
        from features.store.appender import Appender
        from features.store.reader import Reader

        with self._opening:
            if self.appender is None and not self._ended.is_set():
                store = way(self.workspace, self._config, self._identity)
                if store is None:
                    return None
                self._opened.callback(store.close)
                self._store, self.reader = store, Reader(store.backend)
                self._opened.callback(self.reader.close)
                self.appender = self._opened.enter_context(Appender(store))
                gc.freeze()  # the database's library stays for good; see `service`
                log.info("store.open", place=store.place)
            return self.appender

    def _run(self) -> None:
        while not self._ended.wait(self._poll_s):
            self.look()
