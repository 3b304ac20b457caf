"""Mask what looks like a secret, and keep a hash by which it can be recognised.

A mask reads `[masked sha256:0123456789ab]`: the first 12 hexadecimal digits of the hash of
what stood there. Who knows the secret can check that it is the same one; nothing else is kept.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_MASK_START = "[masked sha256:"

_SECRET_WORDS = frozenset(
    {
        "password", "passwords", "passwd", "passphrase", "passcode", "secret", "secrets",
        "apikey", "apitoken", "accesskey", "accesstoken", "authtoken", "secretkey",
        "privatekey", "credential", "credentials", "auth",
    }
)  # fmt: skip
# "key", "pass" and "pwd" are common words: secret only behind one of these.
_SECRET_BEFORE = {
    "key": frozenset(
        {
            "access", "account", "api", "auth", "encryption", "license", "master", "private",
            "secret", "service", "shared", "signing", "subscription", "wandb",
        }
    ),
    "pass": frozenset({"admin", "db", "ftp", "mysql", "pg", "redis", "root", "smtp", "user"}),
    "pwd": frozenset({"admin", "db", "ftp", "mysql", "pg", "redis", "root", "smtp", "user"}),
}  # fmt: skip
# "token" is secret except behind a word of language modelling (`--pad-token`, `max_token`).
_TEXT_TOKENS = frozenset(
    {
        "additional", "audio", "begin", "bos", "class", "cls", "decoder", "end", "eos", "first",
        "forced", "image", "last", "mask", "max", "min", "new", "next", "num", "pad", "padding",
        "per", "prefix", "sep", "special", "start", "stop", "suffix", "text", "think", "unk",
        "unknown", "video",
    }
)  # fmt: skip
_PLAIN_VALUES = frozenset({"", "true", "false", "yes", "no", "none", "null"})

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_ASSIGNMENT = re.compile(r"(?P<name>[-+]*[A-Za-z_][\w.\-]*)=(?P<value>.*)", re.DOTALL)
# Both start at a word's first letter and give none back: a long text takes time in proportion.
_PAIR = re.compile(
    r"""(?<![\w.\-])(?P<name>[\w.\-]++)(?P<between>["']?\s*[=:]\s*)"""
    r"""(?P<value>\[masked sha256:\w+\]|"[^"]*"|'[^']*'|[^\s"'&,;)\]}]+)"""
)
_USER_INFO = re.compile(r"(?<![\w+.\-])(?P<scheme>[\w+.\-]++)://(?P<info>[^/\s]*)@")
_AUTHORIZATION = re.compile(
    r"(?P<before>authorization[\"']?\s*[:=]\s*[\"']?(?:[a-z]+\s+)?|\bbearer\s+(?=\S{16}))"
    r"(?P<value>[\w.~+/=\-]{8,})",
    re.IGNORECASE,
)
_KNOWN_FORMS = re.compile(
    r"\b(?:"
    r"hf_[A-Za-z0-9]{20,}"
    r"|gh[opsur]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w\-]{16,}"
    r"|sk-[A-Za-z0-9]{20,}|sk-(?:ant|live|or|proj|svcacct|test)-[\w\-]{16,}"
    r"|xox[abeoprs]-[\w\-]{10,}|AKIA[0-9A-Z]{16}|AIza[\w\-]{30,}|pypi-[\w\-]{30,}"
    r"|eyJ[\w\-]{8,}\.eyJ[\w\-]{8,}\.[\w\-]{8,}"
    r")"
)


def mask(value: str) -> str:
    """Put the mask in place of `value`; a mask, a reference and plain words like `true` stay."""
    if value.lower() in _PLAIN_VALUES or value.startswith((_MASK_START, "${")):
        return value
    digest = hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{_MASK_START}{digest[:12]}]"


def is_secret_name(name: str) -> bool:
    """Say whether an option, variable or key of that name holds a secret, by its last words."""
    words = [word.lower() for word in _WORD.findall(name)]
    while words and words[-1].isdigit():
        words.pop()
    if not words:
        return False
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if last == "token":
        return before not in _TEXT_TOKENS
    return last in _SECRET_WORDS or before in _SECRET_BEFORE.get(last, ())


def mask_arguments(arguments: Iterable[str]) -> list[str]:
    """Mask the secrets in a command line: `--token=x`, `--token x`, `a.token=x`, inside texts."""
    masked: list[str] = []
    awaits_value = False
    for argument in arguments:
        assignment = _ASSIGNMENT.fullmatch(argument)
        if awaits_value and not argument.startswith("-"):
            masked.append(mask(argument))
        elif assignment and is_secret_name(assignment["name"]):
            masked.append(f"{assignment['name']}={mask(assignment['value'])}")
        else:
            masked.append(mask_text(argument))
        awaits_value = argument.startswith("-") and assignment is None and is_secret_name(argument)
    return masked


def mask_text(text: str) -> str:
    """Mask secrets within a text: `name: value` pairs, URLs, headers, known forms of tokens."""
    text = _USER_INFO.sub(_mask_user_info, text)
    text = _AUTHORIZATION.sub(lambda found: found["before"] + mask(found["value"]), text)
    text = _PAIR.sub(_mask_pair, text)
    return _KNOWN_FORMS.sub(lambda found: mask(found[0]), text)


def mask_variable(name: str, value: str) -> str:
    """Mask an environment variable's value, whole if its name says so, else within."""
    return mask(value) if is_secret_name(name) else mask_text(value)


def strip_credentials(url: str) -> str:
    """Take user, password and query out of a remote's URL; `ssh://git@host` keeps its user."""

    def without_secret(found: re.Match[str]) -> str:
        user = found["info"].partition(":")[0]
        keeps_user = "ssh" in found["scheme"].lower() and user
        return f"{found['scheme']}://{user}@" if keeps_user else f"{found['scheme']}://"

    if "://" in url:
        return re.split(r"[?#]", _USER_INFO.sub(without_secret, url))[0]
    return re.sub(r"^[^/@:]+:[^/@]*@", "", url)


def _mask_user_info(found: re.Match[str]) -> str:
    user, colon, password = found["info"].partition(":")
    if colon:
        return f"{found['scheme']}://{user}:{mask(password)}@"
    # A user alone is a token for a web server, and a plain name elsewhere (ssh://git@host).
    hidden = mask(user) if found["scheme"].lower().endswith(("http", "https")) else user
    return f"{found['scheme']}://{hidden}@"


def _mask_pair(found: re.Match[str]) -> str:
    if not is_secret_name(found["name"]):
        return found[0]
    value = found["value"]
    if value[0] in "\"'":
        return f"{found['name']}{found['between']}{value[0]}{mask(value[1:-1])}{value[0]}"
    return found["name"] + found["between"] + mask(value)
