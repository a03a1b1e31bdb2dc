"""What wastes and products are called, in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.db.session import ReadSession
from app.domain.errors import Message
from app.reference import service as reference


@dataclass(frozen=True, slots=True)
class Names:
    """Code → name; a code that is no longer in the reference data is its own name."""

    wastes: Mapping[str, Message]
    products: Mapping[str, Message]

    def waste(self, code: str) -> dict[str, str]:
        return _both(self.wastes.get(code), code)

    def product(self, code: str) -> dict[str, str]:
        return _both(self.products.get(code), code)


def _both(name: Message | None, code: str) -> dict[str, str]:
    return {"zh": name.zh, "en": name.en} if name is not None else {"zh": code, "en": code}


def names(session: ReadSession) -> Names:
    """The names as they are now."""
    products: dict[str, Message] = {}
    for row in reference.current(session, "processes"):
        for code, name in row.body["product_names"].items():
            products[code] = Message(name["zh"], name["en"])
    wastes = {row.code: Message(row.zh, row.en) for row in reference.current(session, "wastes")}
    return Names(wastes, products)
