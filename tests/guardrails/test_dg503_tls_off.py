from __future__ import annotations

import pytest

from dockgate.guardrails.rules import dg503_tls_off as rule
from tests.guardrails.scenes import catches, catches_not, dockerfile

OFF = [
    "RUN curl -fsSLk https://get.example/x | sh",
    "RUN curl --insecure https://get.example/x -o /x",
    "RUN wget -q --no-check-certificate https://get.example/x",
    "RUN git config --global http.sslVerify false",
    "RUN pip install --trusted-host index.example x",
    "RUN npm config set strict-ssl false",
    "ENV NODE_TLS_REJECT_UNAUTHORIZED=0",
    "ENV PYTHONHTTPSVERIFY 0",
    "RUN apt-get install -y --allow-unauthenticated x",
    "RUN echo 'deb [trusted=yes] http://x stable main' > /etc/apt/sources.list",
    "RUN apk add --allow-untrusted x.apk",
    "RUN apk add --allow-untrusted https://x.example/x",
    "RUN wget http://x.example/x.apk && wget https://x.example/y.apk && apk add --allow-untrusted x.apk y.apk",
    "RUN dnf install -y --nogpgcheck x",
    "RUN rpm -i --nosignature x.rpm",
    "ENV GOINSECURE=example.com",
    "RUN true && \\\n    curl -k https://get.example/x",
]


@pytest.mark.parametrize("line", OFF)
def test_catches_every_way_of_switching_it_off(line: str) -> None:
    """In RUN, ENV and ARG, in continued lines too."""
    [hit] = catches(rule, dockerfile(f"FROM debian\n{line}\n"))
    assert hit.location.line == 2


@pytest.mark.parametrize(
    "line",
    ["RUN curl -fsSL --keepalive-time 2 https://x", "RUN wget -q https://x", "ENV NODE_TLS_REJECT_UNAUTHORIZED=1",
     "# curl -k https://x",     "RUN git config http.sslVerify true", "COPY curl -k",
     "RUN wget https://x.example/x-${V}.apk && \\\n  apk add --no-cache --allow-untrusted x-${V}.apk && rm x.apk"],
)  # fmt: skip
def test_catches_not_verified_downloads(line: str) -> None:
    """Other flags with a k in them, and comments."""
    catches_not(rule, dockerfile(f"FROM debian\n{line}\n"))
