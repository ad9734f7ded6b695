"""An organization with something on every page of the console."""

from __future__ import annotations

from typing import Any

from tests.flows.callbacks import Caller, calling_back
from tests.flows.content import FLAG, JSON
from tests.flows.organizations import ENG_SPA, Organization, answer
from tests.flows.studios import create
from tests.flows.test_tmx import tmx, tu

FEEDBACKS = [
    {"type": "field", "field": "weather", "error_type": "Incorrect Metadata", "severity": "major"},
    {"type": "shape", "output": "image", "error_type": "Missing Shape", "comment": "the bus"},
]


def furnish(organization: Organization, receiver: str) -> None:
    """Fill it; callbacks go to `receiver`."""
    _translate(organization)
    _flag(organization)
    caller = calling_back(organization, receiver, name="Street scenes", description="Cars, signs and people")
    dataset = create(
        organization.admin, "datasets", {"name": "Crossings", "modality": "image"}, project=caller.project_id
    )
    create(organization.admin, "entries", {"resource": "https://images.example/1.jpg"}, dataset=dataset["id"])
    _find_fault(caller)
    caller.when(caller.deliver(), "delivered")


def _translate(organization: Organization) -> None:
    words = {
        "machineTranslation": "C'est un exemple de texte d'entrée.",
        "suggestedTranslation": "Ceci est un exemple du texte d'entrée.",
        "comment": "It sounds better.",
    }
    entry = organization.user.give("This is a sample input text.", **words)
    organization.user.give("Good morning", "Buenos días", languagePairId=ENG_SPA)
    answer(organization.admin.import_tmx(tmx(tu("red car", "voiture rouge"), tu("", "rien"))))
    organization.user.give("a second one", "un deuxième", machineTranslation="un second")
    approved = {"approvalState": "approved"}
    answer(organization.admin.put(f"/api/v2/feedback/{entry['feedbackId']}", data=approved))
    organization.user.give("This is another text.", **words)


def _flag(organization: Organization) -> None:
    answer(organization.admin.patch("/data/configuration.json", json={"RemoderationThreshold": 1}))
    answer(organization.user.post(JSON, data={**FLAG, "ReasonText": "This is advertising."}))


def _find_fault(caller: Caller) -> None:
    """A task whose answers are reviewed."""
    task = caller.new_task()
    answers: dict[str, Any] = {"image": {"shapes": [{"class": "car"}]}, "weather": "rain"}
    caller.ask("PUT", f"tasks/{task}/submit.json", json={"answers": answers})
    caller.ask("POST", f"tasks/{task}/rounds/1/feedbacks.json", json={"feedbacks": FEEDBACKS})
