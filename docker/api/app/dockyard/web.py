"""The HTTP interface: accounts, sessions, second factor, roles, jobs."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import asyncpg
import msgspec
from prometheus_client import Counter
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from valkey.exceptions import ValkeyError

from dockyard.cache import CLIENT_ATTEMPTS
from dockyard.credentials import SecondFactor, hash_password, verify_password
from dockyard.database import Account
from dockyard.observe import Observe
from dockyard.operations import Operations
from dockyard.settings import Email, Password
from dockyard.worker import KINDS

COOKIE = "__Host-session"
COOKIE_FLAGS: dict[str, Any] = {"path": "/", "secure": True, "httponly": True, "samesite": "strict"}
PERMISSIONS = {"user": {"jobs:run"}, "admin": {"jobs:run", "accounts:list"}}
LONGEST = 60  # seconds of a stream
LARGEST = 2**63 - 1  # what PostgreSQL's bigint holds
DIGITS = len(str(LARGEST))  # Python refuses to read numbers of thousands of digits
STORE_ERRORS = (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError, ValkeyError)
LOGINS = Counter("logins_total", "Attempts to sign in.", ["outcome"])
Digits = Annotated[str, msgspec.Meta(pattern="^[0-9]{6}$")]
Body = TypeVar("Body")


class Registration(msgspec.Struct):
    """Body of POST /api/accounts."""

    email: Email
    password: Password


class Credentials(msgspec.Struct):
    """Body of POST /api/login; with `totp` once the account has a second factor."""

    email: Email
    password: Annotated[str, msgspec.Meta(max_length=128)]
    totp: Digits | None = None


async def read(request: Request, body: type[Body]) -> Body:
    """Return the request's JSON as `body`; insisting on its type also stops forged HTML forms."""
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise HTTPException(415, "send application/json")
    try:
        return msgspec.json.decode(await request.body(), type=body)
    except msgspec.DecodeError as error:
        raise HTTPException(422, str(error)) from error


def shown(account: Account) -> dict[str, Any]:
    """Return what a client may see of an account."""
    fields = {"id": account.id, "email": account.email, "role": account.role}
    return fields | {"second_factor": account.totp_confirmed}


def signed_in(account: Account) -> str:
    """Return what a session says of its owner: turning the second factor on ends those opened without."""
    return f"{account.id} {'both' if account.totp_confirmed else 'password'}"


def token(request: Request) -> str:
    """Return the bearer token, or else the cookie's."""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    return bearer if scheme.lower() == "bearer" else request.cookies.get(COOKIE, "")


def refusal() -> HTTPException:
    """Return the one answer to any wrong credential."""
    LOGINS.labels("refused").inc()
    return HTTPException(401, "wrong address, password or code")


