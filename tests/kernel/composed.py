"""docker-compose.yml and the Dockerfile as an engine reads them, as far as that can be done without one."""

import json
import re
import shlex
from collections.abc import Mapping
from typing import Any

import yaml

from tests.conftest import ROOT

#: What has no default and must be given.
REQUIRED = {
    "SECRET_KEY": "s" * 50, "ALLOWED_HOSTS": "frontdoor.example", "POSTGRES_PASSWORD": "ownerpass",
    "APP_PASSWORD": "apppass", "TLS_CERTIFICATE": "./cert.pem", "TLS_KEY": "./key.pem",
}  # fmt: skip
NAME = re.compile(r"\$(?:\$|\{([A-Z_]+)(?::([-?]))?)")


def interpolated(text: str, given: Mapping[str, str]) -> str:
    """What Compose makes of a value. KeyError when a name with ``:?`` is not given."""
    made, at = "", 0
    while found := NAME.search(text, at):
        made += text[at : found.start()]
        if found[0] == "$$":
            made, at = made + "$", found.end()
            continue
        end = _closing(text, found.end())
        otherwise = text[found.end() : end]
        value = given.get(found[1], "")
        if not value and found[2] == "?":
            raise KeyError(f"{found[1]}: {otherwise}")
        made += value or (interpolated(otherwise, given) if found[2] == "-" else "")
        at = end + 1
    return made + text[at:]


def _closing(text: str, start: int) -> int:
    """Where the brace is closed that was opened before ``start``."""
    depth = 1
    for at in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if not depth:
            return at
    raise ValueError(f"a brace is not closed: {text}")


def composed(given: Mapping[str, str]) -> dict[str, Any]:
    """The file with every value filled in from ``.env`` or the environment, here ``given``."""

    def filled(value: Any) -> Any:
        if isinstance(value, str):
            return interpolated(value, given)
        if isinstance(value, dict):
            return {key: filled(each) for key, each in value.items()}
        return [filled(each) for each in value] if isinstance(value, list) else value

    found: dict[str, Any] = filled(yaml.safe_load((ROOT / "docker-compose.yml").read_text()))
    return found


def image() -> tuple[dict[str, str], list[str], str]:
    """The environment, command and user the image gives its processes."""
    text = (ROOT / "Dockerfile").read_text().partition("FROM python")[2]
    env = dict(word.split("=", 1) for line in re.findall(r"^ENV (.*)$", text, re.M) for word in shlex.split(line))
    command = json.loads(re.findall(r"^CMD (.*)$", text, re.M)[-1])
    return env, command, re.findall(r"^USER (.*)$", text, re.M)[-1]
