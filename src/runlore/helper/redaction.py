"""Mask what looks like a secret, and keep a hash by which it can be recognised.

A mask reads `[masked sha256:0123456789ab]`: the first 12 hexadecimal digits of the hash of
what stood there. Who knows the secret can check that it is the same one; nothing else is kept.
Everything here takes time in proportion to the length of the text, whatever stands in it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from runlore.helper.secret_forms import KNOWN_FORMS, WEBHOOKS
from runlore.helper.secret_names import is_secret_name
from runlore.helper.secret_pairs import is_placeholder, is_plain, secret_values

if TYPE_CHECKING:
    from collections.abc import Iterable

_MASK_START = "[masked sha256:"
_LATER_LINE = "[masked]"
_MASK = re.compile(r"\[masked sha256:([0-9a-f]{12})\]")

_ASSIGNMENT = re.compile(r"(?P<name>[-+]*[A-Za-z_][\w.\-]*)=(?P<value>.*)", re.DOTALL)
_USER_OPTION = re.compile(r"(?P<user>[^:/\s]+):(?P<password>(?!\d+\Z).+)")
_USER_INFO = re.compile(r"(?<![\w+.\-])(?P<scheme>[\w+.\-]++)://(?P<info>[^/\s]*)@")
_AUTHORIZATION = re.compile(
    r"(?P<before>(?:authorization|x-[a-z\-]{1,40})[\"']?\s{0,4}[:=]\s{0,4}[frb]?[\"']?"
    r"(?:basic|bearer|token|apikey|digest|negotiate)\s+|\bbearer\s+(?=[\w.~+/=\-]{0,400}[0-9])"
    r"(?=[\w.~+/=\-]{16}))"
    r"(?P<value>[\w.~+/=\-]{8,})",
    re.IGNORECASE,
)
_SPOKEN = re.compile(  # commands and files that name no name
    r"(?P<before>\blogin\s+\S{1,200}\s+password\s+"
    r"|\bidentified\s+by\s+['\"]"
    r"|\bsshpass\s+-p\s*"
    r"|\bcurl\b[^\n]{0,200}?\s(?:-u|--user)[\s=]+['\"]?[^:\s'\"]{1,80}:"
    r"|\b(?:docker|podman|helm|crane|oras)\b[^\n]{0,40}?\blogin\b[^\n]{0,200}?\s(?:-p|--password)[\s=]+"
    r"|\bwandb\s+login\s+(?:--\w+\s+){0,4}(?=[0-9a-f]{40}\b)"
    r"|\blogin\([^)\n]{0,80}?\bkey\s{0,4}=\s{0,4}[\"'](?=[A-Za-z0-9]{32})"
    r"|\"username\"\s{0,4}:\s{0,4}\"[^\"\n]{0,80}\"\s{0,4},\s{0,4}\"key\"\s{0,4}:\s{0,4}\")"
    r"(?P<value>\[masked sha256:\w{12}\]|[^\s'\"$]+)",
    re.IGNORECASE,
)
_SPOKEN_WORDS = ("login", "identified", "sshpass", "curl", "username")
_PRIVATE_KEY = re.compile(
    r"(?P<begin>-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)"
    r"(?P<body>(?:[^\-]|-(?!----))*+)(?P<end>-----END)?"
)
_KEY_LINES = re.compile(r"(?:[\s\"'+,\\]|\\[nr]|[A-Za-z0-9+/=])*+")
_MUCH_BASE64 = re.compile(r"[A-Za-z0-9+/]{40}")


def mask(value: str) -> str:
    """Put the mask in place of `value`; a mask, a reference and plain words like `true` stay."""
    if value.startswith((_MASK_START, "${")) or is_plain(value):
        return value
    import hashlib  # 3 MB that a helper without secrets to mask does without

    digest = hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{_MASK_START}{digest[:12]}]"


def mask_hashes(text: str) -> list[str]:
    """Return the hashes of what was masked in a text, each once, in their order."""
    return list(dict.fromkeys(_MASK.findall(text)))


def mask_arguments(arguments: Iterable[str]) -> list[str]:
    """Mask the secrets in a command line: `--token=x`, `--token x`, `a.token=x`, inside texts."""
    masked: list[str] = []
    before = ""
    for argument in arguments:
        assignment = _ASSIGNMENT.fullmatch(argument)
        user = _USER_OPTION.fullmatch(argument) if before in ("-u", "--user") else None
        if is_secret_name(before) and not argument.startswith("-"):
            masked.append(mask(argument))
        elif assignment and is_secret_name(assignment["name"]):
            masked.append(f"{assignment['name']}={mask(assignment['value'])}")
        elif user:
            masked.append(f"{user['user']}:{mask(user['password'])}")
        else:
            masked.append(mask_text(argument))
        before = argument if argument.startswith("-") and assignment is None else ""
    return masked


def mask_text(text: str) -> str:
    """Mask secrets within a text: a line of a console, a file of code, an environment file.

    The number of lines stays the same.
    """
    if "PRIVATE KEY" in text:
        text = _PRIVATE_KEY.sub(_mask_private_key, text)
    if "://" in text:
        text = _USER_INFO.sub(_mask_user_info, text)
    lowered = text.lower()
    if "authorization" in lowered or "bearer" in lowered or "x-" in lowered:
        text = _AUTHORIZATION.sub(_mask_value, text)
    if any(word in lowered for word in _SPOKEN_WORDS):
        text = _SPOKEN.sub(_mask_value, text)
    if ".com/" in text:
        text = WEBHOOKS.sub(_mask_value, text)
    text = _mask_pairs(text)
    return KNOWN_FORMS.sub(lambda found: mask(found[0]), text)


def mask_variable(name: str, value: str) -> str:
    """Mask an environment variable's value, whole if its name says so, else within."""
    return mask(value) if is_secret_name(name) else mask_text(value)


