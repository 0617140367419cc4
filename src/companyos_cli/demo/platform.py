"""The tour's platform: two services as processes, their artifacts, ports and tokens."""

from __future__ import annotations

import json
import socket
import time
import urllib.error
import urllib.request
import zipapp
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import cast

from joserfc.jwk import ECKey

from companyos_cli.demo.performance import SERVICES_LOG, Performance, TourError

STAGES = "config/stages.yaml"
SERVICES = ("settings", "exports")
STAGE_COUNT = 3
SHOWN_OF_A_DECISION = (
    "tenant_id", "subject_id", "action", "effect", "code", "rule", "place",
)  # fmt: skip
LOAD_SECONDS = 15.0
POLL_SECONDS = 0.1

LAUNCHER = """\
import sys

from companyos_services.run import main

sys.argv[1:1] = ["{service}", "--artifact", sys.argv[0]]
sys.exit(main())
"""


@dataclass
class Platform:
    """Where the services of one showing listen. `ports` are (app, admin) by service."""

    ports: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def choose_ports(self, show: Performance) -> None:
        """Take free ports and write the states' addresses where `drift` reads them."""
        free = _free_ports(2 * len(SERVICES))
        self.ports = {name: (next(free), next(free)) for name in SERVICES}
        for name, standard in zip(SERVICES, (9101, 9102), strict=True):
            show.edit(
                STAGES,
                f"127.0.0.1:{standard}",
                f"127.0.0.1:{self.ports[name][1]}",
                times=STAGE_COUNT,
            )

    def build_artifacts(self, show: Performance) -> None:
        """Make each service's runnable archive, dist/NAME.pyz."""
        for name in SERVICES:
            source = show.folder / "app" / name
            show.write(f"app/{name}/__main__.py", LAUNCHER.format(service=name))
            target = show.folder / "dist" / f"{name}.pyz"
            target.parent.mkdir(exist_ok=True)
            zipapp.create_archive(source, target)
            show.tell(f"dist/{name}.pyz is made of app/{name}")

    def start_services(self, show: Performance) -> None:
        """Start both services from their artifacts, and make a key for tokens."""
        _make_issuer(show.folder)
        show.tell("a throw-away key plays the identity provider: issuer.jwk, jwks.json")
        source = resources.files("companyos_cli.demo").joinpath("ask.py")
        show.write("ask.py", source.read_text(encoding="utf-8"))
        for name in SERVICES:
            app, admin = self.ports[name]
            seed = " --seed-demo-data" if name == "exports" else ""
            show.start(
                f"python dist/{name}.pyz --bundle run/pilot --jwks jwks.json"
                f" --data run/{name}.db --port {app} --admin-port {admin}"
                f" --poll-seconds 0.2{seed}"
            )

    def ask(
        self,
        show: Performance,
        request: str,
        *,
        tenant: str,
        status: int,
        code: str = "",
        subject: str = "ana",
    ) -> None:
        """Send a request to `exports` as somebody of a tenant.

        Raises:
            TourError: it was answered with another status or code.
        """
        words = request.replace("URL", f"http://127.0.0.1:{self.ports['exports'][0]}")
        answer = show.run(f"python ask.py {words} --tenant {tenant} --as {subject}")
        said, _, body = answer.partition(" ")
        if said != str(status) or json.loads(body).get("code", "") != code:
            raise TourError(f"{tenant} was answered {said}, expected {status} {code}")

    def decision_line(self, show: Performance, *, tenant: str) -> str:
        """Return the newest decision about a tenant, shortened to what it says.

        Raises:
            TourError: none was logged.
        """
        lines = (show.folder / SERVICES_LOG).read_text(encoding="utf-8").splitlines()
        for line in reversed(lines):
            entry = json.loads(line)
            if entry.get("event") == "decision" and entry["tenant_id"] == tenant:
                return json.dumps({name: entry[name] for name in SHOWN_OF_A_DECISION})
        raise TourError(f"no decision about {tenant} was logged")

    def wait_until_loaded(self, show: Performance) -> None:
        """Wait until both services say they loaded what their folder has.

        Raises:
            TourError: they do not.
        """
        manifest = json.loads(
            (show.folder / "run/pilot/current/manifest.json").read_bytes()
        )
        deadline = time.monotonic() + LOAD_SECONDS
        for name in SERVICES:
            while _loaded_entry(self.ports[name][1]) != manifest["log"]["entry"]:
                if time.monotonic() > deadline:
                    raise TourError(f"{name} did not load what its folder has")
                time.sleep(POLL_SECONDS)
        show.tell("both services loaded it")


def _loaded_entry(admin_port: int) -> int | None:
    url = f"http://127.0.0.1:{admin_port}/.well-known/companyos/state"
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return cast("int | None", json.loads(answer.read())["log_entry"])
    except (urllib.error.URLError, OSError):
        return None


def _make_issuer(folder: Path) -> None:
    key = ECKey.generate_key("P-256", {"kid": "tour", "use": "sig", "alg": "ES256"})
    (folder / "issuer.jwk").write_text(json.dumps(key.as_dict(private=True)))
    public = {"keys": [key.as_dict(private=False)]}
    (folder / "jwks.json").write_text(json.dumps(public))


def _free_ports(count: int) -> Iterator[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    yield from ports
