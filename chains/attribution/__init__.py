"""Fates of every tonne: `network` and `fates` for arrays, `documents` and `answer` for files."""

from chains.attribution.fates import Attribution, FateModel, attribute
from chains.attribution.network import AIR, UNTRACKED, FlowNetwork, Shares, shares_of

__all__ = ["AIR", "UNTRACKED", "Attribution", "FateModel", "FlowNetwork", "Shares", "attribute", "shares_of"]
