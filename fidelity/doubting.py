"""Each oracle is shown something broken first: the yes of one that cannot say no is worth nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from fidelity import auditing, creating, gateway
from fidelity.finding import Report

KINDS = (
    "annotations",
    "datasets",
    "entries",
    "note_comments",
    "note_feeds",
    "project_members",
    "projects",
)
WITH_TWO_VARIABLES = (
    *(f"/api/v1/dataset/{kind}/{{resource_id}}" for kind in KINDS),
    "/v2/projects/{project}",
)
"""Paths beside which a greedy one stood: the eight that AWS refused of the first template."""

SIBLING = "already has a variable path part"

STRANGER = {"Effect": "Allow", "Action": "dynamodb:Find", "Resource": "*"}
"""A statement that names an action that there is not."""


def emulator(client: Callable[[str], Any]) -> Report:
    """LocalStack refuses the second variable child of a path, and a bucket whose name AWS would not take."""
    report = Report("of what is broken, LocalStack refuses")
    refused = gateway.replay(_two_variables(), client("apigateway")).refused
    siblings = [finding for finding in refused if SIBLING in finding.reason]
    _expect(report, "eight siblings", len(siblings) == len(refused) == len(WITH_TWO_VARIABLES))
    named = creating.create(_template(_bucket(BucketName="Capital_Letters")), client, "broken").refused
    _expect(report, "a bucket's name in capitals", any(it.subject == "Broken" for it in named))
    return report


def auditors(folder: Path) -> Report:
    """parliament refuses an unknown action, checkov a public bucket, cfn-lint an unknown property."""
    report = Report("of what is broken, the auditors refuse")
    _told(report, auditing.parliament(_template(_role(STRANGER))), "UNKNOWN_ACTION")
    _told(report, auditing.checkov(_template(_bucket(AccessControl="PublicRead")), folder), "CKV_AWS_20")
    written = folder / "broken.json"
    written.write_text(json.dumps(_template(_bucket(Colour="red"))))
    _told(report, auditing.cfn_lint([written]), "E3002")
    return report


def _told(report: Report, of: Report, code: str) -> None:
    _expect(report, f"{of.oracle} ({code})", any(finding.reason.startswith(code) for finding in of.refused))


def _expect(report: Report, subject: str, refused: bool) -> None:
    report.asked += 1
    if not refused:
        report.refuse(subject, "it was let pass, or not refused in full: what else is let pass, nobody knows")


def _two_variables() -> dict[str, Any]:
    greedy = [f"{path.rpartition('/')[0]}/{{proxy+}}" for path in WITH_TWO_VARIABLES]
    paths: dict[str, Any] = {path: {"get": {}} for path in (*WITH_TWO_VARIABLES, *greedy)}
    return _template({"Type": "AWS::ApiGateway::RestApi", "Properties": {"Body": {"paths": paths}}})


def _template(resource: Mapping[str, Any]) -> dict[str, Any]:
    return {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Broken": dict(resource)}}


def _bucket(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::S3::Bucket", "Properties": properties}


def _role(statement: Mapping[str, Any]) -> dict[str, Any]:
    document = {"Version": "2012-10-17", "Statement": [dict(statement)]}
    policy = {"PolicyName": "broken", "PolicyDocument": document}
    return {"Type": "AWS::IAM::Role", "Properties": {"Policies": [policy]}}
