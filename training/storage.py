"""Storage: dataclasses of arrays as folders of .npy files, memory-mapped when read; nothing is pickled."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints, overload
from urllib.parse import quote, unquote

import numpy as np
from numpy.lib import format as npy

from features.arrays import Array, Offsets
from features.errors import BundleError
from features.vocabulary import Vocabulary

T = TypeVar("T")

SMALL = 4096  # bytes: smaller files are read, since empty and scalar arrays cannot be mapped
VALUES = "values.json"


class Texts(Sequence[str]):
    """Texts kept in two mapped arrays: only those asked for are decoded."""

    def __init__(self, text: Array, offsets: Offsets) -> None:
        self.text, self.offsets = text, offsets

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        place = index % len(self)
        return self.text[self.offsets[place] : self.offsets[place + 1]].tobytes().decode()


def dump(value: Any, folder: Path) -> None:
    """Write a dataclass whose fields are arrays, texts, numbers, vocabularies, or dataclasses and mappings of such."""
    folder.mkdir(parents=True, exist_ok=True)
    plain: dict[str, Any] = {}
    for name, part in _parts_of(value):
        if isinstance(part, np.ndarray):
            save_array(folder / f"{name}.npy", part)
        elif isinstance(part, Vocabulary):
            _dump_arrays(folder / name, {"text": part.text, "offsets": part.offsets, "order": part.order})
        elif is_dataclass(part) or isinstance(part, Mapping):
            dump(part, folder / name)
        elif isinstance(part, str | int | float):
            plain[name] = part
        else:
            encoded = [t.encode() for t in part]
            offsets = np.cumsum([0, *map(len, encoded)], dtype=np.int64)
            _dump_arrays(folder / name, {"text": np.frombuffer(b"".join(encoded), np.uint8), "offsets": offsets})
    if plain:
        (folder / VALUES).write_text(json.dumps(plain, sort_keys=True) + "\n")


def _parts_of(value: Any) -> Iterator[tuple[str, Any]]:
    """Names fit for files, and what they name; a mapping's keys are anybody's words, such as `Country/Region`."""
    if isinstance(value, Mapping):
        yield from ((quote(key, safe=" ").replace(".", "%2E"), part) for key, part in value.items())
    else:
        yield from ((field.name, getattr(value, field.name)) for field in fields(value))


def restore(kind: type[T], folder: Path) -> T:
    """Read what `dump` wrote; BundleError where a part is missing or cannot be read."""
    try:
        value: T = _restore(kind, folder)
    except (OSError, ValueError, KeyError) as error:
        raise BundleError(f"{folder}: cannot be read ({error}); train the model again") from error
    return value


def _restore(kind: Any, folder: Path) -> Any:
    file = folder / VALUES
    plain = json.loads(file.read_text()) if file.exists() else {}
    if get_origin(kind) is dict:
        part = get_args(kind)[1]
        return {unquote(path.name): _restore(part, path) for path in sorted(folder.iterdir())}
    hints = get_type_hints(kind)
    return kind(**{f.name: _part(hints[f.name], folder / f.name, plain) for f in fields(kind)})


def _part(hint: Any, path: Path, plain: Mapping[str, Any]) -> Any:
    if get_origin(hint) is np.ndarray:
        return load_array(path.with_suffix(".npy"))
    if hint is Vocabulary:
        return Vocabulary(*(load_array(path / f"{name}.npy") for name in ("text", "offsets", "order")))
    if is_dataclass(hint) or get_origin(hint) is dict:
        return _restore(hint, path) if path.exists() else {}
    if path.name in plain:
        return plain[path.name]
    return Texts(load_array(path / "text.npy"), load_array(path / "offsets.npy"))


def _dump_arrays(folder: Path, arrays: Mapping[str, Array]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in arrays.items():
        save_array(folder / f"{name}.npy", array)


def save_array(path: Path, array: Array) -> None:
    """One array as a .npy file; OSError where not all of it fits on the disk."""
    if array.dtype.hasobject:
        raise ValueError(f"{path}: an array of objects is not saved, since it would have to be pickled")
    array = np.ascontiguousarray(array) if array.ndim else array
    with path.open("wb") as file:
        npy.write_array_header_1_0(file, npy.header_data_from_array_1_0(array))
        file.write(array.reshape(-1).view(np.uint8).data)  # NumPy itself loses without an error what does not fit


def load_array(path: Path) -> Array:
    """A .npy file, mapped unless it is small. A plain view spares each access the cost of NumPy's memmap class."""
    small = path.stat().st_size < SMALL
    array: Array = np.load(path, mmap_mode=None if small else "r", allow_pickle=False)
    return array.view(np.ndarray)
