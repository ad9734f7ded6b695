"""A deployed stack answers: HEARBACK_URL (its base URL) and HEARBACK_KEY (an admin's key) say which.

    HEARBACK_URL=https://….execute-api.eu-central-1.amazonaws.com/v1 HEARBACK_KEY=hb_… make smoke

It leaves nothing behind but a language pair of its own, which it removes again.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator

import pytest
import requests

URL = os.environ.get("HEARBACK_URL", "")
KEY = (os.environ.get("HEARBACK_KEY", ""), "")


@pytest.fixture
def pair() -> Iterator[str]:
    name = f"Smoke_{uuid.uuid4().hex[:12]}"
    form = {"languagePairId": name, "sourceLanguageId": "eng", "targetLanguageId": "fra"}
    assert requests.post(f"{URL}/api/v2/language-pairs", auth=KEY, data=form, timeout=30).status_code == 200
    yield name
    requests.delete(
        f"{URL}/api/v2/feedback/batch-delete", auth=KEY, data={"languagePairId": name}, timeout=30
    )
    assert requests.delete(f"{URL}/api/v2/language-pairs/{name}", auth=KEY, timeout=30).status_code == 200


def test_it_says_what_it_is() -> None:
    assert requests.get(f"{URL}/api/v2/system/info", timeout=30).json()["product"] == "Hearback"


def test_an_entry_lives_and_dies(pair: str) -> None:
    form = {"languagePairId": pair, "sourceText": "hello", "suggestedTranslation": "bonjour"}
    entry = requests.post(f"{URL}/api/v2/feedback", auth=KEY, data=form, timeout=30).json()
    address = f"{URL}/api/v2/feedback/{entry['feedbackId']}"
    assert requests.get(address, auth=KEY, timeout=30).json() == entry
    assert requests.delete(address, auth=KEY, timeout=30).json() == entry
    assert requests.get(address, auth=KEY, timeout=30).status_code == 404


def test_content_feedback_can_be_looked_at() -> None:
    about = {"PassKey": KEY[0], "ContentType": "review", "ContentId": uuid.uuid4().hex}
    answer = requests.get(f"{URL}/data/feedback.json", params=about, timeout=30).json()
    assert answer["HasErrors"] in (False, True)  # a strict client does not know this content
    assert {"HasErrors", "Errors"} <= set(answer)


def test_the_gateways_own_answers_can_be_read_by_every_family() -> None:
    answer = requests.get(f"{URL}/no/such/route", timeout=30)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, 404)
