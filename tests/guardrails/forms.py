"""Services as people write them, each in a form of its own: what every rule of models says of each is held, whole."""

from __future__ import annotations

from typing import Any

from tests.guardrails.scenes import PROD_PASSWORD, ROOT

IMAGE = "shop/api@sha256:" + "0" * 64


def bind(source: str, target: str = "/data", **more: Any) -> dict[str, Any]:
    return {"volumes": [{"type": "bind", "source": source, "target": target, **more}]}


def port(target: int = 80, **more: Any) -> dict[str, Any]:
    return {"ports": [{"target": target, "protocol": "tcp", "mode": "ingress", **more}]}


def check(test: Any, **more: Any) -> dict[str, Any]:
    return {"healthcheck": {"test": test, **more}}


def variables(**given: Any) -> dict[str, Any]:
    return {"environment": given}


SERVICES: dict[str, dict[str, Any]] = {
    "nothing": {},
    "hardened": {
        "image": IMAGE, "restart": "unless-stopped", "user": "1000:1000", "read_only": True, "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"], "logging": {"driver": "local"},
        "deploy": {"resources": {"limits": {"memory": "64m", "cpus": 0.5, "pids": 50}}},
        **check(["CMD", "curl", "-f", "http://localhost/"], interval="5s", timeout="3s", start_interval="1s"),
    },
    "no tag": {"image": "postgres"}, "tag": {"image": "docker.io/library/redis:7"}, "digest": {"image": IMAGE},
    "build": {"build": {"context": str(ROOT)}}, "build and digest": {"image": IMAGE, "build": {"context": str(ROOT)}},
    "development stage": {"build": {"context": str(ROOT), "target": "dev"}, "image": "shop/api-dev"},
    "build rights": {"build": {"privileged": True, "entitlements": ["security.insecure", "network.host"]}},
    "build network": {"build": {"network": "host", "args": {"TOKEN": PROD_PASSWORD, "A": None}, "labels": {"a": "b"}}},
    "inline": {"build": {"dockerfile_inline": f"FROM x\nENV PASSWORD={PROD_PASSWORD}\nUSER root\n"}},
    "restart no": {"restart": "no"}, "restart failure": {"restart": "on-failure:3"},
    "restart always": {"restart": "always"},
    "restart of deploy": {"deploy": {"restart_policy": {"condition": "none"}}},
    "restart any": {"deploy": {"restart_policy": {"condition": "any"}}},
    "one-shot": {"labels": {"dev.dockgate.one-shot": "true"}, "restart": "always"},
    "one-shot once": {"labels": {"dev.dockgate.one-shot": "true"}, "restart": "on-failure"},
    "root": {"user": "root"}, "root by number": {"user": "0:1000"}, "user": {"user": "1000"}, "zero": {"user": 0},
    "hooks": {"post_start": [{"command": "x", "user": "root"}], "pre_stop": [{"command": "y", "privileged": True}]},
    "hook": {"post_start": [{"command": "x", "user": "5"}, {"command": "y"}]},
    "socket": bind("/var/run/docker.sock", "/s"), "its folder": bind("/run", read_only=True),
    "socket key": {"use_api_socket": True}, "podman": bind("/run/podman/podman.sock"),
    "engine": variables(DOCKER_HOST="tcp://proxy:2375"), "engine by http": variables(DOCKER_HOST="http://h:1"),
    "engine with TLS": variables(DOCKER_HOST="tcp://h:2376", DOCKER_TLS_VERIFY="1"),
    "engine named": variables(OTHER="tcp://docker:2375", PORT="2375"),
    "listens": {"command": "dockerd -H tcp://0.0.0.0:2375"},
    "talks": {"command": ["docker", "-H", "tcp://host.docker.internal:2375", "ps"]},
    "checkout": bind(f"{ROOT}/app"), "checkout itself": bind(str(ROOT)),
    "file": bind(f"{ROOT}/nginx.conf", read_only=True),
    "home": bind("/root/.ssh"), "aws": bind("/home/x/.aws/credentials", read_only=True),
    "proc": bind("/proc", "/host/proc"),
    "root folder": bind("/", "/host"), "etc": bind("/etc/passwd", "/etc/passwd"),
    "no source": {"volumes": [{"type": "tmpfs"}]},
    "relative target": bind("/srv/x", "data"), "target is all": bind("/srv/x", "/"),
    "named": {"volumes": [{"type": "volume", "source": "bound", "target": "/d"}, {"type": "volume", "target": "/e"}]},
    "store port": port(5432, published="5432"), "store port here": port(6379, published="6379", host_ip="127.0.0.1"),
    "store port six": port(3306, host_ip="::1"), "store image": {"image": "mongo:7", **port(9999, published="1")},
    "web port": port(80, published="80"), "ssh": port(22, published="2222"),
    "no target": {"ports": [{"published": "80"}]},
    "git ssh": {"image": "gitea/gitea:1", **port(22)}, "sshd": {"command": ["/usr/sbin/sshd", "-D"]},
    "replicas": {"scale": 2, **port(80, published="80")},
    "replicas in range": {"scale": 2, **port(80, published="80-81")},
    "replicas of deploy": {"deploy": {"replicas": 3}, **port(80, published="80-81")}, "none": {"scale": 0, **port()},
    "no check": {}, "check off": check(["NONE"]), "disabled": {"healthcheck": {"disable": True}},
    "sure": check("exit 0"),
    "check": check(["CMD-SHELL", "curl -f localhost || exit 1"]), "slow check": check(["CMD", "x"], interval="1m30s"),
    "often": check(["CMD", "x"], start_period="30s"), "check starts": check(["CMD", "x"], start_interval="5s"),
    "limits": {"mem_limit": "64m"}, "limits partly": {"deploy": {"resources": {"limits": {"memory": "64m"}}}},
    "reserved": {"deploy": {"resources": {"reservations": {"memory": "64m"}}}}, "cpus": {"cpus": 1, "pids_limit": 10},
    "logs": {"logging": {"driver": "json-file", "options": {"max-size": "10m"}}},
    "syslog": {"logging": {"driver": "syslog"}},
    "logs without": {"logging": {"options": {"max-file": "3"}}}, "logs none": {"logging": {"driver": "none"}},
    "host network": {"network_mode": "host"}, "other's": {"network_mode": "service:nothing"},
    "host pid": {"pid": "host"},
    "host ipc": {"ipc": "host", "uts": "host", "userns_mode": "host", "cgroup": "host"},
    "privileged": {"privileged": True},
    "caps": {"cap_add": ["SYS_ADMIN", "NET_BIND_SERVICE"]},
    "devices": {"device_cgroup_rules": ["c 1:3 mr"], "devices": ["/dev/sda"]},
    "groups": {"group_add": ["docker", 0, "app"], "cgroup_parent": "x", "security_opt": ["systempaths:unconfined"]},
    "unconfined": {"security_opt": ["seccomp=unconfined", "apparmor:unconfined", "label:disable"]},
    "sysctls": {"sysctls": {"net.ipv4.ip_forward": 1, "kernel.panic": 1, "net.core.somaxconn": "9",
    "kernel.shmmax": "1"}},
    "sysctl list": {"sysctls": ["net.ipv4.ip_forward = 1", "vm.swappiness=1"], "network_mode": "host", "ipc": "host"},
    "secret in clear": variables(POSTGRES_PASSWORD="a value of ours 77", SESSION_KEY="", API_TOKEN="changeme"),
    "secret of production": variables(A=f"x{PROD_PASSWORD}", B=PROD_PASSWORD),
    "label": {"labels": {"key": PROD_PASSWORD}},
    "key of a provider": variables(K="sk_live_" + "4eC39HqLyjWDarjtT1zdp7dcKx",
    T="sk_test_" + "4eC39HqLyjWDarjtT1zdp7dcKx"),
    "debug": variables(DEBUG="true", NODE_ENV="development", FLASK_DEBUG="0", LOG_LEVEL="debug"),
    "plain http": variables(URL="http://shop.example.com/x", INSIDE="http://api:80", HERE="http://localhost",
    D="ftp://h/x"),
    "tls off": variables(NODE_TLS_REJECT_UNAUTHORIZED="0", PGSSLMODE="disable", SSL_VERIFY="false", INSECURE="1"),
    "tls off by command": {"entrypoint": ["curl"], "command": ["-k", "https://h"]},
    "tls on": variables(SSL_VERIFY="true"),
    "tls in an address": variables(U="postgres://h/x?sslmode=disable", V="mysql://h/x?ssl=false&a=1"),
    "ssh without keys": {"command": "ssh -o StrictHostKeyChecking=no h"}, "git": variables(GIT_SSL_NO_VERIFY="1"),
    "no password": variables(POSTGRES_HOST_AUTH_METHOD="trust", ALLOW_EMPTY_PASSWORD="yes",
    MYSQL_ALLOW_EMPTY_PASSWORD="1"),
    "redis open": {"image": "redis:7", "command": "redis-server --protected-mode no"},
    "args": variables(REDIS_ARGS="--protected-mode no"),
    "kafka": variables(ALLOW_PLAINTEXT_LISTENER="yes", ALLOW_ANONYMOUS_LOGIN="yes", ALLOW_OTHER="no",
    X_AUTH_ENABLED="false"),
    "elastic": variables(**{"xpack.security.enabled": "false", "discovery.type": "single-node"}),
    "dollar": variables(A="$$x", B="${C}"), "no value": variables(A=None),
    "number": variables(PORT=5, DEBUG=True, URL=1.5),
    "secrets": {"secrets": [{"source": "given", "target": "/run/secrets/given", "mode": "0400", "uid": "5"}]},
    "secret as it is": {"secrets": [{"source": "given", "mode": "0444"}, {"source": "made"}, {"source": "missing"}]},
    "secret of a variable": {"secrets": [{"source": "varied", "mode": "0440"}, {"source": "given"}]},
    "config": {"configs": [{"source": "inline", "gid": "7"}, {"source": "filed", "mode": "0400"}, {"source": "other"}]},
    "file variable": {"environment": {"POSTGRES_PASSWORD_FILE": "/run/secrets/given",
    "TOKEN_FILE": "/run/secrets/none"}},
    "networks": {"networks": {"own": None, "shared": {}, "fixed": None}}, "volumes from": {"volumes_from": ["nothing"]},
    "gpu": {"deploy": {"resources": {"reservations": {"devices": [{"capabilities": ["gpu"]}]}}}, "runtime": "nvidia"},
    "profile": {"profiles": ["tools"], "image": "x:1"},
    "depends": {"depends_on": {"nothing": {"condition": "service_started"}}},
    "env file": {"env_file": [{"path": "/srv/shop/.envs/prod"}]}, "extra hosts": {"extra_hosts": ["h=host-gateway"]},
}  # fmt: skip
SHARED: dict[str, Any] = {
    "networks": {"own": {"name": "shop-prod_own"}, "shared": {"external": True, "name": "proxy"},
    "fixed": {"name": "shop"}},
    "volumes": {
        "bound": {"driver_opts": {"type": "none", "o": "bind,ro", "device": "/home/x/.kube"}}, "data": None,
        "nfs": {"driver_opts": {"type": "nfs", "o": "addr=h", "device": ":/x"}}, "fixed": {"name": "shop_data"},
        "other": {"external": True, "name": "shop-staging_data"},
    },
    "secrets": {"given": {"file": f"{ROOT}/given"}, "varied": {"environment": "TOKEN"},
    "made": {"file": "/run/x/made"}},
    "configs": {"inline": {"content": f"password={PROD_PASSWORD}\n"}, "filed": {"file": f"{ROOT}/app.ini"}},
    "x-common": {"environment": {"A": PROD_PASSWORD}},
}  # fmt: skip
