"""A value of a template as long as it gets on AWS: references become names, ARNs and addresses of real shape."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

STACK = "hearback-production"
"""A stack name of ordinary length; longer ones make every generated name longer too."""

REGION = "ap-northeast-1"
"""As long as a region's name gets, but for government and isolated ones."""

ACCOUNT = "123456789012"
_SUFFIX = "ABCDEFGHIJKLM"
"""CloudFormation puts 12 or 13 random characters behind a name that it makes."""

_PSEUDO = {
    "AWS::StackName": STACK,
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK}/{'0' * 36}",
    "AWS::NoValue": "",
}


class Rendering:
    """Renders the values of one expanded template."""

    def __init__(self, expanded: Mapping[str, Any]) -> None:
        self._parameters: Mapping[str, Any] = expanded.get("Parameters", {})
        self._resources: Mapping[str, Any] = expanded.get("Resources", {})

    def text(self, value: Any) -> str:
        """The value as one string; what is no intrinsic function, as JSON without spaces."""
        if isinstance(value, str):
            return value
        if isinstance(value, Mapping) and len(value) == 1:
            ((name, argument),) = value.items()
            if known := self._functions.get(name):
                return known(argument)
        return json.dumps(self.whole(value), separators=(",", ":"))

    def whole(self, value: Any) -> Any:
        """The value with every intrinsic function in it rendered."""
        if isinstance(value, Mapping):
            if len(value) == 1 and next(iter(value)) in self._functions:
                return self.text(value)
            return {name: self.whole(it) for name, it in value.items()}
        return [self.whole(it) for it in value] if isinstance(value, list) else value

    @property
    def _functions(self) -> Mapping[str, Callable[[Any], str]]:
        return {
            "Ref": self._ref,
            "Fn::GetAtt": self._attribute,
            "Fn::Sub": self._sub,
            "Fn::Join": self._join,
            "Fn::Select": self._select,
            "Fn::If": self._longer,
        }

    def _ref(self, name: str) -> str:
        if name in _PSEUDO:
            return _PSEUDO[name]
        if parameter := self._parameters.get(name):
            values = [*parameter.get("AllowedValues", ()), parameter.get("Default", "")]
            return max(map(str, values), key=len)
        match self._resources.get(name, {}).get("Type"):
            case "AWS::SQS::Queue":
                return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{self._made(name)}"
            case "AWS::SecretsManager::Secret":
                return f"{self._arn(name)}-ABCDEF"
        return self._made(name)

    def _attribute(self, place: list[str] | str) -> str:
        name, _, attribute = (".".join(place) if isinstance(place, list) else place).partition(".")
        return self._arn(name) if attribute.endswith("Arn") else self._made(name)

    def _sub(self, told: Any) -> str:
        text, values = (told, {}) if isinstance(told, str) else told

        def found(match: re.Match[str]) -> str:
            name = match[1]
            if name in values:
                return self.text(values[name])
            return self._attribute(name) if "." in name else self._ref(name)

        return re.sub(r"\$\{([^!}][^}]*)\}", found, text)

    def _join(self, told: list[Any]) -> str:
        return str(told[0]).join(self.text(it) for it in told[1])

    def _select(self, told: list[Any]) -> str:
        """One of a list that is there, or of what `Fn::Split` makes of a text."""
        place, several = told
        if isinstance(several, Mapping):
            separator, text = several["Fn::Split"]
            several = self.text(text).split(separator)
        return self.text(several[int(place)])

    def _longer(self, told: list[Any]) -> str:
        """Of a condition's two values the longer one."""
        return max((self.text(it) for it in told[1:]), key=len)

    def _arn(self, name: str) -> str:
        service = str(self._resources.get(name, {}).get("Type", "AWS::unknown")).split("::")[1].lower()
        return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{self._made(name)}"

    def _made(self, name: str) -> str:
        """The physical name of a resource that is given none: `stack-logical-random`, 64 characters at most."""
        return f"{STACK}-{name}"[:50] + f"-{_SUFFIX}"
