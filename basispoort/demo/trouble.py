"""What a person at the keyboard can mend, said in one sentence."""

from __future__ import annotations


class Trouble(Exception):
    """The work cannot go on; its text is one sentence that names the cause and what to do."""
