"""The list of security requirements says the truth about what is shown by a test."""

from __future__ import annotations

from tests import requirements


def test_every_mark_names_a_requirement_that_exists() -> None:
    assert set(requirements.marked_tests()) <= set(requirements.listed())


def test_document_holds_its_table_alone_and_each_requirement_once() -> None:
    lines = requirements.LIST.read_text(encoding="utf-8").splitlines()
    rows = [line.split(" | ")[0].removeprefix("| ") for line in lines if requirements.LINE.match(line)]

    assert rows == sorted(set(rows))
    assert [line for line in lines if line.startswith(("<<<", "===", ">>>"))] == []


def test_list_of_requirements_names_the_tests_and_those_without() -> None:
    marks = requirements.marked_tests()

    assert {name: tests for name, (_, tests) in requirements.listed().items()} == {
        name: requirements.shown(marks.get(name, [])) for name in requirements.listed()
    }
