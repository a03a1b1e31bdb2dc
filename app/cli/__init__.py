"""`huanlian`: the command line. Exit codes: 0 done, 1 refused input, 2 wrong usage.

What a command needs is imported when it runs: `--help` and the analysts' commands load no web framework.
"""

import sys
from collections.abc import Sequence
from importlib import import_module

import click
import typer
from typer.core import TyperGroup
from typer.main import get_command

# Where each command lives, with one line of help: only the one asked for is imported.
_COMMANDS = {
    "demo": ("app.cli.serving:demo_app", "演示：建库、灌入示例城市并启动 / a made-up city in the browser"),
    "serve": ("app.cli.serving:serve_app", "启动服务 / serve the API and the pages"),
    "db": ("app.cli.database:db_app", "数据库结构 / the database schema"),
    "seed": ("app.cli.database:seed_app", "载入参考数据 / load reference data"),
    "client": ("app.cli.clients:client_app", "机器客户端 / machine clients"),
    "user": ("app.cli.clients:user_app", "用户 / people who sign in"),
    "bulletin": ("app.cli.bulletins:bulletin_app", "核对官方公告 / check official bulletins"),
    "reconcile": ("app.cli.reconcile:reconcile", "平差 / reconcile contradictory reports of a network"),
    "attribute": ("app.cli.attribute:attribute", "每一吨的去向 / the fates of every tonne of a network"),
}
