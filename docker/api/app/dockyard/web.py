"""The HTTP interface: accounts, sessions, second factor, roles, jobs."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from dockyard import access, live, pages, schemas
from dockyard.access import Access, token
from dockyard.credentials import SecondFactor
from dockyard.observe import Observe
from dockyard.operations import STORE_ERRORS, Operations
from dockyard.schemas import Body

COOKIE = access.COOKIE
LONGEST, PAUSE = 60, 1.0  # seconds of a stream, and between two of its lines
LARGEST = 2**63 - 1  # what PostgreSQL's bigint holds
DIGITS = len(str(LARGEST))  # Python refuses to read numbers of thousands of digits


async def read(request: Request, body: type[Body]) -> Body:
    """Return the request's JSON as `body`; insisting on its type also stops forged HTML forms."""
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise HTTPException(415, "send application/json")
    try:
        return msgspec.json.decode(await request.body(), type=body)
    except msgspec.DecodeError as error:
        raise HTTPException(422, str(error)) from error


def answer(value: msgspec.Struct, status: int = 200) -> Response:
    """Answer in JSON."""
    return Response(msgspec.json.encode(value), status, media_type="application/json")


class Api:
    """The endpoints under /api."""

    def __init__(self, rights: Access) -> None:
        self._access, self._database, self._cache = rights, rights.database, rights.cache

    def routes(self) -> list[Route]:
        """Return the endpoints."""
        reads = {"me": self.me, "sessions": self.sessions, "admin/accounts": self.list_accounts}
        reads |= {"jobs": self.jobs, "jobs/{job_id}": self.job, "events": self.events}
        writes = {"accounts": self.register, "login": self.login, "logout": self.logout, "jobs": self.order_job}
        writes |= {"totp": self.enrol, "totp/confirm": self.confirm}
        routes = [Route(f"/api/{path}", handler) for path, handler in reads.items()]
        routes += [Route(f"/api/{path}", handler, methods=["POST"]) for path, handler in writes.items()]
        return [*routes, Route("/api/sessions/{session_id}", self.end_session, methods=["DELETE"])]

    async def register(self, request: Request) -> Response:
        """Create an account with role `user`; the answer is the same where the address has one."""
        await self._access.register(await read(request, schemas.Registration), request)
        return Response(status_code=202)

    async def login(self, request: Request) -> Response:
        """Open a session; 401 `second factor required` asks for the same again with `totp`."""
        opened, account = await self._access.sign_in(await read(request, schemas.Credentials), request)
        life = self._cache.session_seconds
        response = answer(schemas.Opened(opened, life, account.totp_confirmed))
        access.set_cookie(response, opened, life)
        return response

    async def logout(self, request: Request) -> Response:
        """End the session."""
        await self._cache.close_session(token(request))
        response = Response(status_code=204)
        access.delete_cookie(response)
        return response

    async def me(self, request: Request) -> Response:
        """Show the caller's account."""
        return answer(schemas.shown(await self._access.caller(request)))

    async def sessions(self, request: Request) -> Response:
        """List the caller's sessions."""
        account = await self._access.caller(request)
        return answer(schemas.Sessions(await self._access.sessions(account, request)))

    async def end_session(self, request: Request) -> Response:
        """End one of the caller's sessions."""
        account = await self._access.caller(request)
        if not await self._cache.end_session(account.id, request.path_params["session_id"]):
            raise HTTPException(404, "no such session")
        return Response(status_code=204)

    async def enrol(self, request: Request) -> Response:
        """Begin with a second factor: return its secret, and the URI for an authenticator."""
        return answer(schemas.Enrolment(*await self._access.enrol(await self._access.caller(request))))

    async def confirm(self, request: Request) -> Response:
        """Turn the second factor on, once its owner has shown a code; then both are needed to sign in again."""
        account = await self._access.caller(request)
        await self._access.confirm(account, (await read(request, schemas.Code)).code)
        return Response(status_code=204)

    async def list_accounts(self, request: Request) -> Response:
        """List accounts: for admins who signed in with both factors."""
        found = await self._access.accounts(await self._access.caller(request, "accounts:list"))
        return answer(schemas.Accounts([schemas.shown(account) for account in found]))

    async def order_job(self, request: Request) -> Response:
        """Queue a job for the worker."""
        account = await self._access.caller(request, "jobs:run")
        job_id = await self._access.order(account, (await read(request, schemas.Order)).kind)
        return answer(schemas.Queued(job_id, "queued"), 202)

    async def jobs(self, request: Request) -> Response:
        """List the caller's newest jobs."""
        return answer(schemas.Jobs(await self._access.jobs(await self._access.caller(request, "jobs:run"))))

    async def job(self, request: Request) -> Response:
        """Show one of the caller's own jobs."""
        account = await self._access.caller(request, "jobs:run")
        asked = request.path_params["job_id"]
        known = asked.isascii() and asked.isdecimal() and len(asked) <= DIGITS and int(asked) <= LARGEST
        job = await self._database.job(int(asked), account.id) if known else None
        if job is None:
            raise HTTPException(404, "no such job")
        return answer(schemas.job_shown(job))

    async def events(self, request: Request) -> Response:
        """Stream what the caller's account did, each second for so many `seconds`: a request that lasts."""
        account, asked = await self._access.caller(request), request.query_params.get("seconds", "10")
        if not asked.isdecimal() or len(asked) > DIGITS or not 1 <= int(asked) <= LONGEST:
            raise HTTPException(422, f"seconds is a number from 1 to {LONGEST}")

        async def stream() -> AsyncIterator[bytes]:
            for _ in range(int(asked)):
                yield b"data: " + msgspec.json.encode(await self._database.events(account.id)) + b"\n\n"
                await asyncio.sleep(PAUSE)
            yield b"event: end\ndata: {}\n\n"

        return StreamingResponse(stream(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


async def refused(request: Request, error: Any) -> Response:
    """Answer an HTTPException: in HTML where a browser asked for a page, else in JSON."""
    if pages.wanted(request):
        return pages.error(request, error.status_code, error.detail, error.headers)
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)


async def away(request: Request, _: Exception) -> Response:
    """Answer when the database or the cache does not."""
    return await refused(request, HTTPException(503, "a store is unavailable", {"Retry-After": "5"}))


def application(operations: Operations, factor: SecondFactor) -> Starlette:
    """Assemble the application."""
    rights = Access(operations.database, operations.cache, factor)
    api = Api(rights).routes()
    app = Starlette(
        debug=operations.settings.debug,
        routes=[
            *operations.routes(),
            *api,
            live.route(rights, operations.drain),
            *pages.routes(operations, rights, api),
        ],
        middleware=[Middleware(Observe), Middleware(RequestBodyLimitMiddleware, max_body_size=16 * 1024)],
        exception_handlers={HTTPException: refused, **dict.fromkeys(STORE_ERRORS, away)},
    )
    app.state.operations = operations
    return app
