"""The simulator as a process of its own, and apart from the product."""

import ast
import json
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[3]


def start(config: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "infra.local.meta_simulator", "--port", "0", "--config", str(config)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_its_port_and_stops_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    config = tmp_path / "meta.json"
    config.write_text(json.dumps({"app_secret": "s", "seed": 7, "limits": {"throughput_per_second": 20}}))
    with start(config) as process:
        assert process.stdout is not None
        port = json.loads(process.stdout.readline())["port"]
        assert httpx.get(f"http://127.0.0.1:{port}/_sim/state").json()["pending_webhooks"] == 0
        process.send_signal(number)
        output, errors = process.communicate(timeout=120)
        assert (process.returncode, output, errors) == (0, "", "")


@pytest.mark.parametrize("text", ["{", '{"colour": "red"}', '{"limits": {"pair_limit": 3}}'])
def test_a_start_file_that_is_not_understood_is_refused(tmp_path: Path, text: str) -> None:
    config = tmp_path / "meta.json"
    config.write_text(text)
    with start(config) as process:
        output, errors = process.communicate(timeout=120)
        assert (process.returncode, output) == (2, "")
        assert "meta.json" in errors


@pytest.mark.parametrize("folder", ["meta_simulator", "stripe_simulator"])
def test_a_simulator_shares_no_code_with_the_product(folder: str) -> None:
    files = list((ROOT / "infra" / "local" / folder).glob("*.py"))
    assert files
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            assert not [name for name in names if name.split(".")[0] in ("functions", "shared")], file.name
