"""An operator follows a request from its answer to the receivers: one id in every line of the log."""

import pytest
from builders import MILL, People, ledger
from structlog.testing import capture_logs
from webhooks.desk import Desk, Receiver

from app.auth.subjects import Role


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_an_attempt_is_told_under_the_id_of_the_request_it_came_of(
    desk: Desk, people: People, receiver: Receiver
) -> None:
    (site,) = people.register()
    secret_place = f"{receiver.url}&token=not-for-the-log"
    hook = desk.hook(secret_place, desk.who(Role.ENTERPRISE, enterprise=MILL), types=["ledger.*"])
    filed = people.file(ledger(site))
    assert filed.status_code == 201, filed.text
    with capture_logs() as lines:
        desk.work()
    attempts = [line for line in lines if line["event"] == "webhook_attempt"]
    assert [(line["request_id"], line["webhook"], line["status"], line["failure"]) for line in attempts] == [
        (filed.headers["X-Request-Id"], hook["id"], 204, None)
    ]
    assert attempts[0]["message"] == receiver.messages[0]["headers"]["webhook-id"]
    assert "not-for-the-log" not in str(lines)
