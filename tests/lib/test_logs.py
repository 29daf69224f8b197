"""The technical log: JSON, and nobody's data."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from basispoort.lib.logs import JsonFormatter

PLANTED = "Sam Voorbeeld sam@voorbeeldschool.example"


def line_of(record: logging.LogRecord) -> dict[str, object]:
    text = JsonFormatter().format(record)
    assert "\n" not in text
    result = json.loads(text)
    assert isinstance(result, dict)
    return result


def record(message: str, *arguments: object, name: str = "schools") -> logging.LogRecord:
    return logging.LogRecord(name, logging.ERROR, __file__, 1, message, arguments, None)


@pytest.mark.requirement("SR-J01")
def test_arguments_of_a_message_are_not_written() -> None:
    assert line_of(record("A delivery of %s failed.", PLANTED))["message"] == "A delivery of %s failed."


@pytest.mark.requirement("SR-J01")
def test_exception_is_named_by_its_class_and_place_only() -> None:
    entry = record("Failed.")
    try:
        int(PLANTED)
    except ValueError:
        entry.exc_info = sys.exc_info()

    line = line_of(entry)

    assert line["exception"] == "ValueError"
    assert "Sam" not in json.dumps(line)


@pytest.mark.requirement("SR-J01")
def test_address_that_failed_is_not_written() -> None:
    entry = record("Not Found: /s/secret-token/", name="django.request")
    entry.status_code = 404

    assert "secret-token" not in json.dumps(line_of(entry))


@pytest.mark.requirement("SR-J01")
def test_line_breaks_and_control_characters_are_encoded() -> None:
    assert "\\n" in JsonFormatter().format(record("one\ntwo\x1b[31m"))


def test_facts_are_written_as_fields() -> None:
    entry = record("Sealed.")
    entry.facts = {"count": 3, "pupil": ["Sam"]}

    line = line_of(entry)

    assert line["count"] == 3
    assert "pupil" not in line
