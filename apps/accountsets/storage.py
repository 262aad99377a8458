"""Files of one account set lie in a folder of their own."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage

from apps.accountsets.routing import current_set


def folder_of(schema_name: str) -> Path:
    """Where the files of an account set lie."""
    return Path(settings.MEDIA_ROOT) / schema_name


class AccountSetStorage(FileSystemStorage):
    """A folder per account set below `MEDIA_ROOT`.

    Without an account set every use raises `NoAccountSetError`.
    """

    @property
    def base_location(self) -> str:
        return str(folder_of(current_set()))

    @property
    def location(self) -> str:
        return str(Path(self.base_location).resolve())
