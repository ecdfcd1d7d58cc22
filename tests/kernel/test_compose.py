"""What docker-compose.yml starts: every setting reaches it, it gets well, and it may do no more than it must."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from frontdoor.printing import setting
from tests.conftest import ROOT, free_port
from tests.kernel.composed import REQUIRED, composed, image

OURS = ("web", "worker", "beat", "migrate")
#: What a container decides itself, whatever stands in .env: it is production, and its folders are mounts.
OWN = {"FRONTDOOR_ENV", "FRONTDOOR_DEBUG", "FRONTDOOR_OWNER", "FRONTDOOR_POOL", "DATA_DIR", "STATIC_ROOT", "PORT"}
SETTINGS = re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M)
TOLD = """
import json, django
django.setup()
from django.conf import settings
database = settings.DATABASES["default"]
print(json.dumps({name: str(getattr(settings, name)) for name in %r} | {"USER": database["USER"]}))
"""


def process_settings(service: str, given: dict[str, str], *names: str) -> dict[str, str]:
    """Settings as a process of this service has them, started with nothing but its container's environment."""
    env = {**image()[0], **composed(REQUIRED | given)["services"][service]["environment"]}
    env |= {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "frontdoor.settings"}
    ended = subprocess.run(
        [sys.executable, "-c", TOLD % (names,)], cwd=ROOT, env=env, text=True, capture_output=True, check=True
    )
    found: dict[str, str] = json.loads(ended.stdout)
    return found


@pytest.mark.parametrize("service", OURS)
def test_every_setting_of_the_example_reaches_the_process(service: str) -> None:
    given = {name: f"given-{name.lower()}" for name in SETTINGS}
    reached = composed(REQUIRED | given)["services"][service]["environment"]
    expected = {name: value for name, value in given.items() if name not in OWN}
    if service != "migrate":
        del expected["DATABASE_URL"]  # the owner's: whoever serves pages must not have it
        assert "DATABASE_URL" not in reached
    assert {name: reached.get(name) for name in expected} == expected
    assert reached["FRONTDOOR_ENV"] == "production"


def test_documents_are_encrypted_and_scanned_when_env_says_so() -> None:
    given = {
        "DOCUMENTS_KEYS": "first:" + "a" * 43 + "=", "CLAMD_ADDRESS": "clamav:3310",
        "DATABASE_APP_URL": "postgresql://other:secret@db.example/frontdoor",
    }  # fmt: skip
    for service in ("web", "worker"):
        told = process_settings(service, given, "DOCUMENTS_KEYS", "CLAMD_ADDRESS")
        assert told == {
            "DOCUMENTS_KEYS": str([given["DOCUMENTS_KEYS"]]), "CLAMD_ADDRESS": "clamav:3310", "USER": "other",
        }  # fmt: skip


def test_what_is_given_empty_is_as_if_it_were_not_given() -> None:
    """Compose hands every name on, and whoever copies the example decides nothing by its empty values."""
    names = ("MFA_REQUIRED", "SECURE_SSL_REDIRECT", "DOCUMENT_MAX_MB", "CLAMD_TIMEOUT", "COUNCIL_NAME", "AS_OWNER")
    told = process_settings("web", dict.fromkeys(set(SETTINGS) - set(REQUIRED), ""), *names)
    assert told == {
        "MFA_REQUIRED": "True", "SECURE_SSL_REDIRECT": "True", "DOCUMENT_MAX_MB": "25", "CLAMD_TIMEOUT": "60",
        "COUNCIL_NAME": "Exampleshire Council", "AS_OWNER": "False", "USER": "frontdoor_web",
    }  # fmt: skip


@pytest.mark.parametrize("missing", sorted(REQUIRED))
def test_what_has_no_default_is_asked_for(missing: str) -> None:
    with pytest.raises(KeyError, match=missing):
        composed({name: value for name, value in REQUIRED.items() if name != missing})


def test_nobody_but_migrate_has_the_owner_s_password_and_the_application_s_login_is_no_superuser() -> None:
    file = composed(REQUIRED)
    for name in set(OURS) - {"migrate"}:
        environment = file["services"][name]["environment"]
        assert "ownerpass" not in json.dumps(environment)
        assert environment["DATABASE_APP_URL"].startswith("postgresql://frontdoor_web:apppass@")
    login = file["configs"]["app-login"]["content"]
    assert "CREATE ROLE frontdoor_web LOGIN NOSUPERUSER PASSWORD :'password' IN ROLE frontdoor_app;" in login


def test_a_command_in_the_web_container_starts_no_database_of_its_own() -> None:
    assert process_settings("web", {}, "EMBEDDED_DATABASE")["EMBEDDED_DATABASE"] == "False"


