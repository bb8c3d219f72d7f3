"""What the hooks use of AWS's CLI: `aws SERVICE CALL [--option VALUE...]... [--query PATH] [--output text]`, by boto3.

So names of calls and options are checked as the CLI checks them; $AWS_ENDPOINT_URL leads to a stand-in.
"""

import argparse
import sys

import boto3
import jmespath  # type: ignore[import-untyped]
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

LISTS = frozenset({"InstanceIds"})
FAILED = 254  # the CLI's own exit code


def main(service: str, call: str, *words: str) -> int:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--region", required=True)
    parser.add_argument("--query", default="@")
    parser.add_argument("--output", choices=["text"])
    parser.add_argument("--cli-connect-timeout", type=int, required=True)
    parser.add_argument("--cli-read-timeout", type=int, required=True)
    known, others = parser.parse_known_args(words)
    named = {_shape(option): value for option, value in zip(others[::2], others[1::2], strict=True)}
    client = boto3.client(
        service,
        region_name=known.region,
        config=Config(connect_timeout=known.cli_connect_timeout, read_timeout=known.cli_read_timeout),
    )
    given = {name: [value] if name in LISTS else value for name, value in named.items()}
    try:
        answer = getattr(client, call.replace("-", "_"))(**given)
    except (BotoCoreError, ClientError) as error:
        sys.stderr.write(f"{error}\n")
        return FAILED
    found = jmespath.search(known.query, answer)
    sys.stdout.write(f"{found}\n" if isinstance(found, str) else "")
    return 0


def _shape(option: str) -> str:
    return "".join(part.title() for part in option.removeprefix("--").split("-"))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
