"""Who may ask what: keys and tokens, their roles and limits; whoever is refused is in the journal as well."""

from __future__ import annotations

import http.server
import json
import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from sqlalchemy import text

import served
from credit_scoring.online import keys
from credit_scoring.online.secrets import new_key, prefix_of
from credit_scoring.settings import OidcSettings
from serving.conftest import Answer, Caller

SCORE = "/v1/clients/7/score"


def recorded(database: served.Database, answer: Answer) -> tuple[object, ...]:
    with database.transaction() as connection:
        query = text("SELECT actor, role, status, code FROM request WHERE id = :id")
        return tuple(connection.execute(query, {"id": uuid.UUID(answer.headers["x-request-id"])}).one())


NO_KEYS = {
    "empty": "",
    "unknown": "cs_00000000_" + "A" * 43,
    "nonsense": "nonsense",
    "token": "a.b.c",
    "word": "Bearer",
}
NO_KEYS["never given"] = new_key()


@pytest.mark.parametrize("key", NO_KEYS.values(), ids=NO_KEYS)
def test_who_has_no_key_that_holds_is_refused(api: served.Api, database: served.Database, key: str) -> None:
    answer = Caller(api.url, key).ask(SCORE)
    assert answer.status == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    code = "key-refused" if key else "key-missing"
    assert recorded(database, answer) == ("nobody", "", 401, code)


def test_a_secret_that_differs_in_one_character_is_refused(api: served.Api, database: served.Database) -> None:
    key = database.key()
    other = key[:-1] + ("A" if key[-1] != "A" else "B")
    assert Caller(api.url, key).ask(SCORE).status == 404
    assert Caller(api.url, other).ask(SCORE).status == 401


def test_an_expired_key_is_refused(api: served.Api, database: served.Database) -> None:
    assert Caller(api.url, database.key(days=0)).ask(SCORE).status == 401


def test_a_revoked_key_is_refused(api: served.Api, database: served.Database) -> None:
    caller = Caller(api.url, database.key())
    assert caller.ask(SCORE).status == 404
    with database.transaction() as connection:
        keys.revoke(connection, prefix_of(caller.key) or "", datetime.now(UTC))
    api.service.keys._read.clear()  # else it takes a second, which a test does not wait
    assert caller.ask(SCORE).status == 401


@pytest.mark.parametrize(
    ("path", "roles"),
    [
        (SCORE, {"adviser", "service", "auditor", "admin"}),
        ("/v1/queue", {"adviser", "admin"}),
        ("/v1/requests/0b9f3f5e-1c0a-4d55-9d5e-2b1f6a7c8d90", {"auditor", "admin"}),
    ],
)
def test_roles(api: served.Api, database: served.Database, path: str, roles: set[str]) -> None:
    for role in ("adviser", "service", "auditor", "admin"):
        answer = Caller(api.url, database.key(role)).ask(path)
        assert (answer.status != 403) == (role in roles), role
        if answer.status == 403:
            assert recorded(database, answer)[1:] == (role, 403, "role-missing")


def test_a_key_has_a_limit(api: served.Api, database: served.Database) -> None:
    caller = Caller(api.url, database.key(per_minute=2))
    answers = [caller.ask(SCORE) for _ in range(3)]
    assert [answer.status for answer in answers] == [404, 404, 429]
    assert answers[2].headers["retry-after"] == "1"
    assert recorded(database, answers[2])[2:] == (429, "too-many-requests")


@pytest.fixture(scope="module")
def issuer() -> Iterator[tuple[rsa.RSAPrivateKey, str]]:
    """An issuer's private key, and where its key set is."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = {**json.loads(RSAAlgorithm.to_jwk(private.public_key())), "kid": "one", "use": "sig", "alg": "RS256"}

    class KeySet(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"keys": [public]}).encode())

        def log_message(self, *arguments: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), KeySet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield private, f"http://127.0.0.1:{server.server_port}/keys"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def with_issuer(database: served.Database, issuer: tuple[rsa.RSAPrivateKey, str]) -> Iterator[served.Api]:
    oidc = OidcSettings(
        issuer="https://issuer.test", keys=issuer[1], roles={"credit-desk": "adviser", "audit": "auditor"}
    )
    with served.listening(database.settings.model_copy(update={"oidc": oidc})) as running:
        yield running


@pytest.fixture(scope="module")
def token(issuer: tuple[rsa.RSAPrivateKey, str]) -> Callable[..., str]:
    def signed(key: object = issuer[0], algorithm: str = "RS256", **changed: object) -> str:
        claims = {
            "iss": "https://issuer.test",
            "aud": "credit-scoring",
            "sub": "jane",
            "exp": datetime.now(UTC) + timedelta(minutes=5),
            "roles": ["staff", "credit-desk"],
            **changed,
        }
        return jwt.encode({k: v for k, v in claims.items() if v is not None}, key, algorithm, {"kid": "one"})

    return signed


def test_a_token_of_the_issuer_names_its_bearer(
    with_issuer: served.Api, database: served.Database, token: Callable[..., str]
) -> None:
    answer = Caller(with_issuer.url, token()).ask("/v1/queue")
    assert answer.status == 200
    assert recorded(database, answer)[:2] == ("oidc:jane", "adviser")
    assert Caller(with_issuer.url, token(roles="audit")).ask("/v1/queue").status == 403


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://other.test"},
        {"aud": "other"},
        {"exp": datetime(2020, 1, 1, tzinfo=UTC)},
        {"exp": None},
        {"sub": None},
        {"roles": ["staff"]},
        {"roles": None},
        {"key": rsa.generate_private_key(public_exponent=65537, key_size=2048)},
        {"key": "a shared secret of enough bytes to be one", "algorithm": "HS256"},
        {"key": None, "algorithm": "none"},
    ],
    ids=lambda changed: " ".join(changed),
)
def test_any_other_token_is_refused(
    with_issuer: served.Api, token: Callable[..., str], changed: dict[str, object]
) -> None:
    assert Caller(with_issuer.url, token(**changed)).ask("/v1/queue").status == 401


def test_without_an_issuer_no_token_is_believed(api: served.Api, token: Callable[..., str]) -> None:
    assert Caller(api.url, token()).ask("/v1/queue").status == 401