class Api:
    """The endpoints under /api, over the stores."""

    def __init__(self, operations: Operations, factor: SecondFactor) -> None:
        self._database, self._cache, self._factor = operations.database, operations.cache, factor

    def routes(self) -> list[Route]:
        """Return the endpoints."""
        reads = {"me": self.me, "admin/accounts": self.list_accounts, "jobs/{job_id}": self.job}
        reads |= {"events": self.events}
        writes = {"accounts": self.register, "login": self.login, "logout": self.logout, "jobs": self.order_job}
        writes |= {"totp": self.enrol, "totp/confirm": self.confirm}
        routes = [Route(f"/api/{path}", handler) for path, handler in reads.items()]
        return routes + [Route(f"/api/{path}", handler, methods=["POST"]) for path, handler in writes.items()]

    async def register(self, request: Request) -> Response:
        """Create an account with role `user`."""
        body = await read(request, Registration)
        account = await self._database.create_account(body.email, await hash_password(body.password), "user")
        if account is None:
            raise HTTPException(409, "an account with this address exists")
        await self._database.record(account.id, "registered")
        return JSONResponse(shown(account), 201)

    async def login(self, request: Request) -> Response:
        """Open a session; 401 `second factor required` asks for the same again with `totp`."""
        body = await read(request, Credentials)
        client = f"from {request.client.host if request.client else ''}"
        who = f"{body.email.lower()} {client}"
        if wait := max(await self._cache.attempt(who), await self._cache.attempt(client, CLIENT_ATTEMPTS)):
            LOGINS.labels("limited").inc()
            raise HTTPException(429, "too many attempts", {"Retry-After": str(wait)})
        account = await self._database.account(email=body.email)
        if not await verify_password(account.password_hash if account else None, body.password) or account is None:
            raise refusal()
        await self._check_code(account, body.totp)
        opened, life = await self._cache.open_session(signed_in(account)), self._cache.session_seconds
        await self._cache.forgive(who, client)
        await self._database.record(account.id, "signed in")
        LOGINS.labels("accepted").inc()
        response = JSONResponse({"token": opened, "expires_in": life, "second_factor": account.totp_confirmed})
        response.set_cookie(COOKIE, opened, max_age=life, **COOKIE_FLAGS)
        return response

    async def _check_code(self, account: Account, code: str | None) -> None:
        if not account.totp_confirmed:
            return
        if code is None:
            raise HTTPException(401, "second factor required")
        fits = self._factor.accepts(account.totp_secret, code, datetime.now(UTC))
        if not fits or not await self._cache.first_use(account.id, code):
            raise refusal()

    async def logout(self, request: Request) -> Response:
        """End the session."""
        await self._cache.close_session(token(request))
        response = Response(status_code=204)
        response.delete_cookie(COOKIE, **COOKIE_FLAGS)
        return response

    async def me(self, request: Request) -> Response:
        """Show the caller's account."""
        return JSONResponse(shown(await self.caller(request)))

    async def enrol(self, request: Request) -> Response:
        """Begin with a second factor: return its secret, and the URI for an authenticator."""
        account = await self.caller(request)
        if account.totp_confirmed:
            raise HTTPException(409, "this account has a second factor")
        secret, uri, encrypted = self._factor.enrol(account.email)
        await self._database.set_totp(account.id, encrypted, confirmed=False)
        return JSONResponse({"secret": secret, "uri": uri})

    async def confirm(self, request: Request) -> Response:
        """Turn the second factor on, once its owner has shown a code; then both are needed to sign in again."""
        account, code = await self.caller(request), (await read(request, dict[str, str])).get("code", "")
        if not self._factor.accepts(account.totp_secret, code, datetime.now(UTC)) or not account.totp_secret:
            raise HTTPException(422, "wrong code, or no enrolment under way")
        if not await self._cache.first_use(account.id, code):
            raise HTTPException(422, "this code was used already: wait for the next one")
        await self._database.set_totp(account.id, account.totp_secret, confirmed=True)
        await self._database.record(account.id, "second factor on")
        return Response(status_code=204)

    async def list_accounts(self, request: Request) -> Response:
        """List accounts: for admins who signed in with both factors."""
        if not (await self.caller(request, "accounts:list")).totp_confirmed:
            raise HTTPException(403, "second factor required")
        return JSONResponse({"accounts": [shown(account) for account in await self._database.accounts()]})

    async def order_job(self, request: Request) -> Response:
        """Queue a job for the worker."""
        account, kind = await self.caller(request, "jobs:run"), (await read(request, dict[str, str])).get("kind", "")
        if kind not in KINDS:
            raise HTTPException(422, f"kind is one of: {', '.join(KINDS)}")
        job_id = await self._database.create_job(account.id, kind)
        await self._cache.enqueue(job_id)
        return JSONResponse({"id": job_id, "state": "queued"}, 202)

    async def job(self, request: Request) -> Response:
        """Show one of the caller's own jobs."""
        account = await self.caller(request, "jobs:run")
        asked = request.path_params["job_id"]
        known = asked.isascii() and asked.isdecimal() and len(asked) <= DIGITS and int(asked) <= LARGEST
        job = await self._database.job(int(asked), account.id) if known else None
        if job is None:
            raise HTTPException(404, "no such job")
        result = msgspec.json.decode(job.result) if job.result else None
        return JSONResponse({"id": job.id, "kind": job.kind, "state": job.state, "result": result})

    async def events(self, request: Request) -> Response:
        """Stream what the caller's account did, each second for so many `seconds`: a request that lasts."""
        account, asked = await self.caller(request), request.query_params.get("seconds", "10")
        if not asked.isdecimal() or len(asked) > DIGITS or not 1 <= int(asked) <= LONGEST:
            raise HTTPException(422, f"seconds is a number from 1 to {LONGEST}")

        async def stream() -> AsyncIterator[bytes]:
            for _ in range(int(asked)):
                yield b"data: " + msgspec.json.encode(await self._database.events(account.id)) + b"\n\n"
                await asyncio.sleep(1)
            yield b"event: end\ndata: {}\n\n"

        return StreamingResponse(stream(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

    async def caller(self, request: Request, permission: str = "") -> Account:
        """Return the account of who is calling: 401 for nobody, 403 without the permission."""
        who = await self._cache.session(token(request))
        account = await self._database.account(id=int(who.split()[0])) if who else None
        if account is None or who != signed_in(account):
            raise HTTPException(401, "sign in first", {"WWW-Authenticate": "Bearer"})
        if permission and permission not in PERMISSIONS[account.role]:
            raise HTTPException(403, f"role {account.role} lacks {permission}")
        return account


async def refused(_: Request, error: Any) -> Response:
    """Answer an HTTPException in JSON."""
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)


async def away(_: Request, __: Exception) -> Response:
    """Answer when the database or the cache does not."""
    return JSONResponse({"error": "a store is unavailable"}, 503, {"Retry-After": "5"})


def application(operations: Operations, factor: SecondFactor) -> Starlette:
    """Assemble the application."""
    return Starlette(
        debug=operations.settings.debug,
        routes=[Route("/", operations.version), *operations.routes(), *Api(operations, factor).routes()],
        middleware=[Middleware(Observe), Middleware(RequestBodyLimitMiddleware, max_body_size=16 * 1024)],
        exception_handlers={HTTPException: refused, **dict.fromkeys(STORE_ERRORS, away)},
    )