def test_each_part_may_do_no_more_than_it_must() -> None:
    file = composed(REQUIRED)
    for name, service in file["services"].items():
        limits = service["deploy"]["resources"]["limits"]
        assert set(limits) == {"cpus", "memory", "pids"}, name
        assert service["logging"]["options"] == {"max-size": "10m", "max-file": "5"}, name
        assert "no-new-privileges:true" in service["security_opt"], name
        if name != "postgres":  # its image gives up root itself, and needs rights for that
            assert service["read_only"] is True, name
            assert service["cap_drop"] == ["ALL"], name
        assert ("ports" in service) == (name == "front"), "only the front is reached from outside"
        for volume in service.get("volumes", ()):
            assert volume.partition(":")[0] in file["volumes"], volume
        assert service.get("user", image()[2]) != "0" or name == "volume-owner", name
    assert image()[2].isdigit()
    assert int(image()[2]) > 0


def test_what_an_image_stored_under_another_number_is_given_to_this_one_before_it_is_served() -> None:
    services = composed(REQUIRED)["services"]
    owner, number = services["volume-owner"], image()[2]
    assert owner["user"] == "0"
    assert owner["cap_add"] == ["CHOWN", "DAC_OVERRIDE"], "what it is here for, and nothing else"
    assert [name for name, service in services.items() if "cap_add" in service] == ["volume-owner"]
    assert owner["network_mode"] == "none"
    assert "environment" not in owner, "no secret"
    assert owner["restart"] == "no"
    assert owner["command"] == [
        "find", "/srv/data", "!", "-user", number, "-exec", "chown", "-h", number, "{}", "+",
    ]  # fmt: skip
    for name, service in services.items():
        if "documents:/srv/data" in service.get("volumes", ()) and name != "volume-owner":
            assert service["depends_on"]["volume-owner"] == {"condition": "service_completed_successfully"}, name
            assert "migrate" in service["depends_on"], name


def test_the_network_of_the_containers_alone_is_believed_about_where_a_request_comes_from() -> None:
    for given, network in (({}, "172.31.253.0/24"), ({"CONTAINER_NETWORK": "10.9.8.0/24"}, "10.9.8.0/24")):
        file = composed(REQUIRED | given)
        assert file["networks"] == {"default": {"ipam": {"config": [{"subnet": network}]}}}
        assert file["services"]["web"]["environment"]["TRUSTED_PROXIES"] == network
        assert not [name for name, service in file["services"].items() if "networks" in service]


def test_the_front_starts_again_with_web_whose_address_it_asks_for_once() -> None:
    awaited = composed(REQUIRED)["services"]["front"]["depends_on"]["web"]
    assert awaited == {"condition": "service_healthy", "restart": True}


def test_the_front_keeps_slow_lines_from_the_product_and_writes_down_no_address() -> None:
    file = composed(REQUIRED)
    front = file["configs"]["front"]["content"]
    assert front.count("{") == front.count("}") > 5
    for line in (
        "proxy_request_buffering on;", "proxy_buffering on;", "access_log off;", "error_log stderr emerg;",
        "listen 8443 ssl;", "ssl_protocols TLSv1.2 TLSv1.3;", "proxy_set_header X-Forwarded-Proto https;",
        "proxy_set_header X-Forwarded-For $remote_addr;", "return 301 https://$host$request_uri;",
        "server web:8000;",
    ):  # fmt: skip
        assert line in front
    assert file["services"]["front"]["secrets"] == ["tls_certificate", "tls_key"]
    for document in re.findall(r"return \d+ '(.*)';", front):
        problem = json.loads(document)
        assert problem["type"] == f"urn:front-door:problem:{problem['code']}"


def test_the_image_has_the_fonts() -> None:
    pinned = (ROOT / "requirements" / "run.txt").read_text()
    for package in setting.FONTS:
        assert f"\n{package.replace('_', '-')}==" in pinned


@pytest.mark.slow
@pytest.mark.real_clock
@pytest.mark.django_db
def test_the_web_container_gets_well(limited: str, tmp_path: Path) -> None:
    """Its command, its environment, its own health check, which asks by number where ALLOWED_HOSTS names a host."""
    env_of_image, command, _ = image()
    port, web = free_port(), composed(REQUIRED)["services"]["web"]
    env = {**env_of_image, **web["environment"], "DATABASE_APP_URL": limited, "PATH": os.environ["PATH"]}
    env |= {"STATIC_ROOT": str(tmp_path), "DATA_DIR": str(tmp_path)}
    serve = [sys.executable, "-m", *command]
    serve[serve.index("0.0.0.0:8000")] = f"127.0.0.1:{port}"
    probe: list[Any] = [sys.executable, *web["healthcheck"]["test"][2:]]
    probe[-1] = probe[-1].replace(":8000", f":{port}")
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(serve, cwd=ROOT, env=env, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 120
        while subprocess.run(probe, env=env, capture_output=True).returncode:
            assert process.poll() is None, (tmp_path / "log").read_text()
            assert time.monotonic() < deadline, (tmp_path / "log").read_text()
            time.sleep(0.5)
    finally:
        process.terminate()
        assert process.wait(90) == 0
