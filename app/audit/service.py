"""What other rooms ask of the log: write a change down, and show what the log can prove of it."""

from app.audit.proofs import Proof, proof_of
from app.audit.recording import Actor, Change, digest, operator, record, territory, worker

__all__ = ["Actor", "Change", "Proof", "digest", "operator", "proof_of", "record", "territory", "worker"]
