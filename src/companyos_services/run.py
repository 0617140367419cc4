"""Runs one service as one process: `python -m companyos_services.run SERVICE …`.

Granian serves from this very process, so that the admin port, the watch and the app
share one memory and a report is about what really decides. One worker only: a second
would load, report and count for itself. SIGTERM and SIGINT finish what is being
answered and end with status 0; SIGHUP loads everything anew.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.embed import Server

from companyos.asgi.log_lines import LineWriter
from companyos.errors import CompanyosError, UnavailableError, UsageError
from companyos_services.adminport import AdminPort
from companyos_services.assembly import Assembly, assemble
from companyos_services.service_settings import ServiceSettings, read_settings

HEADER_READ_MS = 5_000
DRAIN_SECONDS = 15.0
START_SECONDS = 10.0
FAILED = 1


def main() -> int:
    """Run the service that the arguments and the environment describe."""
    try:
        return run(read_settings(sys.argv[1:], os.environ))
    except CompanyosError as error:
        hint = f"\nhint: {error.hint}" if error.hint else ""
        sys.stderr.write(f"error: {error.message}{hint}\n")
        return 2 if isinstance(error, UsageError) else 3


def run(settings: ServiceSettings) -> int:
    """Serve until told to stop, and return the process's exit status.

    Raises:
        UsageError: if the settings, the data file or a port cannot be used.
        UnavailableError: if the server does not start.
    """
    settings.check()
    assembly = assemble(settings)
    try:
        return _run(settings, assembly)
    finally:
        assembly.store.close()


def _run(settings: ServiceSettings, assembly: Assembly) -> int:
    with reserved_port(settings.host, settings.port) as port:
        server = _server(assembly, settings.host, port)
        # After Granian has set up its logging, which closes every other handler.
        writer = _log_to_stderr()
        admin = _admin_port(settings, assembly)
        admin.start()
        assembly.watch.poll()
        assembly.watch.follow(settings.poll_seconds)
        line = _listening(settings, port=port, admin_port=admin.port)
        try:
            return asyncio.run(_serve(server, assembly, line))
        finally:
            assembly.watch.stop()
            admin.stop()
            writer.close()


@contextmanager
def reserved_port(host: str, port: int) -> Iterator[int]:
    """Give a port that is ours: `port`, or for 0 one that was free.

    Granian shares its port with whoever listens on it already, so a port in use is
    refused here, and a free one is kept, bound and silent, until Granian has it.

    Raises:
        UsageError: if the port is in use, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with (
        socket.socket(family, socket.SOCK_STREAM) as probe,
        socket.socket(family, socket.SOCK_STREAM) as hold,
    ):
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        hold.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        try:
            if port:
                probe.bind((host, port))
                probe.listen(1)
                probe.close()
            hold.bind((host, port))
        except OSError as error:
            raise UsageError(
                f"cannot listen on `{host}` port {port}: {error.strerror}"
            ) from error
        yield int(hold.getsockname()[1])


def _server(assembly: Assembly, host: str, port: int) -> Server:
    return Server(
        assembly.app,
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        websockets=False,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_READ_MS),
        log_level=LogLevels.error,
        log_dictconfig={"handlers": {}, "loggers": {"_granian": {"propagate": True}}},
    )


def _log_to_stderr() -> LineWriter:
    writer = LineWriter(sys.stderr)
    root = logging.getLogger()
    root.addHandler(writer)
    logging.getLogger("companyos").setLevel(logging.INFO)
    return writer


def _admin_port(settings: ServiceSettings, assembly: Assembly) -> AdminPort:
    address = (settings.admin_host, settings.admin_port)
    try:
        return AdminPort(address, assembly.pages)
    except OSError as error:
        raise UsageError(
            f"cannot listen on `{address[0]}` port {address[1]}: {error.strerror}"
        ) from error


def _listening(settings: ServiceSettings, *, port: int, admin_port: int) -> str:
    return json.dumps(
        {
            "event": "listening",
            "service": settings.service.value,
            "url": f"http://{_authority(settings.host, port)}",
            "admin_url": f"http://{_authority(settings.admin_host, admin_port)}",
        }
    )


def _authority(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


async def _serve(server: Server, assembly: Assembly, line: str) -> int:
    """Serve until a signal; print `line` once connections are taken."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    loop.add_signal_handler(signal.SIGHUP, assembly.watch.reload)

    serving = loop.create_task(server.serve())
    await _until_listening(server, serving)
    sys.stdout.write(line + "\n")
    sys.stdout.flush()

    stopped = loop.create_task(stopping.wait())
    await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
    if not stopping.is_set():
        stopped.cancel()
        return FAILED  # the server ended by itself
    server.stop()  # type: ignore[no-untyped-call] # Granian leaves it without types
    await asyncio.wait({serving}, timeout=DRAIN_SECONDS)
    return 0 if serving.done() else FAILED


async def _until_listening(server: Server, serving: asyncio.Task[None]) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + START_SECONDS
    while not serving.done() and loop.time() < deadline:
        with suppress(OSError):
            _, writer = await asyncio.open_connection(
                server.bind_addr, server.bind_port
            )
            writer.close()
            await writer.wait_closed()
            return
        await asyncio.sleep(0.01)
    raise UnavailableError("the server did not start")


if __name__ == "__main__":
    sys.exit(main())
