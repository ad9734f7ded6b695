"""Sites that send feedback: they know the product by its HTTP, with a PassKey, as Bazaarvoice's clients do."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import requests
from lxml import etree

from tests.flows.organizations import Person

JSON = "/data/submitfeedback.json"
XML = "/data/submitfeedback.xml"
NAMESPACE = "{http://www.bazaarvoice.com/xs/DataApiSubmit/5.4}"
ABOUT = {"ContentType": "review", "ContentId": "product1"}
VOTE = {
    "ApiVersion": "5.4",
    **ABOUT,
    "UserId": "alphauser",
    "FeedbackType": "helpfulness",
    "Vote": "Positive",
}
FLAG = {
    "ApiVersion": "5.4",
    **ABOUT,
    "UserId": "alphauser",
    "FeedbackType": "inappropriate",
    "ReasonText": "This is where the reason text would go",
}


@dataclass(frozen=True)
class Site:
    """Somebody's site, or their back office."""

    person: Person

    def ask(self, method: str, path: str, **request: Any) -> requests.Response:
        """With the PassKey as a parameter of the query string."""
        request["params"] = {"PassKey": self.person.key, **request.get("params", {})}
        return self.person.ask(method, path, auth=None, **request)

    def post(self, path: str, form: dict[str, Any], **request: Any) -> requests.Response:
        """With the PassKey as a parameter of the form."""
        return self.person.post(path, auth=None, data={"PassKey": self.person.key, **form}, **request)

    def submit(self, form: dict[str, Any], **changed: str) -> dict[str, Any]:
        """The document that answers a submission."""
        return document(self.post(JSON, {**form, **changed}))

    def submit_xml(self, form: dict[str, Any], **changed: str) -> etree._Element:
        return tree(self.post(XML, {**form, **changed}))

    def statistics(self, **about: str) -> dict[str, Any]:
        return fine(self.ask("GET", "/data/feedback.json", params={**ABOUT, **about}))

    def counts(self, **about: str) -> tuple[int, int, int, int]:
        """All votes, positive ones, negative ones, flags."""
        found = self.statistics(**about)
        names = ("", "Positive", "Negative", "Inappropriate")
        total, positive, negative, flags = (found[f"Total{name}FeedbackCount"] for name in names)
        return total, positive, negative, flags

    def configure(self, **wishes: Any) -> dict[str, Any]:
        return fine(self.ask("PATCH", "/data/configuration.json", json=wishes))

    def register(self, content_type: str, *content_ids: str) -> int:
        body = {"ContentType": content_type, "ContentIds": content_ids}
        return int(fine(self.ask("POST", "/data/contents.json", json=body))["Registered"])

    def queue(self) -> list[dict[str, str]]:
        return list(fine(self.ask("GET", "/data/moderation.json"))["Contents"])

    def decide(self, status: str, **about: str) -> dict[str, Any]:
        return fine(self.post("/data/moderation.json", {**ABOUT, **about, "ModerationStatus": status}))


def document(response: requests.Response, status: int = 200) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"].partition(";")[0] == "application/json"
    return dict(json.loads(response.text))


def fine(response: requests.Response) -> dict[str, Any]:
    """The document of an answer without errors."""
    found = document(response)
    assert (found["HasErrors"], found["Errors"]) == (False, []), found
    return found


def tree(response: requests.Response, status: int = 200) -> etree._Element:
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"].partition(";")[0] == "application/xml"
    root = etree.fromstring(response.content)
    assert root.tag == f"{NAMESPACE}DataApiResponse"
    return root


def texts(root: etree._Element, path: str) -> list[str | None]:
    return [element.text for element in root.findall("/".join(NAMESPACE + name for name in path.split("/")))]


def codes(found: dict[str, Any]) -> list[str]:
    """The codes of all errors, also of the form's; none in an answer that has no errors."""
    fields = found["FormErrors"].get("FieldErrors", {})
    told = [error["Code"] for error in (*found["Errors"], *fields.values())]
    assert found["HasErrors"] == bool(told) == ("Feedback" not in found)
    return told


def xml_codes(root: etree._Element) -> list[str | None]:
    fields = root.iter(f"{NAMESPACE}FieldError")
    told = [*texts(root, "Errors/Error/Code"), *(field.get("code") for field in fields)]
    assert texts(root, "HasErrors") == ["true" if told else "false"]
    return told
