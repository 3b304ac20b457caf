"""Tell by its name whether an option, a variable or a key holds a secret."""

from __future__ import annotations

import re
from functools import lru_cache

_SECRET_WORDS = frozenset(
    {
        "password", "passwords", "passwd", "passphrase", "passcode", "secret", "secrets",
        "apikey", "apitoken", "accesskey", "accesstoken", "authtoken", "secretkey",
        "privatekey", "credential", "credentials", "auth", "jwt", "accountkey",
    }
)  # fmt: skip
# "key", "pass" and "pwd" are common words: secret only behind one of these.
_SECRET_BEFORE = {
    "key": frozenset(
        {
            "access", "account", "admin", "anthropic", "api", "auth", "client", "encryption",
            "fernet", "license", "master", "openai", "private", "secret", "service", "shared",
            "signing", "storage", "stripe", "subscription", "wandb",
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
# Behind one of these it is secret for sure; alone it is as often a word of a parser.
_SECRET_TOKENS = frozenset(
    {
        "access", "api", "app", "auth", "bearer", "bot", "client", "csrf", "deploy", "github",
        "gitlab", "hf", "hub", "huggingface", "id", "job", "jwt", "login", "npm", "oauth",
        "personal", "private", "pypi", "refresh", "registry", "secret", "security", "service",
        "session", "slack", "user", "wandb",
    }
)  # fmt: skip
_SECRET_ENDINGS = ("password", "passwd", "passphrase", "apikey")  # PGPASSWORD is one word
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


@lru_cache(maxsize=1024)
def is_secret_name(name: str) -> bool:
    """Say whether an option, variable or key of that name holds a secret, by its last words."""
    last, before = _last_words(name)
    if last == "token":
        return before not in _TEXT_TOKENS
    if last in _SECRET_WORDS or last.endswith(_SECRET_ENDINGS):
        return True
    return before in _SECRET_BEFORE.get(last, ())


@lru_cache(maxsize=1024)
def is_common_name(name: str) -> bool:
    """Say whether a secret name means other things as well: `token`, `current_token`, `auth`.

    What stands beside it within a text has to look like a secret, too.
    """
    last, before = _last_words(name)
    return last == "auth" or (last == "token" and before not in _SECRET_TOKENS)


def _last_words(name: str) -> tuple[str, str]:
    words = [word.lower() for word in _WORD.findall(name)]
    while words and words[-1].isdigit():
        words.pop()
    if not words:
        return "", ""
    return words[-1], words[-2] if len(words) > 1 else ""
