"""Files in one: a ZIP whose bytes are the same whenever it is made of the same parts."""

import io
import zipfile
from collections.abc import Iterable
from datetime import datetime


def zipped(parts: Iterable[tuple[str, bytes]], *, made_at: datetime) -> bytes:
    """(name, content) of each part, all dated `made_at`."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts:
            file.writestr(zipfile.ZipInfo(name, made_at.timetuple()[:6]), content, zipfile.ZIP_DEFLATED)
    return archive.getvalue()
