"""Packages that only some functions need."""
from importlib import import_module
from types import ModuleType


def needed(name: str, extra: str, package: str | None = None) -> ModuleType:
    """Imports a module, or says what to install.

    `extra` is the group of this package that brings it, `package` what it is called on PyPI where
    that is not the module's name.
    """
    try:
        return import_module(name)
    except ImportError as error:
        raise ImportError(
            f"{name} is not installed: pip install '{package or name}', or install this package with what"
            f" belongs to it: pip install 'Scripts/ganglion-python[{extra}]'") from error
