"""The BentoML service.

BentoML starts and watches the workers, hands them one socket and packs it all into a bento. Requests go past its own
machinery to one ASGI application: each of its layers costs more than an answer does, so that access log, metrics (the
application has its own) and tracing are off too. `timeout` is short because the context of every request that does come
that way is kept for that long.
"""

import gc

from serving import environment

environment.prepare()

import bentoml  # noqa: E402  # reads the environment
from bentoml.exceptions import BentoMLConfigException  # noqa: E402
from starlette.types import ASGIApp, Receive, Scope, Send  # noqa: E402

from features import logs  # noqa: E402
from features.errors import EsnafError  # noqa: E402
from serving.connections import Connection, install  # noqa: E402
from training import pointer  # noqa: E402  # BentoML searches a bento's folder only while this module is imported


class Mount:
    """Where the application is put once a worker has made it."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on to the application."""
        await self.app(scope, receive, send)


class Shortcut:
    """BentoML answers some paths (/healthz, /livez, /schema.json ...) before any mounted application could, and asks
    nobody for a token; here all of them are ours. Connections of ours come to the application before that.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on to the one who should answer it."""
        await (self._app if scope["type"] == "lifespan" else _mount)(scope, receive, send)


_mount = Mount()
_WORKSPACE = environment.workspace().absolute()  # while BentoML imports a bento, the current folder is the bento's


class Worker:
    """Product recommendations of one shop; see /openapi.json."""

    def __init__(self) -> None:
        logs.configure()
        environment.import_ranker()
        from serving.app import App
        from serving.champion import Champion
        from serving.desk import Desk
        from serving.gate import Gate
        from serving.intake import Intake
        from serving.keeper import Keeper
        from serving.requestlog import tell_warnings
        from serving.watch import Watch

        tell_warnings()

        champion, settings = Champion.resume(_WORKSPACE, verified=environment.verified()), environment.settings()
        self._keeper = Keeper(_WORKSPACE, settings)
        config, clock, rules = environment.config(), environment.clock(), environment.rules()
        desk = Desk.open(champion, self._keeper, config=config, clock=clock, rules=rules)
        intake = Intake(self._keeper, settings, clock=desk.clock, metrics=desk.metrics, keeps=desk.keeps)
        self._app = App(desk, intake, Gate.open(_WORKSPACE, config))
        _mount.app = Connection.application = self._app
        Connection.most = config.max_connections
        environment.allow_connections(config.max_connections)
        self._keeper.start()
        self._recorder = desk.recorder
        self._recorder.start()
        # What is loaded by now stays for good: without this the collector walks it all again and again. The model does
        # not, but goes with its last reference; the watch sees to it.
        gc.collect()
        gc.freeze()
        self._watch = Watch(_WORKSPACE, desk)
        self._watch.start()

    @bentoml.on_shutdown  # type: ignore[untyped-decorator]  # it has no types for methods
    def close(self) -> None:
        """End what runs in the background; exposures and events that wait are written before."""
        self._watch.stop()
        self._recorder.close()
        self._app.close()
        self._keeper.close()

    @staticmethod
    def before_workers() -> None:
        """In the parent: a model that cannot be served ends it at once, instead of every worker over and over."""
        try:
            environment.rules()
            pointer.find(_WORKSPACE)  # without waiting for what a model needs
            environment.import_ranker()
            from features.identity.keys import Keys
            from serving.champion import Champion
            from serving.exploration.config import ExplorationConfig
            from serving.gate import Gate
            from serving.keeper import Keeper
            from serving.messages.check import check_messages

            ExplorationConfig.of(environment.settings())
            check_messages(_WORKSPACE, environment.settings())
            Keys.find()
            locked = Gate.open(_WORKSPACE, environment.config()).locked
            environment.trust(Champion.load(_WORKSPACE).identity)
            keeper = Keeper(_WORKSPACE, environment.settings())
            keeper.check_address()
            keeper.check_register()
        except EsnafError as error:
            raise BentoMLConfigException(str(error)) from None
        if not locked:
            logs.configure()
            logs.log.warning("service.this_machine_only", reason="there are no tokens; `esnaf token make` makes one")
        environment.share_metrics()
        environment.adopt()


bentoml.on_deployment(Worker.before_workers)

Esnaf = bentoml.service(
    bentoml.asgi_app(_mount)(Worker),
    name="esnaf",
    workers=environment.workers(),
    traffic={"timeout": 3},  # seconds
    metrics={"enabled": False},
    logging={"access": {"enabled": False}},
    tracing={"excluded_urls": ".*"},
)
Esnaf.add_asgi_middleware(Shortcut)
install()
