"""A store that speaks the part of S3 that Arrow's own client uses, in this process: objects, parts of uploads, listings.

It checks no signatures and knows no rights: what is tested with it is our way through that client, not a vendor's store.
"""

import io
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape

_NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'


class Store(ThreadingHTTPServer):
    """Objects by `bucket/key`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects: dict[str, bytes] = {}
        self.parts: dict[str, dict[int, bytes]] = {}

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


@contextmanager
def running_store() -> Iterator[Store]:
    store = Store()
    thread = threading.Thread(target=store.serve_forever, daemon=True)
    thread.start()
    try:
        yield store
    finally:
        store.shutdown()
        store.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Store
    protocol_version = "HTTP/1.1"

    def log_message(self, *_args: object) -> None:
        return  # nobody reads along

    @property
    def key(self) -> str:
        return urllib.parse.unquote(urllib.parse.urlsplit(self.path).path).strip("/")

    @property
    def query(self) -> dict[str, str]:
        text = urllib.parse.urlsplit(self.path).query
        return dict(urllib.parse.parse_qsl(text, keep_blank_values=True))

    def do_GET(self) -> None:
        if "list-type" in self.query:
            self._list()
            return
        content = self.server.objects.get(self.key)
        if content is None:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
            return
        first, last, code = 0, len(content) - 1, 200
        if (asked := self.headers.get("Range")) is not None:
            start, _, end = asked.removeprefix("bytes=").partition("-")
            first, last, code = int(start), min(int(end or last), last), 206
        more = {"Content-Range": f"bytes {first}-{last}/{len(content)}"} if code == 206 else {}
        self._answer(code, content[first : last + 1], **more)

    def do_HEAD(self) -> None:
        content = self.server.objects.get(self.key)
        self._answer(404 if content is None else 200, b"", length=len(content or b""))

    def do_PUT(self) -> None:
        content = self._body()
        if "partNumber" in self.query:
            self.server.parts[self.query["uploadId"]][int(self.query["partNumber"])] = content
        elif "/" in self.key:
            self.server.objects[self.key] = content
        self._answer(200, b"", ETag=_tag(content))

    def do_POST(self) -> None:
        body = self._body()
        if "uploads" in self.query:
            upload = f"upload{len(self.server.parts)}"
            self.server.parts[upload] = {}
            self._xml("InitiateMultipartUploadResult", f"<UploadId>{upload}</UploadId>")
            return
        assert body
        parts = self.server.parts.pop(self.query["uploadId"])
        content = b"".join(parts[number] for number in sorted(parts))
        self.server.objects[self.key] = content
        self._xml("CompleteMultipartUploadResult", f"<ETag>{escape(_tag(content))}</ETag>")

    def do_DELETE(self) -> None:
        self.server.objects.pop(self.key, None)
        self._answer(204, b"")

    def _list(self) -> None:
        prefix = f"{self.key}/{self.query.get('prefix', '')}"
        found = sorted(key for key in self.server.objects if key.startswith(prefix))
        listed = "".join(
            f"<Contents><Key>{escape(key.partition('/')[2])}</Key><Size>{len(self.server.objects[key])}</Size></Contents>"
            for key in found
        )
        self._xml(
            "ListBucketResult", f"<KeyCount>{len(found)}</KeyCount><IsTruncated>false</IsTruncated>{listed}"
        )

    def _body(self) -> bytes:
        """What was sent: its length may be told first or with each piece, and the client's own framing lies inside."""
        if self.headers.get("Transfer-Encoding", "") == "chunked":
            content = b"".join(iter(self._piece, b""))
        else:
            content = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if "aws-chunked" not in self.headers.get("Content-Encoding", ""):
            return content
        framed = io.BytesIO(content)
        plain = b""
        while length := int(framed.readline().partition(b";")[0].strip() or b"0", 16):
            plain += framed.read(length)
            framed.readline()
        return plain

    def _piece(self) -> bytes:
        content = self.rfile.read(int(self.rfile.readline().strip(), 16))
        self.rfile.readline()
        return content

    def _xml(self, name: str, inside: str) -> None:
        self._answer(200, f'<?xml version="1.0"?><{name} {_NAMESPACE}>{inside}</{name}>'.encode())

    def _answer(self, code: int, content: bytes, *, length: int | None = None, **headers: str) -> None:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        self.wfile.write(content)


def _tag(content: bytes) -> str:
    return f'"{md5(content, usedforsecurity=False).hexdigest()}"'
