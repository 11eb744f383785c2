"""What pyproject.toml cannot say: the compiled parts need NumPy's headers."""

import numpy as np
from setuptools import Extension, setup

# The same bits everywhere: no sum of a product is rounded once where another machine rounds twice.
_FLAGS = ["-O3", "-std=c11", "-ffp-contract=off", "-Wall", "-Wextra", "-Wno-unused-parameter"]


def _part(name: str) -> Extension:
    source = name.replace(".", "/") + ".c"
    shared = {"include_dirs": [np.get_include(), "features"], "depends": ["features/kernels.h"]}
    return Extension(name, [source], extra_compile_args=_FLAGS, **shared)


_PARTS = ("features._kernels", "training._forest", "training._lists", "training._nearest", "training._sieve")

setup(ext_modules=[_part(name) for name in _PARTS])
