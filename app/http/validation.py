"""pydantic's findings as faults people can read. What was sent is never repeated."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from app.domain.errors import Fault, Message

_TEXTS: dict[str, Message] = {
    "missing": Message("缺少此项", "this field is required"),
    "extra_forbidden": Message("不认识此项，请检查字段名", "this field is not known; check its name"),
    "json_invalid": Message("不是有效的 JSON", "this is not valid JSON"),
    "string_type": Message("应为文本", "this must be text"),
    "string_too_long": Message("文本过长", "this text is too long"),
    "string_too_short": Message("不能为空或过短", "this text is empty or too short"),
    "string_pattern_mismatch": Message("格式不正确", "this does not have the right form"),
    "string_unicode": Message("含有无法识别的字符", "this holds characters that are not valid Unicode"),
    "bool_type": Message("应为 true 或 false", "this must be true or false"),
    "bool_parsing": Message("应为 true 或 false", "this must be true or false"),
    "list_type": Message("应为列表", "this must be a list"),
    "too_long": Message("条数过多", "there are too many entries"),
    "too_short": Message("条数过少", "there are too few entries"),
    "dict_type": Message("应为对象", "this must be an object"),
    "model_attributes_type": Message("应为对象", "this must be an object"),
    "model_type": Message("应为对象", "this must be an object"),
    "literal_error": Message("不是允许的取值", "this is not one of the allowed values"),
    "enum": Message("不是允许的取值", "this is not one of the allowed values"),
    "int_parsing": Message("应为整数", "this must be a whole number"),
    "int_type": Message("应为整数", "this must be a whole number"),
    "float_type": Message("应为数字", "this must be a number"),
    "float_parsing": Message("应为数字", "this must be a number"),
    "finite_number": Message("应为有限的数", "this must be a finite number"),
    "greater_than_equal": Message("数值过小", "this number is too small"),
    "less_than_equal": Message("数值过大", "this number is too large"),
    "uuid_parsing": Message("不是有效的编号", "this is not a valid identifier"),
    "datetime_from_date_parsing": Message("不是有效的时刻", "this is not a valid moment"),
    "datetime_parsing": Message("不是有效的时刻", "this is not a valid moment"),
    "timezone_aware": Message("时刻须带时区", "a moment needs a time zone"),
}
_FALLBACK = Message("内容不正确", "this is not right")


class FaultyValue(ValueError):  # noqa: N818 - a value, not a failure of ours
    """Raised inside pydantic validators to say a fault of our own: code and text arrive unchanged."""

    def __init__(self, code: str, message: Message, pointer: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.pointer = pointer


def faults_from(errors: Sequence[Any], *, split_place: bool = False) -> Iterator[tuple[str, Fault]]:
    """(place, fault) for each pydantic error; the place is body, query, path, header when `split_place` is set."""
    for error in errors:
        location = tuple(error["loc"])
        place = ""
        if split_place and location:
            place, location = str(location[0]), location[1:]
        own = (error.get("ctx") or {}).get("error")
        if isinstance(own, FaultyValue):
            yield place, Fault(pointer_of(location) + own.pointer, own.code, own.message)
        else:
            if error["type"] == "json_invalid":
                location = ()
            code = str(error["type"])
            yield place, Fault(pointer_of(location), code, _TEXTS.get(code, _FALLBACK))


def pointer_of(location: Iterable[Any]) -> str:
    """A JSON pointer (RFC 6901) of a pydantic location."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in location)
