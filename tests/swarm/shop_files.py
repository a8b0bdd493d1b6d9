"""The files of a small project that runs on a swarm."""

from __future__ import annotations

SETTINGS = """
[tool.dockgate]
name = "shop"
[tool.dockgate.environments.prod]
files = ["compose/base.yaml"]
endpoints = ["local"]
runtime = "swarm"
[tool.dockgate.environments.prod.swarm]
watch-seconds = {watch}
[tool.dockgate.environments.prod.swarm.nodes]
{nodes}
[tool.dockgate.images.api]
[tool.dockgate.images.store]
[tool.dockgate.images.gateway]
[tool.dockgate.release]
smoke = "/version"
"""
SCHEMA = """
[TOKEN]
type = "string"
description = "Password of the store"
secret = true
generate = "password:32"
required = true
readers = ["store", "api"]
"""
COMPOSE = """
x-service: &service
  restart: always
  read_only: true
  init: true
  user: "10001:10001"
  cap_drop: [ALL]
  security_opt: ["no-new-privileges:true"]
  tmpfs: ["/tmp:rw,noexec,nosuid,nodev,size=16m,mode=1777"]
  logging: {driver: json-file, options: {max-size: 10m, max-file: "3"}}
services:
  store:
    <<: *service
    image: ${STORE_IMAGE:?}
    environment: {VALKEY_PASSWORD_FILE: /run/secrets/TOKEN}
    secrets: [TOKEN]
    volumes: ["data:/data"]
    networks: [back]
    healthcheck:
      test: ["CMD", "/usr/local/bin/probe", "valkey", "127.0.0.1:6379", "/run/secrets/TOKEN"]
      interval: 5s
      start_period: 15s
      start_interval: 250ms
    deploy:
      placement: {constraints: ["node.role==manager"]}
      resources: {limits: {cpus: "0.5", memory: 64M, pids: 50}}
  migrate:
    <<: *service
    restart: "no"
    image: ${API_IMAGE:?}
    command: ["migrate"]
    healthcheck: {disable: true}
    networks: [back]
    depends_on: {store: {condition: service_healthy}}
    deploy: {resources: {limits: {cpus: "0.5", memory: 64M, pids: 50}}}
  api:
    <<: *service
    image: ${API_IMAGE:?}
    command: ["api"]
    stop_grace_period: 15s
    secrets: [TOKEN]
    networks: [front, back]
    depends_on: {migrate: {condition: service_completed_successfully}, store: {condition: service_healthy}}
    healthcheck:
      test: ["CMD", "/usr/local/bin/probe", "http", "127.0.0.1:8000", "/healthz"]
      interval: 2s
      retries: 2
      start_period: 3s
      start_interval: 250ms
    deploy: {replicas: {replicas}, resources: {limits: {cpus: "1.0", memory: 128M, pids: 600}}}
  gateway:
    <<: *service
    image: ${GATEWAY_IMAGE:?}
    environment: {API_UPSTREAM: "api:8000"}
    networks: [front]
    ports: ["8080:8080"]
    depends_on: {api: {condition: service_healthy}}
    healthcheck:
      test: ["CMD", "/usr/local/bin/probe", "http", "127.0.0.1:8081", "/gateway-health"]
      interval: 5s
      start_period: 15s
      start_interval: 250ms
    deploy: {mode: global, resources: {limits: {cpus: "1.0", memory: 128M, pids: 50}}}
networks: {front: {}, back: {internal: true}}
volumes: {data: {}}
secrets: {TOKEN: {file: "${DOCKGATE_SECRETS:?}/TOKEN"}}
"""
DOCKERFILE = """
FROM {base}
COPY payload /payload
COPY server.py /server.py
ENV VERSION={version} MODE={mode}
ENTRYPOINT ["python3", "/server.py"]
"""
