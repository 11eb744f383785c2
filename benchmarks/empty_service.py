"""The service without its work: same stack, same settings, and the bytes of a file for every request."""

import gc
import os
from pathlib import Path

from serving import environment

environment.prepare()

import bentoml  # noqa: E402  # reads the environment
from starlette.applications import Starlette  # noqa: E402
from starlette.requests import Request  # noqa: E402
from starlette.responses import Response  # noqa: E402
from starlette.routing import Route  # noqa: E402

_BYTES = Path(os.environ["EMPTY_SERVICE_BYTES"]).read_bytes()


async def _answer(request: Request) -> Response:
    await request.body()
    return Response(_BYTES, media_type="application/json")


@bentoml.service(
    name="empty",
    traffic={"timeout": 3},
    metrics={"enabled": False},
    logging={"access": {"enabled": False}},
    tracing={"excluded_urls": ".*"},
)
@bentoml.asgi_app(Starlette(routes=[Route("/v1/recommendations", _answer, methods=["POST"])]))
class Empty:
    """Nothing but the way in and out."""

    def __init__(self) -> None:
        gc.collect()
        gc.freeze()
