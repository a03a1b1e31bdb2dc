"""What other rooms ask of the log: write a change down, and show what the log can prove of it."""

from app.audit.proofs import Proof, proof_of
from app.audit.recording import (
    Actor,
    Change,
    Entry,
    Origin,
    digest,
    operator,
    record,
    record_each,
    territory,
    worker,
)

__all__ = [
    "Actor",
    "Change",
    "Entry",
    "Origin",
    "Proof",
    "digest",
    "operator",
    "proof_of",
    "record",
    "record_each",
    "territory",
    "worker",
]
