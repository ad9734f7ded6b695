"""Accounts by what people call them."""

from __future__ import annotations

from hearback_cli.errors import Refused
from hearback_cli.service import Service


def number_of(service: Service, email: str) -> int:
    """The account's number, for admins. Raises `Refused` where nobody has the address."""
    for account in service.get("/api/v1/access/accounts")["accounts"]:
        if account["email"] == email.strip().lower():
            return int(account["accountId"])
    raise Refused(f"The organization has no account {email}.")
