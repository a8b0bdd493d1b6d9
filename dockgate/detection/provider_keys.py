"""The one table of the key formats of providers: what a key begins with, what follows, what it opens; data only.

Prefixes, alphabets and lengths are those that this project's rules had, compared with the rule set of gitleaks 8
(docs/decisions/provider-key-formats.md). Not every row was looked up in its provider's documentation.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Stage(StrEnum):
    """What a key opens, where its form shows it; the words are the ones that providers use most."""

    ANY = ""
    LIVE = "live"
    TEST = "test"


class KeyFormat(Struct, frozen=True):
    """One format. `starts`: literals, one of which each key holds, with `before` characters in front of it.

    `bits`: Shannon entropy of a character, below which the key is filler. `proves`: the form alone shows a secret;
    without it, it only shows the stage of a key that something else calls one.
    """

    provider: str
    starts: tuple[str, ...]
    rest: str
    stage: Stage = Stage.ANY
    before: tuple[int, ...] = (0,)
    bits: float = 2.5
    proves: bool = True

    @property
    def kind(self) -> str:
        """What it is, for a message."""
        return f"{self.provider} {self.stage} key" if self.stage else self.provider


WORD = "[A-Za-z0-9]"
URL_SAFE = "[A-Za-z0-9_-]"
HEX = "[0-9a-fA-F]"
PRIVATE_KEY = "private key"


def _rows(table: str) -> tuple[KeyFormat, ...]:
    """Read `provider | starts | rest`, one a line; `W`, `U` and `X` in braces are the three alphabets above."""
    split = (line.split(" | ") for line in table.strip().splitlines())
    return tuple(
        KeyFormat(
            name.strip(),
            tuple(starts.split()),
            rest.strip().replace("{W}", WORD).replace("{U}", URL_SAFE).replace("{X}", HEX),
        )
        for name, starts, rest in split
    )


_PREFIXED = _rows(r"""
AWS access key id | AKIA ASIA ABIA ACCA | [A-Z2-7]{16}
AWS Bedrock key | ABSK | [A-Za-z0-9+/]{109,269}={0,2}
GitHub token | ghp_ gho_ ghu_ ghs_ ghr_ | {W}{36,}
GitHub token | github_pat_ | [A-Za-z0-9_]{60,}
GitLab token | glpat- gldt- glrt- glptt- glft- gloas- glsoat- glimt- glagent- glffct- | {U}{20,}(?:\.[0-9a-z]{9})?
GitLab token | glcbt- | (?:{W}{1,5}_)?{U}{20,}
GitLab token | GR1348941 | {U}{20}
Slack token | xoxa- xoxb- xoxe- xoxo- xoxp- xoxr- xoxs- | [A-Za-z0-9-]{10,}
Slack token | xoxe.xoxb- xoxe.xoxp- | \d-[A-Z0-9]{100,}
Slack token | xapp- | \d-[A-Za-z0-9-]{20,}
Slack webhook | hooks.slack.com/ | (?:services|workflows|triggers)/T\w+/[AB]\w+/(?:\d+/)?\w{16,}
Discord webhook | discord.com/api/webhooks/ discordapp.com/api/webhooks/ | \d+/[\w-]{40,}
Microsoft Teams webhook | .webhook.office.com/webhookb2/ | [0-9a-f@-]{70,}/IncomingWebhook/[0-9a-f]{32}
Stripe or Clerk webhook secret | whsec_ | [A-Za-z0-9+/]{24,}
Google API key | AIza | {U}{35}
Google OAuth secret | GOCSPX- ya29. | {U}{20,}
SendGrid key | SG. | {U}{16,}\.{U}{16,}
Brevo key | xkeysib- xsmtpsib- | [0-9a-f]{64}-{W}{16}
Twilio key | SK | {X}{32}
Mailgun key | key- | [0-9a-f]{32}
npm token | npm_ | {W}{36}
Python index token | pypi- | {U}{50,}
RubyGems token | rubygems_ | [0-9a-f]{48}
Clojars token | CLOJARS_ | [0-9a-z]{60}
NuGet key | oy2 | [a-z0-9]{43}
Docker token | dckr_pat_ dckr_oat_ | {U}{20,}
Artifactory key | AKCp | {W}{69}
Artifactory token | cmVmd | {W}{59}
Hugging Face token | hf_ api_org_ | {W}{30,}
Anthropic key | sk-ant- | {U}{32,}
OpenAI key | sk-proj- sk-svcacct- sk-admin- sk-or-v1- sk- | {U}{32,}
Perplexity key | pplx- | {W}{40,}
Groq key | gsk_ | {W}{40,}
xAI key | xai- | {W}{70,}
Replicate token | r8_ | {W}{37,}
Resend key | re_ | {W}{6,}_{W}{20,}
DigitalOcean token | dop_v1_ doo_v1_ dor_v1_ | [0-9a-f]{64}
Fly.io token | fo1_ | {U}{43}
Fly.io token | fm1a_ fm1r_ fm2_ | [A-Za-z0-9+/]{100,}={0,3}
Heroku key | HRKU-AA | {U}{58}
Cloudflare origin CA key | v1.0- | [0-9a-f]{24}-[0-9a-f]{146}
Scalingo token | tk-us- | {U}{48}
Neon key | napi_ | {W}{60,}
Supabase key | sbp_ sb_secret_ | {U}{30,}
ClickHouse secret | 4b1d | {W}{38}
Prefect token | pnu_ | {W}{36}
Infracost key | ico- | {W}{32}
Alibaba Cloud key | LTAI | {W}{20}
Tencent Cloud key | AKID | {W}{32}
Shopify token | shpat_ shpca_ shppa_ shpss_ | {X}{32}
JSON Web Token | eyJ | {U}{10,}+\.eyJ{U}{10,}+\.{U}{10,}
JSON Web Token, encoded | ZXlK | [A-Za-z0-9+/]{60,}={0,2}
1Password service account | ops_eyJ | [A-Za-z0-9+/]{250,}={0,3}
1Password secret key | A3- | [A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-?[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}
Vault token | hvs. hvb. hvr. | {U}{20,}
Databricks token | dapi | [0-9a-f]{32}(?:-\d)?
Linear key | lin_api_ | {W}{30,}
Notion token | ntn_ | {W}{46}
Notion token | secret_ | {W}{43}
Airtable token | pat | {W}{14}\.[0-9a-f]{64}
Atlassian token | ATATT3 ATCTT3 | [A-Za-z0-9_=-]{50,}
Adobe secret | p8e- | {W}{32}
Postman key | PMAK- | [0-9a-f]{24}-[0-9a-f]{34}
New Relic key | NRAK- | [A-Z0-9]{27}
Grafana token | glsa_ glc_ | [A-Za-z0-9+/_]{30,}={0,3}
Grafana key | eyJrIjoi | {W}{70,400}={0,3}
Sentry token | sntrys_ | [A-Za-z0-9+/=_]{40,}
Sentry token | sntryu_ | [0-9a-f]{64}
Dynatrace token | dt0c01. | {W}{24}\.{W}{64}
Sonar token | squ_ sqp_ sqa_ | {W}{32,}
Sourcegraph token | sgp_ | (?:(?:{X}{16}|local)_)?{X}{40}
Snyk token | snyk_uat. snyk_sat. | {U}{20,}
Doppler token | dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit. | [A-Za-z0-9._-]{30,}
Pulumi token | pul- | [0-9a-f]{40}
PlanetScale token | pscale_tkn_ pscale_pw_ pscale_oauth_ | [A-Za-z0-9_=.-]{30,}
Harness key | pat. sat. | {U}{22}\.[0-9a-zA-Z]{24}\.{W}{20}
Octopus Deploy key | API- | [A-Z0-9]{26}
OpenShift token | sha256~ | {U}{43}
Readme key | rdme_ | [a-z0-9]{70}
SettleMint token | sm_aat_ sm_pat_ sm_sat_ | {W}{16}
Authress key | sc_ ext_ scauth_ authress_ | {W}{5,30}\.{W}{4,6}\.acc[_-][A-Za-z0-9-]{10,32}\.[A-Za-z0-9+/_=-]{30,120}
Frame.io token | fio-u- | [A-Za-z0-9_=-]{64}
42 secret | s-s4t2ud- s-s4t2af- | [0-9a-f]{64}
Facebook page token | EAAM EAAC | {W}{100,}
age identity | AGE-SECRET-KEY-1 | [A-Z0-9]{58}
""")
# Each stands in its own line where its providers give the live and the test key different forms.
_STAGED = (
    KeyFormat("Stripe or Clerk", ("sk_live_", "rk_live_", "sk_prod_", "rk_prod_"), rf"{WORD}{{10,}}", Stage.LIVE),
    KeyFormat("Stripe or Clerk", ("sk_test_", "rk_test_"), rf"{WORD}{{10,}}", Stage.TEST),
    KeyFormat("Stripe or Clerk", ("pk_live_",), rf"{WORD}{{10,}}", Stage.LIVE, proves=False),
    KeyFormat("Stripe or Clerk", ("pk_test_",), rf"{WORD}{{10,}}", Stage.TEST, proves=False),
    KeyFormat("Razorpay", ("rzp_live_",), rf"{WORD}{{10,}}", Stage.LIVE),
    KeyFormat("Razorpay", ("rzp_test_",), rf"{WORD}{{10,}}", Stage.TEST),
    KeyFormat("Plaid", ("access-production-",), r"[0-9a-f-]{20,}", Stage.LIVE),
    KeyFormat("Plaid", ("access-sandbox-", "access-development-"), r"[0-9a-f-]{20,}", Stage.TEST),
    KeyFormat("PayPal or Braintree", ("access_token$production$",), r"[0-9a-z$]{16,}", Stage.LIVE),
    KeyFormat("PayPal or Braintree", ("access_token$sandbox$",), r"[0-9a-z$]{16,}", Stage.TEST),
    KeyFormat("Flutterwave", ("FLWSECK-",), r"[0-9A-Za-z-]{12,}", Stage.LIVE),
    KeyFormat("Flutterwave", ("FLWSECK_TEST-",), r"[0-9A-Za-z-]{12,}", Stage.TEST),
    KeyFormat("Flutterwave", ("FLWPUBK_TEST-",), r"[0-9A-Za-z-]{12,}", Stage.TEST, proves=False),
    KeyFormat("Square", ("sandbox-sq0",), rf"[a-z]{{3}}-{URL_SAFE}{{20,}}", Stage.TEST),
    KeyFormat("Square", ("sq0atp-", "sq0csp-"), rf"{URL_SAFE}{{22,}}", Stage.LIVE),
    KeyFormat("Square token", ("EAAA",), rf"{URL_SAFE}{{60}}"),
    KeyFormat("Shippo", ("shippo_live_",), rf"{HEX}{{20,}}", Stage.LIVE),
    KeyFormat("Shippo", ("shippo_test_",), rf"{HEX}{{20,}}", Stage.TEST),
    KeyFormat("Duffel", ("duffel_live_",), r"[A-Za-z0-9_=-]{20,}", Stage.LIVE),
    KeyFormat("Duffel", ("duffel_test_",), r"[A-Za-z0-9_=-]{20,}", Stage.TEST),
    KeyFormat("EasyPost", ("EZAK",), rf"{WORD}{{54}}", Stage.LIVE),
    KeyFormat("EasyPost", ("EZTK",), rf"{WORD}{{54}}", Stage.TEST),
    KeyFormat("Lob, Mollie or GoCardless", ("live_",), rf"{URL_SAFE}{{25,}}", Stage.LIVE, proves=False),
    KeyFormat("Paddle", ("pdl_live_apikey_",), r"[0-9a-zA-Z_]{20,}", Stage.LIVE),
    KeyFormat("Paddle", ("pdl_sdbx_apikey_",), r"[0-9a-zA-Z_]{20,}", Stage.TEST),
    KeyFormat("Onfido", ("api_live.", "api_live_"), r"(?:[a-z]{2}\.)?[0-9A-Za-z_.-]{20,}", Stage.LIVE, proves=False),
    KeyFormat("Mercury", ("mercury_production_",), rf"{URL_SAFE}{{10,}}", Stage.LIVE, proves=False),
    KeyFormat("Persona", ("persona_production_",), rf"{URL_SAFE}{{10,}}", Stage.LIVE, proves=False),
)
# The literal to look for stands inside the key, or the key is no word.
_OTHERS = (
    KeyFormat("Mailchimp key", ("-us",), r"\d{1,2}", before=(32,), bits=3.0),
    KeyFormat("Telegram bot token", (":AA",), rf"{URL_SAFE}{{33}}", before=(8, 9, 10)),
    KeyFormat("Terraform token", (".atlasv1.",), r"[A-Za-z0-9_=-]{60,}", before=(14,)),
    KeyFormat("Azure AD client secret", ("Q~",), r"[A-Za-z0-9_~.-]{31,34}", before=(4,)),
    KeyFormat("Facebook app token", ("|",), rf"{URL_SAFE}{{27,40}}", before=(15, 16)),
    KeyFormat("MaxMind license key", ("_mmk",), "", before=(36,), bits=3.0),
    KeyFormat(
        "Discord bot token",
        ("MT", "MD", "Mj", "Mz", "ND", "NT", "Nj", "Nz", "OD", "OT"),
        rf"{URL_SAFE}{{22,26}}\.{URL_SAFE}{{6}}\.{URL_SAFE}{{27,}}",
    ),
    KeyFormat("Azure storage key", ("AccountKey",), r"=[A-Za-z0-9+/]{86}=="),
    KeyFormat(PRIVATE_KEY, ("-----BEGIN ",), r"(?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----", bits=0.0),
)
# What stands in front of the literal, for those that have something there.
FRONT = {
    "Mailchimp key": r"[0-9a-f]{32}",
    "Telegram bot token": r"\d{8,10}",
    "Terraform token": rf"{WORD}{{14}}",
    "Azure AD client secret": r"[A-Za-z0-9_~.]{3}\d",
    "Facebook app token": r"\d{15,16}",
    "MaxMind license key": rf"{WORD}{{6}}_{WORD}{{29}}",
}
TABLE = (*_PREFIXED, *_STAGED, *_OTHERS)
