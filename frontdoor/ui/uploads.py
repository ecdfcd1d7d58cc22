"""A bound on what one request may send, before anything of it is kept."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler


class TooMuchHandler(FileUploadHandler):
    """Refuses a request that announces more than all its files may be, and leaves the rest to the handlers below."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803 (the name Django gives it)
        content_length: int,
        boundary: Any,
        encoding: Any = None,
    ) -> None:
        """Look at the announced length only."""
        if content_length > (settings.DOCUMENTS_MAX_MB + 1) * 1024 * 1024:
            raise RequestDataTooBig(f"At most {settings.DOCUMENTS_MAX_MB} MB can be sent at once.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Hand on what came."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The handlers below make the file."""
