"""The OpenAPI 3.1 document, made from the route table and the types that check requests and shape answers."""

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from shared.domain.load_runs import RUN
from storefront.api.answers import Problem
from storefront.api.calls import ANY_CALL, PARAMETERS, PROBLEMS, Call
from storefront.api.problems import PROBLEM_TYPE

if TYPE_CHECKING:
    from storefront.routes import Route

REF = "#/components/schemas/{model}"
PATH_PARAMETERS = {
    "slug": {"type": "string", "examples": ["merino-jumper"]},
    "sku": {"type": "string", "examples": ["MJ08-FOR-M"]},
    "number": {"type": "string", "examples": ["K7QM-4X2D"]},
    "run": {"type": "string", "pattern": f"^{RUN.pattern}$", "examples": ["nightly-42"]},
}


def openapi_document(routes: "Iterable[Route]") -> dict[str, Any]:
    described = [route for route in routes if route.calls]
    calls = [call for route in described for call in route.calls.values()]
    return {
        "openapi": "3.1.0",
        "info": {"title": "MyClothes", "version": "1", "description": "Prices are in cents and contain VAT."},
        "paths": {route.path: _operations(route) for route in described},
        "components": {
            "schemas": _schemas(calls),
            "parameters": {name: dict(parameter) for name, parameter in PARAMETERS.items()},
            "headers": _headers(),
            "responses": {f"Problem{status}": _problem(status, text) for status, text in PROBLEMS.items()},
        },
    }


def _operations(route: "Route") -> dict[str, Any]:
    return {method: _operation(route.path, call) for method, call in route.calls.items()}


def _operation(path: str, call: Call) -> dict[str, Any]:
    body = {"requestBody": {"required": True, "content": _json(_ref(call.body))}} if call.body else {}
    refusals = {
        str(status): {"$ref": f"#/components/responses/Problem{status}"} for status in (*ANY_CALL, *call.problems)
    }
    return {
        "summary": call.summary,
        "parameters": [*_path_parameters(path), *_query_parameters(call.query), *map(_parameter_ref, call.parameters)],
        **body,
        "responses": {str(call.status): _answer(call), **refusals},
    }


def _answer(call: Call) -> dict[str, Any]:
    schema = _ref(call.answer) if call.answer else {"type": "object"}
    own = {name: {"description": text, "schema": {"type": "string"}} for name, text in call.answer_headers.items()}
    return {
        "description": "Done.",
        "headers": {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}, **own},
        "content": _json(schema),
    }


def _problem(status: int, text: str) -> dict[str, Any]:
    headers = {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}}
    if status in (429, 503):
        headers["Retry-After"] = {"$ref": "#/components/headers/RetryAfter"}
    return {"description": text, "headers": headers, "content": {PROBLEM_TYPE: {"schema": _ref(Problem)}}}


def _headers() -> dict[str, Any]:
    return {
        "RequestId": {"description": "Quote it if you write to us.", "schema": {"type": "string"}},
        "RetryAfter": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 0}},
    }


def _path_parameters(path: str) -> list[dict[str, Any]]:
    names = re.findall(r"{(\w+)}", path)
    return [{"name": name, "in": "path", "required": True, "schema": PATH_PARAMETERS[name]} for name in names]


def _query_parameters(model: type[BaseModel] | None) -> list[dict[str, Any]]:
    if model is None:
        return []
    properties: Mapping[str, Any] = model.model_json_schema()["properties"]
    return [
        {"name": name, "in": "query", "schema": schema, **({"explode": True} if schema.get("type") == "array" else {})}
        for name, schema in properties.items()
    ]


def _parameter_ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/parameters/{name}"}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": REF.format(model=model.__name__)}


def _schemas(calls: Iterable[Call]) -> dict[str, Any]:
    taken: list[tuple[type[BaseModel], JsonSchemaMode]] = [(Problem, "serialization")]
    taken += [(call.body, "validation") for call in calls if call.body]
    taken += [(call.answer, "serialization") for call in calls if call.answer]
    _, document = models_json_schema(list(dict.fromkeys(taken)), ref_template=REF)
    schemas: dict[str, Any] = document["$defs"]
    return schemas
