"""parliament on every policy, checkov on the expansion, cfn-lint on the templates as they are written."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from fidelity.finding import Report
from fidelity.skips import SKIPS
from local.cfn import of_type
from local.paths import ROOT, TEMPLATE

TOOLS = ROOT / ".venv-audit/bin"
WRITTEN = (TEMPLATE, *sorted((ROOT / "infra").glob("*.yaml")))
FRAGMENT = {
    "AWS::Partition": "aws",
    "AWS::Region": "eu-west-1",
    "AWS::AccountId": "123456789012",
    "AWS::StackName": "hearback",
}
NAMED = {
    "AWS::DynamoDB::Table": "arn:aws:dynamodb:eu-west-1:123456789012:table/{}",
    "AWS::SQS::Queue": "arn:aws:sqs:eu-west-1:123456789012:{}",
    "AWS::SecretsManager::Secret": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:{}",
    "AWS::S3::Bucket": "arn:aws:s3:::{}",
    "AWS::Logs::LogGroup": "arn:aws:logs:eu-west-1:123456789012:log-group:{}",
    "AWS::Lambda::Function": "arn:aws:lambda:eu-west-1:123456789012:function:{}",
}
"""How the ARNs look of what the policies name."""


class AuditorFailed(Exception):
    """An auditor ended without a verdict; the message carries what it printed."""


def policies(expanded: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every inline policy of every role, with the template's references filled in."""
    for name, role in of_type(dict(expanded), "AWS::IAM::Role").items():
        for policy in role["Properties"].get("Policies", []):
            yield f"{name}/{policy['PolicyName']}", resolved(policy["PolicyDocument"], expanded["Resources"])


def resolved(value: Any, resources: Mapping[str, Any]) -> Any:
    """`value` with references replaced by names and ARNs of the right form."""
    if isinstance(value, list):
        return [resolved(each, resources) for each in value]
    if not isinstance(value, dict):
        return value
    match value:
        case {"Fn::GetAtt": [name, _]} | {"Fn::GetAtt": name}:
            return _arn(str(name).split(".", 1)[0], resources)
        case {"Ref": name}:
            is_secret = resources.get(name, {}).get("Type") == "AWS::SecretsManager::Secret"
            return _arn(name, resources) if is_secret else FRAGMENT.get(name, name.lower())
        case {"Fn::Sub": text}:
            return _filled(text, resources)
    return {name: resolved(each, resources) for name, each in value.items()}


def _filled(text: str, resources: Mapping[str, Any]) -> str:
    for name in resources:
        if f"${{{name}.Arn}}" in text:
            text = text.replace(f"${{{name}.Arn}}", _arn(name, resources))
        text = text.replace(f"${{{name}}}", name.lower())
    for name, value in FRAGMENT.items():
        text = text.replace(f"${{{name}}}", value)
    return text


def _arn(name: str, resources: Mapping[str, Any]) -> str:
    return NAMED[resources[name]["Type"]].format(name.lower())


def parliament(expanded: Mapping[str, Any]) -> Report:
    """What parliament says of each policy: unknown actions, resources and conditions that do not fit."""
    report = Report("parliament: policies of roles")
    for name, policy in policies(expanded):
        report.asked += 1
        # It exits with 1 when it finds anything; what it finds is one line of JSON each.
        for line in _printed("parliament", "--json", may_exit=(0, 1), told=json.dumps(policy)).splitlines():
            found = json.loads(line)
            report.refuse(name, f"{found['issue']}: {found['title']} {found['detail']}")
    return report


def checkov(expanded: Mapping[str, Any], folder: Path) -> Report:
    """What checkov says of the expansion, but for what `SKIPS` gives a reason for."""
    report = Report("checkov: the expanded template", note=f"{len(SKIPS)} checks skipped (fidelity/skips.py)")
    path = folder / "expanded.json"
    path.write_text(json.dumps(expanded))
    flags = ("--framework", "cloudformation", "--compact", "--quiet", "--skip-download", "-o", "json")
    told = json.loads(_printed("checkov", "-f", str(path), *flags, may_exit=(0, 1)))
    report.asked = told["summary"]["passed"] + told["summary"]["failed"]
    failed = told["results"]["failed_checks"]
    for check in failed:
        if check["check_id"] not in SKIPS:
            report.refuse(check["resource"], f"{check['check_id']}: {check['check_name']}")
    for unused in SKIPS.keys() - {check["check_id"] for check in failed}:
        report.refuse(unused, "it is skipped, and would pass: the skip can go")
    return report


def cfn_lint(paths: Sequence[Path] = WRITTEN) -> Report:
    """What the newest cfn-lint says of the templates as they are written."""
    report = Report("cfn-lint: the templates", asked=len(paths))
    lines = _printed("cfn-lint", "--format", "json", *map(str, paths), may_exit=(0, 2, 4, 6, 8, 10, 12, 14))
    for found in json.loads(lines or "[]"):
        subject = f"{Path(found['Filename']).name}:{found['Location']['Start']['LineNumber']}"
        report.refuse(subject, f"{found['Rule']['Id']}: {found['Message']}")
    return report


def _printed(tool: str, *arguments: str, may_exit: tuple[int, ...], told: str = "") -> str:
    done = subprocess.run([TOOLS / tool, *arguments], capture_output=True, text=True, check=False, input=told)
    if done.returncode not in may_exit:
        raise AuditorFailed(f"{tool} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return done.stdout
