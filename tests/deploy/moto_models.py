"""What moto's CloudFormation needs to make the types of moto_types.py: each is one call of its service."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import boto3
from moto.core.common_models import CloudFormationModel

from tests.deploy.moto_types import LACKING, TAUGHT, Properties, Taught


@cache
def client(service: str) -> Any:
    """Kept for one account, as making one takes longer than what it is asked."""
    return boto3.client(service)


def models() -> Mapping[str, type[CloudFormationModel]]:
    """Type → what moto needs to make it."""
    return {
        **{kind: _model(kind, taught) for kind, taught in TAUGHT.items()},
        **{kind: _model(kind, None) for kind in LACKING},
    }


def _model(kind: str, taught: Taught | None) -> type[CloudFormationModel]:
    class Made:
        """What CloudFormation asks of a resource; no subclass of moto's class, as moto keeps a list of those."""

        cf_resource_type = kind

        def __init__(self, physical_resource_id: str) -> None:
            self.physical_resource_id = physical_resource_id

        @staticmethod
        def cloudformation_type() -> str:
            return kind

        @staticmethod
        def has_cfn_attr(attribute: str) -> bool:
            return bool(taught and attribute in taught.attributes)

        def get_cfn_attribute(self, attribute: str) -> str:
            """Inside of a text moto asks for the first half only of a name with a dot."""
            assert taught
            (read,) = [read for name, read in taught.attributes.items() if f"{name}.".startswith(f"{attribute}.")]
            return read(client(taught.service), self.physical_resource_id)

        def is_created(self) -> bool:
            return True

        @classmethod
        def create_from_cloudformation_json(cls, resource_name: str, definition: Any, *_: Any, **__: Any) -> "Made":
            if taught is None:
                return cls(resource_name)
            return cls(_make(taught, resource_name, definition.get("Properties", {})))

    return Made  # type: ignore[return-value]


def _make(taught: Taught, generated_name: str, properties: Properties) -> str:
    """Call the API and return what `Ref` gives."""
    given = taught.prepared(dict(properties))
    if taught.name:
        given.setdefault(taught.name, generated_name[-40:].strip("-").lower())
    caller = client(taught.service)
    operation = caller.meta.service_model.operation_model(caller.meta.method_to_api_mapping[taught.operation])
    answer = getattr(caller, taught.operation)(**_fitted(operation.input_shape, given))
    return taught.ref(answer, given) if taught.ref else str(given[taught.name])


def _fitted(shape: Any, value: Any) -> Any:
    """A template's value in the shape that an API takes: other spelling of names, and numbers that came as text."""
    if shape.type_name == "structure":
        names = {name.lower(): name for name in shape.members}
        known = {names[key.lower()]: item for key, item in value.items() if key.lower() in names}
        return {key: _fitted(shape.members[key], item) for key, item in known.items()}
    if shape.type_name == "list":
        return [_fitted(shape.member, item) for item in value]
    if shape.type_name == "map":
        return {key: _fitted(shape.value, item) for key, item in value.items()}
    plain: Mapping[str, Callable[[Any], Any]] = {
        "integer": int,
        "long": int,
        "double": float,
        "float": float,
        "boolean": lambda given: str(given).lower() == "true",
        "string": _text,
    }
    return plain.get(shape.type_name, lambda given: given)(value)


def _text(given: Any) -> str:
    """A string; where moto hands over a resource itself instead of its name, the name."""
    for name in ("physical_resource_id", "name"):
        if hasattr(given, name):
            return str(getattr(given, name))
    return str(given)
