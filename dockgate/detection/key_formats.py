"""Formats of keys and tokens that say by themselves what they are; as the providers document them."""

from __future__ import annotations

import re

_START = r"(?<![A-Za-z0-9])"
_END = r"(?![A-Za-z0-9])"

_FORMATS = {
    "AWS access key id": r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}",
    "GitHub token": r"gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,}",
    "GitLab token": r"gl(?:pat|dt|rt|cbt|ptt|ft|oas|soat)-[A-Za-z0-9_-]{20,}",
    "Slack token": r"xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-\d-[A-Za-z0-9-]{20,}",
    "Stripe or Clerk key": r"[sr]k_(?:live|test|prod)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/]{24,}",
    "Google API key": r"AIza[A-Za-z0-9_-]{35}",
    "Google OAuth secret": r"GOCSPX-[A-Za-z0-9_-]{20,}|ya29\.[A-Za-z0-9_-]{20,}",
    "SendGrid key": r"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
    "Twilio key": r"SK[0-9a-f]{32}",
    "Mailgun key": r"key-[0-9a-f]{32}",
    "Mailchimp key": r"[0-9a-f]{32}-us\d{1,2}",
    "npm token": r"npm_[A-Za-z0-9]{36}",
    "Python index token": r"pypi-[A-Za-z0-9_-]{50,}",
    "Docker token": r"dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}",
    "Hugging Face token": r"hf_[A-Za-z0-9]{30,}",
    "OpenAI or Anthropic key": r"sk-(?:(?:proj|ant|svcacct|admin)[A-Za-z0-9-]*-)?[A-Za-z0-9_-]{32,}",
    "DigitalOcean token": r"do[opr]_v1_[0-9a-f]{64}",
    "Shopify token": r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}",
    "Telegram bot token": r"\d{8,10}:AA[A-Za-z0-9_-]{33}",
    "Discord bot token": r"[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,}",
    "JSON Web Token": r"eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}",
    "Vault token": r"hv[sbr]\.[A-Za-z0-9_-]{20,}",
    "Terraform token": r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{60,}",
    "Databricks token": r"dapi[0-9a-f]{32}",
    "Linear, Postman, New Relic or Grafana key": (
        r"lin_api_[A-Za-z0-9]{30,}|PMAK-[0-9a-f]{24}-[0-9a-f]{34}|NRAK-[A-Z0-9]{27}|gl(?:sa|c)_[A-Za-z0-9+/_]{30,}"
    ),
    "Doppler, Pulumi or PlanetScale token": (
        r"dp\.(?:pt|st|ct|sa)\.[A-Za-z0-9.]{30,}|pul-[0-9a-f]{40}|pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_=.-]{30,}"
    ),
    "payment provider key": (
        r"rzp_(?:live|test)_[A-Za-z0-9]{10,}|sq0(?:atp|csp)-[A-Za-z0-9_-]{22,}|FLWSECK(?:_TEST)?-[A-Za-z0-9-]{12,}"
        r"|access-(?:sandbox|development|production)-[0-9a-f-]{30,}|access_token\$\w+\$[0-9a-z$]{16,}"
    ),
    "age identity": r"AGE-SECRET-KEY-1[A-Z0-9]{58}",
    "Azure storage key": r"(?<=AccountKey=)[A-Za-z0-9+/]{86}==",
}
_WHOLE = {name: f"{_START}(?:{pattern}){_END}" for name, pattern in _FORMATS.items()}
_WHOLE["private key"] = r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"
_WHOLE["Slack or Discord webhook"] = (
    r"https://hooks\.slack\.com/services/T\w+/B\w+/\w{16,}|https://discord(?:app)?\.com/api/webhooks/\d+/[\w-]{40,}"
)
FORMATS = {name: re.compile(pattern) for name, pattern in _WHOLE.items()}
# One pass that rules most lines out: every format begins with one of these. Each of them with a letter of its own, for
# which the expression engine looks first: a set in its place takes half as long again.
_HINT = re.compile(
    r"AKIA|ASIA|ABIA|ACCA|gh[pousr]_|github_pat|gl[a-z]{1,4}[-_]|xox|xapp-|sk_|rk_|whsec_|AIza|GOCSPX|ya29|SG\.|SK[0-9a-f]"
    r"|key-|-us\d|npm_|pypi-|dckr_|hf_|sk-|do[opr]_v1|shp|:AA|M[\w-]{23,27}\.|N[\w-]{23,27}\.|O[\w-]{23,27}\.|eyJ|hv[sbr]\.|atlasv1|dapi|lin_api|PMAK"
    r"|NRAK|dp\.|pul-|pscale|rzp_|sq0|FLWSECK|access[-_]|AGE-SECRET|AccountKey|PRIVATE KEY|hooks\.slack|/webhooks/"
)


def first(text: str) -> tuple[str, str] | None:
    """Return the first key in `text` and what it is, None without one."""
    if not _HINT.search(text):
        return None
    for name, pattern in FORMATS.items():
        if match := pattern.search(text):
            return name, match[0]
    return None
