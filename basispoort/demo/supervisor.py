"""Runs several programs side by side and shows what they say.

One that has served for a while and then dies is started again, as on a real host; one that cannot live ends all.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from basispoort.demo.children import Child, spawn, stop_all
from basispoort.demo.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from typing import TextIO

LAST_LINES = 15
CHUNK = 65_536
STOP_SECONDS = 6
# A program that lived this long was well: its end was an accident, and it gets another life.
WELL_SECONDS = 5.0
NAME_WIDTH = 9
COLOURS = (36, 32, 33, 35, 34, 96, 92)  # the terminal's own colours, readable on dark and on light


@dataclass
class _Voice:
    """What a child has said: its last lines, and the beginning of a line still to end."""

    child: Child
    prefix: str
    revive: Callable[[], None] | None = None
    born: float = field(default_factory=time.monotonic)
    last: deque[str] = field(default_factory=lambda: deque(maxlen=LAST_LINES))
    rest: bytes = b""


class Supervisor:
    """Children by name. Everything happens in the thread that calls; nothing runs between the calls."""

    def __init__(self, environment_folder: Path, output: TextIO = sys.stdout) -> None:
        """Children work in the folder; their lines go to output, coloured when that is a terminal."""
        self._folder = environment_folder
        self._output = output
        self._coloured = output.isatty() and "NO_COLOR" not in os.environ
        self._selector = selectors.DefaultSelector()
        self._voices: dict[str, _Voice] = {}
        self._watched: list[tuple[Child, Path]] = []

    def start(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        stop_signal: signal.Signals = signal.SIGTERM,
        *,
        again: bool = False,
    ) -> None:
        """Start a child under a name of its own; `again`: a new one takes its place when it dies after a while."""
        child = spawn(
            name,
            command,
            environment=environment,
            output=subprocess.PIPE,
            folder=self._folder,
            stop_signal=stop_signal,
        )
        assert child.process.stdout is not None
        os.set_blocking(child.process.stdout.fileno(), False)
        label = f"{name:<{NAME_WIDTH}}| "
        colour = COLOURS[self._place_of(name) % len(COLOURS)]
        voice = _Voice(child, f"\x1b[{colour}m{label}\x1b[0m" if self._coloured else label)
        if again:
            voice.revive = partial(self.start, name, command, environment, stop_signal, again=True)
        self._voices[name] = voice
        self._selector.register(child.process.stdout, selectors.EVENT_READ, voice)

    def watch(self, child: Child, log: Path) -> None:
        """Watch over a child that somebody else started and will stop; its lines are in a log file."""
        self._watched.append((child, log))

    def run_to_end(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Run a child that does one job; raises Trouble with its last lines when the job fails."""
        self.start(name, command, environment)
        voice = self._voices[name]
        while voice.child.process.poll() is None:
            self._read(0.1)
        self._drain(voice)
        del self._voices[name]
        voice.child.make_sure(time.monotonic())
        if voice.child.process.returncode != 0:
            raise Trouble(_obituary(name, voice.child, voice.last))

    def run_until(self, done: Callable[[], bool], seconds: float | None = None) -> bool:
        """Show what the children say until done() is true; False when the seconds passed first.

        Raises Trouble when a child ends in the meantime.
        """
        deadline = None if seconds is None else time.monotonic() + seconds
        while not done():
            self._read(0.2)
            self._raise_for_the_dead()
            if deadline is not None and time.monotonic() > deadline:
                return False
        return True

    def stop(self) -> None:
        """Stop every child that this supervisor started, within seconds."""
        stop_all([voice.child for voice in self._voices.values()], STOP_SECONDS)
        self._voices.clear()
        self._selector.close()

    def _place_of(self, name: str) -> int:
        names = list(self._voices)
        return names.index(name) if name in names else len(names)

    def _raise_for_the_dead(self) -> None:
        for voice in list(self._voices.values()):
            if voice.child.process.poll() is not None:
                self._drain(voice)
                if voice.revive is not None and time.monotonic() - voice.born > WELL_SECONDS:
                    # What it leaves behind of its process group goes first.
                    voice.child.make_sure(time.monotonic())
                    self._say(voice, f"{_fate(voice.child)}; it is started again.".encode())
                    voice.revive()
                    continue
                raise Trouble(_obituary(voice.child.name, voice.child, voice.last))
        for child, log in self._watched:
            if child.process.poll() is not None:
                lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:]
                raise Trouble(_obituary(child.name, child, lines))

    def _read(self, seconds: float) -> None:
        for key, _events in self._selector.select(seconds):
            voice = key.data
            assert isinstance(voice, _Voice)
            if not self._read_once(voice):
                self._selector.unregister(key.fileobj)

    def _drain(self, voice: _Voice) -> None:
        """Read what is still in the pipe of a child that has ended."""
        while self._read_once(voice):
            pass
        if voice.rest:
            self._say(voice, voice.rest)
            voice.rest = b""
        assert voice.child.process.stdout is not None
        if voice.child.process.stdout.fileno() in self._selector.get_map():
            self._selector.unregister(voice.child.process.stdout)

    def _read_once(self, voice: _Voice) -> bool:
        """Read and show one chunk; False when there is nothing more."""
        assert voice.child.process.stdout is not None
        try:
            chunk = os.read(voice.child.process.stdout.fileno(), CHUNK)
        except BlockingIOError:
            return False
        *lines, voice.rest = (voice.rest + chunk).split(b"\n")
        for line in lines:
            self._say(voice, line)
        return bool(chunk)

    def _say(self, voice: _Voice, line: bytes) -> None:
        text = line.decode(errors="replace").rstrip()
        voice.last.append(text)
        self._output.write(f"{voice.prefix}{text}\n")
        self._output.flush()


def _obituary(name: str, child: Child, lines: Sequence[str] | deque[str]) -> str:
    return "\n".join([f"The {name} {_fate(child)}. Its last lines:", *(f"    {line}" for line in lines)])


def _fate(child: Child) -> str:
    code = child.process.returncode
    return f"was ended by signal {-code}" if code < 0 else f"stopped with status {code}"
