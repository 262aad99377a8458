"""Pages as PDF, by weasyprint. It needs Pango from the machine, and is imported only here."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import structlog
from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.utils.translation import gettext as _
from PIL import ImageFile

from apps.core.printing.signatures import PREFIX
from engine.exceptions import EngineError

STYLE: Final = "islands/print.css"
FAMILY: Final = "Paper"
_FONTS: Final = settings.BASE_DIR / "frontend/node_modules/@expo-google-fonts/noto-sans-sc"
FONTS: Final = {
    400: (_FONTS / "400Regular/NotoSansSC_400Regular.ttf").as_uri(),
    700: (_FONTS / "700Bold/NotoSansSC_700Bold.ttf").as_uri(),
}
"""Noto Sans SC, in which a PDF is written whatever fonts the machine has."""

log = structlog.get_logger(__name__)


class PdfUnavailable(EngineError):
    """This machine can't make PDFs; the message says what to install."""

    code = "pdf_unavailable"


@cache
def _library() -> Any:
    """weasyprint; None where the machine lacks what it needs."""
    try:
        import weasyprint
    except OSError as error:  # Pango isn't there
        log.warning("pdf_unavailable", error=str(error))
        return None
    # It lets Pillow read pictures that are cut off, in the whole process: uploads are refused them.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    return weasyprint


def as_pdf(html: str) -> bytes:
    """The PDF of a page. Nothing is fetched but our own fonts. Raises PdfUnavailable."""
    library = _library()
    if library is None:
        raise PdfUnavailable(
            _(
                "PDFs need Pango on the server: apt-get install libpango-1.0-0 libpangoft2-1.0-0 "
                "libharfbuzz-subset0. Print this page by the browser meanwhile."
            )
        )
    from weasyprint.text.fonts import FontConfiguration

    fonts, fetcher = FontConfiguration(), _fetcher(library)
    style = library.CSS(string=_style(), font_config=fonts, url_fetcher=fetcher)
    page = library.HTML(string=html, url_fetcher=fetcher)
    written: bytes = page.write_pdf(stylesheets=[style], font_config=fonts)
    return written


@cache
def _style() -> str:
    faces = "".join(
        f'@font-face{{font-family:"{FAMILY}";font-weight:{weight};src:url("{uri}")}}'
        for weight, uri in FONTS.items()
    )
    found = finders.find(STYLE)
    if found:
        with open(found, encoding="utf-8") as file:  # noqa: PTH123  (a path of any finder)
            return faces + file.read()
    with staticfiles_storage.open(STYLE) as stored:
        return faces + str(stored.read().decode())


def _fetcher(library: Any) -> Any:
    class OwnFonts(library.urls.URLFetcher):  # type: ignore[misc]
        """Whatever a page names: only our fonts are read, nothing of the disk or the network; a
        signature brings its pixels along."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url not in FONTS.values() and not url.startswith(PREFIX):
                raise ValueError(f"{url} is not fetched")
            return super().fetch(url, headers)

    return OwnFonts(allowed_protocols={"file", "data"})
