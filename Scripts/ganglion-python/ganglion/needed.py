"""Packages that only some functions need."""
from importlib import import_module
from types import ModuleType


def needed(name: str, extra: str) -> ModuleType:
    """Imports a module, or says what to install: `extra` is the group of this package."""
    try:
        return import_module(name)
    except ImportError as error:
        raise ImportError(
            f"{name} is not installed: pip install '{name}', or install this package with what"
            f" belongs to it: pip install 'Scripts/ganglion-python[{extra}]'") from error
