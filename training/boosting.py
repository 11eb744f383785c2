"""Boosting: the library LightGBM, imported in a fifth of the time."""

import sys
from types import ModuleType

ABSENT = "sklearn"


def lightgbm() -> ModuleType:
    """LightGBM, without its classes for scikit-learn unless that was imported before.

    They are not used here, and importing scikit-learn, which comes with other packages, takes over a second: much for
    a service that starts or a customer whose model is loaded. Call it before other threads import anything.
    """
    if "lightgbm" in sys.modules or ABSENT in sys.modules:
        return _imported()
    sys.modules[ABSENT] = None  # type: ignore[assignment]  # Python's way to say that a module cannot be imported
    try:
        return _imported()
    finally:
        del sys.modules[ABSENT]


def _imported() -> ModuleType:
    import lightgbm

    return lightgbm
