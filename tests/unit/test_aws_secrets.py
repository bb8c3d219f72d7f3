"""When a password is asked for, and how often, of a service that is a dictionary here."""

import json
import os
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from shared.aws_secrets import Credentials, Secret, SecretUnreadable, secret_of

ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/database-a1B2c3"
OLD, NEW = Credentials("shop", "old"), Credentials("shop", "new")


class Store:
    """Secrets Manager with one secret."""

    def __init__(self, **versions: str) -> None:
        self.versions = versions
        self.asked: list[str] = []
        self.is_away = False

    def get_secret_value(self, *, SecretId: str, VersionStage: str) -> dict[str, str]:  # noqa: N803 (its own names)
        assert SecretId == ARN
        self.asked.append(VersionStage)
        if self.is_away:
            raise EndpointConnectionError(endpoint_url="https://secrets.example")
        if VersionStage not in self.versions:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetSecretValue")
        return {"SecretString": self.versions[VersionStage]}


def stored(password: str) -> str:
    return json.dumps({"username": "shop", "password": password, "engine": "mysql"})


def secret_in(store: Store, monkeypatch: pytest.MonkeyPatch, ask_every_s: float = 0) -> Secret:
    monkeypatch.setattr("shared.aws_secrets.ASK_EVERY_S", ask_every_s)
    return Secret(ARN, lambda arn: store)


def test_a_password_is_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(AWSCURRENT=stored("old"))
    secret = secret_in(store, monkeypatch)

    assert (secret.kept, secret.read(), secret.read(), secret.kept) == (None, OLD, OLD, OLD)
    assert store.asked == ["AWSCURRENT"]


def test_of_many_that_are_refused_at_once_one_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(AWSCURRENT=stored("old"))
    secret = secret_in(store, monkeypatch)
    secret.read()
    store.versions["AWSCURRENT"] = stored("new")
    together = threading.Barrier(20)

    def refused(_: int) -> bool:
        together.wait()
        return secret.renew(OLD)

    with ThreadPoolExecutor(20) as threads:
        assert list(threads.map(refused, range(20))) == [True] * 20

    assert secret.kept == NEW
    assert store.asked == ["AWSCURRENT", "AWSCURRENT"]


def test_the_pending_password_is_taken_while_a_rotation_is_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(AWSCURRENT=stored("old"), AWSPENDING=stored("new"))
    secret = secret_in(store, monkeypatch)
    secret.read()

    assert secret.renew(OLD)
    assert secret.kept == NEW


def test_a_pending_password_that_never_became_true_is_left_again(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(AWSCURRENT=stored("old"), AWSPENDING=stored("new"))
    secret = secret_in(store, monkeypatch)
    secret.read()
    secret.renew(OLD)

    assert secret.renew(NEW)
    assert secret.kept == OLD


def test_without_another_password_the_old_one_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = secret_in(Store(AWSCURRENT=stored("old")), monkeypatch)
    secret.read()

    assert not secret.renew(OLD)
    assert secret.kept == OLD


def test_a_server_that_refuses_everybody_makes_no_storm_of_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(AWSCURRENT=stored("old"))
    secret = secret_in(store, monkeypatch, ask_every_s=60)
    secret.read()

    assert [secret.renew(OLD) for _ in range(50)] == [False] * 50
    assert store.asked == ["AWSCURRENT", "AWSCURRENT", "AWSPENDING"]


def test_nor_does_a_service_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store()
    store.is_away = True
    secret = secret_in(store, monkeypatch, ask_every_s=60)

    for _ in range(50):
        with pytest.raises(SecretUnreadable):
            secret.read()

    assert store.asked == ["AWSCURRENT"]


def test_a_password_stays_while_the_service_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(AWSCURRENT=stored("old"))
    secret = secret_in(store, monkeypatch)
    secret.read()
    store.is_away = True

    with pytest.raises(SecretUnreadable):
        secret.renew(OLD)
    assert secret.kept == OLD


def test_servers_of_one_process_share_a_secret_and_its_children_read_their_own() -> None:
    ours = secret_of(ARN)
    assert secret_of(ARN) is ours

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of a fork beside threads: this child takes no lock
        child = os.fork()
    if not child:
        os._exit(secret_of(ARN) is ours)

    assert os.waitpid(child, 0)[1] == 0


def test_a_secret_may_be_the_password_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert secret_in(Store(AWSCURRENT="just-this"), monkeypatch).read() == Credentials("", "just-this")
    assert secret_in(Store(AWSCURRENT="12345678"), monkeypatch).read() == Credentials("", "12345678")


def test_a_secret_without_a_password_is_no_password_and_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = secret_in(Store(AWSCURRENT=json.dumps({"pass": "hidden"})), monkeypatch)

    with pytest.raises(SecretUnreadable) as refused:
        secret.read()

    assert "hidden" not in str(refused.value)
    assert "new" not in repr(NEW)
