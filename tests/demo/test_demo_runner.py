"""python -m veterans_portal.demo: what it refuses before anything is started."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


def run_demo(tmp_path, **environment):
    return subprocess.run(
        [sys.executable, "-m", "veterans_portal.demo"], cwd=ROOT, capture_output=True, text=True, timeout=60,
        env={**os.environ, "VAR": str(tmp_path), **environment},
    )  # fmt: skip


def test_a_busy_port_is_named_with_a_way_out(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = run_demo(tmp_path, PORT=str(port))
    assert ended.returncode == 1
    assert ended.stderr.strip() == f"端口 {port} 已被别的程序占用。请换一个端口：make demo PORT={port + 1}"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("port", ["abc", "0", "70000"])
def test_a_port_that_is_none(tmp_path, port):
    ended = run_demo(tmp_path, PORT=port)
    assert ended.returncode == 1
    assert "不是端口号" in ended.stderr
