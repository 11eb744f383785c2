"""Model: a bundle as an MLflow model, from code.

It is put together here, file by file, since MLflow's own `log_model` looks up which packages are installed and copies
everything twice: a second of each retraining, and another until it begins.
"""

import platform
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version as installed
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.tracking.store import local

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import LoggedModel

CODE = Path(__file__).with_name("pyfunc_model.py")
ROOMS = tuple(Path(__file__).parents[2] / room for room in ("features", "training"))
REQUIRED = ("mlflow", "numpy", "scipy", "pandas", "pyarrow", "lightgbm", "threadpoolctl")
LOADER = "mlflow.pyfunc.loaders.code_model"
_ENVIRONMENT, _REQUIREMENTS, _CODE = "python_env.yaml", "requirements.txt", "code"


@dataclass(frozen=True)
class Logged:
    """A model that is whole in the store, and no version yet."""

    uri: str  # models:/m-...
    model_id: str


def log(client: "MlflowClient", run_id: str, bundle: Path, tags: Mapping[str, str]) -> Logged:
    """Log the bundle with the code that answers from it; the run goes on."""
    from mlflow.entities import LoggedModelOutput

    experiment = client.get_run(run_id).info.experiment_id
    made = client.create_logged_model(experiment, name="model", source_run_id=run_id, tags=dict(tags))
    with _artifacts(client, made) as folder:
        _write(folder, made, bundle)
    client.finalize_logged_model(made.model_id, "READY")
    client.log_outputs(run_id, [LoggedModelOutput(made.model_id, step=0)])
    return Logged(str(made.model_uri), str(made.model_id))


@contextmanager
def _artifacts(client: "MlflowClient", made: "LoggedModel") -> Iterator[Path]:
    """The folder for its files: that of the store where it is on this machine, else one that is sent there."""
    here = local(made.artifact_location)
    if here is not None:
        here.mkdir(parents=True, exist_ok=True)
        yield here
        return
    with tempfile.TemporaryDirectory() as scratch:
        yield Path(scratch)
        client.log_model_artifacts(made.model_id, scratch)


def _write(folder: Path, made: "LoggedModel", bundle: Path) -> None:
    from mlflow import pyfunc
    from mlflow.models import Model

    for room in ROOMS:
        _copy(room, folder / _CODE / room.name)
    _copy(bundle, folder / "artifacts" / bundle.name)
    shutil.copyfile(CODE, folder / CODE.name)
    (folder / _REQUIREMENTS).write_text("".join(f"{package}=={installed(package)}\n" for package in REQUIRED))
    (folder / _ENVIRONMENT).write_text(f"python: {platform.python_version()}\ndependencies:\n- -r {_REQUIREMENTS}\n")
    described = Model(
        artifact_path=made.artifact_location,
        run_id=made.source_run_id,
        model_uuid=made.model_id,
        model_id=made.model_id,
        signature=_signature(),
    )
    pyfunc.add_to_model(
        described,
        loader_module=LOADER,
        code=_CODE,
        python_env=_ENVIRONMENT,
        model_code_path=CODE.name,
        artifacts={"bundle": {"path": f"artifacts/{bundle.name}", "uri": bundle.name}},
    )
    described.save(str(folder / "MLmodel"))


def _copy(source: Path, target: Path) -> None:
    """Contents alone: times and modes are nobody's business there."""
    shutil.copytree(source, target, copy_function=shutil.copyfile, ignore=shutil.ignore_patterns("__pycache__"))


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
