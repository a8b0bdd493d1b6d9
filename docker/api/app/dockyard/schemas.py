"""What requests and answers of the API are made of; openapi.py describes them."""

from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta

from dockyard.database import Account, Job
from dockyard.settings import Email, Password

Digits = Annotated[str, Meta(pattern=r"^[0-9]{6}\Z")]


Body = TypeVar("Body")


class Registration(msgspec.Struct):
    """Body of POST /api/accounts."""

    email: Email
    password: Password


class Credentials(msgspec.Struct):
    """Body of POST /api/login; with `totp` once the account has a second factor."""

    email: Email
    password: Annotated[str, Meta(max_length=128)]
    totp: Digits | None = None


class Code(msgspec.Struct):
    """Body of POST /api/totp/confirm."""

    code: Digits


class Order(msgspec.Struct):
    """Body of POST /api/jobs."""

    kind: str


class Shown(msgspec.Struct):
    """What a client may see of an account."""

    id: int
    email: str
    role: Literal["user", "admin"]
    second_factor: bool


class Accounts(msgspec.Struct):
    """All accounts, the newest first."""

    accounts: list[Shown]


class Opened(msgspec.Struct):
    """A new session; `expires_in` is in seconds."""

    token: str
    expires_in: int
    second_factor: bool


class Enrolment(msgspec.Struct):
    """A new second factor: its secret, and the URI for an authenticator."""

    secret: str
    uri: str


class Queued(msgspec.Struct):
    """A job that was ordered."""

    id: int
    state: str


class JobShown(msgspec.Struct):
    """A job, with its result once it is done."""

    id: int
    kind: str
    state: Literal["queued", "running", "done", "failed"]
    result: dict[str, int] | None


class Jobs(msgspec.Struct):
    """The caller's newest jobs."""

    jobs: list[JobShown]


class Session(msgspec.Struct):
    """Where and when an account was signed in to."""

    id: str
    since: str
    client: str
    agent: str
    current: bool = False


class Sessions(msgspec.Struct):
    """The caller's sessions, the newest first."""

    sessions: list[Session]


class Refusal(msgspec.Struct):
    """Any error."""

    error: str


def shown(account: Account) -> Shown:
    """Return what a client may see of an account."""
    return Shown(account.id, account.email, "admin" if account.role == "admin" else "user", account.totp_confirmed)


def job_shown(job: Job) -> JobShown:
    """Return what a client may see of a job."""
    result = msgspec.json.decode(job.result, type=dict[str, int]) if job.result else None
    return msgspec.convert({"id": job.id, "kind": job.kind, "state": job.state, "result": result}, JobShown)
