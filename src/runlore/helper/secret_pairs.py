"""Find the values beside secret names in text: `password: x`, `API_KEY=x`, `"token": "x"`.

A text can be code, and code that is masked wrongly can't be run again: the value of
`token = tokens[0]` is none, that of `token = "…"` may be. So a value without quotes has to be
written as none would be in code, or in a form that is never code.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from runlore.helper.secret_names import is_common_name, is_secret_name

if TYPE_CHECKING:
    from collections.abc import Iterator

_PLAIN_VALUES = frozenset(
    {"", "true", "false", "yes", "no", "none", "null", "empty", "required", "optional"}
)
_PLACEHOLDER = re.compile(
    r"\$\{.*|\$\(.*|\$\w+|<[^<>]*>|\{\{.*\}\}|(?:\{[^{}]*\}[:/@_. \-]*)+"
    r"|%\(\w+\)s|%[sd]|x+|X+|[*.:_…\-]+|your[-_ ].*|\[masked\]",
    re.DOTALL,
)
_HINTS = (
    "pass", "pwd", "secret", "token", "key", "credential", "auth", "jwt", "sig",
)  # fmt: skip
# Starts at a name's first letter and gives nothing back: a long text is looked through once.
_NAME = re.compile(
    r"(?<![\w.\-])(?P<option>--?(?=[A-Za-z]))?(?P<name>[A-Za-z_][\w.\-]*+)"
    r"(?:(?P<between>\\?[\"']?\]?[ \t]*(?:=>|:=|==|!=|[=:])[ \t]*)"
    r"|(?P<comma>[\"'][ \t]*,[ \t]*(?=[\"']))|(?(option)(?P<space>[ \t]+)|(?!)))"
)
_QUOTED = re.compile(
    r"(?P<prefix>[A-Za-z]{0,2})(?:\\\"(?P<escaped>[^\"\\\n]*)\\\""
    r"|\"(?P<double>[^\"\\\n]*(?:\\.[^\"\\\n]*)*+)\"|'(?P<single>[^'\\\n]*(?:\\.[^'\\\n]*)*+)')"
)
_MASKED = re.compile(r"\[masked sha256:\w{12}\]")
_BARE = re.compile(r"[^\s\"'&,;)\]}(\[{<>|`]+")
_DEFAULT = re.compile(r"(?:\[[^\]\n]{0,80}\])?(?:[ \t]*\|[ \t]*None)?[ \t]*=[ \t]*")
_BARE_ENVIRONMENT = re.compile(r"[^\s\"'`;&|]+")
_IDENTIFIERS = re.compile(r"[A-Za-z_][A-Za-z_]*(?:\.[A-Za-z_]\w*)*|(?:[A-Za-z_]\w*\.)+[A-Za-z_]\w*")
_SNAKE = re.compile(r"_*[a-z][a-z0-9]*(?:_[a-z0-9]+)+")
_CLASS = re.compile(
    r"(?:[A-Z][a-z]+)+(?:Auth|Bytes|Credential|Key|Password|Provider|Secret|Str|Token)s?"
)
_TYPES = frozenset(
    {
        "Any", "Literal", "Optional", "Path", "SecretStr", "Secret", "Tensor", "Token", "Union",
        "any", "boolean", "bool", "bytes", "dict", "float", "int", "integer", "list", "number",
        "object", "str", "string", "tuple", "undefined", "unknown",
    }
)  # fmt: skip
_PROSE = frozenset(
    {
        "a", "all", "an", "any", "as", "by", "for", "if", "in", "is", "it", "no", "not", "of", "on",
        "one", "or", "the", "their", "this", "to", "what", "when", "which", "whose", "with",
    }
)  # fmt: skip
_NO_BEGIN = ")],;"  # that was a closing quote
_NO_TOKEN = frozenset("()[]{}<>|^\\,;?*")
_CONSTANT = re.compile(r"[A-Z]+(?:_[A-Z]+)+")
_PATH = re.compile(
    r"https?://|~/|\.{1,2}/|/(?:app|data|etc|home|mnt|opt|root|run|secrets|tmp|usr|var)/|[A-Z]:\\"
)


def is_plain(value: str) -> bool:
    """Say whether a value is a word like `true`, which is no secret, or none at all."""
    return value.lower() in _PLAIN_VALUES


def is_placeholder(value: str) -> bool:
    """Say whether a value only stands for one: `${TOKEN}`, `<your key>`, `none`, `***`."""
    return is_plain(value) or _PLACEHOLDER.fullmatch(value) is not None


def secret_values(text: str) -> Iterator[tuple[int, int]]:
    """Yield where secret values begin and end in a text, in order, without their quotes."""
    lowered = text.lower()
    if not any(hint in lowered for hint in _HINTS):
        return
    at = 0
    while (found := _NAME.search(text, at)) is not None:
        at = found.end()
        place = _value_place(text, found)
        if place is not None:
            yield place
            at = place[1]


def _value_place(text: str, found: re.Match[str]) -> tuple[int, int] | None:
    name = found["name"].rstrip(".-")
    begin = found.start()
    is_query = begin > 0 and text[begin - 1] in "?&"
    if is_query and "=" in (found["between"] or "") and _is_signature(name):
        bare = _BARE.match(text, found.end())
        return bare.span() if bare else None
    if not is_secret_name(name) or (begin > 0 and text[begin - 1] == ":"):
        return None  # a name's part: `std::secret`, `arn:aws:secret:…`
    if found["comma"] is not None and not (found["option"] or name.isupper()):
        return None
    masked = _MASKED.match(text, found.end())
    if masked:
        return masked.span()
    quoted = _QUOTED.match(text, found.end())
    if quoted:
        is_option = found["comma"] is not None and quoted[0][1:2] == "-"  # ("--token", "-t")
        return None if is_option else _quoted_place(quoted, name)
    return _bare_place(text, found, name, is_query=is_query)


def _quoted_place(quoted: re.Match[str], name: str) -> tuple[int, int] | None:
    group = next(key for key in ("escaped", "double", "single") if quoted[key] is not None)
    value = quoted[group]
    is_pattern = "f" in quoted["prefix"].lower() and "{" in value
    if is_pattern or is_placeholder(value) or value[0] in _NO_BEGIN or _PATH.match(value):
        return None
    if value.lower() in name.lower() or _CONSTANT.fullmatch(value):
        return None  # it only says what it would be
    if is_common_name(name) and not _looks_random(value):
        return None
    return quoted.span(group)


def _bare_place(
    text: str, found: re.Match[str], name: str, *, is_query: bool
) -> tuple[int, int] | None:
    between = found["between"] or " "
    is_environment = between == "=" and name.isupper()
    bare = (_BARE_ENVIRONMENT if is_environment else _BARE).match(text, found.end())
    if bare is None or between.strip() in ("==", "!="):
        return None
    value, after = bare[0], text[bare.end() : bare.end() + 1]
    if ":" in between and _is_type(value, after):  # `api_key: str = "x"`
        default = _DEFAULT.match(text, bare.end())
        quoted = _QUOTED.match(text, default.end()) if default else None
        return _quoted_place(quoted, name) if quoted else None
    if is_placeholder(value) or value.startswith(("$", "-", "{", "<")) or _PATH.match(value):
        return None
    is_literal = is_environment or is_query or (found["option"] and between == "=")
    if is_literal and not name.lower().endswith("auth"):
        return bare.span()
    if after and after in "([{":  # a call, an element
        return None
    if is_common_name(name) and not _looks_random(value):
        return None
    if found["space"] is not None:
        is_secret = _has_digit(value)
    elif ":" in between:
        is_prose = value.lower() in _PROSE and after in ("", " ", "\n")
        is_secret = not is_prose and (between[-1].isspace() or _has_digit(value))
    elif between.strip() != between:
        is_secret = _has_digit(value) and len(value) >= 6 and not _is_code(value)
    else:
        is_argument = after in (",", ")") or "." in value or value in name
        is_secret = not (_is_code(value) and is_argument)
    return bare.span() if is_secret else None


def _is_type(value: str, after: str) -> bool:
    """Say whether what follows `name:` is an annotation rather than a value."""
    return (
        value in _TYPES
        or _CLASS.fullmatch(value) is not None
        or ("." in value and _IDENTIFIERS.fullmatch(value) is not None)
        or (after in (",", ")", "]", "}") and _is_code(value))
    )


def _is_code(value: str) -> bool:
    return bool(_IDENTIFIERS.fullmatch(value) or _SNAKE.fullmatch(value))


def _has_digit(value: str) -> bool:
    return any(character.isdigit() for character in value)


def _looks_random(value: str) -> bool:
    """Say whether a value is like no word: letters and digits, or padded Base64."""
    if len(value) < 8 or any(one.isspace() or one in _NO_TOKEN for one in value):
        return False
    has_letter = any(character.isalpha() for character in value)
    return has_letter and (_has_digit(value) or (len(value) >= 12 and value.endswith("=")))


def _is_signature(name: str) -> bool:
    return name.lower() in ("sig", "signature", "x-amz-signature", "x-goog-signature")
