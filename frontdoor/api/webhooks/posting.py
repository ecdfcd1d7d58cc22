"""Sending one message to an address somebody else has chosen, without being led to our own networks.

1. The name is looked up once, and every address it stands for has to be one messages may go to.
2. The connection goes to the address that was checked, so that a second look-up cannot lead elsewhere.
3. Redirects are not followed, proxies and credentials of the environment are not used, no answer's body is read.
4. The whole of it ends after a time, however slowly the other side drips.
"""

import socket
import threading
from contextvars import ContextVar
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from frontdoor.access import Refused
from frontdoor.api.webhooks.models import WebhookAttempt

Result = WebhookAttempt.Result
Address = IPv4Address | IPv6Address
LONGEST_URL = 500
#: Ways of writing an IPv4 address inside an IPv6 one that lead to a network behind a gateway.
GATEWAYS = tuple(ip_network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))
#: Answers that say that this message is not taken, rather than that the other side is unwell.
REFUSALS = frozenset({400, 405, 406, 411, 413, 414, 415, 422})

_opened: ContextVar[list[socket.socket]] = ContextVar("opened")


class NotAllowed(Exception):
    """The address is one that messages may not go to."""


@dataclass(frozen=True)
class Answer:
    """What became of one attempt."""

    result: str
    status: int | None = None
    retry_after: int = 0


def _plain(address: str) -> Address:
    found = ip_address(address.partition("%")[0])
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found


def is_named(address: Address) -> bool:
    """Whether the address lies in a network named in WEBHOOK_NETWORKS."""
    return any(address in ip_network(text, strict=False) for text in settings.WEBHOOK_NETWORKS)


def is_public(address: Address) -> bool:
    """Whether anybody on the internet could reach the address: not private, loopback, link-local or multicast."""
    return address.is_global and not address.is_multicast and not any(address in network for network in GATEWAYS)


def checked_address(host: str, port: int | None, *, is_encrypted: bool) -> str:
    """The address to connect to for a name. Raises NotAllowed if any it stands for is not allowed, OSError if none."""
    entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [_plain(str(entry[4][0])) for entry in entries]
    for address in addresses:
        if not (is_named(address) or (is_encrypted and is_public(address))):
            raise NotAllowed
    return str(addresses[0])


def check_url(text: str) -> str:
    """An address as chosen, tidied. Raises Refused saying what is wrong with it."""

    def wrong(message: str) -> Refused:
        return Refused(message, code="address", field="url")

    url = text.strip()
    if not url.isascii() or any(character <= " " or character == "\\" for character in url):
        raise wrong("The address may hold no blanks, accents or backslashes.")
    if len(url) > LONGEST_URL:
        raise wrong(f"The address may be at most {LONGEST_URL} characters long.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise wrong("This is not an address. It looks like https://agency.example/hooks/front-door.") from None
    if parts.scheme not in ("https", "http") or not host or port == 0:
        raise wrong("This is not an address. It looks like https://agency.example/hooks/front-door.")
    if parts.scheme == "http" and not settings.WEBHOOK_NETWORKS:
        raise wrong("The address has to begin with https://, so that nobody on the way can read or change a message.")
    if parts.username is not None or parts.password is not None:
        raise wrong("The address may hold no user name or password: messages are signed instead.")
    if parts.fragment:
        raise wrong("The address may hold no part after a #.")
    try:
        literal = _plain(host)
    except ValueError:
        return url
    if not (is_named(literal) or is_public(literal)):
        raise wrong("The address is inside a private network. Messages go only to addresses anybody could reach.")
    return url


class _Watched(HTTPConnection):
    """A connection to the address that was checked, kept in sight so that it can be cut."""

    is_encrypted = False

    def _new_conn(self) -> socket.socket:
        name = self._dns_host
        try:
            self._dns_host = checked_address(name, self.port, is_encrypted=self.is_encrypted)
            made = super()._new_conn()
        finally:
            self._dns_host = name  # what the certificate has to be for
        _opened.get().append(made.dup())
        return made


class _WatchedSecure(_Watched, HTTPSConnection):
    is_encrypted = True


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _WatchedSecure


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}


def post(url: str, body: bytes, headers: dict[str, str]) -> Answer:
    """Send a message once and say what became of it; never raises for what the other side does."""
    opened: list[socket.socket] = []
    token = _opened.set(opened)
    was_cut = threading.Event()

    def cut() -> None:
        was_cut.set()
        for each in opened:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:  # closed meanwhile
                continue

    limit = float(settings.WEBHOOK_TIMEOUT)
    watch = threading.Timer(2 * limit, cut)
    watch.daemon = True
    watch.start()
    try:
        with requests.Session() as session:
            session.trust_env = False
            session.mount("http://", _Adapter())
            session.mount("https://", _Adapter())
            with session.post(
                url, data=body, headers=headers, timeout=(min(5.0, limit), limit), allow_redirects=False, stream=True
            ) as answer:
                return _meaning(answer.status_code, answer.headers.get("Retry-After", ""))
    except NotAllowed:
        return Answer(Result.NOT_ALLOWED)
    except requests.exceptions.SSLError:
        return Answer(Result.TIMED_OUT if was_cut.is_set() else Result.UNTRUSTED)
    except requests.exceptions.Timeout:
        return Answer(Result.TIMED_OUT)
    except (requests.exceptions.RequestException, OSError):
        return Answer(Result.TIMED_OUT if was_cut.is_set() else Result.UNREACHABLE)
    finally:
        watch.cancel()
        _opened.reset(token)
        for each in opened:
            each.close()


def _meaning(status: int, retry_after: str) -> Answer:
    if 200 <= status < 300:
        return Answer(Result.DELIVERED, status)
    if 300 <= status < 400:
        return Answer(Result.REDIRECTED, status)
    if status in REFUSALS:
        return Answer(Result.REFUSED, status)
    seconds = int(retry_after) if retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 7 else 0
    return Answer(Result.FAILED, status, seconds)
