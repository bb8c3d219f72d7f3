"""Which versions an environment has run, kept beside them: what a rollback goes back to."""

import json
from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError

from deploy.release.account import code_of
from deploy.release.versions import ABSENT

KEY = "deployed.json"
MOST = 50


class History:
    def __init__(self, s3: Any, bucket: str) -> None:
        self._s3, self._bucket = s3, bucket

    def read(self) -> list[str]:
        """Labels, newest last; each was whole in every tier once."""
        try:
            body = self._s3.get_object(Bucket=self._bucket, Key=KEY)["Body"].read()
        except ClientError as error:
            if code_of(error) in ABSENT:
                return []
            raise
        return [str(label) for label in json.loads(body)]

    def add(self, label: str) -> None:
        """Note a deployment that is whole."""
        known = self.read()
        if known[-1:] != [label]:
            self._write([*known, label])

    def go_back_to(self, label: str) -> None:
        """Forget what came after the last time that this label was whole."""
        known = self.read()
        while known and known[-1] != label:
            known.pop()
        self._write(known)

    def _write(self, labels: Sequence[str]) -> None:
        body = json.dumps(labels[-MOST:]).encode()
        self._s3.put_object(Bucket=self._bucket, Key=KEY, Body=body, ContentType="application/json")


def before(known: Sequence[str], running: frozenset[str]) -> str | None:
    """What to go back to: the last whole version, unless it is the one that runs everywhere; then the one before."""
    if not known:
        return None
    if running != {known[-1]}:
        return known[-1]
    return known[-2] if len(known) > 1 else None
