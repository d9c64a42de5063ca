"""Refuse and write down every look-up of, and every connection to, another machine.

Python runs a module of this name when it starts, so a folder that holds it, on PYTHONPATH, guards
every process that a test starts, and theirs. `conftest` does it for the tests' own process.
"""

import os
import sys
from typing import Any

LOG = "TESTS_FOREIGN_HOSTS"  # the variable that names the file to which they are added
LOCAL = {"localhost", "localhost.localdomain", "::1", "0.0.0.0", "::", "", "None"}  # noqa: S104

# What lets MLflow and others see that this is a test, so that they keep quiet of themselves. They
# are to be as they are at a user's.
TELLTALE = ("PYTEST_CURRENT_TEST", "CI", "GITHUB_ACTIONS", "GITLAB_CI", "JENKINS_URL")

ADDRESSES = {"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1}
NAMES = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}


def is_local(host: Any) -> bool:
    """Whether a name or an address is one of this machine."""
    name = host.decode() if isinstance(host, bytes) else str(host)
    return name in LOCAL or name.startswith(("127.", "::ffff:127."))


def _look(event: str, arguments: tuple[Any, ...]) -> None:
    if not event.startswith("socket."):
        return
    if event in NAMES:
        host = arguments[0]
    elif event in ADDRESSES and isinstance(arguments[1], tuple):  # else a socket in a folder
        host = arguments[1][0]
    else:
        return
    if is_local(host):
        return
    if LOG in os.environ:
        with open(os.environ[LOG], "a", encoding="utf-8") as log:  # noqa: PTH123
            log.write(f"{host!r}, by {' '.join(sys.orig_argv)[:200]!r}\n")
    raise ConnectionRefusedError(f"a test may not ask for {host!r}")


def guard() -> None:
    """Begin; there is no end before that of the process."""
    if not getattr(sys, "_is_offline", False):
        sys._is_offline = True  # type: ignore[attr-defined]
        sys.addaudithook(_look)


if __name__ == "sitecustomize":
    for _name in TELLTALE:
        os.environ.pop(_name, None)
    guard()
