"""`python -m fidelity [template]`: what a second emulator and three auditors say; fails on any refusal."""

from __future__ import annotations

import sys
import tempfile
from functools import partial
from pathlib import Path

from fidelity import auditing, creating, doubting, gateway, localstack
from fidelity.finding import Report
from local import expansion
from local.paths import TEMPLATE
from local.stack import aws_client


def main() -> int:
    template = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else TEMPLATE
    reports = _all(template)
    for report in reports:
        for finding in report.refused:
            print(f"refused  {report.oracle}: {finding.subject}: {finding.reason}")
    print(f"\n{'asked':>6} {'refused':>8}  oracle")
    for report in reports:
        print(f"{report.asked:>6} {len(report.refused):>8}  {report.oracle}  {report.note}".rstrip())
    return 1 if any(report.refused for report in reports) else 0


def _all(template: Path) -> list[Report]:
    expanded = expansion.of_file(template)
    with localstack.running() as address:
        client = partial(aws_client, endpoint_url=address)
        reports = [doubting.emulator(client)]
        reports += [gateway.replay(expanded, client("apigateway")), creating.create(expanded, client)]
    with tempfile.TemporaryDirectory(prefix="hearback-audit-") as folder:
        reports += [doubting.auditors(Path(folder)), auditing.parliament(expanded)]
        reports.append(auditing.checkov(expanded, Path(folder)))
    return [*reports, auditing.cfn_lint()]


if __name__ == "__main__":
    sys.exit(main())
