"""Fingerprint of the accepted data: equal content gives the same text, whatever the format it came in."""

import hashlib
import json
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from features.vocabulary import Vocabulary

_LENGTH = 16  # hexadecimal digits


def fingerprint(*parts: Any) -> str:
    """Hash dataclasses of arrays, texts and vocabularies, field by field."""
    digest = hashlib.blake2b()
    for part in parts:
        _add(digest, part)
    return digest.hexdigest()[:_LENGTH]


def _add(digest: Any, value: Any) -> None:
    if isinstance(value, Vocabulary):
        _add(digest, value.text)
        _add(digest, value.offsets)
    elif is_dataclass(value):
        for field in fields(value):
            _add(digest, getattr(value, field.name))
    elif isinstance(value, np.ndarray):
        digest.update(f"{value.dtype.str}{value.shape}".encode())
        digest.update(np.ascontiguousarray(value).data)
    elif isinstance(value, dict):
        for key in sorted(value):
            _add(digest, key)
            _add(digest, value[key])
    else:
        digest.update(json.dumps(value, default=str).encode())
