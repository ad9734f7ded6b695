"""JSON:API clients that others wrote, unchanged, behind one set of verbs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol
from urllib.parse import urlencode

import jsonapi_client
import jsonapi_requests
import pytest
import requests
from hearback.wire.dataset.resources import BY_TYPE
from jsonapi_requests.orm import ApiModel, AttributeField, OrmApi, RelationField

from tests.flows.organizations import Person
from tests.flows.studios import DATASET, PARENTS

Attributes = dict[str, Any]
Query = Mapping[str, str]


class Client(Protocol):
    """What each of them can do."""

    def create(self, collection: str, attributes: Attributes, parents: Mapping[str, str]) -> str:
        """The id of the new record."""

    def show(self, collection: str, id: str, included: str) -> tuple[Attributes, set[str]]:
        """A record's attributes, and which of the relationships in `included` bring a record along."""

    def pages(self, collection: str, query: Query) -> list[list[str]]:
        """The ids on every page, from link to link."""

    def update(self, collection: str, id: str, attributes: Attributes) -> Attributes:
        """The attributes afterwards."""

    def delete(self, collection: str, id: str) -> None: ...

    def act(self, method: str, collection: str, id: str, action: str) -> Attributes:
        """The record's attributes afterwards."""

    def refusal(self, collection: str, id: str) -> int:
        """The status with which showing it is refused."""


def _relationships(collection: str) -> Mapping[str, Any]:
    return BY_TYPE[f"dataset:{collection}"].relationships


class Requests:
    """`jsonapi-requests`, with its object mapper."""

    def __init__(self, person: Person) -> None:
        self._api = OrmApi.config(API_ROOT=person.base_url + DATASET, AUTH=(person.key, ""), TIMEOUT=60)
        # With the slash that it appends otherwise, no link with a query string could be followed.
        self._links = jsonapi_requests.Api.config(
            API_ROOT=person.base_url + DATASET, AUTH=(person.key, ""), TIMEOUT=60, APPEND_SLASH=False
        )
        self._models = {type.partition(":")[2]: self._model(type) for type in BY_TYPE}

    def _model(self, type_: str) -> Any:
        resource, collection = BY_TYPE[type_], type_.partition(":")[2]
        meta = type("Meta", (), {"type": type_, "path": collection, "api": self._api})
        fields = {name: AttributeField(name) for name in resource.shown}
        related = {name: RelationField(name) for name in resource.relationships}
        return type(collection, (ApiModel,), {"Meta": meta, **fields, **related})

    def create(self, collection: str, attributes: Attributes, parents: Mapping[str, str]) -> str:
        record = self._models[collection]()
        for name, value in attributes.items():
            setattr(record, name, value)
        for name, id in parents.items():
            setattr(record, name, self._models[PARENTS[name]].from_id(id))
        record.save()
        return str(record.id)

    def show(self, collection: str, id: str, included: str) -> tuple[Attributes, set[str]]:
        endpoint = self._api.endpoint(f"{collection}/{id}")
        record = self._models[collection].from_response_content(
            endpoint.get(params={"include": included}).content
        )
        names = [name for name in included.split(",") if name in record.relationships]
        found = {name: getattr(record, name) for name in names}
        return dict(record.attributes), {name for name, other in found.items() if _is_there(other)}

    def pages(self, collection: str, query: Query) -> list[list[str]]:
        listed = self._models[collection].get_list(params=query)
        content = self._api.endpoint(collection).get(params=query).content
        assert [record.id for record in listed] == [record.id for record in content.data]
        found = [content]
        while "next" in found[-1].links:
            found.append(self._links.endpoint(found[-1].links["next"]).get().content)
        return [[record.id for record in content.data] for content in found]

    def update(self, collection: str, id: str, attributes: Attributes) -> Attributes:
        record = self._models[collection].from_id(id)
        record.refresh()
        for name, value in attributes.items():
            setattr(record, name, value)
        record.save()
        return dict(record.attributes)

    def delete(self, collection: str, id: str) -> None:
        record = self._models[collection].from_id(id)
        record.refresh()
        record.delete()

    def act(self, method: str, collection: str, id: str, action: str) -> Attributes:
        endpoint = self._api.endpoint(f"{collection}/{id}/{action}")
        return dict((endpoint.get if method == "GET" else endpoint.post)().data.attributes)

    def refusal(self, collection: str, id: str) -> int:
        assert not self._models[collection].exists(id)
        with pytest.raises(jsonapi_requests.request_factory.ApiClientError) as refused:
            self._models[collection].from_id(id).refresh()
        return int(refused.value.status_code)


