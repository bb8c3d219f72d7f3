"""A secret in the Secrets Manager of the session's AWS stand-in (moto), and its rotation in the steps of AWS."""

import json
from typing import Any

import boto3
import pytest

from shared.settings import Settings

KEYS = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}


class StoredSecret:
    def __init__(self, settings: Settings, name: str, text: str) -> None:
        session = boto3.session.Session(aws_access_key_id="x", aws_secret_access_key="x")
        endpoint = settings.sqs_endpoint_url
        self._client: Any = session.client("secretsmanager", settings.aws_region, endpoint_url=endpoint)
        made = self._client.create_secret(Name=name, SecretString=text)
        self.arn: str = made["ARN"]
        self._current: str = made["VersionId"]
        self._pending = ""

    def prepare(self, text: str) -> None:
        """What a rotation does before it tells the server."""
        put = self._client.put_secret_value(SecretId=self.arn, SecretString=text, VersionStages=["AWSPENDING"])
        self._pending = put["VersionId"]

    def finish(self) -> None:
        """What it does when the server has accepted it."""
        self._client.update_secret_version_stage(
            SecretId=self.arn,
            VersionStage="AWSCURRENT",
            MoveToVersionId=self._pending,
            RemoveFromVersionId=self._current,
        )
        self._current = self._pending

    def put(self, text: str) -> None:
        """What an operator does."""
        self._current = self._client.put_secret_value(SecretId=self.arn, SecretString=text)["VersionId"]

    def delete(self) -> None:
        self._client.delete_secret(SecretId=self.arn, ForceDeleteWithoutRecovery=True)


def of_database(password: str) -> str:
    return json.dumps({"username": "shop", "password": password})


def lead_to_stand_in(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where this process finds Secrets Manager, and as whom."""
    for name, value in {**KEYS, "AWS_ENDPOINT_URL_SECRETS_MANAGER": settings.sqs_endpoint_url}.items():
        monkeypatch.setenv(name, value)
