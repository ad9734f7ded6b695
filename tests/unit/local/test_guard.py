"""What a browser says of a page that is not ours is refused."""

from __future__ import annotations

import pytest

from local.guard import Asked, refusal

HERE = "127.0.0.1:4566"


@pytest.mark.parametrize("host", [HERE, "localhost:4566", "[::1]:4566", "localhost"])
def test_a_tool_of_this_machine_is_let_in(host: str) -> None:
    assert refusal(Asked(host), to_product=False) is None


@pytest.mark.parametrize(
    "host", [None, "", "evil.example", "evil.example:4566", "127.0.0.1.evil.example", "[::1"]
)
@pytest.mark.parametrize("to_product", [True, False])
def test_a_name_that_was_made_to_stand_for_this_machine_is_refused(
    host: str | None, to_product: bool
) -> None:
    assert refusal(Asked(host), to_product=to_product)


@pytest.mark.parametrize(
    "asked",
    [
        Asked(HERE, origin="https://evil.example"),
        Asked(HERE, origin="null"),
        Asked(HERE, origin="http://127.0.0.1:3000"),
        Asked(HERE, origin="http://localhost:4566"),
        Asked(HERE, origin="https://127.0.0.1:4566"),
        Asked(HERE, site="cross-site"),
        Asked(HERE, site="same-site"),
        Asked(HERE, site="cross-site", mode="navigate"),
    ],
)
def test_no_page_of_another_origin_drives_aws(asked: Asked) -> None:
    assert refusal(asked, to_product=False)


@pytest.mark.parametrize(
    "asked",
    [
        Asked(HERE, origin=f"http://{HERE}", site="same-origin", mode="cors", method="POST"),
        Asked(HERE, site="none", mode="navigate"),
    ],
)
@pytest.mark.parametrize("to_product", [True, False])
def test_the_products_own_pages_and_the_user_are_let_in(asked: Asked, to_product: bool) -> None:
    assert refusal(asked, to_product=to_product) is None


@pytest.mark.parametrize(
    ("asked", "is_refused"),
    [
        (Asked(HERE, site="cross-site", mode="navigate"), False),
        (Asked(HERE, origin="http://localhost:3000", site="same-site", method="POST"), False),
        (Asked(HERE, site="cross-site", mode="navigate", method="POST"), True),
        (Asked(HERE, site="cross-site", mode="no-cors"), True),
        (Asked(HERE, origin="https://evil.example", site="cross-site", method="POST"), True),
    ],
)
def test_the_products_api_takes_links_and_other_ports_of_this_machine(asked: Asked, is_refused: bool) -> None:
    assert bool(refusal(asked, to_product=True)) is is_refused


CONTAINER = "host.docker.internal:4566"


@pytest.mark.parametrize(
    ("asked", "is_refused"),
    [
        (Asked(CONTAINER, encoding="identity", agent="Boto3/1.40"), False),
        (Asked(CONTAINER, agent="Boto3/1.40"), False),
        (Asked(CONTAINER, encoding="gzip, deflate, br", agent="Boto3/1.40"), True),
        (Asked(CONTAINER, origin=f"http://{CONTAINER}", encoding="identity"), True),
    ],
)
def test_the_name_that_containers_use_is_taken_from_programs_alone(asked: Asked, is_refused: bool) -> None:
    assert bool(refusal(asked, to_product=False)) is is_refused


def test_a_browser_that_does_not_say_which_page_asks_is_kept_from_aws() -> None:
    old = Asked(HERE, agent="Mozilla/5.0 (Macintosh) Safari/605.1.15")
    assert refusal(old, to_product=False)
    assert refusal(old, to_product=True) is None
