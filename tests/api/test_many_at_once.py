"""More requests at once than there are threads or connections: they take turns, and none waits for those behind it."""

import asyncio
from typing import Any

import httpx2
from builders import MILL, People
from fastapi import FastAPI

AT_ONCE = 120


def test_many_writers_and_readers_at_once_are_all_answered(app: FastAPI, people: People) -> None:
    people.register()
    headers = people.admin

    async def ask(talking: httpx2.AsyncClient, number: int) -> int:
        if number % 3 == 0:
            return (await talking.get("/v1/sites", headers=headers)).status_code
        site: dict[str, Any] = {
            "code": f"SITE-{number}",
            "enterprise": MILL,
            "name": "示例场所",
            "region": "140212",
            "reports_from": "2025-01",
        }
        return (await talking.post("/v1/sites", json=site, headers=headers)).status_code

    async def everybody() -> list[int]:
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as talking:
            return await asyncio.gather(*(ask(talking, number) for number in range(AT_ONCE)))

    answers = asyncio.run(everybody())
    assert answers == [200 if number % 3 == 0 else 201 for number in range(AT_ONCE)]
