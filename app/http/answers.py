"""Shapes that answers of several slices share."""

from typing import Self

from pydantic import BaseModel

from app.domain.errors import Message


class TextOut(BaseModel):
    """A text in both languages."""

    zh: str
    en: str

    @classmethod
    def of(cls, message: Message) -> Self:
        return cls(zh=message.zh, en=message.en)
