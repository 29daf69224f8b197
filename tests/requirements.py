"""Which security requirements have a test; `python -m tests.requirements` writes it into the document."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "docs" / "security-requirements.md"
LINE = re.compile(r"^\| (SR-[A-P]\d\d) \| (.+?) \| (.*?) \|$")


def marked_tests() -> dict[str, list[str]]:
    """Give the test files that carry a mark, by requirement."""
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "requirement":
                for argument in node.args:
                    assert isinstance(argument, ast.Constant)
                    found.setdefault(str(argument.value), set()).add(path.relative_to(ROOT).as_posix())
    return {name: sorted(paths) for name, paths in sorted(found.items())}


def listed() -> dict[str, tuple[str, str]]:
    """Give title and tests of each requirement as the document has them."""
    matches = map(LINE.match, LIST.read_text(encoding="utf-8").splitlines())
    return {match[1]: (match[2], match[3]) for match in matches if match}


def shown(paths: list[str]) -> str:
    """Give the cell of a requirement."""
    return ", ".join(f"`{path}`" for path in paths) if paths else "**open**"


def rewrite() -> None:
    """Bring the document up to date with the marks in the tests."""
    marks = marked_tests()
    lines = []
    for line in LIST.read_text(encoding="utf-8").splitlines():
        match = LINE.match(line)
        lines.append(f"| {match[1]} | {match[2]} | {shown(marks.get(match[1], []))} |" if match else line)
    LIST.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    rewrite()
