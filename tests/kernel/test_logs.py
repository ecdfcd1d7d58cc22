"""No log holds what somebody searched for: neither the product's own, nor the web server's, nor an error's."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import settings as conf
from django.test import Client
from gunicorn.config import Config

from frontdoor import serving
from frontdoor.accounts.models import User
from frontdoor.pages import people as pages

WORDS = "?q=Rowan+Ashcombe&born=2016-05-04&nhs=9990000018"
SAID = "duplicate key\nDETAIL:  Key (value)=(9990000018) already exists.\nCONTEXT:  x Rowan"
NEVER = ("Rowan", "Ashcombe", "2016-05-04", "9990000018")


@pytest.fixture
def logged() -> Iterator[StringIO]:
    """What the production's handler writes."""
    formatters: Any = conf.LOGGING["formatters"]
    formatter = formatters["json"]
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(formatter["()"](**{name: given for name, given in formatter.items() if name != "()"}))
    root, web = logging.getLogger(), logging.getLogger("django_structlog")
    was = web.level
    web.setLevel(logging.INFO)
    root.addHandler(handler)
    yield written
    root.removeHandler(handler)
    web.setLevel(was)


@pytest.fixture
def desk(client: Client, db: None) -> Client:
    client.force_login(User.objects.create_user("social.worker", "Sol Worker", roles=["social_worker"]))
    return client


def test_what_is_searched_for_stands_in_no_line_of_the_log(desk: Client, logged: StringIO) -> None:
    assert desk.get("/people/" + WORDS).status_code == 200
    assert desk.get("/no/such/page/" + WORDS).status_code == 404
    text = logged.getvalue()
    assert "GET /people/" in text
    assert "request_finished" in text
    assert not [word for word in NEVER if word in text]


def test_nor_in_the_line_of_an_error(desk: Client, logged: StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: Any, **given: Any) -> Any:
        raise ValueError(SAID)

    monkeypatch.setattr(pages, "find", fails)
    desk.raise_request_exception = False
    assert desk.get("/people/" + WORDS).status_code == 500
    text = logged.getvalue()
    assert "request_failed" in text
    assert "duplicate key" in text
    assert not [word for word in NEVER if word in text]


def test_libraries_that_log_an_address_do_so_without_its_question(logged: StringIO) -> None:
    logging.getLogger("django.request").error("Internal Server Error: %s", "/people/" + WORDS)
    logging.getLogger("celery.app.trace").error("Task failed at https://front.example/partner/reply/abcdefgh/%s", WORDS)
    text = logged.getvalue()
    assert "/people/" in text
    assert not [word for word in (*NEVER, "abcdefgh") if word in text]


def test_the_web_server_logs_the_path_alone(capsys: pytest.CaptureFixture[str]) -> None:
    config = Config()
    config.set("accesslog", "-")
    config.set("logger_class", serving.Logger)
    logger = config.logger_class(config)
    assert isinstance(logger, serving.Logger)

    class Answered:
        status, response_length, sent, headers = "200 OK", 1, 1, ()

    class Asked:
        headers = (("REFERER", "https://front.example/people/" + WORDS),)

    environ = {
        "REQUEST_METHOD": "GET", "RAW_URI": "/people/" + WORDS, "PATH_INFO": "/people/",
        "QUERY_STRING": WORDS[1:], "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1",
        "HTTP_REFERER": "https://front.example/people/" + WORDS,
    }  # fmt: skip
    logger.access(Answered(), Asked(), environ, timedelta(seconds=1))
    logger.error("Error handling request %s %s", "GET", "/people/" + WORDS)
    logger.warning("Invalid Request Line 'GET /people/?q=Rowan Ashcombe HTTP/1.1'")
    try:
        raise ValueError("/people/" + WORDS)
    except ValueError:
        logger.exception("Error handling request")
    written = capsys.readouterr()
    text = written.out + written.err
    assert '"GET /people/ HTTP/1.1" 200' in text
    assert not [word for word in NEVER if word in text]


def test_the_product_is_served_with_that_logger() -> None:
    for file in ("docker-compose.yml", "frontdoor/embedded/servers.py"):
        text = (conf.BASE_DIR / file).read_text()
        assert "log_min_error_statement=panic" in text, "the database quotes no statement, which holds its values"
        assert "log_error_verbosity=terse" in text, "nor the row it refused"
    for file in ("Dockerfile", "frontdoor/embedded/__main__.py", "tests/conftest.py"):
        assert "frontdoor.serving.Logger" in (conf.BASE_DIR / file).read_text(), file
