from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest

from companyos.digests import digest_of
from companyos.errors import UsageError
from companyos_services.run import reserved_port
from companyos_services.service_settings import (
    ServiceName,
    ServiceSettings,
    read_settings,
)

NEEDED = ("settings", "--bundle=b", "--jwks=j", "--data=d")


def test_an_argument_wins_over_the_environment() -> None:
    """The environment fills in what no argument says, and a default the rest."""
    environment = {"COMPANYOS_PORT": "1", "COMPANYOS_ADMIN_PORT": "2"}
    settings = read_settings((*NEEDED, "--port=3"), environment)
    assert settings == ServiceSettings(
        ServiceName.SETTINGS,
        bundle=Path("b"),
        jwks=Path("j"),
        data=Path("d"),
        port=3,
        admin_port=2,
    )


def test_the_environment_alone_is_enough() -> None:
    """A container needs no arguments but the service's name."""
    environment = {
        "COMPANYOS_BUNDLE": "b",
        "COMPANYOS_JWKS": "j",
        "COMPANYOS_DATA": "d",
    }
    assert read_settings(("exports",), environment).bundle == Path("b")


@pytest.mark.parametrize(
    "arguments", [(), ("settings",), ("other", *NEEDED[1:]), (*NEEDED, "--reload")]
)
def test_what_is_missing_or_unknown_ends_with_the_usage(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """There is no reloading server and no service of another name."""
    with pytest.raises(SystemExit) as ended:
        read_settings(arguments, {})
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("--workers=2", "one worker, not 2"),
        ("--workers=0", "one worker, not 0"),
        ("--port=70000", "`70000` is no port"),
        ("--admin-port=-1", "`-1` is no port"),
        ("--poll-seconds=0", "above zero"),
        ("--artifact-digest=abc", "is no digest"),
        ("--seed-demo-data", "has no demo data"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(option: str, words: str) -> None:
    """A process that would be wrong does not start."""
    with pytest.raises(UsageError, match=re.escape(words)):
        read_settings((*NEEDED, option), {})


def test_the_artifact_is_reported_by_its_bytes(tmp_path: Path) -> None:
    """The file wins over a digest that somebody says; without either it is unknown."""
    file = tmp_path / "companyos.whl"
    file.write_bytes(b"wheel")
    said = "sha256:" + "0" * 64
    from_file = read_settings(
        (*NEEDED, f"--artifact={file}"), {"COMPANYOS_ARTIFACT_DIGEST": said}
    )
    from_words = read_settings(NEEDED, {"COMPANYOS_ARTIFACT_DIGEST": said})
    assert from_file.reported_artifact() == digest_of(b"wheel")
    assert from_words.reported_artifact() == said
    assert read_settings(NEEDED, {}).reported_artifact() is None


def test_an_artifact_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """A report of no artifact would hide that one was expected."""
    settings = read_settings((*NEEDED, f"--artifact={tmp_path / 'none'}"), {})
    with pytest.raises(UsageError, match="cannot read the artifact"):
        settings.reported_artifact()


def test_a_free_port_stays_ours_until_the_server_has_it() -> None:
    """Nobody else can take the port in between, and nobody is answered on it."""
    with reserved_port("127.0.0.1", 0) as port:
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", port))
        with socket.socket() as caller:
            assert caller.connect_ex(("127.0.0.1", port)) != 0


def test_a_port_in_use_is_refused_even_if_it_could_be_shared() -> None:
    """Sharing a port would spread requests over two services by chance."""
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])
        with (
            pytest.raises(UsageError, match=f"port {port}"),
            reserved_port("127.0.0.1", port),
        ):
            pass
