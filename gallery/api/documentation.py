"""The API reference as a page of the site, rendered here from the OpenAPI schema.

It is rendered without scripts, so it follows the site's theme and works everywhere. The texts are
those of the endpoints and schemas, and the page links to the schema itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase

Schema = Mapping[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")
# Example values for the parameters in an endpoint's path.
PATH_EXAMPLES = {
    "image_id": "12",
    "slug": "holidays",
    "batch_id": "6f1c2a9e-4c1b-4a57-9d0e-2f4b8a1c3d5e",
}
QUERY_EXAMPLES = {"/search": "?q=a+dog+on+a+beach"}


@dataclass(frozen=True, kw_only=True)
class Field:
    """A parameter, or a field of a body or an object. `link` is the object that its type names."""

    name: str
    place: str
    type: str
    link: str
    is_required: bool
    description: SafeString


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A status code that an endpoint returns, and its body."""

    status: str
    type: str
    link: str


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One endpoint."""

    method: str
    path: str
    anchor: str
    summary: str
    description: SafeString
    needs_account: bool
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    body_kind: str
    example: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, kw_only=True)
class Shape:
    """An object that the API accepts or returns."""

    name: str
    description: SafeString
    fields: tuple[Field, ...]
    example: str


class Documentation(DocsBase):
    """The page at /api/v1/docs."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        """Show all endpoints by group, then all objects."""
        schema = api.get_openapi_schema(path_params=kwargs)
        reader = _Reader(schema, root=request.build_absolute_uri("/").rstrip("/"))
        groups: dict[str, list[Operation]] = {}
        for tag, operation in reader.operations():
            groups.setdefault(tag, []).append(operation)
        context = {
            "api": api,
            "description": [_inline(part) for part in api.description.strip().split("\n\n")],
            "groups": [(tag.capitalize(), operations) for tag, operations in groups.items()],
            "shapes": list(reader.shapes()),
            "schema_url": self.get_openapi_url(api, kwargs),
        }
        return render(request, "api/docs.html", context)


class _Reader:
    """Reads one OpenAPI schema. `root` is the site's URL in the examples."""

    def __init__(self, schema: Schema, *, root: str) -> None:
        self._paths: Schema = schema["paths"]
        self._objects: Schema = schema["components"]["schemas"]
        self._root = root

    def operations(self) -> Iterator[tuple[str, Operation]]:
        """Return every endpoint with the name of its group, in the order of the routers."""
        for path, methods in self._paths.items():
            for method in METHODS:
                if method in methods:
                    yield methods[method]["tags"][0], self._operation(path, method, methods[method])

    def shapes(self) -> Iterator[Shape]:
        """Return every object, by name."""
        for name, schema in sorted(self._objects.items()):
            if "properties" in schema:
                example = schema.get("example")
                yield Shape(
                    name=name,
                    description=_inline(schema.get("description", "")),
                    fields=self._fields(schema),
                    example=json.dumps(example, indent=2, ensure_ascii=False) if example else "",
                )

    def _operation(self, path: str, method: str, found: Schema) -> Operation:
        content: Schema = found.get("requestBody", {}).get("content", {})
        kind = next(iter(content), "")
        schema = self._resolved(content[kind]["schema"]) if kind else {}
        needs_account = any("SignedIn" in each for each in found.get("security", []))
        return Operation(
            method=method.upper(),
            path=path,
            anchor=f"{method}-{re.sub(r'[^a-z0-9]+', '-', path.lower()).strip('-')}",
            summary=found.get("summary", ""),
            description=_inline(found.get("description", "")),
            needs_account=needs_account,
            parameters=tuple(self._parameter(each) for each in found.get("parameters", [])),
            body=self._fields(schema),
            body_kind=kind,
            example=self._example(path, method, kind=kind, schema=schema, account=needs_account),
            answers=tuple(self._answers(found["responses"])),
        )

    def _parameter(self, found: Schema) -> Field:
        text, link = self._type(found["schema"])
        return Field(
            name=found["name"],
            place=found["in"],
            type=text,
            link=link,
            is_required=bool(found.get("required")),
            description=_inline(
                found.get("description") or found["schema"].get("description") or ""
            ),
        )

    def _fields(self, schema: Schema) -> tuple[Field, ...]:
        required = schema.get("required", ())
        fields = []
        for name, field in schema.get("properties", {}).items():
            text, link = self._type(field)
            fields.append(
                Field(
                    name=name,
                    place="body",
                    type=text,
                    link=link,
                    is_required=name in required,
                    description=_inline(field.get("description", "")),
                )
            )
        return tuple(fields)

    def _answers(self, responses: Schema) -> Iterator[Answer]:
        for status, response in responses.items():
            content = response.get("content", {}).get("application/json", {})
            text, link = self._type(content.get("schema", {})) if content else ("", "")
            yield Answer(status=f"{status} {response['description']}", type=text, link=link)

    def _resolved(self, schema: Schema) -> Schema:
        name = str(schema.get("$ref", "")).rpartition("/")[2]
        return self._objects[name] if name else schema

    def _type(self, schema: Schema) -> tuple[str, str]:
        """Return the type in words, and the name of the object in it, if any."""
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            return name, name if "properties" in self._objects[name] else ""
        if "allOf" in schema:
            return self._type(schema["allOf"][0])
        if "anyOf" in schema:
            types = [self._type(each) for each in schema["anyOf"]]
            link = next((link for _text, link in types if link), "")
            return _either(text for text, _link in types), link
        if "enum" in schema:
            return _either(json.dumps(value) for value in schema["enum"]), ""
        if "const" in schema:
            return json.dumps(schema["const"]), ""
        if schema.get("type") == "array":
            text, link = self._type(schema.get("items", {}))
            return _("list of %(type)s") % {"type": text}, link
        if schema.get("format") == "binary":
            return _("file"), ""
        name = schema.get("type", "any")
        return (f"{name} ({schema['format']})" if "format" in schema else name), ""

    def _example(self, path: str, method: str, *, kind: str, schema: Schema, account: bool) -> str:
        """Return a command that calls the endpoint."""
        filled = re.sub(r"{(\w+)}", lambda found: PATH_EXAMPLES.get(found[1], found[1]), path)
        end = re.sub(r"^/api/v\d+", "", path)
        address = f"{self._root}{filled}{QUERY_EXAMPLES.get(end, '') if method == 'get' else ''}"
        words = ["curl"]
        if method != "get":
            words.append(f"-X {method.upper()}")
        if account:
            words.append("-u NAME:PASSWORD")
        if kind == "application/json":
            body = json.dumps(schema.get("example", {}), ensure_ascii=False)
            words += ['-H "Content-Type: application/json"', f"-d '{body}'"]
        elif kind:
            words += [self._form_field(name, schema) for name in schema.get("required", ())]
        return " ".join([*words, f'"{address}"'])

    def _form_field(self, name: str, schema: Schema) -> str:
        text, _link = self._type(schema["properties"][name])
        value = "@picture.jpg" if _("file") in text else PATH_EXAMPLES["slug"]
        return f'-F "{name}={value}"'


def _either(types: Iterable[str]) -> str:
    return _(" or ").join(types)


def _inline(text: str) -> SafeString:
    """Return escaped text with `code` marked up as code."""
    return mark_safe(re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text)))  # noqa: S308