class LineMasker:
    """Masks a text that comes line by line, where a private key takes several of them."""

    def __init__(self) -> None:
        self._is_in_key = False

    def mask(self, line: str) -> str:
        """Mask a line; whether it ends in a newline makes no difference."""
        if self._is_in_key:
            is_key = _KEY_LINES.fullmatch(line) is not None
            self._is_in_key = is_key
            if is_key:
                content = line.strip()
                return line.replace(content, mask(content)) if content else line
        masked = mask_text(line)
        found = _PRIVATE_KEY.search(line) if "PRIVATE KEY" in line else None
        self._is_in_key = found is not None and found["end"] is None and not found["body"].strip()
        return masked


def strip_credentials(url: str) -> str:
    """Take user, password and query out of a remote's URL; `ssh://git@host` keeps its user."""

    def without_secret(found: re.Match[str]) -> str:
        user = found["info"].partition(":")[0]
        keeps_user = "ssh" in found["scheme"].lower() and user
        return f"{found['scheme']}://{user}@" if keeps_user else f"{found['scheme']}://"

    if "://" in url:
        return re.split(r"[?#]", _USER_INFO.sub(without_secret, url))[0]
    return re.sub(r"^[^/@:]+:[^/@]*@", "", url)


def _mask_value(found: re.Match[str]) -> str:
    return found["before"] + mask(found["value"])


def _mask_pairs(text: str) -> str:
    pieces: list[str] = []
    done = 0
    for start, end in secret_values(text):
        pieces += (text[done:start], mask(text[start:end]))
        done = end
    return "".join((*pieces, text[done:])) if pieces else text


def _mask_user_info(found: re.Match[str]) -> str:
    user, colon, password = found["info"].partition(":")
    if is_placeholder(password if colon else user):
        return found[0]
    if colon:
        return f"{found['scheme']}://{user}:{mask(password)}@"
    # A user alone is a token for a web server, and a plain name elsewhere (ssh://git@host).
    hidden = mask(user) if found["scheme"].lower().endswith(("http", "https")) else user
    return f"{found['scheme']}://{hidden}@"


def _mask_private_key(found: re.Match[str]) -> str:
    """Put the mask of a key on the first of its lines, and a word on each of the others."""
    whole = body = found["body"]
    if found["end"] is None:  # cut off: only what looks like a key belongs to it
        matched = _KEY_LINES.match(body)
        body = matched[0] if matched else ""
    if not _MUCH_BASE64.search(body):
        return found[0]
    lines = body.split("\n")
    places = [place for place, line in enumerate(lines) if line.strip()]
    for place in places:
        content = lines[place].strip()
        word = mask(body) if place == places[0] else _LATER_LINE
        lines[place] = lines[place].replace(content, word)
    return found["begin"] + "\n".join(lines) + whole[len(body) :] + (found["end"] or "")
