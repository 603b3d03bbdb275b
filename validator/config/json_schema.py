"""JSON Schemas of the files of `schemas/`, made from the models that read them; for editors and for checks outside this package."""

import dataclasses
import json
import types
import typing
from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin

from validator.check import Check
from validator.config.head import head_of
from validator.ssot.load import KINDS
from validator.ssot.models.checks import CheckSpec
from validator.ssot.models.kinds import Matches
from validator.ssot.models.processors import PhaseSpec
from validator.ssot.reader import Rule

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_PLAIN: Mapping[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    date: {"type": "string", "format": "date"},
    Any: {},
}


def render_json_schemas(pipeline: str, classes: Mapping[str, type[Check]]) -> dict[str, str]:
    """The schema of every file by its own name: `checks.json` describes `checks.yaml`, `processors.json` every processor file."""
    made = {name.rpartition("/")[2].removesuffix(".yaml"): kind for name, kind in KINDS.items()}
    return {
        f"{name}.json": json.dumps(_file(pipeline, name, kind, classes), indent=2, ensure_ascii=False) + "\n"
        for name, kind in sorted({**made, "processors": PhaseSpec}.items())
    }


def _file(pipeline: str, name: str, kind: type, classes: Mapping[str, type[Check]]) -> dict[str, Any]:
    definitions: dict[str, Any] = {}
    schema = _Schemas(definitions, classes).dataclass(kind)
    return {
        "$comment": head_of(pipeline),
        "$schema": DRAFT,
        "title": name,
        **schema,
        "$defs": dict(sorted(definitions.items())),
    }


class _Schemas:
    """Turns annotations into schemas; dataclasses become definitions that are referred to."""

    def __init__(self, definitions: dict[str, Any], classes: Mapping[str, type[Check]]) -> None:
        self.definitions = definitions
        self.classes = classes

    def dataclass(self, kind: type) -> dict[str, Any]:
        """An object with the dataclass's fields and no others."""
        hints = typing.get_type_hints(kind, include_extras=True)
        fields = [field for field in dataclasses.fields(kind) if field.init]
        required = [
            field.name.rstrip("_")
            for field in fields
            if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        ]
        schema: dict[str, Any] = {
            "description": " ".join((kind.__doc__ or "").split()),
            "type": "object",
            "additionalProperties": False,
            "properties": {field.name.rstrip("_"): self.of(hints[field.name]) for field in fields},
        }
        if required:
            schema["required"] = required
        return self._with_classes(schema) if kind is CheckSpec else schema

    def of(self, kind: Any) -> dict[str, Any]:
        """The schema of an annotation."""
        origin = get_origin(kind)
        if origin is typing.Annotated:
            return self._annotated(kind)
        if origin in (Union, types.UnionType):
            return {"anyOf": [self.of(part) for part in get_args(kind)]}
        if origin is Literal:
            return {"enum": list(get_args(kind))}
        if origin is tuple:
            return {"type": "array", "items": self.of(get_args(kind)[0])}
        if origin in (dict, Mapping):
            names, values = get_args(kind)
            return {"type": "object", "propertyNames": self.of(names), "additionalProperties": self.of(values)}
        if dataclasses.is_dataclass(kind):
            return self._reference(typing.cast(type, kind))
        if isinstance(kind, type) and issubclass(kind, Enum):
            return {"enum": [member.value for member in kind]}
        return dict(_PLAIN[kind])

    def _annotated(self, kind: Any) -> dict[str, Any]:
        inner, *rules = get_args(kind)
        schema = self.of(inner)
        for rule in rules:
            if isinstance(rule, Rule):
                schema["description"] = rule.wants
                if isinstance(rule.test, Matches):
                    schema["pattern"] = f"^(?:{rule.test.pattern})$"
        return schema

    def _reference(self, kind: type) -> dict[str, Any]:
        if kind.__name__ not in self.definitions:
            self.definitions[kind.__name__] = {}
            self.definitions[kind.__name__] = self.dataclass(kind)
        return {"$ref": f"#/$defs/{kind.__name__}"}

    def _with_classes(self, schema: dict[str, Any]) -> dict[str, Any]:
        """A check's class is one that exists, and its parameters are that class's."""
        schema["properties"]["class"] = {"enum": sorted(self.classes)}
        schema["allOf"] = [
            {
                "if": {"properties": {"class": {"const": name}}, "required": ["class"]},
                "then": {"properties": {"parameters": self._reference(self.classes[name])}},
            }
            for name in sorted(self.classes)
        ]
        return schema
