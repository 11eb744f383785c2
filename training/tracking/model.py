"""Model: a bundle as a registered MLflow model, from code."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version as installed
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.tracking.store import current, quiet

if TYPE_CHECKING:
    from mlflow import MlflowClient

CODE = Path(__file__).with_name("pyfunc_model.py")
ROOMS = [str(Path(__file__).parents[2] / room) for room in ("features", "training")]
ABOUT = "Ranked product recommendations. Each version says what it was trained on; its run says how good it was."
REQUIRED = ("numpy", "scipy", "pandas", "pyarrow", "lightgbm", "threadpoolctl")


@dataclass(frozen=True)
class Logged:
    """A registered model."""

    number: str  # of the version
    uri: str  # models:/m-...
    model_id: str


def register(
    client: "MlflowClient", run_id: str, bundle: Path, *, name: str, tags: Mapping[str, str], description: str = ""
) -> Logged:
    """Log the bundle with the code that answers from it, as the next version of the model `name`.

    Call it before metrics are logged to the run: `log_model` reads every one of them again, one query each.
    """
    from mlflow.exceptions import MlflowException

    with current(client):
        uri, model_id = _log(run_id, bundle, tags)
        with suppress(MlflowException):  # it is there already
            client.create_registered_model(name, description=ABOUT)
        version = client.create_model_version(
            name, uri, run_id, dict(tags), description=description, model_id=model_id, await_creation_for=0
        )
    return Logged(str(version.version), uri, model_id)


def warm() -> None:
    """Look up early what logging a model takes seconds to look up: which packages are installed, and git's module."""
    from mlflow.utils.requirements_utils import warn_dependency_requirement_mismatches

    warn_dependency_requirement_mismatches(_requirements())
    with suppress(ImportError):
        import git  # noqa: F401


def _requirements() -> list[str]:
    return [f"{package}=={installed(package)}" for package in REQUIRED]


def _log(run_id: str, bundle: Path, tags: Mapping[str, str]) -> tuple[str, str]:
    import mlflow

    quiet()
    with mlflow.start_run(run_id):
        info = mlflow.pyfunc.log_model(
            name="model",
            python_model=str(CODE),
            artifacts={"bundle": str(bundle)},
            code_paths=ROOMS,
            signature=_signature(),
            pip_requirements=_requirements(),
            tags=dict(tags),
        )
    return str(info.model_uri), str(info.model_id)


def _signature() -> Any:
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema

    kinds = {
        "customer_id": DataType.string,
        "product_id": DataType.string,
        "rank": DataType.long,
        "score": DataType.double,
        "source": DataType.string,
    }
    return ModelSignature(
        inputs=Schema([ColSpec(DataType.string, "customer_id")]),
        outputs=Schema([ColSpec(kind, column) for column, kind in kinds.items()]),
        params=ParamSchema([ParamSpec("n", DataType.long, 10), ParamSpec("time", DataType.long, 0)]),
    )
