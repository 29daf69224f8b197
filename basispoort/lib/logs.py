"""The technical log: one line of JSON an event, in UTC, without anybody's data (SR-J01).

Messages come from fixed texts. Arguments are not written but for numbers and names of our own making: whatever a
user typed, an exception carries or a URL's query holds stays out.
"""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime

from basispoort.lib.middleware import request_id


class JsonFormatter(logging.Formatter):
    """Writes a record as JSON; an exception by its class and place, never by its words."""

    def format(self, record: logging.LogRecord) -> str:
        """Give one line; line breaks and control characters are encoded by JSON."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": str(record.msg) if record.args else record.getMessage(),
        }
        if record.name == "django.security.DisallowedHost":
            line["message"] = "refused host"  # what was asked for is a stranger's text
        if record.name.startswith("django.request"):
            line["message"] = str(getattr(record, "status_code", "")) or "request failed"
        if identifier := request_id.get():
            line["request"] = identifier
        facts: dict[str, object] = record.__dict__.get("facts", {})
        line |= {
            name: value
            for name, value in facts.items()
            if isinstance(value, int | float | bool) or (isinstance(value, str) and len(value) <= 64)
        }
        if record.exc_info and record.exc_info[0]:
            line["exception"] = record.exc_info[0].__name__
            line["where"] = [
                f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(record.exc_info[2])[-8:]
            ]
        return json.dumps(line, ensure_ascii=True)
