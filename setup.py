"""What pyproject.toml cannot say: the compiled parts need NumPy's headers."""

import numpy as np
from setuptools import Extension, setup

# The same bits everywhere: no sum of a product is rounded once where another machine rounds twice.
_FLAGS = ["-O3", "-std=c11", "-ffp-contract=off", "-Wall", "-Wextra", "-Wno-unused-parameter"]


def _part(name: str) -> Extension:
    source = name.replace(".", "/") + ".c"
    return Extension(name, [source], include_dirs=[np.get_include()], extra_compile_args=_FLAGS)


setup(ext_modules=[_part("features._kernels"), _part("training._forest"), _part("training._nearest")])
