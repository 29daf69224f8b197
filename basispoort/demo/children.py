"""Child processes that end with this one, however it ends.

Every child leads a process group of its own, so that Ctrl-C reaches this process alone and it decides the order of
stopping. On Linux the kernel also signals each child when this process dies without a chance to stop it (kill -9).
Elsewhere there is no such help: a database left behind is then found, and stopped, by the next start.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    import pwd
    from collections.abc import Mapping, Sequence
    from pathlib import Path

PR_SET_PDEATHSIG = 1  # linux/prctl.h


@functools.cache
def _libc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def end_with_parent(parent: int, signum: int) -> None:
    """Ask the kernel to signal this process when its parent dies; signal at once if that has happened already."""
    libc = _libc()
    if libc is None:
        return
    libc.prctl(PR_SET_PDEATHSIG, int(signum), 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), signum)


@dataclass
class Child:
    """A process started by this one, with the signal that asks it to end in good order."""

    name: str
    process: subprocess.Popen[bytes]
    stop_signal: signal.Signals = signal.SIGTERM

    def ask_to_stop(self) -> None:
        """Send the stop signal; a child that has ended already is left in peace."""
        if self.process.poll() is None:
            self.process.send_signal(self.stop_signal)

    def make_sure(self, deadline: float) -> None:
        """Wait until the deadline (of time.monotonic), then kill whatever is left of its process group."""
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        # Nobody is left in the group when all is well; macOS says "not permitted" for that.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        if self.process.stdout is not None:
            self.process.stdout.close()


def stop_all(children: Sequence[Child], seconds: float) -> None:
    """Ask all to stop at once, and return when every one has ended, at the latest after these seconds."""
    deadline = time.monotonic() + seconds
    for child in children:
        child.ask_to_stop()
    for child in children:
        child.make_sure(deadline)


def spawn(  # noqa: PLR0913 - each is a trait of the process
    name: str,
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str],
    output: IO[bytes] | int,
    account: pwd.struct_passwd | None = None,
    folder: Path | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
) -> Child:
    """Start a command that ends with this process; stdout and stderr both go to output.

    Call it from the main thread: the kernel watches the thread that started the child.
    """
    _libc()  # loaded before the fork
    process = subprocess.Popen(  # noqa: S603 - commands are fixed or the caller's own
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=dict(environment),
        cwd=folder,
        start_new_session=True,
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
        preexec_fn=functools.partial(end_with_parent, os.getpid(), stop_signal),  # noqa: PLW1509 - no threads here
    )
    return Child(name, process, stop_signal)
