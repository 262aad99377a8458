"""A mail server that can be told to refuse, or to fall silent after it has taken a mail."""

from __future__ import annotations

import email
import socketserver
import threading
from collections import Counter
from enum import Enum


class Mood(Enum):
    """How it treats whoever comes."""

    TAKES = "takes mails"
    REFUSES = "is not available"
    FORGETS = "takes a mail and hangs up before it says so"


class MailServer(socketserver.ThreadingTCPServer):
    """Listens on a free port of this machine until closed. `taken` counts by Message-ID."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.mood = Mood.TAKES
        self.taken: Counter[str] = Counter()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"

    def close(self) -> None:
        self.shutdown()
        self.server_close()


class Session(socketserver.StreamRequestHandler):
    """One client, as RFC 5321 has it."""

    server: MailServer

    def handle(self) -> None:
        if self.server.mood == Mood.REFUSES:
            self.say("421 not now")
            return
        self.say("220 ready")
        for line in self.rfile:
            verb = line[:4].upper().strip()
            if verb == b"DATA" and not self.take():
                return
            if verb == b"QUIT":
                self.say("221 bye")
                return
            if verb != b"DATA":
                self.say("250 ok")

    def take(self) -> bool:
        """Read a mail; whether the client is told that it was taken."""
        self.say("354 go on")
        lines = iter(self.rfile.readline, b".\r\n")
        message = email.message_from_bytes(b"".join(lines))
        self.server.taken[message["Message-ID"]] += 1
        if self.server.mood == Mood.FORGETS:
            return False
        self.say("250 taken")
        return True

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())
