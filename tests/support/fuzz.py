"""Generated requests against a real server; `make schemathesis MINUTES=5` runs this file.

A fresh SQLite database, the reference data, two enterprises with one site each and a regulator above
them. Schemathesis signs in as each and, with every check on, also tries whether one of them is shown what
another owns.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

from support.served import Server, environment

_REGION = "1402"
_ENTERPRISES = (("91140200MA0EXAMP1X", "示例甲公司"), ("91140200MA0EXAMP2X", "示例乙公司"))
_TOKEN_SECONDS = "3600"
# The regulator of the territory reads what its enterprises file. Who else may not is in tests/api/test_route_walk.py.
_SHARED_WITH_THE_REGULATOR = (
    "GET /v1/ledgers/{ledger_id}",
    "GET /v1/ledgers/{ledger_id}/versions",
    "GET /v1/ledgers/{ledger_id}/receipt",
)
_RATES = ("rate_limit_address", "rate_limit_client", "rate_limit_sign_in", "rate_limit_sign_in_address")


class City:
    """A running service with somebody to be."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._settings = {
            "database_url": f"sqlite:///{folder}/fuzz.db",
            "access_token_seconds": _TOKEN_SECONDS,
            # Thousands of requests a minute are what this is for; tests/api/test_rate_limit.py tries the limits.
            **dict.fromkeys(_RATES, "9999999/minute"),
            # Made-up addresses must not be asked for anything.
            "outbound": "false",
        }
        self.server = Server(self._settings, folder)

    def build(self) -> list[dict[str, str]]:
        """Start the service and onboard everyone; the clients as `client create --json` tells them."""
        self._command("db", "upgrade")
        self._command("seed", "load")
        admin = self._client("admin", "--admin")
        self.server.start()
        token = self._token(admin)
        for number, (credit_code, name) in enumerate(_ENTERPRISES, 1):
            company = {"credit_code": credit_code, "name": name, "industry": "4411", "region": "140212"}
            self._post("/v1/enterprises", token, company)
            site = {
                "code": f"{credit_code}00{number}P",
                "enterprise": credit_code,
                "name": f"{name}一厂",
                "region": "140212",
                "reports_from": "2025-01",
            }
            self._post("/v1/sites", token, site)
        return [
            self._client("enterprise-1", "--enterprise", _ENTERPRISES[0][0]),
            self._client("enterprise-2", "--enterprise", _ENTERPRISES[1][0]),
            self._client("regulator", "--region", _REGION),
        ]

    def _client(self, name: str, *whose: str) -> dict[str, str]:
        told = json.loads(self._command("client", "create", "--name", name, *whose, "--json"))
        return {"name": name, "id": told["client_id"], "secret": told["client_secret"]}

    def _command(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", "from app.cli import main; main()", *arguments],
            cwd=self._folder,
            env=environment(self._settings),
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def _token(self, client: dict[str, str]) -> str:
        told = self._send("/oauth/token", sign_in(client).encode(), "application/x-www-form-urlencoded", {})
        return str(told["access_token"])

    def _post(self, path: str, token: str, body: dict[str, Any]) -> Any:
        headers = {"Authorization": f"Bearer {token}"}
        return self._send(path, json.dumps(body).encode(), "application/json", headers)

    def _send(self, path: str, body: bytes, media_type: str, headers: dict[str, str]) -> Any:
        request = urllib.request.Request(
            self.server.url + path, body, headers | {"Content-Type": media_type}, method="POST"
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)


def sign_in(client: dict[str, str]) -> str:
    """Fill in the form that gets a token."""
    return f"grant_type=client_credentials&client_id={client['id']}&client_secret={client['secret']}"


def peers_document(clients: list[dict[str, str]]) -> dict[str, Any]:
    """Everyone's way of signing in, in the Web Fuzzing Commons form that Schemathesis reads."""
    login = {
        "verb": "POST",
        "endpoint": "/oauth/token",
        "contentType": "application/x-www-form-urlencoded",
        "token": {
            "extractFrom": "body",
            "extractSelector": "/access_token",
            "sendIn": "header",
            "sendName": "Authorization",
            "sendTemplate": "Bearer {token}",
        },
    }
    return {
        "schemaVersion": "0.3.0",
        "auth": [
            {"name": client["name"], "loginEndpointAuth": login | {"payloadRaw": sign_in(client)}}
            for client in clients
        ],
    }


def configuration(folder: Path, clients: list[dict[str, str]]) -> Path:
    """Write Schemathesis' configuration with the peers."""
    peers = folder / "peers.json"
    peers.write_text(json.dumps(peers_document(clients)), encoding="utf-8")
    names = json.dumps([client["name"] for client in clients])
    file = folder / "schemathesis.toml"
    # 422 belongs to valid shapes too: no JSON Schema says that months are not in the future, that a waste is one of
    # the register's, or that the parts of a figure do not exceed the whole.
    accepted = '["2xx", "401", "403", "404", "409", "412", "422", "428"]'
    shared = "".join(
        f'[[operations]]\ninclude-name = "{name}"\nchecks.object_level_authorization.enabled = false\n'
        for name in _SHARED_WITH_THE_REGULATOR
    )
    file.write_text(
        f'[auth.wfc]\npath = "{peers}"\npeers = {names}\nrefresh_interval = 600\n'
        f"[checks.positive_data_acceptance]\nexpected-statuses = {accepted}\n{shared}",
        encoding="utf-8",
    )
    return file


def fuzz(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Let Schemathesis loose on a fresh city with all its checks; its report goes to standard output.

    The server's log stays in `folder`.
    """
    city = City(folder)
    try:
        file = configuration(folder, city.build())
        program = Path(sys.executable).with_name("schemathesis")
        return subprocess.run(
            [
                program,
                "--config-file",
                file,
                "run",
                f"{city.server.url}/openapi.json",
                "--checks",
                "all",
                *arguments,
            ],
            cwd=folder,
            check=False,
        )
    finally:
        city.server.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    wanted, arguments = parser.parse_known_args()
    folder = Path(tempfile.mkdtemp(prefix="huanlian-fuzz-"))
    seconds = str(int(wanted.minutes * 60))
    done = fuzz(folder, "--max-time", seconds, "--continue-on-failure", *arguments)
    if done.returncode:
        sys.stderr.write(f"The server's log and the report: {folder}\n")
    else:
        shutil.rmtree(folder)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
