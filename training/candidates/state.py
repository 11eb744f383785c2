"""What a generator has learned as named arrays, and back: .npy files, nothing pickled."""

from pathlib import Path
from typing import Any, TypeVar, get_origin, get_type_hints

import numpy as np

from features.arrays import Array
from features.errors import BundleError
from training.candidates.base import Generator
from training.candidates.sparse import Csr
from training.storage import save_array

G = TypeVar("G", bound=Generator)

_PARTS = ("offsets", "index", "value", "width")


def learned(generator: Generator) -> dict[str, Array]:
    """The arrays that a generator's class declares by annotation.

    A `Csr` is four of them, `NAME.offsets` and so on; a generator within the generator has `NAME.` before its own.
    """
    arrays: dict[str, Array] = {}
    for name, kind in _declared(type(generator)).items():
        value = getattr(generator, name)
        if kind is Csr:
            arrays |= {f"{name}.{part}": np.asarray(getattr(value, part)) for part in _PARTS}
        elif kind is Generator:
            arrays |= {f"{name}.{inner}": array for inner, array in learned(value).items()}
        else:
            arrays[name] = value
    return arrays


def restore(generator: G, arrays: dict[str, Array]) -> G:
    """Give a generator, made with its configuration, what it had learned; BundleError where an array is missing."""
    try:
        for name, kind in _declared(type(generator)).items():
            if kind is Generator:
                inner = {key.removeprefix(f"{name}."): array for key, array in arrays.items()}
                restore(getattr(generator, name), inner)
            else:
                setattr(generator, name, _csr(arrays, name) if kind is Csr else arrays[name])
    except KeyError as error:
        raise BundleError(f"generator '{generator.name}': array {error} is missing; train the model again") from error
    return generator


def save(generator: Generator, folder: Path) -> None:
    """Write one .npy file an array."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in learned(generator).items():
        save_array(folder / f"{name}.npy", array)


def load(generator: G, folder: Path) -> G:
    """Read what `save` wrote, memory-mapped."""
    return restore(generator, {path.stem: _mapped(path) for path in sorted(folder.glob("*.npy"))})


def _declared(kind: type[Any]) -> dict[str, type[Any]]:
    """What a class declares: arrays, `Csr` matrices and generators."""
    kinds = {name: _kind(hint) for name, hint in get_type_hints(kind).items()}
    return {name: kind for name, kind in kinds.items() if kind is not None}


def _kind(hint: Any) -> type[Any] | None:
    if hint is Csr:
        return Csr
    if isinstance(hint, type) and Generator in hint.__mro__:
        return Generator
    return np.ndarray if get_origin(hint) is np.ndarray else None


def _csr(arrays: dict[str, Array], name: str) -> Csr:
    offsets, index, value, width = (arrays[f"{name}.{part}"] for part in _PARTS)
    return Csr(offsets, index, value, int(width))


def _mapped(path: Path) -> Array:
    """Empty and scalar arrays cannot be mapped. A plain view spares each access the cost of numpy's memmap class."""
    array: Array = np.load(path, allow_pickle=False) if path.stat().st_size < 4096 else np.load(path, mmap_mode="r")
    return array.view(np.ndarray)
