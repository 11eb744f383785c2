"""Model: a bundle as an MLflow model, from code."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version as installed
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.tracking.store import current, quiet

if TYPE_CHECKING:
    from mlflow import MlflowClient

CODE = Path(__file__).with_name("pyfunc_model.py")
ROOMS = [str(Path(__file__).parents[2] / room) for room in ("features", "training")]
REQUIRED = ("numpy", "scipy", "pandas", "pyarrow", "lightgbm", "threadpoolctl")


@dataclass(frozen=True)
class Logged:
    """A model that is whole in the store, and no version yet."""

    uri: str  # models:/m-...
    model_id: str


def log(client: "MlflowClient", run_id: str, bundle: Path, tags: Mapping[str, str]) -> Logged:
    """Log the bundle with the code that answers from it; the run goes on.

    Call it before metrics are logged to the run: `log_model` reads every one of them again, one query each.
    """
    import mlflow

    quiet()
    with current(client), _active(run_id):
        info = mlflow.pyfunc.log_model(
            name="model",
            python_model=str(CODE),
            artifacts={"bundle": str(bundle)},
            code_paths=ROOMS,
            signature=_signature(),
            pip_requirements=_requirements(),
            tags=dict(tags),
        )
    return Logged(str(info.model_uri), str(info.model_id))


def warm() -> None:
    """Look up early what logging a model takes seconds to look up: which packages are installed, and git's module."""
    from mlflow.utils.requirements_utils import warn_dependency_requirement_mismatches

    warn_dependency_requirement_mismatches(_requirements())
    with suppress(ImportError):
        import git  # noqa: F401


def _requirements() -> list[str]:
    return [f"{package}=={installed(package)}" for package in REQUIRED]


@contextmanager
def _active(run_id: str) -> Iterator[None]:
    """The run is MLflow's current one inside; `with mlflow.start_run` would say afterwards that it is finished."""
    import mlflow

    mlflow.start_run(run_id)
    try:
        yield
    finally:
        mlflow.end_run("RUNNING")


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
