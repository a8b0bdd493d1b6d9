"""The keys of a service, by whether the start-up of Dockgate does all that they ask for: an allow-list.

What it does not know is left to `docker compose up`: a hook that nothing runs would be skipped in silence. A test
compares both lists with the schema of the Compose specification.
"""

from __future__ import annotations

# What Compose does when it creates a container, what the engine does, and what the start-up looks at.
KNOWN = frozenset(
    "annotations attach blkio_config build cap_add cap_drop cgroup cgroup_parent command configs container_name "
    "cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset credential_spec "
    "depends_on deploy develop device_cgroup_rules devices dns dns_opt dns_search domainname entrypoint env_file "
    "environment expose extends external_links extra_hosts gpus group_add healthcheck hostname image init ipc "
    "isolation label_file labels links logging mac_address mem_limit mem_reservation mem_swappiness memswap_limit "
    "network_mode networks oom_kill_disable oom_score_adj pid pids_limit platform ports privileged profiles "
    "pull_policy pull_refresh_after read_only restart runtime scale secrets security_opt shm_size stdin_open "
    "stop_grace_period stop_signal storage_opt sysctls tmpfs tty ulimits umask user userns_mode uts volumes "
    "volumes_from working_dir".split()
)
# What Compose does when it starts or stops a container.
COMPOSES = frozenset("models post_start pre_start pre_stop provider use_api_socket".split())
# Of a resolved document: `include` and `extends` are in the rest of it by then.
TOP = frozenset("configs name networks secrets services version volumes".split())
COMPOSES_TOP = frozenset("include jobs models".split())


def unknown(keys: frozenset[str], known: frozenset[str]) -> tuple[str, ...]:
    """Return those keys that are not known; `x-…` are ignored."""
    return tuple(sorted(key for key in keys - known if not key.startswith("x-")))
