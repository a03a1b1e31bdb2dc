"""The numbers behind a finding as a table that an official can read: every name and every code in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.errors import Message
from app.web import numbers
from app.web.languages import Language
from app.web.texts import TEXTS, text
from app.web.view_models import Table

# What the title and the sentences say already, and what only programs read.
NOT_SHOWN = frozenset({"departure", "ledger", "parts"})
# Names whose values are codes of wastes, processes and products, several of them joined by a plus.
_CODED = frozenset({"process", "product", "residues"})


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words for what stands in the evidence: parameters of the rule, codes of the reference data."""

    parameters: Mapping[str, Message]
    codes: Mapping[str, Message]

    def name(self, name: str, language: Language) -> str:
        """Name a number; what has no name yet shows its code."""
        if name in self.parameters:
            return language.heading(self.parameters[name])
        key = f"findings.name.{name}"
        return language.heading(TEXTS[key]) if key in TEXTS else name

    def value(self, name: str, value: Any, language: Language) -> str:
        """Write a value: codes in words, numbers with separators, the rest as it is."""
        if value is None:
            return "—"
        words = str(value)
        if name in _CODED:
            return " + ".join(
                language.of(self.codes[code]) if code in self.codes else code for code in words.split("+")
            )
        key = f"findings.value.{words.lower()}"
        return text(key, language) if key in TEXTS else _plain(words)


def table(key: str, values: Mapping[str, Any], vocabulary: Vocabulary, language: Language) -> Table | None:
    """Write what was computed, or what it was held to; nothing when there is nothing to read."""
    rows = tuple(
        (vocabulary.name(name, language), vocabulary.value(name, value, language))
        for name, value in values.items()
        if name not in NOT_SHOWN
    )
    if not rows:
        return None
    head = (text("findings.figure.name", language), text("findings.value", language))
    return Table(text(key, language), head, rows)


def _plain(words: str) -> str:
    digits = words.removeprefix("-").replace(".", "", 1)
    # A year or a date is no quantity.
    return numbers.separated(words) if digits.isdecimal() and len(digits) > len("2025") else words
