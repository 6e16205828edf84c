"""
PDF from templates, through WeasyPrint; nothing is fetched while printing.

Templates extend base_print.html; the style sheet is static/css/document.css, handed over as text. A document may name
files of static/css and static/fonts as `asset:fonts/x.otf`; every other address is refused and left out of the page.
"""

import ctypes
import mimetypes
import shutil
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from urllib.parse import unquote
from urllib.request import OpenerDirector

from django.core import checks
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string

STATIC = Path(__file__).resolve().parent.parent / "static"
ASSET_FOLDERS = ("css", "fonts")
SONAMES = ("libgobject-2.0.so.0", "libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz.so.0", "libfontconfig.so.1")
INSTALL = "Debian/Ubuntu: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk"
NO_LIBRARY = "这台服务器还不能生成 PDF：缺少排版库 Pango。请联系系统管理员。"


class PrintingUnavailable(ValidationError):
    """The library that sets type is missing; a form or a view shows the sentence."""


def render_pdf(template: str, context: dict) -> bytes:
    """
    Return the PDF of a template that extends base_print.html.

    Raises: PrintingUnavailable (a ValidationError) when Pango is not installed.
    """
    return pdf_of(render_to_string(template, context))


def render_on_one_page(template: str, contexts: Iterable[dict]) -> bytes:
    """
    Return the PDF of the first context that fits on one page, else of the last one.

    contexts: the same paper, each time set closer or with less in it; made one after the other, only when needed.
    """
    for context in contexts:
        document = document_of(render_to_string(template, context))
        if len(document.pages) == 1:
            break
    return document.write_pdf()


def pdf_of(html: str) -> bytes:
    """Return the PDF of a whole HTML page in the styles of document.css."""
    return document_of(html).write_pdf()


def document_of(html: str):
    """Return the set pages of a whole HTML page (weasyprint.Document)."""
    weasyprint, fetcher = engine()
    style = weasyprint.CSS(string=document_css(), url_fetcher=fetcher, base_url="asset:css/")
    return weasyprint.HTML(string=html, url_fetcher=fetcher, base_url="asset:").render(stylesheets=[style])


@cache
def document_css() -> str:
    return (STATIC / "css" / "document.css").read_text(encoding="utf-8")


@cache
def engine():
    """Return (weasyprint, the fetcher); imported late, because the import itself needs Pango."""
    try:
        import weasyprint
        from weasyprint.urls import URLFetcher, URLFetcherResponse
    except OSError as error:
        raise PrintingUnavailable(NO_LIBRARY) from error

    class AssetFetcher(URLFetcher):
        """Serves asset: names from two folders and refuses every other address."""

        def __init__(self):
            OpenerDirector.__init__(self)  # no handlers: even a way around fetch() could open nothing
            self._fail_on_errors = False

        def fetch(self, url, headers=None):
            path = asset_path(url)
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})

        def open(self, url, data=None, timeout=None):
            return self.fetch(getattr(url, "full_url", url))

    return weasyprint, AssetFetcher()


def asset_path(url: str) -> Path:
    """
    Return the file an asset: name stands for.

    Raises: ValueError for any other scheme and for names that lead out of the two folders.
    """
    scheme, _, name = url.partition(":")
    path = (STATIC / unquote(name).lstrip("/")).resolve()
    allowed = [STATIC / folder for folder in ASSET_FOLDERS]
    if scheme != "asset" or not any(path.is_relative_to(folder) for folder in allowed):
        raise ValueError(f"printing fetches nothing but asset: names, not {url}")
    return path


def has_library() -> bool:
    """Tell whether Pango and its companions load; tries the names of Linux first, WeasyPrint itself elsewhere."""
    try:
        for name in SONAMES:
            ctypes.CDLL(name)
    except OSError:
        try:
            engine()
        except PrintingUnavailable:
            return False
    return True


def has_chinese_font() -> bool:
    lister = shutil.which("fc-list")
    if lister is None:
        return False
    found = subprocess.run([lister, ":lang=zh-cn", "family"], capture_output=True, text=True, timeout=20, check=False)
    return bool(found.stdout.strip())


def check_printing(app_configs, **kwargs) -> list[checks.CheckMessage]:
    """System check: what PDFs need from the machine. Warnings, because all the rest of the portal works without."""
    found = []
    if not has_library():
        found.append(checks.Warning("Pango cannot be loaded: no PDF can be made.", hint=INSTALL, id="portal.W001"))
    if not has_chinese_font():
        found.append(
            checks.Warning("No Chinese font found: PDFs would show empty boxes.", hint=INSTALL, id="portal.W002")
        )
    return found
