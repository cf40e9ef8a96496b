"""Sending to addresses that others have named: to public hosts only, at the very address that was examined.

An address that a customer names could be one of ours, or the machine's own. So the name is looked up once, every address
that it has must be a public one, and the connection goes to the address that was examined, whatever the name says by
then. No redirect is followed, no proxy is asked, and no more than the beginning of an answer is read.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import urlsplit

SECONDS = 10
"""How long a host may take to connect; and for its whole answer, however slowly it sends the parts."""
READ_BYTES = 1000
_MAPPED = ipaddress.ip_network("64:ff9b::/96")
"""IPv6 addresses that stand for IPv4 ones."""

Allowed = Callable[[str], bool]


class Refused(Exception):
    """The address is none to which anything is sent."""


class Answer(NamedTuple):
    """The HTTP status, and the beginning of the body as text."""

    status: int
    text: str


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet; not so: loopback, private, link-local, multicast, reserved."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = (
            found.ipv4_mapped
            or found.sixtofour
            or (ipaddress.ip_address(int(found) & 0xFFFFFFFF) if found in _MAPPED else None)
        )
        if inner is not None:
            return is_public(str(inner))
    return found.is_global and not found.is_multicast


def post(url: str, body: bytes, headers: Mapping[str, str], *, allowed: Allowed = is_public) -> Answer:
    """POST to an http or https address. Raises Refused, and OSError or HTTPException where no answer comes in time."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    connection = _connect(host, port, _address_of(host, port, allowed), is_tls=parts.scheme == "https")
    is_late = threading.Event()
    end = threading.Timer(SECONDS, _cut, [connection.sock, is_late])
    end.start()
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, {**headers, "Connection": "close"})
        response = connection.getresponse()
        answer = Answer(response.status, response.read(READ_BYTES).decode("utf-8", "replace").replace("\0", ""))
        if is_late.is_set():
            raise TimeoutError(f"{host} took more than {SECONDS} seconds.")
        return answer
    finally:
        end.cancel()
        connection.close()


def _cut(link: socket.socket, is_late: threading.Event) -> None:
    is_late.set()
    with suppress(OSError):
        link.shutdown(socket.SHUT_RDWR)


def _address_of(host: str, port: int, allowed: Allowed) -> str:
    addresses = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not addresses or not all(map(allowed, addresses)):
        raise Refused(f"{host} is no public host.")
    return addresses[0]


def _connect(host: str, port: int, address: str, *, is_tls: bool) -> http.client.HTTPConnection:
    plain = socket.create_connection((address, port), SECONDS)
    try:
        link = ssl.create_default_context().wrap_socket(plain, server_hostname=host) if is_tls else plain
    except BaseException:
        plain.close()
        raise
    connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
    if is_tls:
        connection.default_port = 443
    connection.sock = link
    return connection
