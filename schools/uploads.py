"""Taking a roster file in: in memory, never on disk, and no further than the limit (SR-D01, SR-D12)."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from schools.edexml.limits import Limits

if TYPE_CHECKING:
    from typing import Any

    from django.http import HttpRequest

LIMIT_BYTES = Limits().total_bytes
MEBIBYTE = 1024 * 1024


class LimitedUploadHandler(FileUploadHandler):
    """Keeps an upload in memory; of a larger one nothing is kept and the request carries `upload_too_large`.

    Files with persons in them would otherwise lie unencrypted in the folder for temporary files.
    """

    def new_file(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own form
        """Start with nothing."""
        super().new_file(*args, **kwargs)
        self.kept = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep a piece, or skip the rest of the file once it is over the limit."""
        if start + len(raw_data) > LIMIT_BYTES:
            self.kept = BytesIO()
            self.request.upload_too_large = True  # type: ignore[union-attr]  # read by `too_large`
            raise SkipFile
        self.kept.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        """Give the file."""
        self.kept.seek(0)
        return InMemoryUploadedFile(
            file=self.kept,
            field_name=self.field_name,
            name=self.file_name or "upload",
            content_type=self.content_type or "",
            size=file_size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )


def too_large(request: HttpRequest) -> bool:
    """Tell whether the request brought a file that was over the limit."""
    return bool(getattr(request, "upload_too_large", False))
