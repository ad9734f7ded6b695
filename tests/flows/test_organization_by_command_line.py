"""An admin looks after the organization's data at a terminal, on the running product."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.flows.organizations import Organization, invite, refusal
from tests.flows.terminals import Terminal

pytestmark = pytest.mark.early


def test_an_organizations_data_from_the_trail_to_an_erasure(
    tmp_path: Path, organization: Organization
) -> None:
    admin = organization.admin
    gone = invite(admin, f"leaver@{admin.organization_id}.example")
    entry = gone.give("hello", "bonjour", comment="my own words")
    terminal = Terminal(tmp_path, admin)
    terminal.log_in()

    (line,) = terminal.done("organization", "audit", "--account", gone.email)["lines"]
    assert (line["action"], line["email"]) == ("create_feedback", gone.email)

    kept = terminal.done("organization", "retention", "--set", "callbacks=90")
    assert (kept["callbacks"], kept["contentAuthors"]) == (90, 0)
    refused = terminal.run("organization", "retention", "--set", "callbacks=1")
    assert (refused.code, "30 to 36500 days" in refused.err) == (1, True)

    folder = tmp_path / "everything"
    exported = terminal.done("organization", "export", "--output", folder)
    assert {path.name for path in folder.iterdir()} == {file["name"] for file in exported["files"]}
    (feedback,) = folder.glob("translation_feedback-*")
    assert [json.loads(each)["source"] for each in feedback.read_text().splitlines()] == ["hello"]

    done = terminal.done("organization", "erase", "--email", gone.email, "--yes")
    assert (done["state"], done["passes"] >= 1) == ("done", True)
    refusal(gone.get("/api/v2/feedback"), 401)
    assert admin.entry(entry["feedbackId"])["username"] == done["pseudonym"]

    trail = terminal.done("organization", "audit", "--all")["lines"]
    assert {"erase_person", "export_organization", "change_retention"} <= {it["action"] for it in trail}
    downloads = [it for it in trail if it["action"] == "get_organization_export"]
    assert len(downloads) == 1
    assert gone.email not in json.dumps(trail)
