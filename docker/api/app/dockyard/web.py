"""The HTTP interface: accounts, sessions, second factor, roles, jobs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import asyncpg
import msgspec
from prometheus_client import Counter
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from valkey.exceptions import ConnectionError as ValkeyConnectionError
from valkey.exceptions import TimeoutError as ValkeyTimeoutError

from dockyard.cache import Session
from dockyard.credentials import SecondFactor, hash_password, verify_password
from dockyard.database import EmailTakenError
from dockyard.observe import Observe
from dockyard.worker import KINDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from starlette.requests import Request

    from dockyard.database import Account
    from dockyard.operations import Operations

COOKIE = "__Host-session"
LARGEST_BODY = 16 * 1024
PERMISSIONS = {"user": {"jobs:run"}, "admin": {"jobs:run", "accounts:list"}}
LOGINS = Counter("logins_total", "Attempts to sign in.", ["outcome"])

Email = Annotated[str, msgspec.Meta(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)]
Password = Annotated[str, msgspec.Meta(min_length=12, max_length=128)]
Body = TypeVar("Body")


class Registration(msgspec.Struct, forbid_unknown_fields=True):
    """Body of POST /api/accounts."""

    email: Email
    password: Password


class Credentials(msgspec.Struct, forbid_unknown_fields=True):
    """Body of POST /api/login; `totp` once the account has a second factor."""

    email: Email
    password: Annotated[str, msgspec.Meta(max_length=128)]
    totp: str | None = None


class Code(msgspec.Struct, forbid_unknown_fields=True):
    """Body of POST /api/totp/confirm."""

    code: str


class Order(msgspec.Struct, forbid_unknown_fields=True):
    """Body of POST /api/jobs."""

    kind: str


@dataclass(frozen=True)
class Caller:
    """The account and session behind a request."""

    account: Account
    session: Session
    token: str


async def read(request: Request, body: type[Body]) -> Body:
    """Return the request's JSON as `body`; 415 or 422 otherwise. The type check also stops forged HTML forms."""
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
        raise HTTPException(415, "send application/json")
    try:
        return msgspec.json.decode(await request.body(), type=body)
    except msgspec.DecodeError as error:
        raise HTTPException(422, str(error)) from error


def shown(account: Account) -> dict[str, Any]:
    """Return what a client may see of an account."""
    fields = {"id": account.id, "email": account.email, "role": account.role}
    return fields | {"second_factor": account.totp_secret is not None}


