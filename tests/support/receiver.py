"""A receiver of webhooks as its own process; `python receiver.py FOLDER` tells its port on standard output.

It writes every message to `FOLDER/received` before it answers. How it answers stands in `FOLDER/mode`, read anew each
time: `ok`, a status (`500`), a status with a Retry-After (`429 120`), `late SECONDS`, `cut` (the connection ends in the
middle of the answer), `die` (the process ends in the middle of the answer), `redirect URL`, or `poison STATUS TEXT`
(that status for messages that hold the text, the others are received).
"""

import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FOLDER = Path(sys.argv[1])


class Receiver(BaseHTTPRequestHandler):
    """One message."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Keep it and answer as told."""
        length = int(self.headers["content-length"])
        body = self.rfile.read(length).decode()
        if len(body.encode()) < length:
            # The sender died in the middle: there is no message.
            self.close_connection = True
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        line = json.dumps({"path": self.path, "headers": headers, "body": body})
        with (FOLDER / "received").open("ab", buffering=0) as received:
            received.write(line.encode() + b"\n")
        mode, _, more = (FOLDER / "mode").read_text().strip().partition(" ")
        if mode == "late":
            time.sleep(float(more))
        if mode in {"cut", "die"}:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf of")
            self.wfile.flush()
            if mode == "die":
                os._exit(1)
            self.close_connection = True
            return
        self._answer(mode, more, body)

    def _answer(self, mode: str, more: str, body: str) -> None:
        status = int(mode) if mode.isdigit() else 204
        if mode == "poison":
            wanted, _, text = more.partition(" ")
            status = int(wanted) if text in body else 204
        if mode == "redirect":
            status = 307
        said = b"" if status == 204 else b"no \x00 thanks\n" * 100
        self.send_response(status)
        if mode == "redirect":
            self.send_header("Location", more)
        elif mode.isdigit() and more:
            self.send_header("Retry-After", more)
        if status != 204:
            self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    # What was received stands in the file.
    log_message = staticmethod(lambda *_: None)


class Server(ThreadingHTTPServer):
    """Many at a time; connections that are open do not hold up its end."""

    daemon_threads = True
    request_queue_size = 128
    # A sender that hangs up is no news here.
    handle_error = staticmethod(lambda *_: None)


if __name__ == "__main__":
    server = Server(("127.0.0.1", int(sys.argv[2]) if len(sys.argv) > 2 else 0), Receiver)
    print(server.server_port, flush=True)  # noqa: T201 - whoever started it waits for this line
    server.serve_forever()
