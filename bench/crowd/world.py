"""A fresh database to press: the demo city with its findings, and beside it a made province that files."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import structlog

from app.cli.serving import prepare
from app.clock import system_clock
from app.db.engine import make_engines
from app.db.session import Database
from app.findings.evaluation import evaluate_all
from app.findings.reading_sites import When
from app.ledgers.service import differences_from_lines
from app.settings import Settings
from bench import ingest_world


@dataclass(frozen=True, slots=True)
class World:
    """Who may ask: the official, who also has a machine, and the tokens of the made enterprises in the order of their sites."""

    username: str
    password: str
    client_id: str
    client_secret: str
    tokens: list[str]

    def keep(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, path: Path) -> "World":
        return cls(**json.loads(path.read_text()))


def make(url: str) -> World:
    """Migrate and fill a database."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    tokens = ingest_world.fill(url)
    settings = Settings(database_url=url)
    engines = make_engines(settings)
    database = Database(engines)
    official = prepare(database)[0]
    evaluate_all(database, When(system_clock(), settings.timezone))
    engines.dispose()
    return World(official.username, official.password, official.client_id, official.client_secret, tokens)


def wrong_rollups(url: str) -> int:
    """How many sums are not those of their lines."""
    engines = make_engines(Settings(database_url=url))
    with Database(engines).reading() as session:
        wrong = len(differences_from_lines(session))
    engines.dispose()
    return wrong
