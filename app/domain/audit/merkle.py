"""A Merkle tree of seals (RFC 6962, section 2.1), so that one seal is shown to belong to an anchor without the others.

Leaves are seals as 64 hexadecimal digits; leaf hash = SHA-256(0x00 ‖ seal), node hash = SHA-256(0x01 ‖ left ‖ right),
the left side of n leaves being the largest power of two below n.
"""

import hashlib
from collections.abc import Sequence


def root_of(seals: Sequence[str]) -> str:
    """The root over the seals, at least one. Raises ValueError for none, or for what is no hash."""
    if not seals:
        raise ValueError("a tree needs a leaf")
    return _root([_leaf(seal) for seal in seals]).hex()


def path_of(seals: Sequence[str], index: int) -> tuple[str, ...]:
    """The hashes beside the way from the leaf at `index` (from 0) up to the root, nearest first."""
    if not 0 <= index < len(seals):
        raise ValueError("no such leaf")
    return tuple(hashed.hex() for hashed in _path([_leaf(seal) for seal in seals], index))


def root_by_path(seal: str, index: int, size: int, path: Sequence[str]) -> str:
    """The root that a path leads to from the leaf at `index` of `size` leaves. Raises ValueError when it cannot fit."""
    if not 0 <= index < size:
        raise ValueError("no such leaf")
    return _climb(_leaf(seal), index, size, [bytes.fromhex(each) for each in path]).hex()


def _leaf(seal: str) -> bytes:
    return hashlib.sha256(b"\x00" + bytes.fromhex(seal)).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def _root(leaves: Sequence[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    middle = _split(len(leaves))
    return _node(_root(leaves[:middle]), _root(leaves[middle:]))


def _path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    if len(leaves) == 1:
        return []
    middle = _split(len(leaves))
    if index < middle:
        return [*_path(leaves[:middle], index), _root(leaves[middle:])]
    return [*_path(leaves[middle:], index - middle), _root(leaves[:middle])]


def _climb(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    if size == 1:
        if path:
            raise ValueError("the path is too long")
        return leaf
    if not path:
        raise ValueError("the path is too short")
    middle = _split(size)
    if index < middle:
        return _node(_climb(leaf, index, middle, path[:-1]), path[-1])
    return _node(path[-1], _climb(leaf, index - middle, size - middle, path[:-1]))
