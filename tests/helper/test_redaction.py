from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlore.helper.redaction import (
    LineMasker,
    mask,
    mask_arguments,
    mask_hashes,
    mask_text,
    mask_variable,
    strip_credentials,
)
from runlore.helper.secret_names import is_secret_name

SECRET = "s3cr3t-Value!"
MASKED = f"[masked sha256:{hashlib.sha256(SECRET.encode()).hexdigest()[:12]}]"

KEY_LINES = ["MIIEpAIBAAKCAQEAu1SU1LfVLPHCozMxH2Mo4lgOEePzNm0tRgeLezV6ffAt0gun", "qnrNXwjLM3Vg=="]
PRIVATE_KEY = "\n".join(
    ["-----BEGIN RSA " + "PRIVATE KEY-----", *KEY_LINES, "-----END RSA " + "PRIVATE KEY-----"]
)


def _lines_of(name: str) -> list[str]:
    """Read a file of texts, without its comments and with its marks taken out."""
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("# ")]
    return [line.replace("¦", "").replace("⏎", "\n") for line in lines]


SECRETS, INNOCENT = _lines_of("secrets.txt"), _lines_of("innocent.txt")


def test_there_are_many_of_both_kinds() -> None:
    assert len(SECRETS) >= 60
    assert len(INNOCENT) >= 60


@pytest.mark.parametrize("marked", SECRETS)
def test_a_secret_is_masked_and_nothing_else(marked: str) -> None:
    text = re.sub("[«»]", "", marked)
    expected = re.sub("«(.*?)»", lambda found: mask(found[1]), marked)
    assert expected != text
    assert mask_text(text) == expected
    assert mask_text(expected) == expected, "once masked it stays as it is"


@pytest.mark.parametrize("text", INNOCENT)
def test_what_is_innocent_stays(text: str) -> None:
    assert mask_text(text) == text


def test_all_of_it_at_once_is_masked_as_each_alone() -> None:
    texts = [re.sub("[«»]", "", marked) for marked in SECRETS]
    mixed = [text for pair in zip(texts, INNOCENT, strict=False) for text in pair]
    assert mask_text("\n\n".join(mixed)) == "\n\n".join(map(mask_text, mixed))


def test_the_hashes_of_what_was_masked_are_told() -> None:
    text = mask_text("password='hunter22' token=" + SECRET + " password='hunter22'")
    assert mask_hashes(text) == [
        hashlib.sha256(secret.encode()).hexdigest()[:12] for secret in ("hunter22", SECRET)
    ]


def test_a_private_key_is_masked_whole_and_keeps_its_lines() -> None:
    masked = mask_text(f"before\n{PRIVATE_KEY}\nafter")
    assert masked.splitlines() == [
        "before",
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        mask("\n" + "\n".join(KEY_LINES) + "\n"),
        "[masked]",
        "-----END RSA " + "PRIVATE KEY-----",
        "after",
    ]
    assert mask_text(masked) == masked


@pytest.mark.parametrize(
    "text",
    [
        PRIVATE_KEY.replace("\n", "\\n"),
        '{"key": "' + PRIVATE_KEY.replace("\n", "\\n") + '"}',
        '"' + '"\n  "'.join(PRIVATE_KEY.split("\n")) + '"',
        PRIVATE_KEY.rpartition("\n")[0],
        PRIVATE_KEY.rpartition("\n")[0] + "\n(and here somebody went on: at last!)",
    ],
)
def test_a_private_key_is_found_in_other_forms(text: str) -> None:
    masked = mask_text(text)
    assert not any(line in masked for line in KEY_LINES)
    assert masked.count("\n") == text.count("\n")


def test_a_private_key_that_comes_line_by_line_is_masked() -> None:
    masker = LineMasker()
    lines = ["before", *PRIVATE_KEY.split("\n"), "lr=0.1, password='hunter22'", ""]
    assert [masker.mask(line + "\n") for line in lines] == [
        "before\n",
        "-----BEGIN RSA " + "PRIVATE KEY-----\n",
        mask(KEY_LINES[0]) + "\n",
        mask(KEY_LINES[1]) + "\n",
        "-----END RSA " + "PRIVATE KEY-----\n",
        f"lr=0.1, password='{mask('hunter22')}'\n",
        "\n",
    ]


