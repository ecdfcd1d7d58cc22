"""The embedded servers start, answer and stop."""

from pathlib import Path

from frontdoor.embedded.servers import Embedded


def test_valkey_answers_until_it_is_stopped_and_what_it_held_is_there_again(tmp_path: Path) -> None:
    servers = Embedded(tmp_path / "data")
    assert not servers.valkey_answers()
    try:
        servers.start(postgres=False)
        assert servers.valkey_answers()
        servers.start(postgres=False)  # already there: nothing happens
        assert servers._valkey("SET bell rung") == b"+OK\r\n"
        servers.stop()
        assert not servers.valkey_answers()
        assert not servers.sockets.exists()
        servers.start(postgres=False)
        assert servers._valkey("GET bell") == b"$4\r\nrung\r\n"
    finally:
        servers.stop()
