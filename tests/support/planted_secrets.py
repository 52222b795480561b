"""Notebooks with a secret planted in each: every kind of key at every place, from a seed.

The keys are random, and belong to nobody. They have the alphabets, lengths and checksums of real
ones. Keys without a form of their own stand beside their name, as they do in real notebooks.
"""

import base64
import html
import json
import random
import string
import zlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import quote

LETTERS = string.ascii_letters
WORD = LETTERS + string.digits
HEX = "0123456789abcdef"
UPPER = string.ascii_uppercase + string.digits
SAFE = WORD + "-_"
BASE32 = string.ascii_uppercase + "234567"


class Key(NamedTuple):
    """A secret: the name it is given, its text, and its address if it has one of its own."""

    name: str
    text: str
    named: bool = False
    address: str = ""


class Planted(NamedTuple):
    """A notebook with one secret, in its second cell or, without a cell, in its metadata."""

    kind: str
    place: str
    key: Key
    content: bytes


def drawn(rng: random.Random, alphabet: str, length: int) -> str:
    """Return random characters."""
    return "".join(rng.choices(alphabet, k=length))


def checked(rng: random.Random, prefix: str, alphabet: str = WORD) -> str:
    """Return a token of GitHub's or npm's form: its last six characters are a CRC-32 in base 62."""
    body, digits = drawn(rng, alphabet, 30), string.digits + string.ascii_uppercase
    number, base = zlib.crc32(body.encode()), digits + string.ascii_lowercase
    check = ""
    while number:
        number, digit = divmod(number, 62)
        check = base[digit] + check
    return prefix + body + check.rjust(6, "0")


def base64_of(rng: random.Random, count: int) -> str:
    """Return random bytes in base64."""
    return base64.b64encode(rng.randbytes(count)).decode()