def test_a_mask_holds_the_first_digits_of_the_hash() -> None:
    assert mask("abc") == "[masked sha256:ba7816bf8f01]"


@pytest.mark.parametrize("value", ["", "true", "False", "none", "null", "${oc.env:TOKEN}"])
def test_plain_words_and_references_are_no_secrets(value: str) -> None:
    assert mask(value) == value


@pytest.mark.parametrize(
    ("given_arguments", "expected"),
    [
        (["--api-key=" + SECRET], ["--api-key=" + MASKED]),
        (["--api-key", SECRET], ["--api-key", MASKED]),
        (["--password", SECRET, "--lr", "3"], ["--password", MASKED, "--lr", "3"]),
        (["-password", SECRET], ["-password", MASKED]),
        (["--dbPassword=" + SECRET], ["--dbPassword=" + MASKED]),
        (["--hf_token", SECRET], ["--hf_token", MASKED]),
        (["wandb.api_key=" + SECRET], ["wandb.api_key=" + MASKED]),
        (["+logger.token=" + SECRET], ["+logger.token=" + MASKED]),
        (["AWS_SECRET_ACCESS_KEY=" + SECRET], ["AWS_SECRET_ACCESS_KEY=" + MASKED]),
        (["--password=your-mother"], ["--password=" + mask("your-mother")]),
        (["-u", "ada:hunter2"], ["-u", "ada:" + mask("hunter2")]),
        (["-u", "1000:1000"], ["-u", "1000:1000"]),
        (["--password=a b&c;d"], ["--password=" + mask("a b&c;d")]),
        (["--password="], ["--password="]),
        (["--token", "--verbose"], ["--token", "--verbose"]),
        (["--use-auth-token", "True"], ["--use-auth-token", "True"]),
        (["--token"], ["--token"]),
    ],
)
def test_secrets_on_a_command_line_are_masked(
    given_arguments: list[str], expected: list[str]
) -> None:
    assert mask_arguments(["train.py", *given_arguments]) == ["train.py", *expected]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--max-tokens", "512", "--tokenizer=gpt2", "--pad-token", "<pad>", "eos_token=</s>"],
        ["--num-token=3", "--sort-key", "loss", "--primary-key=id", "--monkey=1"],
        ["--pass", "3", "--author", "ada", "--secret-santa=yes-please"],
        ["--password-file", "/run/secrets/db", "--token-dim", "64"],
        ["model.lr=1e-3", "--", "-v", "-c", "print('key: value')", "a=b=c"],
        ["https://example.org/data?page=2", "git@github.com:ada/repo.git", "ssh://git@host/x"],
        ["0192f0c1a2b30123456789abcdef00110192f0c1", "--resume", "a1b2c3d4"],
    ],
)
def test_other_arguments_stay_as_given(arguments: list[str]) -> None:
    assert mask_arguments(arguments) == arguments


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"https://x-access-token:{SECRET}@h/x", f"https://x-access-token:{MASKED}@h/x"),
        (f'{{"api_key": "{SECRET}", "lr": 1}}', f'{{"api_key": "{MASKED}", "lr": 1}}'),
        (f"login(token='{SECRET}')", f"login(token='{MASKED}')"),
        (f"https://h/x?a=1&token={SECRET}&b=2", f"https://h/x?a=1&token={MASKED}&b=2"),
        (f"postgres://ada:{SECRET}@h:5/db", f"postgres://ada:{MASKED}@h:5/db"),
        (f"https://{SECRET}@github.com/a/b", f"https://{MASKED}@github.com/a/b"),
        (f"https://u:p@{SECRET}@h/x", f"https://u:{mask('p@' + SECRET)}@h/x"),
        ("Authorization: Basic dXNlcjpwdw==", f"Authorization: Basic {mask('dXNlcjpwdw==')}"),
        ("Bearer abcdefgh12345678", f"Bearer {mask('abcdefgh12345678')}"),
        ("see hf_" + "a1" * 17, "see " + mask("hf_" + "a1" * 17)),
        (f"-Uhttps://u:{SECRET}@h/x", f"-Uhttps://u:{MASKED}@h/x"),
        ("AKIAIOSFODNN7EXAMPLE", mask("AKIAIOSFODNN7EXAMPLE")),
        ("ghp_" + "Ab1" * 12, mask("ghp_" + "Ab1" * 12)),
        ("sk-proj-" + "Ab_1" * 12, mask("sk-proj-" + "Ab_1" * 12)),
    ],
)
def test_secrets_within_a_text_are_masked(text: str, expected: str) -> None:
    assert mask_text(text) == expected
    assert mask_text(expected) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Basic experiments first",
        "a bearer of interesting news",
        "disk-learn-" + "x" * 40,
        "a = b",
    ],
)
def test_other_texts_stay_as_given(text: str) -> None:
    assert mask_text(text) == text


