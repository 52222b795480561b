"""Kinds of secrets that can be recognised by their form alone.

The forms are those that the issuers document, or that their tokens have had for years.
"""

from __future__ import annotations

from typing import NamedTuple

PASSWORD_IN_ADDRESS = "a password in an address"  # noqa: S105


class Kind(NamedTuple):
    """A kind of secret.

    Attributes:
        what: what a message calls it.
        literal: a text that every secret of the kind contains; empty if there is none.
        pattern: the regular expression of the secret, or of a text whose only group is the secret.
            It begins with a rare character where it can, because outputs are long.
    """

    what: str
    literal: str
    pattern: str


_BLANK = r"(?:[ +]|%20)"  # also as a URL encodes it
# base64 of an account's number; every digit has the bits 0011 at its left.
_NUMBER = r"(?:[MNO][DTjz][AEIMQUYcgk][w-z0-5])"

KINDS = (
    Kind("an AWS access key", "AKIA", r"AKIA[A-Z0-9]{16}\b"),
    Kind("an AWS access key", "ASIA", r"ASIA[A-Z0-9]{16}\b"),
    Kind("an Anthropic key", "sk-ant-", r"sk-ant-[A-Za-z0-9_-]{32,}"),
    Kind("an Azure storage key", "AccountKey",
         r"AccountKey(?:=|%3D)(?:[A-Za-z0-9+/]|%2[BF]){86}(?:=|%3D){2}"),
    Kind("an Azure access signature", "sig=",
         r"(?:[?&;]|\\u0026)sig=(?:[A-Za-z0-9+/]|%2[BFbf]){43}(?:=|%3[Dd])"),
    Kind("an Azure client secret", "Q~", r"[A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}"),
    Kind("a Databricks token", "dapi", r"dapi[0-9a-f]{32}(?:-[0-9])?\b"),
    Kind("a DigitalOcean token", "_v1_", r"do[opr]_v1_[0-9a-f]{64}\b"),
    Kind("a Discord token", "",
         _NUMBER + r"{5,6}[A-Za-z0-9]{0,3}\.[A-Za-z0-9_-]{6,7}\.[A-Za-z0-9_-]{27,40}"),
    Kind("a Discord webhook", "/api/webhooks/",
         r"discord(?:app)?\.com/api/webhooks/[0-9]{17,20}/[A-Za-z0-9_-]{60,}"),
    Kind("a Docker token", "dckr_", r"dckr_[po]at_[A-Za-z0-9_-]{27,}"),
    Kind("a GitHub token", "ghp_", r"ghp_[A-Za-z0-9]{36,}"),
    Kind("a GitHub token", "gho_", r"gho_[A-Za-z0-9]{36,}"),
    Kind("a GitHub token", "ghu_", r"ghu_[A-Za-z0-9]{36,}"),
    Kind("a GitHub token", "ghs_", r"ghs_[A-Za-z0-9]{36,}"),
    Kind("a GitHub token", "ghr_", r"ghr_[A-Za-z0-9]{36,}"),
    Kind("a GitHub token", "github_pat_", r"github_pat_\w{60,}"),
    Kind("a GitLab token", "glpat-", r"glpat-[\w-]{20,}"),
    Kind("a GitLab token", "gldt-", r"gldt-[\w-]{20,}"),
    Kind("a GitLab token", "glrt-", r"glrt-[\w-]{20,}"),
    Kind("a GitLab token", "glptt-", r"glptt-[0-9a-f]{40}"),
    Kind("a Google API key", "AIza", r"AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"),
    Kind("a Google client secret", "GOCSPX-", r"GOCSPX-[A-Za-z0-9_-]{28}"),
    Kind("a Google access token", "ya29.", r"ya29\.[A-Za-z0-9_-]{40,}"),
    Kind("a Groq key", "gsk_", r"gsk_[A-Za-z0-9]{48,}"),
    Kind("a Hugging Face token", "hf_", r"hf_[A-Za-z0-9]{30,}"),
    Kind("a Hugging Face token", "api_org_", r"api_org_[A-Za-z0-9]{34}"),
    Kind("a JSON web token", "eyJ",
         r"(?<!jwt=)eyJ[A-Za-z0-9_-]{14,}\.eyJ[A-Za-z0-9_-]{14,}\.[A-Za-z0-9_-]{20,}"),
    Kind("a Kaggle key", '"key', r'"username\\?"\s*:\s*\\?"[^"\\]{1,80}\\?"\s*,\s*'
         r'\\?"key\\?"\s*:\s*\\?"([0-9a-f]{32})\b'),
    Kind("a LangSmith key", "lsv2_", r"lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}"),
    Kind("a Mailgun key", "key-", r"key-[0-9a-f]{32}\b"),
    Kind("a Mapbox secret token", "sk.eyJ", r"sk\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}"),
    Kind("a Neptune token", "eyJhcGlfYWRkcmVzcyI6",
         r"eyJhcGlfYWRkcmVzcyI6[A-Za-z0-9+/_-]{40,}={0,2}"),
    Kind("a Notion token", "ntn_", r"ntn_[A-Za-z0-9]{40,}"),
    Kind("an npm token", "npm_", r"npm_[A-Za-z0-9]{36}"),
    Kind("an OpenAI key", "sk-", r"sk-(?=[A-Za-z0-9]*[0-9])[A-Za-z0-9]{32,}"),
    Kind("an OpenAI key", "sk-", r"sk-(?:proj|svcacct|admin|None)-(?=[\w-]*[0-9])[\w-]{32,}"),
    Kind("an OpenRouter key", "sk-or-", r"sk-or-v1-[0-9a-f]{64}"),
    Kind("a Pinecone key", "pcsk_", r"pcsk_[A-Za-z0-9_]{60,}"),
    Kind("a PyPI token", "pypi-", r"pypi-AgEI[\w-]{50,}"),
    Kind("a Replicate token", "r8_", r"r8_[A-Za-z0-9]{37}"),
    Kind("a SendGrid key", "SG.", r"SG\.[\w-]{22}\.[\w-]{43}"),
    Kind("a Slack token", "xox", r"xox[abeoprs]-[A-Za-z0-9-]{10,}"),
    Kind("a Slack token", "xapp-", r"xapp-[0-9]-[A-Z0-9]+-[0-9]+-[a-z0-9]{20,}"),
    Kind("a Slack webhook", "hooks.slack.com/",
         r"hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{40,}"),
    Kind("a Stripe key", "k_live_", r"[sr]k_live_[A-Za-z0-9]{20,}"),
    Kind("a Telegram bot token", ":AA",
         r"(?:bot)?[0-9]{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])"),
    Kind("a Twilio key", "SK", r"SK[0-9a-f]{32}\b"),
    Kind("a Weights & Biases key", "wandb",
         r"wandb[. ]login[( ]+(?:--relogin +)?(?:key *= *)?\\?[\"']?([0-9a-f]{40})\b"),
    Kind("a Weights & Biases key", "wandb_v1_", r"wandb_v1_\w{40,}"),
    Kind("an xAI key", "xai-", r"xai-[A-Za-z0-9]{70,}"),
    Kind("a private key", "-----BEGIN",
         rf"-----BEGIN(?:{_BLANK}[A-Z]+){{0,3}}{_BLANK}PRIVATE{_BLANK}KEY(?:{_BLANK}BLOCK)?-----"
         r"(?:(?:[A-Za-z0-9+/=\s\\%,\"':.()]|-(?!----)){0,9000}-----END[A-Z0-9 +%]{1,60}-----)?"),
    Kind(PASSWORD_IN_ADDRESS, "://",
         r"://[^\s:/@'\"{}<$]{1,80}:[^\s:/@'\"{}<$*]{3,80}@[\w.-]+"),
)  # fmt: skip

# Placeholders for these, and examples that documentation prints. The last is the token of jwt.io.
EXAMPLES = (
    r"\.\.\.|[Ee]xample|EXAMPLE|xxxx|XXXX|\*\*\*|[Yy]our|YOUR|user:pass|username:password|1234567890"
    r"|abcdef|ABCDEF|eyJzdWIiOiIxMjM0NTY3ODkw"
)
