"""`esnaf serve`: start the service."""

import errno
import os
import socket
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import Any

from esnaf.workspace import Workspace
from features.errors import BundleError, UsageError
from features.logs import log

HELP = "start the service; it runs until it is interrupted"


def add_arguments(parser: ArgumentParser) -> None:
    """Where to listen, with how many processes, and as of when."""
    parser.add_argument("--host", metavar="ADDRESS", help="address to listen on (default: this machine alone)")
    parser.add_argument("--port", type=int, metavar="N", help="port (default 3000)")
    parser.add_argument("--workers", type=int, metavar="N", help="processes (default 1)")
    parser.add_argument("--as-of", metavar="T", help="fix the clock: 2026-01-31 or 2026-01-31T12:00:00Z (default: now)")


def run(args: Namespace) -> Mapping[str, Any]:
    """Serve the workspace's champion until the process is told to stop."""
    from dataclasses import replace

    from serving import environment
    from serving.clock import read_time
    from serving.config import ServingConfig
    from serving.keeper import Keeper
    from training import pointer

    workspace = Workspace(args.workspace.resolve())
    given = {name: getattr(args, name) for name in ("host", "port", "workers") if getattr(args, name) is not None}
    try:
        config = replace(workspace.settings.section("serving", ServingConfig), **given)
    except ValueError as error:
        raise UsageError(f"--{error}") from None
    if args.as_of is not None:
        read_time(args.as_of)
        os.environ[environment.AS_OF] = args.as_of
    Keeper(workspace.path, workspace.settings).check_address()
    version = pointer.find(workspace.path).version
    address = _address(config.host, config.port)
    _check_tokens(workspace, address)
    os.environ[environment.WORKSPACE] = str(workspace.path)
    os.environ[environment.WORKERS] = str(config.workers)
    environment.prepare()
    _serve(address, config.port)
    return {"model_version": version, "host": config.host, "port": config.port}


def show(result: Mapping[str, Any]) -> None:
    """Say that it ended."""
    print(f"served model {result['model_version']} on {result['host']}:{result['port']} until stopped")


def _address(host: str, port: int) -> str:
    """The IP address of a host, once it is sure that it can be listened on."""
    try:
        family, kind, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(where)
    except socket.gaierror as error:
        raise UsageError(f"--host {host!r} is not known here ({error.strerror})") from None
    except OSError as error:
        reason = "it is in use" if error.errno == errno.EADDRINUSE else error.strerror
        raise UsageError(
            f"{host}:{port} cannot be listened on: {reason}; choose another with --port or --host"
        ) from None
    return str(where[0])


def _check_tokens(workspace: Workspace, address: str) -> None:
    from serving.gate import is_loopback
    from serving.tokens import TokenFile

    file = TokenFile.of(workspace.path)
    tokens = file.read()
    if tokens == ():
        way_out = "`esnaf token make NAME` makes one; without that file this machine is answered without tokens"
        log.warning("serve.no_token_left", place=str(file.path), way_out=way_out)
    if tokens is None and not is_loopback(address):
        raise UsageError(
            f"--host {address}: others could reach it, and there are no tokens; `esnaf token make NAME` makes one"
        )


def _serve(address: str, port: int) -> None:
    from bentoml.exceptions import BentoMLConfigException

    from serving.service import Esnaf

    try:
        Esnaf.serve_http(host=address, port=port)
    except BentoMLConfigException as error:
        raise BundleError(str(error)) from None