def _is_there(other: Any) -> bool:
    """Whether the mapper holds what a relationship leads to, and not only where it leads."""
    return all(not each.is_stub for each in (other if isinstance(other, list) else [other]))


SCHEMA: dict[str, Any] = {
    type: {
        "properties": {name: {} for name in resource.shown}
        | {
            name: {"relation": "to-many" if each.many else "to-one", "resource": [each.type]}
            for name, each in resource.relationships.items()
        }
    }
    for type, resource in BY_TYPE.items()
}
"""What `jsonapi-client` has to know before it can create."""


class Session:
    """`jsonapi-client`, as it is used without asyncio.

    It takes type names for paths, so the collections' own are given with each request.
    """

    def __init__(self, person: Person) -> None:
        self._url = person.base_url + DATASET
        self._auth = (person.key, "")

    @contextmanager
    def _session(self, **options: Any) -> Iterator[Any]:
        with jsonapi_client.Session(self._url, request_kwargs={"auth": self._auth}, **options) as session:
            yield session

    def create(self, collection: str, attributes: Attributes, parents: Mapping[str, str]) -> str:
        with self._session(schema=SCHEMA) as session:
            record = session.create(f"dataset:{collection}", fields={**attributes, **parents})
            record.commit(f"{self._url}/{collection}")
            return str(record.id)

    def show(self, collection: str, id: str, included: str) -> tuple[Attributes, set[str]]:
        with self._session() as session:
            document = session.get(f"{collection}/{id}", jsonapi_client.Inclusion(*included.split(",")))
            told = document.resource.json
            brought = {(other.type, other.id) for other in document.included}
            found = {name: _ids(told["relationships"].get(name, {})) for name in included.split(",")}
            return told["attributes"], {name for name, ids in found.items() if ids and ids <= brought}

    def pages(self, collection: str, query: Query) -> list[list[str]]:
        with self._session() as session:
            asked = jsonapi_client.Modifier(urlencode(query))
            found = [session.get(collection, asked)]
            whole = [record.id for record in session.iterate(collection, asked)]
            while found[-1].links.next:
                found.append(found[-1].links.next.fetch())
            pages = [[record.id for record in document.resources] for document in found]
            assert whole == [id for page in pages for id in page]
            return pages

    def update(self, collection: str, id: str, attributes: Attributes) -> Attributes:
        with self._session() as session:
            record = session.get(collection, id).resource
            for name, value in attributes.items():
                record[name] = value
            record.commit()
            return dict(record.json["attributes"])

    def delete(self, collection: str, id: str) -> None:
        with self._session() as session:
            record = session.get(collection, id).resource
            record.delete()
            # It deletes, and then looks for JSON in the empty body of a 204.
            with pytest.raises(requests.exceptions.JSONDecodeError):
                record.commit()
            session.invalidate()

    def act(self, method: str, collection: str, id: str, action: str) -> Attributes:
        with self._session() as session:
            url = f"{self._url}/{collection}/{id}/{action}"
            _, document, _ = session.http_request(method, url, {})
            return dict(document["data"]["attributes"])

    def refusal(self, collection: str, id: str) -> int:
        with self._session() as session, pytest.raises(jsonapi_client.exceptions.DocumentError) as refused:
            session.get(collection, id)
        return int(refused.value.errors["status_code"])


def _ids(relationship: Any) -> set[tuple[str, str]]:
    data = relationship.get("data") or []
    return {(each["type"], each["id"]) for each in (data if isinstance(data, list) else [data])}
