"""The service's OpenAPI document as docs/openapi.json keeps it; `make openapi` runs this file to renew it."""

import json
import sys
import tempfile
from pathlib import Path

SNAPSHOT = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"


def document_text() -> str:
    """Write down the document of a service with default settings; no database is opened for it."""
    from app.main import create_app
    from app.settings import Settings

    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(database_url=f"sqlite:///{folder}/unused.db"))
        return json.dumps(app.openapi(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document_text())
