"""The command `esnaf VERB`: reads arguments, runs one verb, and turns what happens into output and an exit code.

Exit codes: 0 done; 1 failed, refused by a rule, or checked and found wanting (`ok` is false); 2 arguments, settings
or input that cannot be used at all; 130 interrupted. Every failure is one line on standard error, never a traceback;
with `--json` it is also an object `{"error": {"code", "message"}}` on standard output.
"""

import contextlib
import os
import re
import sys
import tempfile
import traceback
from argparse import Namespace
from collections.abc import Mapping, Sequence
from typing import Any

from esnaf import __version__, commands
from esnaf.arguments import parser_of
from esnaf.garbage import collect_seldom
from esnaf.machine import of_machine
from esnaf.output import to_json
from features import logs
from features.errors import EsnafError, UsageError

INTERRUPTED = 130
_EXTRAS = {
    "implicit": "train",
    "mlflow": "train",
    "matplotlib": "train",
    "optuna": "train",
    "bentoml": "serve",
    "uvicorn": "serve",
    "starlette": "serve",
    "sqlalchemy": "sql",
    "psycopg": "postgres",
    "splink": "matching",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    if argv is None:  # the process is this command alone
        collect_seldom()
    as_json = "--json" in words
    try:
        return _run(words)
    except EsnafError as error:
        return _fail(_code(error), str(error), error.exit_code, as_json=as_json)
    except KeyboardInterrupt:
        return _fail("interrupted", "interrupted", INTERRUPTED, as_json=as_json)
    except BrokenPipeError:  # the reader of our output went away, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except ModuleNotFoundError as error:
        return _missing(error, as_json=as_json)
    except OSError as error:
        text = of_machine(error)
        if text is None:
            return _unexpected(error, as_json=as_json)
        return _fail("machine", text, EsnafError.exit_code, as_json=as_json)
    except Exception as error:  # noqa: BLE001  # the last resort of a command: whatever it is, it is told in one line
        return _unexpected(error, as_json=as_json)


def _run(words: list[str]) -> int:
    verbs = words[:1] if words[:1] and words[0] in commands.VERBS else commands.VERBS
    args = parser_of(verbs).parse_args(words)
    logs.configure(quiet=args.quiet)
    sys.path.append(str(args.workspace.resolve()))  # a user's own generators and features lie beside esnaf.toml
    command = commands.load(args.verb)
    result = _quietly(command, args) if args.json else command.run(args)
    if args.json:
        print(to_json(result))
    else:
        command.show(result)
    sys.stdout.flush()
    return EsnafError.exit_code if result.get("ok") is False else 0


def _quietly(command: commands.Command, args: Namespace) -> Mapping[str, Any]:
    """Run with standard output kept for the answer: libraries that print do so on standard error."""
    with contextlib.redirect_stdout(sys.stderr):
        return command.run(args)


def _fail(code: str, message: str, exit_code: int, *, as_json: bool) -> int:
    print(f"error: {' '.join(message.split())}", file=sys.stderr)
    if as_json:
        print(to_json({"error": {"code": code, "message": message}}))
    return exit_code


def _code(error: EsnafError) -> str:
    """`ConfigError` is `config_error` to machines."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).lower()


def _missing(error: ModuleNotFoundError, *, as_json: bool) -> int:
    extra = _EXTRAS.get((error.name or "").partition(".")[0])
    if extra is None:
        return _unexpected(error, as_json=as_json)
    message = f"{error.name} is not installed; this needs: pip install 'esnaf[{extra}]'"
    return _fail("not_installed", message, UsageError.exit_code, as_json=as_json)


def _unexpected(error: Exception, *, as_json: bool) -> int:
    message = f"unexpected {type(error).__name__}: {error}; please report it"
    with contextlib.suppress(OSError):  # no room for details
        message += f" with {_details(error)}"
    return _fail("unexpected", message, EsnafError.exit_code, as_json=as_json)


def _details(error: Exception) -> str:
    """The name of a file that says where it happened."""
    handle, name = tempfile.mkstemp(prefix="esnaf-error-", suffix=".log")
    with os.fdopen(handle, "w") as file:
        file.write(f"esnaf {__version__}: {' '.join(sys.argv[1:])}\n")
        traceback.print_exception(error, file=file)
    return name
