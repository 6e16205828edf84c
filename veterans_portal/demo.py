"""
`make demo`: database, demo data, web server, worker and timer, started and stopped in one place.

    python -m veterans_portal.demo        PORT=8000 SIZE=small|full VAR=var

Children run in sessions of their own, so that Ctrl-C reaches only this process, which stops them in order; if this
process is killed, the kernel tells them (PDEATHSIG). A second demo may run beside it on another port.
"""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

# the demo never touches a database that somebody configured, not even through .env
os.environ |= {"DEMO": "1", "DATABASE_URL": "", "HTTPS": "false", "DJANGO_SETTINGS_MODULE": "veterans_portal.settings"}

from veterans_portal import embedded

ROOT = Path(__file__).resolve().parent.parent
MANAGE = (sys.executable, "manage.py")
PR_SET_PDEATHSIG = 1
TEN_MINUTES = 600
STOP_WITHIN = 10
TOO_FAST = 5  # a child that lived shorter is not started again at once


def refuse_busy_port(port: int) -> None:
    """Leave with a sentence when the port is taken: nothing has been started yet."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            sys.exit(f"端口 {port} 已被别的程序占用。请换一个端口：make demo PORT={port + 1}")


def port_asked_for() -> int:
    text = os.environ.get("PORT") or "8000"
    if not (text.isdigit() and 1 <= int(text) <= 65535):
        sys.exit(f"PORT={text} 不是端口号，请写 1 至 65535 之间的数字。")
    return int(text)


def die_with(parent: int):
    """Return what a child does first: ask for SIGTERM when `parent` dies, however it dies."""

    def prepare():
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died in between
            os._exit(1)

    return prepare


class Demo:
    """The processes of one demo. `stopping` becomes true on SIGINT, SIGTERM and SIGHUP."""

    def __init__(self, port: int):
        self.port, self.stopping = port, False
        self.web = self.worker = self.timer = None
        self.worker_since = self.timer_since = 0.0
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.stop)

    def stop(self, *_):
        self.stopping = True

    def child(self, *command, **options) -> subprocess.Popen:
        prepare = die_with(os.getpid())
        return subprocess.Popen(command, cwd=ROOT, start_new_session=True, preexec_fn=prepare, **options)

    def step(self, what: str, *command: str) -> None:
        """Run one manage.py command to its end, or stop it when we are told to stop."""
        if self.stopping:
            return
        print(f"{what}…", flush=True)
        running = self.child(*MANAGE, *command)
        while running.poll() is None and not self.stopping:
            time.sleep(0.05)
        end(running)
        if running.returncode and not self.stopping:
            sys.exit(f"{what}没有成功，演示没有启动。原因见上面的信息。")

    def start(self) -> None:
        gunicorn = (
            sys.executable,
            "-m",
            "gunicorn",
            "veterans_portal.wsgi",
            "--workers",
            "2",
            "--log-level",
            "warning",
        )
        self.web = self.child(
            *gunicorn, "--bind", f"127.0.0.1:{self.port}", "--no-control-socket", "--graceful-timeout", "5"
        )
        self.start_worker()
        self.timer_since = time.monotonic()

    def start_worker(self) -> None:
        command = ("db_worker", "--interval", "0.5", "--no-reload", "--no-startup-delay", "-v0")
        self.worker, self.worker_since = self.child(*MANAGE, *command), time.monotonic()

    def start_timer(self) -> None:
        if self.timer is None or self.timer.poll() is not None:
            self.timer = self.child(*MANAGE, "every_ten_minutes", "-v0")
        self.timer_since = time.monotonic()

    def watch(self) -> None:
        """Serve until told to stop: a dead worker is started again, a dead web server ends the demo."""
        while not self.stopping and self.web.poll() is None:
            if self.worker.poll() is not None and time.monotonic() - self.worker_since > TOO_FAST:
                print("后台任务程序已停止，正在重新启动。", flush=True)
                self.start_worker()
            if time.monotonic() - self.timer_since >= TEN_MINUTES:
                self.start_timer()
            time.sleep(0.2)
        if not self.stopping:
            print("网页服务已停止，演示随之结束。", flush=True)

    def end_children(self) -> None:
        running = [process for process in (self.web, self.worker, self.timer) if process is not None]
        for process in running:
            if process.poll() is None:
                process.terminate()
        for process in running:
            end(process)

    def is_answering(self) -> bool:
        """Wait until the web server takes connections; False when it gave up or we are to stop."""
        until = time.monotonic() + 30
        while not self.stopping and self.web.poll() is None and time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return True
            time.sleep(0.1)
        return False

    def greet(self) -> None:
        from veterans_portal.accounts.demo_logins import DEMO_LOGINS
        from veterans_portal.settings import DEMO_PASSWORD

        print(f"\n演示已启动：http://127.0.0.1:{self.port}/    密码都是 {DEMO_PASSWORD}", flush=True)
        for login in DEMO_LOGINS:
            print(f"  {login.username:<12}{login.what}（{login.display_name}）")
        print("按 Ctrl-C 停止。", flush=True)


def end(process: subprocess.Popen) -> None:
    """Ask a process to stop, and make it stop if it does not."""
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(STOP_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def main() -> int:
    port = port_asked_for()
    refuse_busy_port(port)
    from veterans_portal.settings import VAR

    demo = Demo(port)
    held = embedded.hold(VAR)  # before the start: otherwise a demo that ends just now would stop it again
    embedded.ensure_running(VAR)
    try:
        demo.step("准备数据库", "migrate", "-v0")
        demo.step("准备静态文件", "collectstatic", "--noinput", "-v0")
        demo.step("装入演示数据", "load_demo", "--size", os.environ.get("SIZE") or "small")
        if not demo.stopping:
            demo.start()
            if demo.is_answering():
                demo.greet()
            demo.watch()
    finally:
        demo.end_children()
        stopped = embedded.stop_if_last(VAR, held)
        print("数据库已停止。" if stopped else "数据库仍由另一个程序使用，继续运行。", flush=True)
    return 0 if demo.stopping else 1


if __name__ == "__main__":
    sys.exit(main())
