"""From values to HTML: the templates, their words, and the headers that every page has."""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse

from dockyard.access import SECOND_FACTOR
from dockyard.migrations import HEAD

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).parent / "templates"
# Nothing but our own style sheet and pictures is loaded, no script runs, and forms go nowhere else.
SOURCES = "default-src 'none'; style-src 'self'; img-src 'self' data:"
POLICY = f"{SOURCES}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
# `Referer` for this site only: without any, browsers send `Origin: null` with our own forms.
HEADERS = {"Content-Security-Policy": POLICY, "Referrer-Policy": "same-origin", "X-Content-Type-Options": "nosniff"}
BROWSER = re.compile(r"(Firefox|Edg|OPR|Chrome|Version|curl)/(\d+)")
SYSTEM = re.compile(r"(Windows|Android|iPhone|iPad|Macintosh|Linux)")
NAMES = {"Edg": "Edge", "OPR": "Opera", "Version": "Safari", "Macintosh": "macOS"}
NOTICES = {
    "signed-in": "You are signed in.",
    "registered": "If this address had no account, it has one now: sign in.",
    "signed-out": "You are signed out.",
    "ordered": "The worker got your job.",
    "ended": "The session is ended.",
    "second-factor": "Your second factor is on. From now on you need a code to sign in.",
}
FIELDS = {
    "email": "Enter an email address, such as you@example.org.",
    "password": "A password has 12 to 128 characters.",
    "totp": "A code has six digits.",
    "code": "A code has six digits.",
}


def page(
    request: Request, name: str, status: int, values: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> HTMLResponse:
    """Return a page; version and environment are in sight on each."""
    settings = request.app.state.operations.settings
    known = {"environment": settings.environment, "version": settings.app_version, "head": HEAD}
    known |= {"described": settings.debug, "path": request.url.path, "account": None}
    known |= {"notice": NOTICES.get(request.query_params.get("notice", ""), "")}
    text = _templates(reload=settings.debug).get_template(name).render(known | dict(values))
    return HTMLResponse(text, status, HEADERS | dict(headers or {}))


@cache
def _templates(*, reload: bool) -> "Environment":
    # The first page loads it, not the start of the process.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415

    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=reload,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"moment": moment, "browser": browser}
    return made


def qr(uri: str) -> str:
    """Return the QR code of a URI as SVG."""
    import segno  # noqa: PLC0415 - one page of few visitors

    return str(segno.make_qr(uri, error="m").svg_inline(scale=5, dark="#000", light="#fff"))


def moment(since: str) -> str:
    """Return a time as people write it."""
    return datetime.fromisoformat(since).strftime("%-d %b %Y, %H:%M UTC")


def browser(agent: str) -> str:
    """Return a browser's name out of what it says of itself."""
    found, system = BROWSER.search(agent), SYSTEM.search(agent)
    name = " ".join(NAMES.get(part, part) for part in found.groups()) if found else agent.partition(" ")[0]
    return f"{name or 'Unknown'} on {NAMES.get(system[1], system[1])}" if system else name or "Unknown"


def sentence(words: str) -> str:
    """Return an error of the API as a sentence."""
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."


def refusal(error: HTTPException) -> str:
    """Return what to do about a form that was refused."""
    if error.detail == SECOND_FACTOR:
        return "This account has a second factor: enter your password again, and the code of your authenticator."
    wait = (error.headers or {}).get("Retry-After")
    field = re.search(r"`(?:\$\.)?(\w+)`$", error.detail)
    known = FIELDS.get(field[1], "") if field else ""
    return known or sentence(f"{error.detail}: try again in {wait} seconds" if wait else error.detail)
