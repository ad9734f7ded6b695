"""Every list of the dataset API, in every way the reference knows, answers as plain records in memory would.

Each resource is asked by people of all roles, in two worlds that hypothesis drew. For a longer run:

    MODEL_EXAMPLES=2000 pytest tests/models/test_lists.py
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from itertools import cycle
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.models.calling import Answer, Person, call, follow
from tests.models.conftest import COUNTED_PAST
from tests.models.documents import Documents, plain, query_of
from tests.models.drawing import Drawing
from tests.models.plans import drawn, plans
from tests.models.question import Fields, Filter, Question, Refused
from tests.models.sight import Sight
from tests.models.tables import TABLES
from tests.models.world import World, build

pytestmark = pytest.mark.xdist_group("lists")

EXAMPLES = int(os.environ.get("MODEL_EXAMPLES", "25"))
WORLDS = (1, 2)
RESOURCES = sorted(TABLES)

many = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=(Phase.reuse, Phase.generate, Phase.shrink),
)

WRONG = [
    *(("page[size]", value) for value in ("0", "1001", "-1", "1.5", "x", "")),
    *(("page[number]", value) for value in ("0", "-1", "x", "")),
    ("page[after]", "nonsense"),
    ("page[limit]", "5"),
    ("sort", "nonsense"),
    ("sort", "--id"),
    ("count", "maybe"),
    ("included", "nonsense"),
    ("include", "project.nonsense"),
    ("filter[id]", "not-an-id"),
    ("filter[created_at__gte]", "yesterday"),
]


@pytest.fixture(scope="module", params=WORLDS)
def world(request: pytest.FixtureRequest, clear: Callable[[], None]) -> World:
    clear()
    return build(drawn(plans, request.param))


def ask(world: World, who: Person, question: Question) -> Answer:
    """Ask, and demand that the page is what the model says."""
    answer = call(who, "GET", f"/{question.resource}", question.pairs())
    documents = Documents(world.records, who, question)
    try:
        found = documents.selected()
    except Refused as refused:
        told = [each["source"]["parameter"] for each in answer.document["errors"]]
        same(answer, "status", (answer.status, set(told)), (422, {str(refused)}))
        return answer
    assert answer.status == 200, f"{answer!r}\nThe model finds {[each['id'] for each in found]}"
    size, number = question.size or 1000, question.number or 1
    page = found[(number - 1) * size : number * size]
    same(answer, "ids", answer.ids, [each["id"] for each in page])
    same(answer, "data", [plain(each) for each in answer.data], documents.objects(page))
    assert ("included" in answer.document) == bool(question.included), repr(answer)
    same(answer, "included", by_id(answer), documents.included(page))
    same(answer, "meta", answer.document["meta"], documents.meta(len(found), COUNTED_PAST))
    links = {name: query_of(link) for name, link in answer.document["links"].items()}
    if not question.by_cursor:  # the links of which are asked for by a cursor: see `walk`
        same(answer, "links", links, documents.links(len(found), COUNTED_PAST))
    return answer


def same(answer: Answer, what: str, told: Any, model: Any) -> None:
    """Demand that they are equal; else say what was asked, and where they first differ."""
    if told != model:
        told, model = _first_difference(told, model)
        raise AssertionError(
            f"{answer.asked}\n{what} of the answer ({answer.status}):\n  {told}\nthe model's:\n  {model}"
        )


def _first_difference(told: Any, model: Any) -> tuple[Any, Any]:
    if isinstance(told, list) and isinstance(model, list) and len(told) == len(model):
        return next(_first_difference(a, b) for a, b in zip(told, model, strict=True) if a != b)
    if isinstance(told, dict) and isinstance(model, dict) and told.keys() == model.keys():
        name = next(name for name in told if told[name] != model[name])
        inner = _first_difference(told[name], model[name])
        return {name: inner[0]}, {name: inner[1]}
    return told, model


def by_id(answer: Answer) -> dict[tuple[str, str], Any]:
    """What is included, each record once."""
    told = answer.document.get("included", [])
    found = {(each["type"], each["id"]): plain(each) for each in told}
    assert len(found) == len(told), repr(answer)
    return found


def walk(world: World, who: Person, question: Question) -> None:
    """Follow `next` to the end: each record once, in order, whatever way the pages are asked for."""
    answer = ask(world, who, question)
    if answer.status == 422:
        return
    expected = [each["id"] for each in Documents(world.records, who, question).selected()]
    found = list(answer.ids)
    while link := answer.document["links"].get("next"):
        assert answer.data, repr(answer)
        answer = follow(who, link)
        assert answer.status == 200, repr(answer)
        found += answer.ids
    same(answer, "walk", found, expected)


def people(world: World) -> list[Person]:
    """All of them, and those who see the most more often."""
    names = (
        "admin",
        "ann",
        "boss",
        "rob",
        "admin",
        "zoe",
        "gone",
        "ann",
        "boss",
        "rob",
        "stranger",
        "foreigner",
    )
    return [world.people[name] for name in names]


def sweep(world: World, questions: Iterable[Question]) -> None:
    """Put the questions to the people in turn."""
    for question, who in zip(questions, cycle(people(world)), strict=False):
        ask(world, who, question)


@pytest.mark.parametrize("resource", RESOURCES)
def test_every_filter_of_the_reference(world: World, resource: str) -> None:
    drawing = Drawing(world, resource)
    for name in TABLES[resource].filters:
        texts = drawing.texts(name)
        sweep(
            world, [Question(resource, (Filter(name, (text,)),)) for text in texts[:: len(texts) // 2 or 1]]
        )


@pytest.mark.parametrize("resource", RESOURCES)
def test_every_sort_key(world: World, resource: str) -> None:
    keys = list(TABLES[resource].asked)
    sweep(world, [Question(resource, sort=(key,), size=7, number=2) for key in keys])
    sweep(world, [Question(resource, sort=(f"-{key}",), size=5) for key in keys])


@pytest.mark.parametrize("resource", RESOURCES)
def test_every_page_edge(world: World, resource: str) -> None:
    total = len(Documents(world.records, people(world)[0], Question(resource)).selected())
    edges = [(1, 1), (1, total), (1000, 1), (total - 1, 1), (total - 1, 2), (total, 1), (total, 2), (3, 99)]
    sweep(world, [Question(resource, size=size, number=n, counted=n % 2 == 1) for size, n in edges])
    sweep(world, [Question(resource, counted=True), Question(resource), Question(resource, number=1)])


@pytest.mark.parametrize("resource", RESOURCES)
def test_every_path_and_form_of_fields(world: World, resource: str) -> None:
    table = TABLES[resource]
    some = tuple(sorted(table.attributes))[::3]
    forms = [Fields(table.type, some), Fields(table.type, some, array=True), Fields("", some)]
    paths = [(), *((path,) for path in table.included), table.included, table.included[::-1]]
    sweep(world, [Question(resource, size=6, included=path) for path in paths])
    others = tuple(Fields(each.type, ("name", "status", "role", "nonsense")) for each in TABLES.values())
    for fields in [(form,) for form in forms] + [others, (Fields(table.type, ()),)]:
        sweep(world, [Question(resource, size=4, fields=fields, included=table.included)])


@pytest.mark.parametrize("resource", RESOURCES)
def test_every_question(world: World, resource: str) -> None:
    @many
    @given(st.sampled_from(people(world)), Drawing(world, resource).questions())
    def put(who: Person, question: Question) -> None:
        ask(world, who, question)

    put()


@pytest.mark.parametrize("resource", RESOURCES)
def test_every_walk(world: World, resource: str) -> None:
    """By numbers or by cursors, with any filter and order, to the end."""
    sizes, ways = st.sampled_from([3, 7, 20]), st.booleans()

    @settings(many, max_examples=max(1, EXAMPLES // 3))
    @given(st.sampled_from(people(world)), Drawing(world, resource).questions(), sizes, ways)
    def follow_all(who: Person, question: Question, size: int, by_cursor: bool) -> None:
        question = question._replace(size=size, number=None, by_cursor=by_cursor, included=())
        walk(world, who, question)

    follow_all()


@pytest.mark.parametrize("resource", RESOURCES)
def test_every_record_is_shown_to_whom_it_concerns(world: World, resource: str) -> None:
    sight, table = Sight(world.records), TABLES[resource]
    rounds = zip(world.records[resource].items(), cycle(people(world)), strict=False)
    for (id, record), who in rounds:
        question = Question(
            resource, included=table.included, fields=(Fields("", tuple(table.attributes)[1:]),)
        )
        answer = call(who, "GET", f"/{resource}/{id}", question.pairs())
        if not sight.sees(who, resource, record):
            assert answer.status == 404, repr(answer)
            continue
        assert answer.status == 200, repr(answer)
        documents = Documents(world.records, who, question)
        same(answer, "data", [plain(answer.data)], documents.objects([record]))
        same(answer, "included", by_id(answer), documents.included([record]))


@pytest.mark.parametrize("resource", RESOURCES)
def test_what_is_wrong_is_refused_with_its_parameters_name(world: World, resource: str) -> None:
    for who, (parameter, value) in zip(cycle(people(world)), WRONG, strict=False):
        answer = call(who, "GET", f"/{resource}", [(parameter, value)])
        assert answer.status == 422, repr(answer)
        assert [each["source"] for each in answer.document["errors"]] == [{"parameter": parameter}]
