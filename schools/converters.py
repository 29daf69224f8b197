"""The school and the board in a URL."""

from schools.models.school import normal_code


class SchoolCodeConverter:
    """A school's code, as in `/school/99XX00/`; four characters of a BRIN mean its main location."""

    regex = "[0-9A-Za-z]{4,12}"

    def to_python(self, value: str) -> str:
        """Give the code as we write it; the middleware looks the school up."""
        return normal_code(value)

    def to_url(self, value: object) -> str:
        """Take a school or its code."""
        return str(getattr(value, "code", value))


class BoardNumberConverter:
    """A board's number at DUO, as in `/bestuur/41234/`."""

    regex = "[0-9]{5}"

    def to_python(self, value: str) -> str:
        """Give the number; the middleware looks the board up."""
        return value

    def to_url(self, value: object) -> str:
        """Take a board or its number."""
        return str(getattr(value, "number", value))
