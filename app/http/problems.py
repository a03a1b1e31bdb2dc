"""Problems as RFC 9457 tells them: one shape for every refusal, in Chinese and in English."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.domain.errors import Fault, Message

TYPE_PREFIX = "urn:huanlian:problem:"
MEDIA_TYPE = "application/problem+json"
MAX_FAULTS = 100


class Problem(Exception):  # noqa: N818 - named after the RFC
    """A refusal with its status; services raise the named kinds below or subclasses of their own."""

    status = 400
    code = "bad_request"
    title = Message("请求有误", "Bad request")

    def __init__(
        self,
        detail: Message | None = None,
        *,
        errors: Sequence[Fault] = (),
        extra: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(self.code)
        self.detail = detail or self.title
        self.errors = tuple(errors)
        self.extra = dict(extra or {})
        self.headers = dict(headers or {})

    def document(self, request_id: str | None = None) -> dict[str, Any]:
        """The JSON body. Values that a caller sent are never in it, only where they stood."""
        body: dict[str, Any] = {
            "type": TYPE_PREFIX + self.code,
            "title": self.title.en,
            "status": self.status,
            "detail": self.detail.en,
            "message": {"zh": self.detail.zh, "en": self.detail.en},
            "errors": [fault_document(fault) for fault in self.errors[:MAX_FAULTS]],
        }
        if request_id is not None:
            body["request_id"] = request_id
        return body | self.extra


class Busy(Problem):
    status = 503
    code = "busy"
    title = Message("系统繁忙，请稍后重试", "The service is busy; try again shortly")


def fault_document(fault: Fault) -> dict[str, Any]:
    """One entry of `errors`."""
    # A key that a caller invented may hold anything, even half a surrogate pair: it is made printable first.
    pointer = fault.pointer[:300].encode("utf-8", "replace").decode()
    pointer = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in pointer)
    return {
        "pointer": pointer,
        "code": fault.code,
        "message": {"zh": fault.message.zh, "en": fault.message.en},
    }


class Unauthenticated(Problem):
    status = 401
    code = "unauthenticated"
    title = Message("请先登录或提供有效令牌", "Sign in or send a valid token")

    def __init__(self, detail: Message | None = None) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": 'Bearer realm="huanlian"'})


class Forbidden(Problem):
    status = 403
    code = "forbidden"
    title = Message("没有此项权限", "You may not do this")


class NotFound(Problem):
    status = 404
    code = "not_found"
    title = Message("没有这个对象，或您无权查看", "There is no such thing, or you may not see it")


class Conflict(Problem):
    status = 409
    code = "conflict"
    title = Message("与现有数据冲突", "This conflicts with what is there")


class Gone(Problem):
    status = 410
    code = "gone"
    title = Message("这个对象已不再保存", "This is no longer kept")


class PreconditionFailed(Problem):
    status = 412
    code = "precondition_failed"
    title = Message(
        "数据已被更新，请重新读取后再提交", "It has changed since you read it; read it again, then submit"
    )


class PayloadTooLarge(Problem):
    status = 413
    code = "payload_too_large"
    title = Message("请求体过大", "The request body is too large")


class Invalid(Problem):
    status = 422
    code = "invalid"
    title = Message("填报内容有误，未保存任何数据", "The content is not valid; nothing was saved")


def bad_cursor() -> Invalid:
    """The refusal of a cursor that no page of ours gave."""
    text = Message(
        "分页游标无效，请从第一页重新开始", "this cursor is not valid; start again from the first page"
    )
    return Invalid(errors=[Fault("#query/cursor", "bad_cursor", text)])


class PreconditionRequired(Problem):
    status = 428
    code = "precondition_required"
    title = Message("须在 If-Match 中注明所依据的版本", "State in If-Match which version you read")
