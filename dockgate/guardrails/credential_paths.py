"""Where tools of a person or of a machine keep what opens other systems."""

from __future__ import annotations

import re

_FOLDERS = (
    r"\.aws|\.azure|\.kube|\.docker|\.gnupg|\.ssh|\.oci|\.aliyun|\.bluemix|\.minikube|\.helm|\.terraform\.d|\.pulumi|\.fly|\.databricks|"
    r"\.cloudflared|\.password-store|\.vault|\.step|\.sops|\.gcloud|\.boto|\.s3cfg|\.chef|\.ansible|\.mozilla|\.thunderbird|"
    r"\.config/(?:gcloud|gh|glab-cli|hub|doctl|hcloud|linode-cli|sops|rclone|helm|containers/auth\.json|op|heroku|stripe|scw|age|google-chrome|"
    r"chromium)|\.local/share/(?:keyrings|password-store)|\.cargo/credentials(?:\.toml)?|\.m2/settings(?:-security)?\.xml|"
    r"\.gem/credentials|\.gradle/gradle\.properties|\.composer/auth\.json|\.config/composer/auth\.json|\.terraformrc|\.netrc|"
    r"\.git-credentials|\.config/git/credentials|\.npmrc|\.yarnrc\.yml|\.pypirc|\.pgpass|\.my\.cnf|\.vault-token|\.dockercfg|\.bash_history"
)
_HOME = r"/(?:root|(?:home|Users)/[^/]+)"
_CREDENTIALS = re.compile(
    rf"(?P<name>^(?:{_HOME}|/var/lib/[^/]+|~)/(?:{_FOLDERS})(?=/|$)|^(?:{_HOME}|~)$|^/(?:home|Users)$|^/etc/(?:ssh|kubernetes|rancher)(?=/|$)|"
    r"^/etc/(?:shadow|gshadow|sudoers)(?=$|\.)|^/var/lib/(?:kubelet|rancher)(?=/|$)|"
    r"ssh-auth\.sock$|/ssh-\w+/agent\.\d+$|/keyring/ssh$|gpg-agent\.(?:\w+\.)?sock$|S\.gpg-agent(?:\.\w+)?$)"
)
# Of these folders, what is public. A tool's own folder of plugins or caches is not named above.
_PUBLIC = re.compile(r"/(?:known_hosts|config|authorized_keys|[^/]*\.pub|ssh_config|cli-plugins|buildx|moduli)$")
_PUBLIC_IN = re.compile(r"/\.(?:ssh|aws|docker)/|/etc/ssh/")


def opens(path: str, home: str = "") -> bool:
    """Return whether a path of this machine is a folder or file with credentials, or a socket of an agent for them.

    `home` is the user's own folder, which may be anywhere (`/nfs/people/ann`).
    """
    if home and f"{path}/".startswith(f"{home}/"):
        path = f"~{path.removeprefix(home)}"
    return bool(_CREDENTIALS.search(path)) and not (_PUBLIC_IN.search(path) and _PUBLIC.search(path))
