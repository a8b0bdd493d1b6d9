"""The API's OpenAPI document, of its routes and of the types of their bodies and answers."""

from typing import Any

import msgspec
from starlette.routing import Route

from dockyard import schemas

REF, JSON = "#/components/schemas/{name}", "application/json"
JOB_ID = {"name": "job_id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
SESSION_ID = {"name": "session_id", "in": "path", "required": True, "schema": {"type": "string"}}
SECONDS = {"name": "seconds", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 60, "default": 10}}
SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "__Host-session"},
}
REASONS = {
    200: "Done",
    202: "Accepted",
    204: "Done",
    400: "Not a request that can be read",
    401: "Not signed in, or wrong credentials",
    403: "Not allowed",
    404: "Does not exist",
    409: "In conflict with what is there",
    413: "The body is too large",
    415: "Not JSON",
    422: "Not what the schema asks for",
    429: "Too many attempts",
    503: "A store is unavailable",
}


class Operation(msgspec.Struct, frozen=True):
    """What one endpoint takes and answers, beyond what its route and its docstring say."""

    status: int = 200
    answer: type | None = None
    body: type | None = None
    errors: tuple[int, ...] = ()
    parameters: tuple[dict[str, Any], ...] = ()
    everyone: bool = False


OPERATIONS = {
    "register": Operation(202, None, schemas.Registration, (429,), everyone=True),
    "login": Operation(200, schemas.Opened, schemas.Credentials, (401, 429), everyone=True),
    "logout": Operation(204, everyone=True),
    "me": Operation(200, schemas.Shown),
    "sessions": Operation(200, schemas.Sessions),
    "end_session": Operation(204, errors=(404,), parameters=(SESSION_ID,)),
    "enrol": Operation(200, schemas.Enrolment, errors=(409,)),
    "confirm": Operation(204, None, schemas.Code),
    "list_accounts": Operation(200, schemas.Accounts, errors=(403,)),
    "order_job": Operation(202, schemas.Queued, schemas.Order, (403,)),
    "jobs": Operation(200, schemas.Jobs, errors=(403,)),
    "job": Operation(200, schemas.JobShown, errors=(403, 404), parameters=(JOB_ID,)),
    "events": Operation(200, str, errors=(422,), parameters=(SECONDS,)),
}


def document(routes: list[Route], version: str) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of `routes`."""
    used = {each for operation in OPERATIONS.values() for each in (operation.answer, operation.body)}
    types = sorted((each for each in (*used, schemas.Refusal) if each not in {None, str}), key=repr)
    known, components = msgspec.json.schema_components(types, ref_template=REF)
    names = dict(zip(types, known, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        for method in (route.methods or set()) - {"HEAD"}:
            paths.setdefault(route.path, {})[method.lower()] = _operation(route, names)
    about = {"title": "Dockyard", "version": version, "description": "Accounts, sessions, second factor and jobs."}
    parts = {"schemas": dict(sorted(components.items())), "securitySchemes": SECURITY}
    return {"openapi": "3.1.0", "info": about, "paths": paths, "components": parts}


def _operation(route: Route, names: dict[Any, Any]) -> dict[str, Any]:
    known, summary = OPERATIONS[route.name], (route.endpoint.__doc__ or "").rstrip(".").replace("`", "")
    found: dict[str, Any] = {"operationId": route.name, "summary": summary}
    errors = {*known.errors, 503, *(() if known.everyone else (401,)), *((413, 415, 422) if known.body else ())}
    answers = {known.status: known.answer} | dict.fromkeys(sorted(errors), schemas.Refusal)
    found["responses"] = {str(status): _response(status, answer, names) for status, answer in answers.items()}
    if known.body:
        found["requestBody"] = {"required": True, "content": {JSON: {"schema": names[known.body]}}}
    if known.parameters:
        found["parameters"] = [*known.parameters]
    return found | ({} if known.everyone else {"security": [{name: []} for name in SECURITY]})


def _response(status: int, answer: Any, names: dict[Any, Any]) -> dict[str, Any]:
    kind, schema = ("text/event-stream", {"type": "string"}) if answer is str else (JSON, names.get(answer))
    return {"description": REASONS[status]} | ({"content": {kind: {"schema": schema}}} if answer else {})
