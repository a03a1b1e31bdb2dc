"""The Merkle tree of seals against the reference vectors of certificate transparency, and against itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.audit.merkle import path_of, root_by_path, root_of

LEAVES = (
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
)
# The roots over the first 1, 2 … 8 of them, as the reference implementation of RFC 6962 tests them.
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_the_reference(size: int) -> None:
    assert root_of(LEAVES[:size]) == ROOTS[size - 1]


@given(st.integers(1, 70), st.data())
def test_every_leaf_has_a_path_to_the_root(size: int, data: st.DataObject) -> None:
    seals = [f"{number:064x}" for number in range(size)]
    index = data.draw(st.integers(0, size - 1))
    path = path_of(seals, index)
    assert len(path) <= (size - 1).bit_length()
    assert root_by_path(seals[index], index, size, path) == root_of(seals)
    other = data.draw(st.integers(0, size - 1).filter(lambda place: place != index)) if size > 1 else None
    if other is not None:
        assert root_by_path(seals[other], index, size, path) != root_of(seals)
        assert root_by_path(seals[index], index, size, (*path[:-1], "f" * 64)) != root_of(seals)


def test_a_path_that_cannot_be_is_refused() -> None:
    seals = [f"{number:064x}" for number in range(5)]
    path = path_of(seals, 2)
    for wrong in (path[:-1], (*path, "0" * 64), ()):
        with pytest.raises(ValueError, match="path is too"):
            root_by_path(seals[2], 2, 5, wrong)
    for index in (-1, 5):
        with pytest.raises(ValueError, match="no such leaf"):
            path_of(seals, index)
        with pytest.raises(ValueError, match="no such leaf"):
            root_by_path(seals[0], index, 5, path)
    with pytest.raises(ValueError, match="needs a leaf"):
        root_of([])
