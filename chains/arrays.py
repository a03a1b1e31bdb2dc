"""numpy, loaded when something of it is first used, and the types of arrays.

A service that has solved no network yet does without its eleven megabytes. To type checkers `np` is numpy and the types
of arrays are what they say; in a running program these types say nothing.
"""

from typing import TYPE_CHECKING, Any, TypeAlias

from chains.late import LateModule

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Flags: TypeAlias = NDArray[np.bool_]
    Floats: TypeAlias = NDArray[np.float64]
    Codes: TypeAlias = NDArray[np.int8]
    Ints: TypeAlias = NDArray[np.int32]
    Longs: TypeAlias = NDArray[np.int64]
    Index: TypeAlias = NDArray[np.integer[Any]]
else:
    np = LateModule("numpy")
    Flags = Floats = Codes = Ints = Longs = Index = Any

__all__ = ["Codes", "Flags", "Floats", "Index", "Ints", "Longs", "np"]
