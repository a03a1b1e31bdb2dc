"""What other rooms ask of snapshots: take one, open one, ask it, check it."""

from app.snapshots.manifest import Manifest, Part, SnapshotRefused
from app.snapshots.opening import Opened, opened_snapshot
from app.snapshots.place import Place
from app.snapshots.questions import (
    GROUPS,
    MATCH_GROUPS,
    Answer,
    Item,
    ask_balances,
    ask_matches,
    ask_rates,
)
from app.snapshots.taking import Taken, flaws, one_moment, open_manifest, take

__all__ = [
    "GROUPS",
    "MATCH_GROUPS",
    "Answer",
    "Item",
    "Manifest",
    "Opened",
    "Part",
    "Place",
    "SnapshotRefused",
    "Taken",
    "ask_balances",
    "ask_matches",
    "ask_rates",
    "flaws",
    "one_moment",
    "open_manifest",
    "opened_snapshot",
    "take",
]
