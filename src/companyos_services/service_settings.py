"""What one service process is told at its start, from arguments or the environment.

An argument wins over its environment variable. Nothing here comes from the desired
state: that arrives verified, in the bundle directory, and may change while running.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from companyos.digests import digest_of
from companyos.errors import UsageError

PREFIX = "COMPANYOS_"

is_digest = re.compile(r"sha256:[0-9a-f]{64}").fullmatch


class ServiceName(StrEnum):
    """The services that can be run."""

    SETTINGS = "settings"
    EXPORTS = "exports"


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """How to run one service. Port 0 takes a free one.

    `artifact` is the file that the service was installed from; its digest, or the given
    `artifact_digest`, is what the service reports. `admin_host` must only be reachable
    by the platform. With `log_inputs` the decision log also holds what was decided
    from, without the values of `mask_attributes`, names with commas between them.
    """

    service: ServiceName
    bundle: Path
    jwks: Path
    data: Path
    host: str = "127.0.0.1"
    port: int = 0
    admin_host: str = "127.0.0.1"
    admin_port: int = 0
    artifact: Path | None = None
    artifact_digest: str | None = None
    poll_seconds: float = 1.0
    seed_demo_data: bool = False
    workers: int = 1
    log_inputs: bool = False
    mask_attributes: str | None = None

    def check(self) -> None:
        """Refuse settings that cannot be meant.

        Raises:
            UsageError: for more than one worker, a port or period out of range, a
                malformed digest, or demo data for a service that has none.
        """
        if self.workers != 1:
            raise UsageError(
                f"a service runs as one worker, not {self.workers}",
                hint="start several processes: each reports its own state and metrics",
            )
        for port in (self.port, self.admin_port):
            if not 0 <= port <= 65535:
                raise UsageError(f"`{port}` is no port, expected 0 to 65535")
        if self.poll_seconds <= 0:
            raise UsageError("the polling period must be above zero seconds")
        if self.artifact_digest and not is_digest(self.artifact_digest):
            raise UsageError(
                f"`{self.artifact_digest}` is no digest, expected `sha256:` and 64"
                " hexadecimal digits"
            )
        if self.seed_demo_data and self.service is not ServiceName.EXPORTS:
            raise UsageError(f"the service `{self.service}` has no demo data")

    def reported_artifact(self) -> str | None:
        """Return the digest of the artifact, read now.

        Raises:
            UsageError: if the file cannot be read.
        """
        if self.artifact is None:
            return self.artifact_digest
        try:
            return digest_of(self.artifact.read_bytes())
        except OSError as error:
            raise UsageError(
                f"cannot read the artifact `{self.artifact}`: {error.strerror}"
            ) from error


def read_settings(
    arguments: Sequence[str], environment: Mapping[str, str]
) -> ServiceSettings:
    """Return the settings that arguments and environment give, checked.

    Raises:
        UsageError: if they cannot be meant. Unknown arguments end the process with the
            usage, as is the custom.
    """
    settings = ServiceSettings(**vars(_parser(environment).parse_args(arguments)))
    settings.check()
    return settings


def _parser(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m companyos_services.run",
        description="Run one CompanyOS service.",
        epilog=f"Each option may also stand in the environment: {PREFIX}BUNDLE, …",
    )
    options = _Options(parser, environment)
    parser.add_argument("service", type=ServiceName, choices=list(ServiceName))
    options.add("bundle", Path, "the bundle directory that `companyos sync` keeps")
    options.add("jwks", Path, "the public keys that verify tokens")
    options.add("data", Path, "the SQLite file of this service")
    options.add("host", str, "where to listen", default="127.0.0.1")
    options.add("port", int, "the port, 0 for a free one", default="0")
    options.add("admin-host", str, "where to show health", default="127.0.0.1")
    options.add("admin-port", int, "its port, 0 for a free one", default="0")
    options.add(
        "artifact", Path, "the installed file, to report its digest", default=""
    )
    options.add("artifact-digest", str, "the digest to report", default="")
    options.add("poll-seconds", float, "how often to look for changes", default="1")
    options.add("workers", int, "anything but 1 is refused", default="1")
    parser.add_argument(
        "--log-inputs",
        action="store_true",
        help="log roles and attributes too, so that decisions can be replayed",
    )
    options.add(
        "mask-attributes", str, "attributes whose values are never logged", default=""
    )
    parser.add_argument(
        "--seed-demo-data", action="store_true", help="add made-up datasets (exports)"
    )
    return parser


@dataclass(frozen=True, slots=True)
class _Options:
    """Adds options that fall back to the environment, then to a default."""

    parser: argparse.ArgumentParser
    environment: Mapping[str, str]

    def add(
        self,
        name: str,
        kind: type[str | int | float | Path],
        meaning: str,
        *,
        default: str | None = None,
    ) -> None:
        """Add `--name`; without a default it must be given one way or the other."""
        variable = PREFIX + name.upper().replace("-", "_")
        found = self.environment.get(variable) or default
        self.parser.add_argument(
            f"--{name}",
            type=lambda text: kind(text) if text else None,
            default=found,
            required=found is None,
            help=meaning,
        )
