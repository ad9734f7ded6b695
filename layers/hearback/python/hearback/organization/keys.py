"""The organization table's keys, all in one place.

    pk                        sk                   what
    audit#<org>#<day>#<n>     <line's id>          a line of the audit trail, in one of 4 parts of its day; expires
    jobs#<org>#<kind>         <job's id>           an erasure, an export or a day's retention, and how far it is; expires
    last_job#<org>            <kind>               the job that was begun last
    files#<org>#<job's id>    <name>               a file that an export has written; expires
    retention                 <org>                how long the organization keeps what
    ended#<org>               <job's id>           what a day's retention has ended of the organization's; expires

Ids are version 7 UUIDs: their order is that of time.
"""

from __future__ import annotations

import zlib

from hearback.settings import settings
from hearback.storage.items import Item, key
from hearback.storage.reads import Range

AUDIT_PARTS = 4
"""A part takes 1,000 lines a second. Each is read for a list of a day, which is why there are not more."""


def table() -> str:
    return settings().organization_table


def line(organization_id: str, day: str, line_id: str) -> Item:
    """`day` is YYYY-MM-DD."""
    part = zlib.crc32(line_id.encode()) % AUDIT_PARTS
    return key(f"audit#{organization_id}#{day}#{part}", line_id)


def lines(organization_id: str, day: str) -> list[Range]:
    """All lines of a day."""
    return [Range(table(), f"audit#{organization_id}#{day}#{part}") for part in range(AUDIT_PARTS)]


def job(organization_id: str, kind: str, job_id: str) -> Item:
    return key(f"jobs#{organization_id}#{kind}", job_id)


def jobs(organization_id: str, kind: str) -> Range:
    return Range(table(), f"jobs#{organization_id}#{kind}")


def last_job(organization_id: str, kind: str) -> Item:
    return key(f"last_job#{organization_id}", kind)


def file(organization_id: str, job_id: str, name: str) -> Item:
    return key(f"files#{organization_id}#{job_id}", name)


def files(organization_id: str, job_id: str) -> Range:
    """Those of an export, in the order of their names."""
    return Range(table(), f"files#{organization_id}#{job_id}")


def retention(organization_id: str) -> Item:
    return key("retention", organization_id)


def retentions() -> Range:
    """Those of all organizations that have set any."""
    return Range(table(), "retention")


def ended(organization_id: str, job_id: str) -> Item:
    return key(f"ended#{organization_id}", job_id)


def all_ended(organization_id: str) -> Range:
    """What each day's retention has ended, in the order of the days."""
    return Range(table(), f"ended#{organization_id}")
