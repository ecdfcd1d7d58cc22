"""Where a request comes from: the client's address behind the proxies we named, and the network that limits count."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.http import HttpRequest

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
#: One household or one computer has as many addresses of the new kind as it likes, all within a network of this size.
IPV6_NETWORK = 64


def read_networks(named: Sequence[str]) -> list[Network]:
    """The networks of proxies that are trusted.

    Raises ValueError, in words, for one that is none, and for one that is everybody: then everybody could say who
    they are.
    """
    found: list[Network] = []
    for each in named:
        try:
            network = ip_network(each)
        except ValueError as wrong:
            raise ValueError(f"{each!r} is no network such as 10.1.2.3/32.") from wrong
        if network.prefixlen == 0:
            raise ValueError(f"{each!r} is everybody: name the proxies alone.")
        found.append(network)
    return found


def client_address(peer: str, forwarded: str, trusted: Sequence[Network]) -> str:
    """The address of whoever asked: the last one in ``forwarded`` that is no proxy of ours.

    ``peer`` is who opened the connection; what stands in ``forwarded`` counts only as far as trusted proxies wrote it,
    from the end. What cannot be read as an address ends the reading.
    """
    said = [each.strip() for each in forwarded.split(",") if each.strip()]
    at = peer
    while said and is_trusted(at, trusted):
        following = _read(said.pop())
        if following is None:
            break
        at = str(following)
    return at


def is_trusted(peer: str, trusted: Sequence[Network]) -> bool:
    """Whether this is a proxy of ours. A connection without an address came through a socket on this machine."""
    if not peer:
        return True
    address = _read(peer)
    return address is not None and any(address in network for network in trusted)


def network_of(address: str) -> str:
    """What limits count as one place: an address of the old kind, a network of the new."""
    found = _read(address)
    if isinstance(found, IPv6Address):
        return str(ip_network((found, IPV6_NETWORK), strict=False).network_address)
    return str(found) if found is not None else "0.0.0.0"  # noqa: S104 (a place to count under, nothing listens)


def network(request: HttpRequest) -> str:
    """The place this request comes from, for limits to count (``ClientAddressMiddleware`` has looked at it first)."""
    return network_of(str(request.META.get("REMOTE_ADDR", "")))


def _read(text: str) -> Address | None:
    """The address, without a port; one of the old kind written as one of the new is the old one."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        found = ip_address(bare)
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return found
