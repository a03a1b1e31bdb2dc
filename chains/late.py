"""Modules that are loaded when something of them is first used.

scipy and networkx take longer to load than the whole service to start; a process that never solves a network
does without them. To type checkers such a module is the module itself, imported under TYPE_CHECKING.
"""

from importlib import import_module
from types import ModuleType
from typing import Any


class LateModule(ModuleType):
    """Stands for a module by its full name; each attribute is fetched once, then is found without a detour."""

    def __getattr__(self, name: str) -> Any:
        value = getattr(import_module(self.__name__), name)
        setattr(self, name, value)
        return value