def url64(value: object) -> str:
    """Return JSON in the base64 of URLs, without padding."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def pem(rng: random.Random, kind: str, count: int) -> str:
    """Return a private key in PEM."""
    body = base64_of(rng, count)
    lines = [body[i : i + 64] for i in range(0, len(body), 64)]
    return "\n".join([f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----", ""])


def web_token(rng: random.Random) -> str:
    """Return a signed JSON web token."""
    claims = {"sub": drawn(rng, string.digits, 9), "iat": rng.randint(10**9, 2 * 10**9)}
    return f"{url64({'alg': 'HS256', 'typ': 'JWT'})}.{url64(claims)}.{drawn(rng, SAFE, 43)}"


def discord(rng: random.Random) -> str:
    """Return the token of a bot, which begins with its number in base64."""
    number = base64.b64encode(str(rng.randint(10**17, 10**18 - 1)).encode()).decode().rstrip("=")
    return f"{number}.{drawn(rng, SAFE, 6)}.{drawn(rng, SAFE, 38)}"


def neptune(rng: random.Random) -> str:
    """Return a token of Neptune: JSON in base64."""
    address = "https://app.neptune.ai"
    token = {"api_address": address, "api_url": address, "api_key": drawn(rng, HEX, 36)}
    return base64.b64encode(json.dumps(token, separators=(",", ":")).encode()).decode()


def azure_signature(rng: random.Random) -> Key:
    """Return an address with a shared access signature."""
    signature = quote(base64_of(rng, 32), safe="")
    query = f"sv=2022-11-02&ss=b&srt=co&sp=rl&se=2026-01-01T00:00:00Z&sig={signature}"
    address = f"https://lab{drawn(rng, HEX, 5)}.blob.core.windows.net/data/x.csv?{query}"
    return Key("SERVICE", address, address=address)


def own_address(address: str) -> Key:
    """Return a secret that is an address."""
    return Key("SERVICE", address, address=address)


def formed(text: str) -> Key:
    """Return a secret that is known by its form."""
    return Key("SERVICE", text)


def named(name: str, text: str) -> Key:
    """Return a secret that is known by its name."""
    return Key(name, text, named=True)


def password(rng: random.Random) -> str:
    """Return a password with at least one letter of each case and a digit, as rules demand."""
    parts = [drawn(rng, LETTERS, 10), rng.choice(string.ascii_lowercase)]
    parts += [rng.choice(string.ascii_uppercase), drawn(rng, string.digits, 2)]
    return "".join(rng.sample("".join(parts), 14))


KINDS: dict[str, Callable[[random.Random], Key]] = {
    "AWS access key id": lambda r: formed("AKIA" + drawn(r, BASE32, 16)),
    "AWS secret access key": lambda r: named("AWS_SECRET_ACCESS_KEY", drawn(r, WORD + "+/", 40)),
    "GitHub classic": lambda r: formed(checked(r, "ghp_")),
    "GitHub fine-grained": lambda r: formed(
        f"github_pat_{drawn(r, WORD, 22)}_{drawn(r, WORD, 59)}"
    ),
    "GitHub OAuth": lambda r: formed(checked(r, "gho_")),
    "GitHub app": lambda r: formed(checked(r, r.choice(["ghu_", "ghs_"]))),
    "GitLab": lambda r: formed("glpat-" + drawn(r, SAFE, 20)),
    "Hugging Face": lambda r: formed("hf_" + drawn(r, LETTERS, 34)),
    "OpenAI legacy": lambda r: formed(f"sk-{drawn(r, WORD, 20)}T3BlbkFJ{drawn(r, WORD, 20)}"),
    "OpenAI project": lambda r: formed(f"sk-proj-{drawn(r, SAFE, 74)}T3BlbkFJ{drawn(r, SAFE, 74)}"),
    "OpenAI service account": lambda r: formed(
        f"sk-svcacct-{drawn(r, SAFE, 58)}T3BlbkFJ{drawn(r, SAFE, 58)}"
    ),
    "Anthropic": lambda r: formed(f"sk-ant-api03-{drawn(r, SAFE, 93)}AA"),
    "Google API": lambda r: formed("AIza" + drawn(r, SAFE, 35)),
    "Google client secret": lambda r: formed("GOCSPX-" + drawn(r, SAFE, 28)),
    "Google service account": lambda r: formed(
        json.dumps({"type": "service_account", "private_key": pem(r, "PRIVATE KEY", 1218)})
    ),
    "Slack token": lambda r: formed(
        f"xoxb-{drawn(r, string.digits, 12)}-{drawn(r, string.digits, 12)}-{drawn(r, WORD, 24)}"
    ),
    "Slack webhook": lambda r: own_address(
        f"https://hooks.slack.com/services/T{drawn(r, UPPER, 10)}/B{drawn(r, UPPER, 10)}/"
        + drawn(r, WORD, 24)
    ),
    "Stripe": lambda r: formed(r.choice(["sk_live_", "rk_live_"]) + drawn(r, WORD, 24)),
    "npm": lambda r: formed(checked(r, "npm_")),
    "PyPI": lambda r: formed("pypi-AgEIcHlwaS5vcmc" + drawn(r, SAFE, 150)),
    "SendGrid": lambda r: formed(f"SG.{drawn(r, SAFE, 22)}.{drawn(r, SAFE, 43)}"),
    "Twilio": lambda r: formed("SK" + drawn(r, HEX, 32)),
    "Mailgun": lambda r: formed("key-" + drawn(r, HEX, 32)),
    "Telegram bot": lambda r: formed(f"{r.randint(10**8, 10**10 - 1)}:AA{drawn(r, SAFE, 33)}"),
    "Discord bot": lambda r: formed(discord(r)),
    "Discord webhook": lambda r: own_address(
        f"https://discord.com/api/webhooks/{r.randint(10**17, 10**18)}/{drawn(r, SAFE, 68)}"
    ),
    "Databricks": lambda r: formed("dapi" + drawn(r, HEX, 32)),
    "Azure storage": lambda r: formed(
        f"DefaultEndpointsProtocol=https;AccountName=lab;AccountKey={base64_of(r, 64)};"
        "EndpointSuffix=core.windows.net"
    ),
    "Azure signature": azure_signature,
    "DigitalOcean": lambda r: formed("dop_v1_" + drawn(r, HEX, 64)),
    "Weights & Biases": lambda r: named("WANDB_API_KEY", drawn(r, HEX, 40)),
    "Kaggle": lambda r: named("KAGGLE_KEY", drawn(r, HEX, 32)),
    "Comet": lambda r: named("COMET_API_KEY", drawn(r, WORD, 25)),
    "Neptune": lambda r: formed(neptune(r)),
    "DagsHub": lambda r: named("DAGSHUB_USER_TOKEN", drawn(r, HEX, 40)),
    "JSON web token": lambda r: formed(web_token(r)),
    "private key": lambda r: formed(pem(r, r.choice(["RSA PRIVATE KEY", "EC PRIVATE KEY"]), 600)),
    "database address": lambda r: own_address(
        f"postgresql://analyst:{password(r)}@db.internal:5432/sales"
    ),
    "password": lambda r: named(
        r.choice(["DB_PASSWORD", "password", "client_secret"]), password(r)
    ),
}  # fmt: skip


# Places


def cell(kind: str, source: str, **more: Any) -> dict[str, Any]:
    """Return the JSON of a cell; its text is kept as a list of lines, as Jupyter does."""
    code = {"execution_count": 1, "outputs": []} if kind == "code" else {}
    lines = source.splitlines(keepends=True)
    return {"cell_type": kind, "metadata": {}, "source": lines, **code, **more}


def quoted(text: str) -> str:
    """Return a text as a Python literal in double quotes."""
    return json.dumps(text)


def in_cell(key: Key, _: random.Random) -> dict[str, Any]:
    """Plant a key in a literal."""
    text = (
        f"{key.name} = {quoted(key.text)}" if key.named else f"client = connect({quoted(key.text)})"
    )
    return cell("code", f"import os\n{text}\nrun(3)")


def split(key: Key, rng: random.Random) -> dict[str, Any]:
    """Plant a key in several literals, in any of the ways in which Python joins them."""
    count = rng.randint(2, 4)
    cuts = sorted(rng.sample(range(4, len(key.text) - 1), count - 1))
    parts = [key.text[a:b] for a, b in zip([0, *cuts], [*cuts, None], strict=True)]
    literals = [quoted(part) for part in parts]
    joined = {
        "sum": " + ".join(literals),
        "beside each other": "(" + "\n    ".join(literals) + ")",
        "bytes": " ".join(f"b{literal}" for literal in literals),
        "format": 'f"' + "".join(f"{{{part!r}}}" for part in parts) + '"',
        "join": f'"".join([{", ".join(literals)}])',
        "continued": '"' + "\\\n".join(literal[1:-1] for literal in literals) + '"',
    }
    if "\\" in key.text or "\n" in key.text or "'" in key.text or '"' in key.text:
        del joined["format"]  # no backslash may stand there before Python 3.12
    value = joined[rng.choice(sorted(joined))]
    return cell("code", f"{key.name} = {value}" if key.named else f"client = connect({value})")


def shown(key: Key) -> str:
    """Return a key as a program prints it."""
    return f"{key.name}={key.text}" if key.named else f"connected with {key.text}"


def in_stream(key: Key, _: random.Random) -> dict[str, Any]:
    """Plant a key in printed text."""
    text = f"epoch 1\n{shown(key)}\ndone\n".splitlines(keepends=True)
    output = {"output_type": "stream", "name": "stdout", "text": text}
    return cell("code", "main()", outputs=[output])


def in_html(key: Key, _: random.Random) -> dict[str, Any]:
    """Plant a key in a displayed table."""
    text = f"<table><tr><td>{html.escape(shown(key))}</td></tr></table>"
    data = {"text/html": text, "text/plain": "<Table>"}
    output = {"output_type": "display_data", "data": data, "metadata": {}}
    return cell("code", "show()", outputs=[output])


def in_metadata(key: Key, _: random.Random) -> dict[str, Any]:
    """Plant a key in metadata, as Papermill does."""
    return cell("code", "run(3)", metadata={"papermill": {"parameters": {key.name: key.text}}})


def in_environment(key: Key, rng: random.Random) -> dict[str, Any]:
    """Plant a key in a line that sets an environment variable."""
    text, name = key.text.replace("\n", "\\n"), key.name.upper()
    lines = [f'os.environ["{name}"] = {quoted(key.text)}', f"!export {name}='{text}'"]
    lines += [f"%env {name}={text}", f"%%bash\nexport {name}='{text}'\n./run"]
    return cell("code", rng.choice(lines))


def in_address(key: Key, _: random.Random) -> dict[str, Any]:
    """Plant a key in the query of an address."""
    own = f"https://api.service.org/v1/data?limit=5&{key.name.lower()}={quote(key.text, safe='')}"
    own = own.replace("%3A", ":")
    return cell("code", f"requests.get({quoted(key.address or own)}).json()")


def in_markdown(key: Key, _: random.Random) -> dict[str, Any]:
    """Plant a key in prose."""
    return cell("markdown", f"# Setup\n\nUse this:\n\n    {key.name}: {key.text}\n\nand run all.")


def in_raw(key: Key, _: random.Random) -> dict[str, Any]:
    """Plant a key in a raw cell."""
    return cell("raw", f"---\ntitle: report\n{key.name}: {key.text}\n---")


def in_broken(key: Key, _: random.Random) -> dict[str, Any]:
    """Plant a key in a cell of Python 2."""
    text = f"{key.name} = {quoted(key.text)}" if key.named else f"print connect({quoted(key.text)})"
    return cell("code", f'print "starting"\n{text}')


PLACES: dict[str, Callable[[Key, random.Random], dict[str, Any]]] = {
    "cell": in_cell,
    "split": split,
    "stream": in_stream,
    "HTML": in_html,
    "metadata": in_metadata,
    "environment": in_environment,
    "address": in_address,
    "Markdown": in_markdown,
    "raw cell": in_raw,
    "broken cell": in_broken,
}


def planted(seed: int) -> Iterator[Planted]:
    """Yield a notebook for each kind of key and each place."""
    rng = random.Random(seed)
    for kind, draw in KINDS.items():
        for place, plant in PLACES.items():
            key = draw(rng)
            cells = [cell("markdown", "# Analysis"), plant(key, rng), cell("code", "x = 1")]
            notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
            yield Planted(kind, place, key, json.dumps(notebook, indent=1).encode())
