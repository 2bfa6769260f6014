"""``python tools/engines.py [pytest options]``: the store against PostgreSQL and MariaDB, tables of KPIs on Spark.

Starts a server of each in a temporary folder, reachable through a unix socket alone, runs ``pytest -m engines`` and
stops them again, also when something fails. Servers of the machine are never touched. Packages that are absent are
installed from Debian, which takes root.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
PATIENCE_SECONDS = 60.0
POSTGRESQL_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")


def main() -> int:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="csp-", ignore_cleanup_errors=True)))
        folder.chmod(0o755)
        urls = {
            "CSPROTOCOL_POSTGRESQL_URL": stack.enter_context(postgresql(folder / "pg")),
            "CSPROTOCOL_MYSQL_URL": stack.enter_context(mariadb(folder / "my")),
        }
        places = ["tests/store", "tests/kpi", "tests/examples"]
        command = [sys.executable, "-m", "pytest", *places, "-m", "engines", *sys.argv[1:]]
        environment = {**os.environ, **urls, "CSPROTOCOL_SPARK": "local"}
        return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """A cluster whose own language sorts ids otherwise than by code points: the schema must not depend on it."""
    programs = {name: program(name, "postgresql", POSTGRESQL_FOLDERS) for name in ("initdb", "postgres", "pg_isready")}
    user = owner("postgres")
    prepare(folder, user)
    data = folder / "data"
    told = subprocess.run([*user, programs["initdb"], "--help"], capture_output=True, text=True, check=True).stdout
    icu = ["--locale-provider=icu", "--icu-locale=en"] if "--icu-locale" in told else []
    options = ["--auth=trust", "--username=csp", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", *icu]
    run([*user, programs["initdb"], "-D", str(data), *options])
    server = [programs["postgres"], "-D", str(data), "-k", str(folder), "-c", "listen_addresses="]
    with running([*user, *server, "-c", "fsync=off"], folder / "log"):
        wait([programs["pg_isready"], "-h", str(folder), "-U", "csp", "-d", "postgres"], folder / "log")
        yield f"postgresql+psycopg://csp@/postgres?host={folder}"


@contextmanager
def mariadb(folder: Path) -> Iterator[str]:
    """A server whose default collation takes ids for equal that differ in case: the schema must not depend on it."""
    names = ("mariadb-install-db", "mariadbd", "mariadb-admin")
    programs = {name: program(name, "mariadb-server", ("/usr/sbin", "/usr/bin")) for name in names}
    user = owner("mysql")
    prepare(folder, user)
    data, socket = folder / "data", folder / "socket"
    options = ["--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db"]
    run([*user, programs["mariadb-install-db"], *options])
    server = [programs["mariadbd"], "--no-defaults", f"--datadir={data}", f"--socket={socket}", "--skip-networking"]
    # The log of changes is on: only then does the server mind what a transaction may not do under it.
    own = [f"--pid-file={folder / 'pid'}", "--log-bin=changes", "--innodb-flush-log-at-trx-commit=0"]
    with running([*user, *server, *own], folder / "log"):
        admin = [programs["mariadb-admin"], "--no-defaults", f"--socket={socket}", "--user=root"]
        wait([*admin, "ping"], folder / "log")
        run([*admin, "create", "csp"])
        yield f"mysql+pymysql://root@localhost/csp?unix_socket={socket}&charset=utf8mb4"


def program(name: str, package: str, folders: Sequence[str]) -> str:
    """Where ``name`` lies; its package is installed first where it is absent."""
    for attempt in ("as it is", "installed"):
        # Debian's psql tools on the path are a wrapper that knows only clusters of its own: the real ones come first.
        for pattern in folders:
            for place in sorted(Path("/").glob(pattern.lstrip("/")), reverse=True):
                if (place / name).exists():
                    return str(place / name)
        if found := shutil.which(name):
            return found
        if attempt == "as it is":
            install(package)
    sys.exit(f"{name} is not there, although {package} is installed")


def install(package: str) -> None:
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        sys.exit(f"{package} is absent; install it, or run this as root on Debian or Ubuntu")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", package]):
        done = subprocess.run(
            ["apt-get", "--quiet=2", *command], env=quiet, check=False, capture_output=True, text=True
        )
        if done.returncode:
            sys.exit(f"apt-get {' '.join(command)} failed:\n{done.stdout}{done.stderr}")


def owner(name: str) -> list[str]:
    """How to run as somebody who is not root, which these servers refuse to be."""
    if os.geteuid() != 0:
        return []
    known = {each.pw_name for each in pwd.getpwall()}
    return ["runuser", "-u", name if name in known else "nobody", "--"]


def prepare(folder: Path, user: Sequence[str]) -> None:
    folder.mkdir()
    if user:
        shutil.chown(folder, user[2])


def run(command: Sequence[str]) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd="/")
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


@contextmanager
def running(command: Sequence[str], log: Path) -> Iterator[None]:
    """The server while the tests run; ``runuser`` passes the signal on to it."""
    with log.open("w") as output, subprocess.Popen(command, stdout=output, stderr=output, cwd="/") as server:
        try:
            yield
        finally:
            server.terminate()
            try:
                server.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                server.kill()


def wait(question: Sequence[str], log: Path) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while subprocess.run(question, check=False, capture_output=True, cwd="/").returncode:
        if time.monotonic() > until:
            sys.exit(f"the server does not answer:\n{log.read_text(errors='replace')}")
        time.sleep(0.1)


if __name__ == "__main__":
    sys.exit(main())
