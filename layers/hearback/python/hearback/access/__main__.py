"""Create the first admin of a deployed stack.

    python -m hearback.access --stack hearback-prod --organization acme --email ann@acme.example

prints the new admin's API key, once. Whoever runs it needs AWS credentials for the stack's
access table; nothing else in the product can create an organization.
"""

from __future__ import annotations

import argparse
import os
import sys
import time

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from hearback.access import accounts
from hearback.errors import HearbackError
from hearback.settings import Settings


def main() -> None:
    options = _options()
    try:
        _take_settings_from(options.stack)
        key = accounts.first_admin(
            options.organization, options.name or options.organization, options.email, time.time_ns()
        )
    except (HearbackError, BotoCoreError, ClientError) as error:
        sys.exit(f"No admin was created: {error}")
    print(f"The API key of {options.email}, which cannot be shown again:", file=sys.stderr)
    print(key)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m hearback.access", description="Create the first admin.")
    parser.add_argument("--stack", required=True, help="name of the CloudFormation stack")
    parser.add_argument(
        "--organization", required=True, help="id of the organization: letters, digits, - and _"
    )
    parser.add_argument("--name", help="its full name")
    parser.add_argument("--email", required=True, help="the admin's e-mail address")
    return parser.parse_args()


def _take_settings_from(stack: str) -> None:
    """The stack's outputs become the environment that the functions have in Lambda."""
    described = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}
    for field in Settings._fields:
        output = "".join(word.title() for word in field.split("_"))
        os.environ.setdefault(f"HEARBACK_{field.upper()}", outputs.get(output, ""))


if __name__ == "__main__":
    main()
