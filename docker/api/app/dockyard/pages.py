"""The pages that a person sees: HTML made here, with forms and links and without a script."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from dockyard import access, markup, openapi, schemas
from dockyard.access import Access, token
from dockyard.database import Account
from dockyard.operations import Operations
from dockyard.worker import KINDS

FORM = "application/x-www-form-urlencoded"
STATIC = {"dockyard.css": "text/css", "icon.svg": "image/svg+xml"}
FOLDER = Path(__file__).parent / "static"
FOREVER = "public, max-age=31536000, immutable"  # the address carries the version
SETTLE, PAUSE = 1.0, 0.1  # seconds that an order waits for its result, and between two looks
Form = dict[str, str]


def wanted(request: Request) -> bool:
    """Return whether a browser asked for a page."""
    return not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", "")


def error(request: Request, status: int, detail: str, headers: Mapping[str, str] | None) -> Response:
    """Return the page of an error; without a session the first page, to sign in."""
    if status == 401:  # noqa: PLR2004 - HTTP's own number
        return RedirectResponse("/", 303)
    return markup.page(request, "error.html", status, {"status": status, "detail": markup.sentence(detail)}, headers)


async def _form(request: Request) -> Form:
    """Return the fields of a form that one of these pages sent, without the empty ones."""
    if access.foreign(request):
        raise HTTPException(403, "this form was sent by another site")
    if request.headers.get("content-type", "").partition(";")[0] != FORM:
        raise HTTPException(415, f"send {FORM}")
    try:
        return dict(parse_qsl((await request.body()).decode(), max_num_fields=20))
    except ValueError as wrong:
        raise HTTPException(422, "this form cannot be read") from wrong


class Pages:
    """The pages, over the same rights as the API."""

    def __init__(self, operations: Operations, rights: Access, api: list[Route]) -> None:
        self._operations, self._access, self._cache = operations, rights, rights.cache
        self._document = openapi.document(api, operations.settings.app_version)

    def routes(self) -> list[Route]:
        """Return the pages; the API's description is for development."""
        reads: dict[str, Any] = {"/": self.home, "/sign-up": self.sign_up, "/second-factor": self.second_factor}
        reads |= {"/accounts": self.accounts, "/static/{name}": static}
        if self._operations.settings.debug:
            reads |= {"/api": self.api, "/api/openapi.json": self.document}
        writes = {"/sign-in": self.signing_in, "/sign-up": self.signing_up, "/sign-out": self.sign_out}
        writes |= {"/jobs": self.order, "/sessions/end": self.end_session, "/second-factor": self.enrol}
        writes |= {"/second-factor/confirm": self.confirm}
        routes = [Route(path, handler) for path, handler in reads.items()]
        return routes + [Route(path, _sent(handler), methods=["POST"], name=path) for path, handler in writes.items()]

    async def home(self, request: Request) -> Response:
        """Show the account's overview, or the form to sign in."""
        checks = await self._operations.checks()
        if "process" in checks or not await self._cache.session(token(request)):
            lost = request.query_params.get("notice") == "signed-in"
            return markup.page(request, "sign_in.html", 200, {"checks": checks, "lost": lost})
        account = await self._access.caller(request)
        sessions, jobs = await self._access.sessions(account, request), await self._access.jobs(account)
        shown: dict[str, Any] = {
            "checks": checks,
            "account": schemas.shown(account),
            "sessions": sessions,
            "jobs": jobs,
        }
        return markup.page(request, "home.html", 200, shown | {"kinds": KINDS})

    async def signing_in(self, request: Request, form: Form) -> Response:
        """Open a session; a refusal shows the form again."""
        try:
            body = _convert(form, schemas.Credentials)
            opened, _ = await self._access.sign_in(body, request)
        except HTTPException as wrong:
            shown: dict[str, Any] = {"checks": {}, "email": form.get("email", ""), "alert": markup.refusal(wrong)}
            shown |= {"code": wrong.detail == access.SECOND_FACTOR or "totp" in form}
            return markup.page(request, "sign_in.html", wrong.status_code, shown, wrong.headers)
        return self._open("/?notice=signed-in", opened)

    def _open(self, path: str, opened: str) -> Response:
        response = RedirectResponse(path, 303)
        access.set_cookie(response, opened, self._cache.session_seconds)
        return response

    async def sign_up(self, request: Request) -> Response:
        """Show the form for a new account."""
        return markup.page(request, "sign_up.html", 200, {})

    async def signing_up(self, request: Request, form: Form) -> Response:
        """Create an account and ask to sign in to it, in the same way where the address has one."""
        try:
            await self._access.register(_convert(form, schemas.Registration), request)
        except HTTPException as wrong:
            shown = {"email": form.get("email", ""), "alert": markup.refusal(wrong)}
            return markup.page(request, "sign_up.html", wrong.status_code, shown)
        return RedirectResponse("/?notice=registered", 303)

    async def sign_out(self, request: Request, _: Form) -> Response:
        """End the session."""
        await self._cache.close_session(token(request))
        response = RedirectResponse("/?notice=signed-out", 303)
        access.delete_cookie(response)
        return response

    async def order(self, request: Request, form: Form) -> Response:
        """Queue a job; most are done before the page is shown again."""
        account = await self._access.caller(request, "jobs:run")
        job_id = await self._access.order(account, form.get("kind", ""))
        for _ in range(round(SETTLE / PAUSE)):
            job = await self._access.database.job(job_id, account.id)
            if job is None or job.state in {"done", "failed"}:
                break
            await asyncio.sleep(PAUSE)
        return RedirectResponse("/?notice=ordered#jobs", 303)

    async def end_session(self, request: Request, form: Form) -> Response:
        """End one of the account's sessions."""
        account = await self._access.caller(request)
        if not await self._cache.end_session(account.id, form.get("id", "")):
            raise HTTPException(404, "no such session")
        return RedirectResponse("/?notice=ended#sessions", 303)

    async def second_factor(self, request: Request) -> Response:
        """Show the enrolment that is under way."""
        return self._enrolment(request, await self._access.caller(request), 200, {})

    def _enrolment(self, request: Request, account: Account, status: int, more: dict[str, Any]) -> Response:
        secret, uri = self._access.enrolled(account) or ("", "")
        code = {"secret": secret, "qr": markup.qr(uri)} if uri else {}
        shown = {"account": schemas.shown(account), **code, **more}
        return markup.page(request, "second_factor.html", status, shown)

    async def enrol(self, request: Request, _: Form) -> Response:
        """Begin with a second factor."""
        await self._access.enrol(await self._access.caller(request))
        return RedirectResponse("/second-factor", 303)

    async def confirm(self, request: Request, form: Form) -> Response:
        """Turn the second factor on; this session shows both factors now, and goes on as a new one."""
        account = await self._access.caller(request)
        try:
            confirmed = await self._access.confirm(account, _convert(form, schemas.Code).code)
        except HTTPException as wrong:
            return self._enrolment(request, account, wrong.status_code, {"alert": markup.refusal(wrong)})
        await self._cache.close_session(token(request))
        return self._open("/?notice=second-factor", await self._access.open(confirmed, request))

    async def accounts(self, request: Request) -> Response:
        """List accounts, for admins with a second factor."""
        account = await self._access.caller(request, "accounts:list")
        shown: dict[str, Any] = {"account": schemas.shown(account), "accounts": []}
        if account.totp_confirmed:
            shown["accounts"] = [schemas.shown(each) for each in await self._access.accounts(account)]
        return markup.page(request, "accounts.html", 200 if account.totp_confirmed else 403, shown)

    async def api(self, request: Request) -> Response:
        """Describe the API to a person."""
        return markup.page(request, "api.html", 200, {"document": self._document})

    async def document(self, _: Request) -> Response:
        """Describe the API to a program, in OpenAPI."""
        return JSONResponse(self._document)


def _convert(form: Form, wished: type[schemas.Body]) -> schemas.Body:
    try:
        return msgspec.convert({name: value for name, value in form.items() if value}, wished)
    except msgspec.ValidationError as wrong:
        raise HTTPException(422, str(wrong)) from wrong


def _sent(handler: Callable[[Request, Form], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """Return an endpoint that reads the form first."""

    async def endpoint(request: Request) -> Response:
        return await handler(request, await _form(request))

    endpoint.__name__ = handler.__name__
    return endpoint


async def static(request: Request) -> Response:
    """Answer a style sheet or a picture."""
    name = request.path_params["name"]
    if name not in STATIC:
        raise HTTPException(404, "does not exist")
    kept = "no-cache" if request.app.debug else FOREVER
    return Response((FOLDER / name).read_bytes(), 200, {"Cache-Control": kept}, STATIC[name])


def routes(operations: Operations, rights: Access, api: list[Route]) -> list[Route]:
    """Return the routes of the pages."""
    return Pages(operations, rights, api).routes()
