"""Text that people read, in both languages, and the errors that carry it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence in Chinese and in English."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one place of an input: a JSON pointer, a stable code, one sentence."""

    pointer: str
    code: str
    message: Message
