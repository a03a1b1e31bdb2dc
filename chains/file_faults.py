"""What is wrong with a file that somebody brings."""


class FileFault(ValueError):  # noqa: N818 — named as app.domain.errors.Fault is: what is wrong with one place of an input
    """What is wrong with one place of a file.

    The place (row and field, or the item), in Chinese and in English.
    """

    def __init__(self, place: str, zh: str, en: str) -> None:
        super().__init__(f"{place}: {en}" if place else en)
        self.place = place
        self.zh = zh
        self.en = en
