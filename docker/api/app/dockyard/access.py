"""Who is calling and what they may do: sessions, sign-in, second factor, roles; the API and the pages share it."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec
from prometheus_client import Counter
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import Response

from dockyard.cache import CLIENT_ATTEMPTS, Cache
from dockyard.credentials import SecondFactor, hash_password, verify_password
from dockyard.database import Account, Database
from dockyard.schemas import Credentials, JobShown, Registration, Session, job_shown
from dockyard.worker import KINDS

COOKIE = "__Host-session"
COOKIE_FLAGS: dict[str, Any] = {"path": "/", "secure": True, "httponly": True, "samesite": "strict"}
PERMISSIONS = {"user": {"jobs:run"}, "admin": {"jobs:run", "accounts:list"}}
LOGINS = Counter("logins_total", "Attempts to sign in.", ["outcome"])
LONGEST_AGENT = 200  # characters of a browser's name of itself
SECOND_FACTOR = "second factor required"


def signed_in(account: Account) -> str:
    """Return what a session says of its owner: turning the second factor on ends those opened without."""
    return f"{account.id} {'both' if account.totp_confirmed else 'password'}"


def token(connection: HTTPConnection) -> str:
    """Return the bearer token, or else the cookie's."""
    scheme, _, bearer = connection.headers.get("authorization", "").partition(" ")
    return bearer if scheme.lower() == "bearer" else connection.cookies.get(COOKIE, "")


def foreign(connection: HTTPConnection) -> bool:
    """Return whether another site sent this: browsers say so, and what is no browser has no cookies to abuse."""
    site, origin = connection.headers.get("sec-fetch-site", ""), connection.headers.get("origin")
    if site:
        return site not in {"same-origin", "none"}
    return origin is not None and urlsplit(origin).netloc != connection.headers.get("host", "")


def refusal() -> HTTPException:
    """Return the one answer to any wrong credential."""
    LOGINS.labels("refused").inc()
    return HTTPException(401, "wrong address, password or code")


def set_cookie(response: Response, opened: str, seconds: int) -> None:
    """Give the session to a browser."""
    response.set_cookie(COOKIE, opened, max_age=seconds, **COOKIE_FLAGS)


def delete_cookie(response: Response) -> None:
    """Take the session from a browser."""
    response.delete_cookie(COOKIE, **COOKIE_FLAGS)


class Access:
    """Accounts and their sessions, over the stores."""

    def __init__(self, database: Database, cache: Cache, factor: SecondFactor) -> None:
        self.database, self.cache, self._factor = database, cache, factor

    async def register(self, body: Registration, connection: HTTPConnection) -> None:
        """Create an account with role `user`, where the address has none; nothing says whether it had one."""
        client = f"registering from {connection.client.host if connection.client else ''}"
        if wait := await self.cache.attempt(client, CLIENT_ATTEMPTS):
            raise HTTPException(429, "too many attempts", {"Retry-After": str(wait)})
        made = await self.database.create_account(body.email, await hash_password(body.password), "user")
        if account := made or await self.database.account(email=body.email):
            await self.database.record(account.id, "registered" if made else "registered again")

    async def sign_in(self, body: Credentials, connection: HTTPConnection) -> tuple[str, Account]:
        """Open a session and return its token; 401 `second factor required` asks for the same again with a code."""
        client = f"from {connection.client.host if connection.client else ''}"
        who = f"{body.email.lower()} {client}"
        if wait := max(await self.cache.attempt(who), await self.cache.attempt(client, CLIENT_ATTEMPTS)):
            LOGINS.labels("limited").inc()
            raise HTTPException(429, "too many attempts", {"Retry-After": str(wait)})
        account = await self.database.account(email=body.email)
        if not await verify_password(account.password_hash if account else None, body.password) or account is None:
            raise refusal()
        await self._check_code(account, body.totp)
        await self.cache.forgive(who, client)
        await self.database.record(account.id, "signed in")
        LOGINS.labels("accepted").inc()
        return await self.open(account, connection), account

    async def open(self, account: Account, connection: HTTPConnection) -> str:
        """Open a session for who has shown all that the account asks for, and return its token."""
        since = datetime.now(UTC).isoformat(timespec="seconds")
        client = connection.client.host if connection.client else ""
        agent = connection.headers.get("user-agent", "")[:LONGEST_AGENT]
        return await self.cache.open_session(account.id, signed_in(account), Session("", since, client, agent))

    async def _check_code(self, account: Account, code: str | None) -> None:
        if not account.totp_confirmed:
            return
        if code is None:
            raise HTTPException(401, SECOND_FACTOR)
        fits = self._factor.accepts(account.totp_secret, code, datetime.now(UTC))
        if not fits or not await self.cache.first_use(account.id, code):
            raise refusal()

    async def enrol(self, account: Account) -> tuple[str, str]:
        """Begin with a second factor; return its secret and the URI for an authenticator."""
        if account.totp_confirmed:
            raise HTTPException(409, "this account has a second factor")
        secret, uri, encrypted = self._factor.enrol(account.email)
        await self.database.set_totp(account.id, encrypted, confirmed=False)
        return secret, uri

    def enrolled(self, account: Account) -> tuple[str, str] | None:
        """Return secret and URI of an enrolment under way, to be shown again."""
        pending = None if account.totp_confirmed else account.totp_secret
        return self._factor.shown(pending, account.email) if pending else None

    async def confirm(self, account: Account, code: str) -> Account:
        """Turn the second factor on, once its owner has shown a code; then both are needed to sign in again."""
        if not self._factor.accepts(account.totp_secret, code, datetime.now(UTC)) or not account.totp_secret:
            raise HTTPException(422, "wrong code, or no enrolment under way")
        if not await self.cache.first_use(account.id, code):
            raise HTTPException(422, "this code was used already: wait for the next one")
        await self.database.set_totp(account.id, account.totp_secret, confirmed=True)
        await self.database.record(account.id, "second factor on")
        return msgspec.structs.replace(account, totp_confirmed=True)

    async def sessions(self, account: Account, connection: HTTPConnection) -> list[Session]:
        """Return the account's sessions, the newest first."""
        return await self.cache.sessions(account.id, signed_in(account), token(connection))

    async def accounts(self, account: Account) -> list[Account]:
        """Return all accounts: for admins who signed in with both factors."""
        if not account.totp_confirmed:
            raise HTTPException(403, SECOND_FACTOR)
        return await self.database.accounts()

    async def order(self, account: Account, kind: str) -> int:
        """Queue a job for the worker and return its id."""
        if kind not in KINDS:
            raise HTTPException(422, f"kind is one of: {', '.join(KINDS)}")
        job_id = await self.database.create_job(account.id, kind)
        await self.cache.enqueue(job_id)
        return job_id

    async def jobs(self, account: Account) -> list[JobShown]:
        """Return the account's newest jobs."""
        return [job_shown(job) for job in await self.database.jobs_of(account.id)]

    async def caller(self, connection: HTTPConnection, permission: str = "") -> Account:
        """Return the account of who is calling: 401 without a session, 403 without the permission."""
        who = await self.cache.session(token(connection))
        account = await self.database.account(id=int(who.split()[0])) if who else None
        if account is None or who != signed_in(account):
            raise HTTPException(401, "sign in first", {"WWW-Authenticate": "Bearer"})
        if permission and permission not in PERMISSIONS[account.role]:
            raise HTTPException(403, f"role {account.role} lacks {permission}")
        return account
