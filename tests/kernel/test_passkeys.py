"""A passkey signs in by itself, and leaves what a password leaves: a row for each sign-in and each failure."""

import hashlib
import json
from typing import Any

import pytest
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.conf import LazySettings
from django.test import Client
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from frontdoor.accounts.models import User
from frontdoor.audit.models import Entry

SIGN_IN = "/accounts/2fa/webauthn/login/"
HERE = "https://testserver"
HASH = hashlib.sha256(b"testserver").digest()
FLAG = AuthenticatorData.FLAG
SIGNED_BY_SOMEBODY = FLAG.UP | FLAG.UV


class Passkey:
    """A passkey of somebody, as their computer holds it."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.id = hashlib.sha256(user.username.encode()).digest()
        self.secret = ec.generate_private_key(ec.SECP256R1())
        public = ES256.from_cryptography_key(self.secret.public_key())
        held = AttestedCredentialData.create(Aaguid.NONE, self.id, public)
        made = AuthenticatorData.create(HASH, SIGNED_BY_SOMEBODY | FLAG.AT, 0, held)
        said = CollectedClientData.create(type="webauthn.create", challenge=b"0" * 32, origin=HERE)
        registered = {
            "clientDataJSON": websafe_encode(said),
            "attestationObject": websafe_encode(AttestationObject.create("none", made, {})),
        }
        Authenticator.objects.create(
            user=user,
            type=Authenticator.Type.WEBAUTHN,
            data={"name": "Laptop", "credential": self._credential(registered)},
        )

    def _credential(self, response: dict[str, str]) -> dict[str, Any]:
        name = websafe_encode(self.id)
        return {
            "id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {},
        }  # fmt: skip

    def answer(self, challenge: bytes) -> str:
        """What the browser sends for a challenge."""
        here = AuthenticatorData.create(HASH, SIGNED_BY_SOMEBODY, 1)
        said = CollectedClientData.create(type="webauthn.get", challenge=challenge, origin=HERE)
        signed = self.secret.sign(here + said.hash, ec.ECDSA(SHA256()))
        return json.dumps(
            self._credential(
                {
                    "clientDataJSON": websafe_encode(said),
                    "authenticatorData": websafe_encode(here),
                    "signature": websafe_encode(signed),
                    "userHandle": websafe_encode(user_pk_to_url_str(self.user).encode()),
                }
            )
        )


@pytest.fixture
def officer(db: None) -> User:
    return User.objects.create_user("contact.officer", "Una Officer", roles=["contact_officer"])


def challenge(client: Client) -> bytes:
    told = client.get(SIGN_IN, headers={"X-Requested-With": "XMLHttpRequest"}).json()
    return bytes(websafe_decode(told["request_options"]["publicKey"]["challenge"]))


def rows() -> list[tuple[str, str, User | None, str]]:
    found = Entry.objects.filter(event__startswith="session.").order_by("id")
    return [(row.event, row.kind, row.actor, row.path) for row in found]


def test_a_sign_in_by_passkey_leaves_its_row_and_the_time_of_the_last_one(officer: User) -> None:
    client, passkey = Client(), Passkey(officer)
    answer = client.post(SIGN_IN, {"credential": passkey.answer(challenge(client))})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/drafts/").status_code == 200
    assert rows() == [("session.signed_in", "signed_in", officer, SIGN_IN)]
    officer.refresh_from_db()
    assert officer.last_login is not None


def test_a_wrong_passkey_leaves_a_row_that_names_nobody_and_locks_nobody_out(officer: User) -> None:
    client, passkey = Client(), Passkey(officer)
    for _ in range(6):
        challenge(client)
        answer = client.post(SIGN_IN, {"credential": passkey.answer(b"1" * 32)})
        assert answer["Location"] == "/accounts/login/"
    assert rows() == [("session.failed", "denied", None, SIGN_IN)] * 6
    assert client.post(SIGN_IN, {"credential": passkey.answer(challenge(client))})["Location"] == "/"


@pytest.mark.parametrize(
    "sent", ["{}", "[]", "1", '"x"', "null", '{"id": "AAAA", "rawId": "AAAA", "type": "public-key"}',
             '{"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {}}', '{"response": []}']
)  # fmt: skip
def test_what_is_no_passkey_is_refused_and_leaves_its_row(db: None, sent: str) -> None:
    client = Client()
    challenge(client)
    answer = client.post(SIGN_IN, {"credential": sent})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/")
    # Nothing at all was sent: as a form without a password, no try.
    assert rows() == [("session.failed", "denied", None, SIGN_IN)] * (sent not in ("{}", "[]", "null"))


def test_the_passkey_of_an_ended_account_opens_nothing_and_leaves_its_row(officer: User) -> None:
    client, passkey = Client(), Passkey(officer)
    officer.is_active = False
    officer.save()
    client.post(SIGN_IN, {"credential": passkey.answer(challenge(client))})
    assert client.get("/drafts/").status_code == 302
    assert rows() == [("session.failed", "denied", officer, SIGN_IN)]


def test_a_whole_office_behind_one_address_signs_in_within_a_minute(db: None) -> None:
    for number in range(30):
        user = User.objects.create_user(f"officer.{number}", f"Officer {number}", roles=["contact_officer"])
        client, passkey = Client(), Passkey(user)
        assert client.post(SIGN_IN, {"credential": passkey.answer(challenge(client))})["Location"] == "/"


def test_more_than_an_office_sends_is_refused_on_our_own_page(db: None, settings: LazySettings) -> None:
    settings.MFA_RATE_LIMITS = {"webauthn_login": "2/m/ip"}
    client = Client()
    answers = [client.post(SIGN_IN, {"credential": "1"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert "Wait a few minutes, then try again." in answers[2].content.decode()
