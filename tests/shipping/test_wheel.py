"""The wheel has everything in it: installed by itself, away from the checkout, it brings up a database and serves."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_ASKS = """
from starlette.testclient import TestClient
from app import main
from app.settings import Settings
print("FROM", main.__file__)
with TestClient(main.create_app(Settings())) as client:
    page = client.get("/sign-in", headers={"accept": "text/html"})
    print("ANSWERS", page.status_code, client.get("/static/huanlian.css").status_code, client.get("/openapi.json").status_code)
"""


@pytest.mark.slow
def test_the_wheel_alone_is_the_product(tmp_path: Path) -> None:
    def run(*command: str) -> str:
        environment = os.environ | {"HUANLIAN_DATABASE_URL": f"sqlite:///{tmp_path}/huanlian.db"}
        environment["PYTHONPATH"] = str(tmp_path / "installed")
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "wheels")]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = (tmp_path / "wheels").glob("*.whl")
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--offline", "--no-deps"]
    run(*uv, "--target", str(tmp_path / "installed"), str(wheel))
    huanlian = (sys.executable, "-c", "from app.cli import main; main()")
    run(*huanlian, "db", "upgrade")
    run(*huanlian, "seed", "load")
    assert "coal-gangue-power-ash" in run(*huanlian, "chain", "show", "coal-gangue-power-ash")
    told = dict(line.partition(" ")[::2] for line in run(sys.executable, "-c", _ASKS).splitlines())
    assert told["FROM"].startswith(str(tmp_path)), "not the checkout's own files"
    assert told["ANSWERS"] == "200 200 200"
