"""Sending to addresses of others: to public hosts alone, at the address that was examined, reading no more than a beginning."""

import socket
import threading
from contextlib import contextmanager
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tpa.infra import outgoing

PRIVATE = [
    "127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::",
    "64:ff9b::7f00:1", "224.0.0.1", "255.255.255.255",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_not_public(address):
    assert not outgoing.is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::5db8:d822"])
def test_public_addresses_are(address):
    assert outgoing.is_public(address)


@contextmanager
def receiver(status=200, answer=b"taken", headers=()):
    """A web server that takes one kind of answer from us; yields its port and what it was sent."""
    got = []

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self):
            got.append((self.path, dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args):
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Taking)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port, got
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0", "2130706433", "0x7f.1"])
def test_nothing_reaches_this_machine_however_it_is_written(host):
    with receiver() as (port, got):
        with pytest.raises((outgoing.Refused, OSError)):
            outgoing.post(f"http://{host}:{port}/hook", b"{}", {})
        assert got == []


def test_a_name_with_one_private_address_among_others_is_refused(monkeypatch):
    infos = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 443)) for ip in ("93.184.216.34", "10.0.0.7")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: infos)
    with pytest.raises(outgoing.Refused):
        outgoing.post("https://partner.example/hook", b"{}", {})


def test_the_body_arrives_and_the_beginning_of_the_answer_comes_back():
    with receiver(202, b"x" * 5_000) as (port, got):
        answer = outgoing.post(f"http://127.0.0.1:{port}/hook?a=1", b'{"a":1}', {"webhook-id": "evt_1"}, allowed=bool)
    assert answer == outgoing.Answer(202, "x" * 1_000)
    ((path, headers, body),) = got
    assert (path, headers["webhook-id"], body) == ("/hook?a=1", "evt_1", b'{"a":1}')


def test_a_redirect_is_an_answer_and_is_not_followed():
    with receiver() as (inner, reached), receiver(302, b"", [("Location", f"http://127.0.0.1:{inner}/")]) as (port, _):
        assert outgoing.post(f"http://127.0.0.1:{port}/", b"{}", {}, allowed=bool).status == 302
    assert reached == []


def trickle(server):
    """A whole answer, but a byte at a time for seconds, unless the other side goes away."""
    link, _ = server.accept()
    with link:
        link.settimeout(0.02)
        link.send(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        for _ in range(250):
            try:
                if not link.recv(10_000):
                    return
            except TimeoutError:
                link.send(b"x")
        link.send(b"\r\nContent-Length: 0\r\n\r\n")


def test_a_host_that_answers_a_byte_at_a_time_is_cut_off(monkeypatch):
    monkeypatch.setattr(outgoing, "SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server:
        host = threading.Thread(target=trickle, args=[server])
        host.start()
        with pytest.raises((OSError, HTTPException)):
            outgoing.post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {}, allowed=lambda _: True)
        host.join()
