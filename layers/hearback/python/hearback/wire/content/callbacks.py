"""JSON with padding: the answer as a call of the function that the client names."""

from __future__ import annotations

from dataclasses import replace

from hearback.errors import HearbackError
from hearback.wire.content import requests
from hearback.wire.messages import Answer, Request

_ENDS_OF_LINES = str.maketrans({"\u2028": "\\u2028", "\u2029": "\\u2029"})
"""JSON may hold them as they are; in JavaScript before 2019 they end the line."""


def called_back(request: Request, answer: Answer) -> Answer:
    """The answer in its call, if it is JSON and the request asks for that."""
    function = _function(request) if answer.media_type == "application/json" else None
    if function is None:
        return answer
    body = f"{function}({answer.body.translate(_ENDS_OF_LINES)});"
    return replace(answer, body=body, media_type="application/javascript")


def _function(request: Request) -> str | None:
    try:
        return requests.callback(request)
    except HearbackError:  # parameters that nobody can read, which the answer says already
        return None
