"""Which method of which resource a request reaches, as measured on API Gateway."""

from __future__ import annotations

import pytest

from local.gateway.tree import NotDeployable, Tree

TREE = Tree(
    {
        "/{proxy+}": {"ANY": "everything"},
        "/jobs/{kind}": {"GET": "job"},
        "/cors": {"OPTIONS": "preflight"},
        "/users/me": {"PATCH": "me"},
        "/users/{user}": {"GET": "user"},
        "/users/{user}/files/{rest+}": {"GET": "files"},
        "/both": {"GET": "explicit", "ANY": "any"},
    }
)


@pytest.mark.parametrize(
    ("method", "path", "function", "variables"),
    [
        ("GET", "/jobs/reboot", "job", {"kind": "reboot"}),
        ("GET", "/jobs", "everything", {"proxy": "jobs"}),
        ("POST", "/jobs/reboot", "everything", {"proxy": "jobs/reboot"}),
        ("GET", "/cors", "everything", {"proxy": "cors"}),
        ("PATCH", "/users/me", "me", {}),
        ("GET", "/users/me", "user", {"user": "me"}),
        ("GET", "/users/7", "user", {"user": "7"}),
        ("GET", "/users/7/files/a/b", "files", {"user": "7", "rest": "a/b"}),
        ("GET", "/users/7/files", "everything", {"proxy": "users/7/files"}),
        ("GET", "/users/7/other/b", "everything", {"proxy": "users/7/other/b"}),
        ("GET", "/both", "explicit", {}),
        ("PUT", "/both", "any", {}),
        ("GET", "/both/", "explicit", {}),
        ("GET", "/users/a%2Fb", "user", {"user": "a%2Fb"}),
    ],
)
def test_the_most_specific_resource_that_has_the_method_serves_it(
    method: str, path: str, function: str, variables: dict[str, str]
) -> None:
    match = TREE.match(method, path)
    assert match is not None
    assert (match.function, match.variables) == (function, variables)


def test_nothing_serves_what_no_resource_has() -> None:
    assert Tree({"/a": {"GET": "a"}, "/a/{b}": {"GET": "b"}}).match("POST", "/a/1") is None


def test_the_root_is_no_part_of_a_greedy_resource() -> None:
    assert TREE.match("GET", "/") is None


@pytest.mark.parametrize(
    "paths",
    [
        ["/a/{b}", "/a/{c}"],
        ["/a/{b}", "/a/{proxy+}"],
        ["/a/{proxy+}", "/a/{b}/c"],
        ["/a/{proxy+}/b"],
    ],
)
def test_a_tree_that_aws_refuses_is_not_deployed(paths: list[str]) -> None:
    with pytest.raises(NotDeployable):
        Tree({path: {"GET": "f"} for path in paths})
