"""Tell which changes of an API's description break those who use it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Schema = dict[str, Any]
_BOUNDS = ("maximum", "maxLength", "maxItems", "minimum", "minLength", "minItems")
_METHODS = ("get", "post", "put", "patch", "delete")


def breaks(old: Schema, new: Schema) -> list[str]:
    """List in words what worked by the old description and doesn't by the new one."""
    return list(_Comparison(old, new).paths())


class _Comparison:
    """Two descriptions, and the pairs of their schemas that were compared already."""

    def __init__(self, old: Schema, new: Schema) -> None:
        self._old = old
        self._new = new
        self._seen: set[tuple[str, str, bool]] = set()

    def paths(self) -> Iterator[str]:
        """Compare all routes."""
        for path, known in self._old.get("paths", {}).items():
            for method in _METHODS:
                if method not in known:
                    continue
                name = f"{method.upper()} {path}"
                found = self._new.get("paths", {}).get(path, {}).get(method)
                if found is None:
                    yield f"{name} is gone"
                    continue
                yield from self._parameters(name, known[method], found)
                yield from self._contents(name, known[method], found)

    def _parameters(self, name: str, old: Schema, new: Schema) -> Iterator[str]:
        before = {(one["in"], one["name"]): one for one in old.get("parameters", [])}
        after = {(one["in"], one["name"]): one for one in new.get("parameters", [])}
        for key, parameter in before.items():
            if key not in after:
                yield f"{name}: the parameter {key[1]!r} is gone"
            else:
                place = f"{name}: the parameter {key[1]!r}"
                yield from self._narrowed(place, parameter["schema"], after[key]["schema"])
        for key, parameter in after.items():
            was_required = before.get(key, {}).get("required", False)
            if parameter.get("required") and not was_required:
                yield f"{name}: the parameter {key[1]!r} is required"

    def _contents(self, name: str, old: Schema, new: Schema) -> Iterator[str]:
        asked = _json_of(old.get("requestBody", {}))
        if asked is not None:
            now = _json_of(new.get("requestBody", {})) or {}
            yield from self._narrowed(f"{name}: the body", asked, now)
        for status, answer in old.get("responses", {}).items():
            said = _json_of(answer)
            if said is not None:
                now = _json_of(new.get("responses", {}).get(status, {})) or {}
                yield from self._thinned(f"{name}: the answer", said, now)

    def _narrowed(self, place: str, old: Schema, new: Schema) -> Iterator[str]:
        """Say what was taken and isn't any more."""
        if not self._is_first(old, new, is_answer=False):
            return
        old, new = _resolved(old, self._old), _resolved(new, self._new)
        lost = _kinds(old, self._old) - _kinds(new, self._new)
        if lost and _kinds(new, self._new):
            yield f"{place} doesn't take {', '.join(sorted(lost))}"
        yield from _tightened(place, old, new)
        known = old.get("properties", {})
        for field, schema in new.get("properties", {}).items():
            if field in new.get("required", []) and field not in old.get("required", []):
                yield f"{place}.{field} is required"
            if field in known:
                yield from self._narrowed(f"{place}.{field}", known[field], schema)
        for field in known.keys() - new.get("properties", {}).keys():
            yield f"{place}.{field} is not taken"

    def _thinned(self, place: str, old: Schema, new: Schema) -> Iterator[str]:
        """Say what was answered and isn't any more, or may now be something else."""
        if not self._is_first(old, new, is_answer=True):
            return
        old, new = _resolved(old, self._old), _resolved(new, self._new)
        more = _kinds(new, self._new) - _kinds(old, self._old)
        if more and _kinds(old, self._old):
            yield f"{place} may be {', '.join(sorted(more))}"
        found = new.get("properties", {})
        for field, schema in old.get("properties", {}).items():
            if field not in found:
                yield f"{place}.{field} is gone"
            else:
                if field in old.get("required", []) and field not in new.get("required", []):
                    yield f"{place}.{field} may be absent"
                yield from self._thinned(f"{place}.{field}", schema, found[field])
        if "items" in old:
            yield from self._thinned(f"{place}[]", old["items"], new.get("items", {}))
        for before, after in zip(_references(old), _references(new), strict=False):
            yield from self._thinned(place, before, after)

    def _is_first(self, old: Schema, new: Schema, *, is_answer: bool) -> bool:
        """Tell whether two named schemas meet for the first time; they may hold themselves."""
        if "$ref" not in old or "$ref" not in new:
            return True
        pair = (old["$ref"], new["$ref"], is_answer)
        is_first = pair not in self._seen
        self._seen.add(pair)
        return is_first


def _tightened(place: str, old: Schema, new: Schema) -> Iterator[str]:
    """Say which bounds leave less room."""
    for bound in _BOUNDS:
        before, after = old.get(bound), new.get(bound)
        if after is None or after == before:
            continue
        if before is None or (after < before) == bound.startswith("max"):
            yield f"{place} has the bound {bound} {after}"


def _resolved(schema: Schema, document: Schema) -> Schema:
    while "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        schema = document["components"]["schemas"].get(name, {})
    return schema


def _json_of(content: Schema) -> Schema | None:
    found: Schema | None = content.get("content", {}).get("application/json", {}).get("schema")
    return found


def _references(schema: Schema) -> list[Schema]:
    return [one for one in schema.get("anyOf", []) if "$ref" in one]


def _kinds(schema: Schema, document: Schema) -> set[str]:
    """Name what a value may be: types, or the values of an enumeration."""
    schema = _resolved(schema, document)
    if "enum" in schema:
        return {repr(value) for value in schema["enum"]}
    if "const" in schema:
        return {repr(schema["const"])}
    if "anyOf" in schema:
        return set().union(*(_kinds(one, document) for one in schema["anyOf"]))
    kind = schema.get("type")
    return {kind} if isinstance(kind, str) else set()