@dataclass(frozen=True)
class Api:
    """The endpoints under /api, over the stores."""

    operations: Operations
    factor: SecondFactor

    def routes(self) -> list[Route]:
        """Return the endpoints."""
        return [
            Route("/", self.index),
            Route("/api/accounts", self.register, methods=["POST"]),
            Route("/api/login", self.login, methods=["POST"]),
            Route("/api/logout", self.logout, methods=["POST"]),
            Route("/api/me", self.me),
            Route("/api/totp", self.enrol, methods=["POST"]),
            Route("/api/totp/confirm", self.confirm, methods=["POST"]),
            Route("/api/admin/accounts", self.list_accounts),
            Route("/api/jobs", self.order_job, methods=["POST"]),
            Route("/api/jobs/{job_id:int}", self.job),
        ]

    async def index(self, request: Request) -> Response:
        """Say what this is."""
        return await self.operations.version(request)

    async def register(self, request: Request) -> Response:
        """Create an account with role `user`."""
        body = await read(request, Registration)
        hashed = await hash_password(body.password)
        try:
            account = await self.operations.database.create_account(body.email.lower(), hashed, "user")
        except EmailTakenError as error:
            raise HTTPException(409, "an account with this address exists") from error
        await self.operations.database.record(account.id, "registered")
        return JSONResponse(shown(account), status_code=201)

    async def login(self, request: Request) -> Response:
        """Open a session; 401 `second_factor_required` asks for the same again with `totp`."""
        body = await read(request, Credentials)
        who = f"{body.email.lower()}:{request.client.host if request.client else ''}"
        if wait := await self.operations.cache.attempt(who):
            LOGINS.labels("limited").inc()
            raise HTTPException(429, "too many attempts", {"Retry-After": str(wait)})
        account = await self.operations.database.account("email", body.email.lower())
        matches = await verify_password(account.password_hash if account else None, body.password)
        if account is None or not matches:
            LOGINS.labels("refused").inc()
            raise HTTPException(401, "wrong address, password or code")
        if account.totp_secret is not None:
            await self._check_code(account, account.totp_secret, body.totp)
        return await self._sign_in(account, who)

    async def _check_code(self, account: Account, encrypted: bytes, code: str | None) -> None:
        if code is None:
            raise HTTPException(401, "second_factor_required")
        fits = self.factor.accepts(encrypted, code, datetime.now(UTC))
        if not fits or not await self.operations.cache.first_use(account.id, code):
            LOGINS.labels("refused").inc()
            raise HTTPException(401, "wrong address, password or code")

    async def _sign_in(self, account: Account, who: str) -> Response:
        session = Session(account.id, second_factor=account.totp_secret is not None)
        token, seconds = await self.operations.cache.open_session(session)
        await self.operations.cache.forgive(who)
        await self.operations.database.record(account.id, "signed in")
        LOGINS.labels("accepted").inc()
        answer = {"token": token, "expires_in": seconds, "second_factor": session.second_factor}
        response = JSONResponse(answer)
        response.set_cookie(COOKIE, token, max_age=seconds, path="/", secure=True, httponly=True, samesite="strict")
        return response

    async def logout(self, request: Request) -> Response:
        """End the session."""
        caller = await self.caller(request)
        await self.operations.cache.close_session(caller.token)
        response = Response(status_code=204)
        response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="strict")
        return response

    async def me(self, request: Request) -> Response:
        """Show the caller's account."""
        return JSONResponse(shown((await self.caller(request)).account))

    async def enrol(self, request: Request) -> Response:
        """Begin with a second factor: return its secret, and the URI for an authenticator."""
        caller = await self.caller(request)
        if caller.account.totp_secret is not None:
            raise HTTPException(409, "this account has a second factor")
        secret, uri, encrypted = self.factor.enrol(caller.account.email)
        await self.operations.cache.begin_enrolment(caller.account.id, encrypted)
        return JSONResponse({"secret": secret, "uri": uri})

    async def confirm(self, request: Request) -> Response:
        """Turn the second factor on, once its owner has shown a code."""
        caller = await self.caller(request)
        body = await read(request, Code)
        encrypted = await self.operations.cache.enrolment(caller.account.id)
        if encrypted is None or not self.factor.accepts(encrypted, body.code, datetime.now(UTC)):
            raise HTTPException(422, "wrong code, or no enrolment under way")
        await self.operations.database.set_totp(caller.account.id, encrypted)
        await self.operations.cache.end_enrolment(caller.account.id)
        await self.operations.database.record(caller.account.id, "second factor on")
        return Response(status_code=204)

    async def list_accounts(self, request: Request) -> Response:
        """List accounts: for admins who signed in with both factors."""
        caller = await self.caller(request, "accounts:list")
        if not caller.session.second_factor:
            raise HTTPException(403, "sign in with a second factor for this")
        return JSONResponse({"accounts": [shown(account) for account in await self.operations.database.accounts()]})

    async def order_job(self, request: Request) -> Response:
        """Queue a job for the worker."""
        caller = await self.caller(request, "jobs:run")
        body = await read(request, Order)
        if body.kind not in KINDS:
            raise HTTPException(422, f"kind is one of: {', '.join(sorted(KINDS))}")
        job = await self.operations.database.create_job(caller.account.id, body.kind)
        await self.operations.cache.enqueue(job.id)
        return JSONResponse({"id": job.id, "state": job.state}, status_code=202)

    async def job(self, request: Request) -> Response:
        """Show a job of the caller's own."""
        caller = await self.caller(request, "jobs:run")
        job = await self.operations.database.job(request.path_params["job_id"])
        if job is None or job.account_id != caller.account.id:
            raise HTTPException(404, "no such job")
        result = msgspec.json.decode(job.result) if job.result else None
        return JSONResponse({"id": job.id, "kind": job.kind, "state": job.state, "result": result})

    async def caller(self, request: Request, permission: str | None = None) -> Caller:
        """Return who is calling, by bearer token or cookie: 401 for nobody, 403 without the permission."""
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        token = bearer if scheme.lower() == "bearer" else request.cookies.get(COOKIE, "")
        session = await self.operations.cache.session(token) if token else None
        account = await self.operations.database.account("id", session.account_id) if session else None
        if session is None or account is None:
            raise HTTPException(401, "sign in first", {"WWW-Authenticate": "Bearer"})
        if permission and permission not in PERMISSIONS[account.role]:
            raise HTTPException(403, f"role {account.role} lacks {permission}")
        return Caller(account, session, token)


async def refused(_: Request, error: Exception) -> Response:
    """Answer an HTTPException in JSON."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    return JSONResponse({"error": error.detail}, status_code=error.status_code, headers=error.headers)


async def away(_: Request, __: Exception) -> Response:
    """Answer when the database or the cache does not."""
    return JSONResponse({"error": "a store is unavailable"}, status_code=503, headers={"Retry-After": "5"})


STORE_ERRORS = (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError, ValkeyConnectionError, ValkeyTimeoutError)


def application(
    api: Api,
    lifespan: Callable[[Starlette], AbstractAsyncContextManager[None]] | None = None,
    *,
    debug: bool = False,
) -> Starlette:
    """Assemble the application."""
    return Starlette(
        debug=debug,
        routes=[*api.operations.routes(), *api.routes()],
        middleware=[Middleware(Observe), Middleware(RequestBodyLimitMiddleware, max_body_size=LARGEST_BODY)],
        exception_handlers={HTTPException: refused, **dict.fromkeys(STORE_ERRORS, away)},
        lifespan=lifespan,
    )
