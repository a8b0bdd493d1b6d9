"""DG324: verification of certificates or host keys switched off while a service runs.

By a variable (`NODE_TLS_REJECT_UNAUTHORIZED=0`, `PYTHONHTTPSVERIFY=0`, `GIT_SSL_NO_VERIFY`, an empty
`REQUESTS_CA_BUNDLE`, `…_SKIP_VERIFY=true`, `…_SSL_VERIFY=false`), by an address (`?ssl_cert_reqs=none`,
`trustServerCertificate=true`) or by a command. An error in production, a warning in staging; images are DG503's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dockgate.guardrails import settings
from dockgate.guardrails.hit import Hit, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockgate.guardrails.context import Context

CODE = "DG324"
TITLE = "TLS or host key checks switched off"
SCOPE = Scope.MODEL

_CHECKS = r"(?:VERIF(?:Y|ICATION)|VALIDAT(?:E|ION)|CHECK(?:ING)?)"
_KIND = r"(?:TLS|(?:OPEN)?SSL|HTTPS|CERT(?:S|IFICATES?)?|CA|PEER|HOST_?KEY|HOST_?NAME|SERVER_?CERT(?:IFICATE)?)"
_ANY = r"(?:ALL|INVALID|INSECURE|SELF_?SIGNED|UNTRUSTED)_?"
# Names whose value must not be on, names whose value must not be off.
_SKIPS = (
    r"SKIP_?VERIFY",
    rf"(?:SKIP|NO|DISABLE|IGNORE|WITHOUT)_?{_KIND}_?{_CHECKS}",
    rf"(?:IGNORE|SKIP|DISABLE)_?{_KIND}(?:_?ERRORS?)?",
    rf"{_KIND}_(?:NO|SKIP|DISABLE)_?{_CHECKS}",
    rf"{_KIND}_{_CHECKS}_?(?:DISABLED?|SKIP)",
    r"(?:TLS|SSL|HTTPS)_?(?:ALLOW_?)?INSECURE",
    r"INSECURE_?(?:TLS|SSL|HTTPS)",
    r"INSECURE_?SKIP_?(?:TLS_?)?VERIFY",
    rf"(?:TLS|SSL)_?(?:ALLOW|ACCEPT)_?{_ANY}(?:CERT\w*|HOSTNAMES?)",
    rf"(?:ALLOW|ACCEPT|TRUST)_?{_ANY}(?:TLS|SSL|CERTS?|CERTIFICATES?)",
    r"TRUST_?SERVER_?CERTIFICATE",
)
_VERIFIES = (
    rf"{_KIND}_?(?:STRICT_?)?{_CHECKS}(?:_?MODE)?",
    rf"{_CHECKS}_?{_KIND}(?:_?{_KIND})*",
    r"STRICT_?(?:SSL|TLS)",
    r"REJECT_?UNAUTHORIZED",
    r"PYTHONHTTPSVERIFY",
    r"(?:LDAP)?TLS_?REQ_?CERT",
    r"SSL_CERT_REQS",
)
_MUST_BE_OFF = re.compile(rf"(?:^|_)(?:{'|'.join(_SKIPS)})$")
_MUST_BE_ON = re.compile(rf"(?:^|_)(?:{'|'.join(_VERIFIES)})$")
# Empty, they mean "do not verify": for Python's requests, for Docker's client, for Kafka's names of hosts.
_EMPTY = re.compile(r"^(?:REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|DOCKER_TLS_VERIFY)$|ENDPOINT_IDENTIFICATION_ALGORITHM$")
_NAMES_OF_HOSTS = frozenset({"PIP_TRUSTED_HOST", "GOINSECURE", "GONOSUMDB", "GONOSUMCHECK"})
_ON = frozenset("1 true yes on y t enabled always".split())
_OFF = frozenset("0 false no off n f none never allow disable disabled skip cert_none ssl.cert_none".split())
_TEXT = re.compile(
    r"StrictHostKeyChecking[= ]no|--no-check-certificate|--insecure-skip-tls-verify|--insecure-tls|--tls-?insecure|"
    r"--tlsskipverify|--skip-tls-verify|"
    r"--no-verify-ssl|--ssl-no-verify|--tlsAllowInvalid\w+|--trusted-host|--strict-ssl[= ]false|"
    r"http\.sslVerify[= ]false|"
    r"\bcurl\b[^|;&\n]*\s(?:-[a-zA-Z]*k[a-zA-Z]*|--insecure)(?=\s)(?![^|;&\n]*//(?:localhost|127\.))|"
    r"[?&;](?:ssl_cert_reqs=(?:none|CERT_NONE)|trustServerCertificate=true|verifyServerCertificate=false|"
    r"tls=skip-verify|tlsInsecure=true|"
    r"tlsAllowInvalid\w+=true|ssl_verify=false|verify_ssl=false|sslverify=(?:false|none)|verify=(?:false|none)|"
    r"rejectUnauthorized=false)|disable(?:Endpoint|Hostname)(?:Identification|Verification)=true|"
    r"endpoint\.identification\.algorithm=(?=[\s'\"]|$)",
    re.IGNORECASE,
)


def check(context: Context) -> Iterator[Hit]:
    """Look at the variables and commands of each service."""
    if context.development:
        return
    for service, entry in context.services():
        for what, key, name in _switched_off(entry):
            yield Hit(
                f"{service}: {what} switches off the check of who is at the other end",
                "install the certificate authority (or the host key) that is missing, and leave the check on",
                context.place("services", service, key, *([name] if name else [])),
                severity=context.severity,
                service=service,
                name=name,
            )


def _switched_off(entry: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for name, value in settings.variables(entry):
        if is_off(name, value):
            yield name, "environment", name
    if found := _TEXT.search(settings.command(entry) + " "):
        yield f"the command ({found[0].strip(' ?&;')})", "command", ""


def is_off(name: str, value: str) -> bool:
    """Return whether a variable with this value switches a check off."""
    upper, low = name.upper(), value.strip().lower()
    return bool(
        (_MUST_BE_OFF.search(upper) and low in _ON)
        or (_MUST_BE_ON.search(upper) and low in _OFF and not _MUST_BE_OFF.search(upper))
        or (_EMPTY.search(upper) and not low)
        or (upper in _NAMES_OF_HOSTS and low)
        or _TEXT.search(value + " ")
    )
