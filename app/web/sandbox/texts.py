"""Sentences of the page of a sandbox."""

from app.domain.errors import Message

TEXTS = {
    "sandbox": Message("对接沙盒", "Sandbox"),
    "sandbox.lead": Message(
        "依据库中所存与请求日志判定，不以程序自述为准。",
        "Judged by what is on file and by the journal of requests, not by what a program says of itself.",
    ),
    "sandbox.passed": Message("已通过 {passed} / {whole}", "{passed} of {whole} passed"),
    "sandbox.table": Message("场景与结果", "Scenarios and results"),
    "sandbox.state": Message("状态", "State"),
    "sandbox.state.passed": Message("✓ 通过", "✓ passed"),
    "sandbox.state.wrong": Message("✗ 不符", "✗ wrong"),
    "sandbox.state.open": Message("· 未做", "· open"),
    "sandbox.scenario": Message("场景", "Scenario"),
    "sandbox.task": Message("要做什么", "What to do"),
    "sandbox.found": Message("所见", "What was found"),
}