@pytest.mark.parametrize(
    "unit",
    [
        "a", "a-", "a ", "a.", "://", "a://", "-----BEGIN PRIVATE KEY-----", "-", "x-a", "bearer ",
        "authorization: ", "curl -", "docker login ", "login(", "--token ", '"TOKEN",', "eyJ",
        "eyJaaaaaaaaa.", "SG.aaaaaaaaaaaaaaaa.", "8Q~", "password = ", "password: str[", "\\n",
        '"username":"', "sk-learn.", "[masked sha256:", " \t", "hooks.slack.com/services/",
    ],
)  # fmt: skip
def test_a_long_line_is_looked_through_once(unit: str) -> None:
    """In quadratic time each of them would take minutes."""
    text = unit * (300_000 // len(unit))
    assert mask_text(text).count("\n") == 0


PIECES = [
    *"aA1_-.:=/\"'\\ \n\t@[](){}<>,;$?&", "password", "api_key", "token", "TOKEN", "bearer ",
    "Authorization: ", "://", "-----BEGIN PRIVATE KEY-----", "-----END",
    "hf_" + "a1" * 12, "a" * 40, "login ",
    "curl -u ", "[masked sha256:0123456789ab]", "str | None", "sig=", 'f"',
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_lines_stay_lines_and_once_masked_is_masked(text: str) -> None:
    once = mask_text(text)
    assert once.count("\n") == text.count("\n")
    assert mask_text(once) == once


@given(st.text())
def test_masking_twice_changes_nothing_more(value: str) -> None:
    once = mask_arguments([f"--password={value}", "--token", f"x{value}"])
    assert mask_arguments(once) == once


@given(st.text(alphabet=st.characters(categories=["L", "N"]), min_size=6))
def test_a_secret_is_nowhere_in_what_is_kept(value: str) -> None:
    secret = "Zq" + value
    kept = mask_arguments([f"--api-key={secret}", "--password", secret, f"x.token={secret}"])
    assert not any(secret in argument for argument in kept)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("HF_TOKEN", True),
        ("password2", True),
        ("APIKey", True),
        ("token", True),
        ("db_pass", True),
        ("PATH", False),
        ("CUDA_VISIBLE_DEVICES", False),
        ("mask_token_1", False),
        ("key", False),
        ("", False),
        ("123", False),
    ],
)
def test_a_name_tells_by_its_last_words(name: str, expected: bool) -> None:
    assert is_secret_name(name) is expected


def test_variables_are_masked_by_their_name_or_within() -> None:
    assert mask_variable("WANDB_API_KEY", SECRET) == MASKED
    assert mask_variable("DATABASE_URL", f"pg://a:{SECRET}@h/d") == f"pg://a:{MASKED}@h/d"
    assert mask_variable("CUDA_VISIBLE_DEVICES", "0,1") == "0,1"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://ada:pw@github.com/a/b.git", "https://github.com/a/b.git"),
        ("https://token@github.com/a/b.git", "https://github.com/a/b.git"),
        ("https://ada:p@w@github.com/a/b.git", "https://github.com/a/b.git"),
        ("https://github.com/a/b.git?private_token=x", "https://github.com/a/b.git"),
        ("https://github.com:8443/a/b.git", "https://github.com:8443/a/b.git"),
        ("ssh://git@github.com/a/b.git", "ssh://git@github.com/a/b.git"),
        ("ssh://git:pw@github.com/a/b.git", "ssh://git@github.com/a/b.git"),
        ("hg::https://ada:pw@host/x", "hg::https://host/x"),
        ("git@github.com:a/b.git", "git@github.com:a/b.git"),
        ("ada:pw@host:a/b.git", "host:a/b.git"),
        ("/srv/git/b.git", "/srv/git/b.git"),
        ("../b.git", "../b.git"),
    ],
)
def test_a_remote_keeps_no_credentials(url: str, expected: str) -> None:
    assert strip_credentials(url) == expected
