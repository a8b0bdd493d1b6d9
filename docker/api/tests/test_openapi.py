from typing import Any

from conftest import MemoryDatabase
from starlette.routing import Route

from dockyard import openapi
from dockyard.access import Access
from dockyard.cache import Cache
from dockyard.credentials import SecondFactor
from dockyard.web import Api


def described(database: MemoryDatabase, cache: Cache) -> tuple[list[Route], dict[str, Any]]:
    routes = Api(Access(database, cache, SecondFactor("t" * 32, "dockyard.test"))).routes()
    return routes, openapi.document(routes, "1.2.3")


def test_each_route_of_the_api_is_described(database: MemoryDatabase, cache: Cache) -> None:
    routes, document = described(database, cache)
    known = {(path, method.upper()) for path, methods in document["paths"].items() for method in methods}
    assert known == {(route.path, method) for route in routes for method in (route.methods or set()) - {"HEAD"}}
    assert {route.name for route in routes} == {*openapi.OPERATIONS}


def test_bodies_and_answers_refer_to_types_that_exist(database: MemoryDatabase, cache: Cache) -> None:
    _, document = described(database, cache)
    login = document["paths"]["/api/login"]["post"]
    assert login["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Credentials"}
    assert {"200", "401", "413", "415", "422", "429", "503"} == {*login["responses"]}
    assert "security" not in login
    assert document["components"]["schemas"]["Credentials"]["required"] == ["email", "password"]
    assert "security" in document["paths"]["/api/me"]["get"]
