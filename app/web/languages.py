"""The two languages of the pages: Chinese unless the reader chose English."""

from enum import StrEnum

from app.domain.errors import Message

COOKIE = "huanlian_language"


class Language(StrEnum):
    """Also the value of the `lang` attribute and of `?lang=`."""

    ZH = "zh"
    EN = "en"

    @property
    def html(self) -> str:
        """The BCP 47 tag for the page."""
        return "zh-CN" if self is Language.ZH else "en"

    def of(self, message: Message) -> str:
        """Take this language's side of a text."""
        return message.zh if self is Language.ZH else message.en

    def heading(self, message: Message) -> str:
        """Take this language's side for the head of something, with a capital letter."""
        words = self.of(message)
        return words[:1].upper() + words[1:]


def language_of(asked: str | None, remembered: str | None) -> Language:
    """Choose by `?lang=`, else by the cookie, else Chinese; anything unknown counts as not said."""
    known = {language.value: language for language in Language}
    return known.get(asked or "") or known.get(remembered or "") or Language.ZH
