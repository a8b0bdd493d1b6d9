# All images, for `docker buildx bake`. `inv build` fills the variables in and gives every build its own tag;
# see docs/architecture.md. There is no `# syntax=` line anywhere: a remote frontend would need a registry.

variable "BASE" { # the base image, made by `inv build` first
  default = "dockgate/base:trixie"
}
variable "SOURCE_DATE_EPOCH" { # the date of the package lists that the base was made from
  default = "0"
}

# What the host lends to a build. An absent secret is an error for bake, so each is named only where there is one.
variable "HOST_CA" {
  default = "" # a path: a bundle is too long for an environment variable
}
variable "HOST_APT" {
  default = ""
}
variable "HOST_PIP" {
  default = ""
}
variable "HOST_NPM" {
  default = ""
}
variable "HOST_PROXY" {
  default = ""
}

target "_host" {
  secret = concat(
    HOST_CA != "" ? ["id=ca,src=${HOST_CA}"] : [],
    HOST_APT != "" ? ["id=apt,env=HOST_APT"] : [],
    HOST_PIP != "" ? ["id=pip,env=HOST_PIP"] : [],
    HOST_NPM != "" ? ["id=npm,env=HOST_NPM"] : [],
    HOST_PROXY != "" ? ["id=proxy,env=HOST_PROXY"] : [],
  )
}

target "builder" {
  inherits = ["_host"]
  context  = "docker/rootfs"
  contexts = { base = "docker-image://${BASE}" }
}

target "probe" {
  inherits = ["_host"]
  context  = "docker/probe"
  contexts = { builder = "target:builder" }
  args     = { SOURCE_DATE_EPOCH = SOURCE_DATE_EPOCH }
}

# Provenance would give an unchanged image a new digest each time; releases turn it on.
target "_image" {
  inherits = ["_host"]
  contexts = { builder = "target:builder", probe = "target:probe", base = "docker-image://${BASE}" }
  args     = { SOURCE_DATE_EPOCH = SOURCE_DATE_EPOCH }
  attest   = ["type=provenance,disabled=true", "type=sbom,disabled=true"]
  output   = ["type=image,compression=zstd,compression-level=3,force-compression=true,oci-mediatypes=true,unpack=true"]
}

group "default" {
  targets = ["api", "postgres", "valkey", "gateway"]
}

target "api" {
  inherits = ["_image"]
  context  = "docker/api"
  contexts = { probe = "target:probe" }
  target   = "runtime"
}

target "api-dev" {
  inherits = ["_image"]
  context  = "docker/api"
  contexts = { probe = "target:probe" }
  target   = "dev"
}

target "postgres" {
  inherits = ["_image"]
  context  = "docker/postgres"
}

target "valkey" {
  inherits = ["_image"]
  context  = "docker/valkey"
}

target "gateway" {
  inherits = ["_image"]
  context  = "docker/gateway"
}

target "prometheus" {
  inherits = ["_image"]
  context  = "docker/prometheus"
}

target "postgres-exporter" {
  inherits = ["_image"]
  context  = "docker/exporters"
  target   = "postgres-exporter"
}

target "valkey-exporter" {
  inherits = ["_image"]
  context  = "docker/exporters"
  target   = "valkey-exporter"
}

target "blackbox-exporter" {
  inherits = ["_image"]
  context  = "docker/exporters"
  target   = "blackbox-exporter"
}
