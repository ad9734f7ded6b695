"""The resource tree: which method of which resource a request reaches.

A fixed path part goes before a variable, and a variable before a greedy one (`{proxy+}`); an explicit method
goes before `ANY`. The choice is made of pairs of resource and method: a resource that lacks the method is
passed over, and one that is less specific may serve it, at any level above.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

ANY = "ANY"

Methods = Mapping[str, str]
"""Method, or `ANY`, → the function that it is integrated with."""


class Match(NamedTuple):
    """The function and resource that serve a request."""

    resource: str
    """The path of the resource, with its variables in braces."""
    function: str
    variables: Mapping[str, str]
    """The path's variables, as they were sent."""


class NotDeployable(Exception):
    """AWS refuses these paths; the message says why, as CreateResource does."""


@dataclass
class _Node:
    """One resource."""

    path: str = ""
    methods: Methods = field(default_factory=dict)
    fixed: dict[str, _Node] = field(default_factory=dict)
    variable: tuple[str, _Node] | None = None
    """The part in braces with its node: there is one at most, and a greedy one counts."""

    def child(self, part: str) -> _Node:
        if not part.startswith("{"):
            return self.fixed.setdefault(part, _Node(f"{self.path}/{part}"))
        if self.variable is None:
            self.variable = part, _Node(f"{self.path}/{part}")
        name, node = self.variable
        if name != part:
            raise NotDeployable(
                f"A sibling ({name}) of this resource already has a variable path part -- only one is allowed: "
                f"{self.path}/{part}"
            )
        return node


class Tree:
    """The resources of one API."""

    def __init__(self, paths: Mapping[str, Methods]) -> None:
        """Raises `NotDeployable` for paths that AWS would refuse."""
        self._root = _Node()
        for path, methods in paths.items():
            self._add(path, methods)

    def _add(self, path: str, methods: Methods) -> None:
        node, parts = self._root, _parts(path)
        for part in parts:
            node = node.child(part)
        if any(_is_greedy(part) for part in parts[:-1]):
            raise NotDeployable(f"Nothing may be below a greedy path part: {path}")
        node.methods = {method.upper(): function for method, function in methods.items()}

    def match(self, method: str, path: str) -> Match | None:
        """The match for this method of this path (as it was sent, without the stage); None if nothing serves it."""
        for node, variables in _candidates(self._root, _parts(path)):
            function = node.methods.get(method) or node.methods.get(ANY)
            if function:
                return Match(node.path or "/", function, variables)
        return None


def _candidates(node: _Node, parts: list[str]) -> Iterator[tuple[_Node, dict[str, str]]]:
    """Every resource that the path matches, the most specific first."""
    if not parts:
        yield node, {}
        return
    first, *rest = parts
    if first in node.fixed:
        yield from _candidates(node.fixed[first], rest)
    if node.variable is None:
        return
    name, child = node.variable
    if _is_greedy(name):
        yield child, {name[1:-2]: "/".join(parts)}
        return
    for found, variables in _candidates(child, rest):
        yield found, {name[1:-1]: first, **variables}


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part]


def _is_greedy(part: str) -> bool:
    return part.startswith("{") and part.endswith("+}")
