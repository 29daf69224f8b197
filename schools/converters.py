"""The school in a URL."""

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
