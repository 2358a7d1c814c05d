#!/usr/bin/env python3
"""Records docs/session/storm.cast, the session that README.md shows: a real shell on a terminal of its own, into which the commands are typed.

In a checkout that has no stack `dev`, with set-up done (docs/session/README.md): docs/session/record.py
"""

import codecs
import fcntl
import json
import os
import pty
import re
import select
import socket
import struct
import subprocess
import sys
import termios
import time
from urllib.parse import urlparse

COMMANDS = [
    "npm start",
    "npx storm status",
    "eval $(npx storm env dev); docker stack ls",
    "npx storm scale local 4 --yes",
    "docker node ls",
    "npm stop",
]
COLUMNS, ROWS = 110, 32
# What lasts longer is cut: nobody wants to watch a terminal that says nothing.
IDLE = 0.4
PAUSE = 1.5
TYPING = 0.04
# Before each prompt, for this program alone: it is taken out again.
READY = "\x1b]0;ready\x07"
HERE = os.path.dirname(os.path.abspath(__file__))


class Session:
    """A shell, and what its terminal was sent, with the time of each part."""

    def __init__(self):
        self.parts = []
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        child, self.terminal = pty.fork()
        if child == 0:
            environment = {
                "PATH": os.environ["PATH"],
                "HOME": os.environ["HOME"],
                "TERM": "xterm-256color",
                # npx would turn a wheel before each command.
                "npm_config_progress": "false",
                "PS1": f"{READY}\\e[32m$\\e[0m ",
            }
            kept = {name: value for name, value in os.environ.items() if name.startswith(("STORM_", "npm_config_", "GO", "NODE_EXTRA"))}
            os.execvpe("bash", ["bash", "--noprofile", "--norc", "--noediting"], {**environment, **kept})
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))

    def read(self):
        text = self.decoder.decode(os.read(self.terminal, 65536))
        self.parts.append((time.monotonic(), text))
        return text

    def until_ready(self):
        """Reads to the next prompt."""
        seen = ""
        while READY not in seen:
            seen = seen[-len(READY) :] + self.read()

    def type(self, line):
        time.sleep(TYPING * 10)
        for character in line:
            os.write(self.terminal, character.encode())
            # What is typed shows at once.
            if select.select([self.terminal], [], [], TYPING)[0]:
                self.read()
                time.sleep(TYPING)
        os.write(self.terminal, b"\r")


def cut(parts):
    """As asciicast has it: seconds since the beginning without idle time, and what was shown."""
    now, last, events = 0.0, None, []
    for at, text in parts:
        now += 0 if last is None else min(at - last, PAUSE if READY in text else IDLE)
        last = at
        events.append([round(now, 3), "o", text.replace(READY, "")])
    return events


def of_this_machine():
    """What a recording must not show: folders, the machine's name, hosts that packages come from."""
    registry = subprocess.run(["npm", "config", "get", "registry"], capture_output=True, text=True, check=True).stdout
    sources = [registry, *os.environ.get("GOPROXY", "").split(",")]
    hosts = [urlparse(each.strip()).hostname for each in sources]
    return [each for each in [os.getcwd(), os.environ["HOME"], socket.gethostname(), *hosts] if each]


def main():
    session = Session()
    session.until_ready()
    for command in COMMANDS:
        session.type(command)
        session.until_ready()
    time.sleep(PAUSE)
    events = cut([*session.parts, (time.monotonic(), "")])
    shown = "".join(text for _, _, text in events)
    # As words of their own: a short name of a host is in many an id.
    found = [each for each in of_this_machine() if re.search(rf"(?<!\w){re.escape(each)}(?!\w)", shown)]
    if found:
        sys.exit(f"nothing was written: the session shows {', '.join(found)}")
    header = {"version": 2, "width": COLUMNS, "height": ROWS, "title": "Storm: a cluster from nothing, and away again"}
    with open(os.path.join(HERE, "storm.cast"), "w", encoding="utf-8") as file:
        for line in [header, *events]:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
