"""The pages' function: what a browser gets, keeps, and may do with it."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hearback.settings import settings
from hearback.wire.pages import Pages

from local import cfn
from local.paths import ROOT

EVENT: dict[str, Any] = json.loads((ROOT / "events/console/console.json").read_text(encoding="utf-8"))
SCRIPT = b"console.log('hello'); " * 20
STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self' {storage}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
REGIONAL = "https://TransferBucket.s3.{region}.{suffix} https://TransferBucket.s3.{suffix}"


class Context:
    function_name = "console"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:console"
    aws_request_id = "request-1"


@pytest.fixture
def pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pages:
    """A site of two pages and a script, as the build leaves it."""
    template = cfn.load(ROOT / "template.yaml")
    for name in template["Globals"]["Function"]["Environment"]["Variables"]:
        if name.startswith("HEARBACK_"):
            monkeypatch.setenv(name, "any")
    monkeypatch.setenv("HEARBACK_TRANSFER_BUCKET", "TransferBucket")
    monkeypatch.setenv("HEARBACK_AWS_ENDPOINT", "")
    monkeypatch.setenv("HEARBACK_LINK_ENDPOINT", "")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    settings.cache_clear()
    index = {}
    for path, file, content in (
        ("console", "console.html", b"<!doctype html>"),
        ("docs", "docs.html", b"<!doctype html>"),
        ("console/app-1.js", "app-1.js", SCRIPT),
    ):
        (tmp_path / file).write_bytes(content)
        zipped = content is SCRIPT
        if zipped:
            (tmp_path / f"{file}.gz").write_bytes(gzip.compress(content))
        index[path] = {"file": file, "etag": f"tag-{file}", "forever": "-" in file, "zipped": zipped}
    (tmp_path / "index.json").write_text(json.dumps(index), encoding="utf-8")
    return Pages("console", tmp_path, lenient=frozenset({"docs"}))


def ask(pages: Pages, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of the answer."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = pages.handler({**EVENT, "path": path, "headers": told}, Context())
    assert answer["isBase64Encoded"]
    return answer["statusCode"], answer["headers"], base64.b64decode(answer["body"])


def test_a_page_is_asked_for_anew_and_may_do_nothing_but_its_work(pages: Pages) -> None:
    status, headers, body = ask(pages, "/console")
    assert (status, body) == (200, b"<!doctype html>")
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Cache-Control"] == "no-cache"
    storage = REGIONAL.format(region="eu-west-1", suffix="amazonaws.com")
    assert headers["Content-Security-Policy"] == STRICT.format(storage=storage)
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_only_the_reference_may_have_styles_in_its_markup(pages: Pages) -> None:
    policy = ask(pages, "/docs")[1]["Content-Security-Policy"]
    assert "style-src 'self' 'unsafe-inline';" in policy
    assert "script-src 'self';" in policy


@pytest.mark.parametrize(
    ("region", "suffix"), [("us-east-1", "amazonaws.com"), ("cn-north-1", "amazonaws.com.cn")]
)
def test_a_page_may_reach_the_transfer_bucket_where_it_is(
    pages: Pages, monkeypatch: pytest.MonkeyPatch, region: str, suffix: str
) -> None:
    monkeypatch.setenv("AWS_REGION", region)
    policy = ask(pages, "/console")[1]["Content-Security-Policy"]
    assert f"connect-src 'self' {REGIONAL.format(region=region, suffix=suffix)};" in policy


def test_a_page_may_reach_the_buckets_of_another_endpoint(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    policy = ask(pages, "/console")[1]["Content-Security-Policy"]
    assert policy == STRICT.format(storage="http://127.0.0.1:4566")


def test_a_page_may_reach_the_address_that_links_lead_to(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEARBACK_AWS_ENDPOINT", "http://host.docker.internal:4566")
    monkeypatch.setenv("HEARBACK_LINK_ENDPOINT", "http://127.0.0.1:4566")
    policy = ask(pages, "/console")[1]["Content-Security-Policy"]
    assert policy == STRICT.format(storage="http://127.0.0.1:4566")


def test_an_asset_is_kept_forever_since_its_name_is_its_content(pages: Pages) -> None:
    status, headers, body = ask(pages, "/console/app-1.js")
    assert (status, body) == (200, SCRIPT)
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert "Content-Encoding" not in headers


def test_who_takes_gzip_gets_it(pages: Pages) -> None:
    _, headers, body = ask(pages, "/console/app-1.js", Accept_Encoding="br, gzip")
    assert headers["Content-Encoding"] == "gzip"
    assert headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(body) == SCRIPT
    assert headers["ETag"] != ask(pages, "/console/app-1.js")[1]["ETag"]


@pytest.mark.parametrize("path", ["/console", "/console/app-1.js"])
@pytest.mark.parametrize("weak", ["", "W/"])
def test_who_has_it_already_gets_nothing(pages: Pages, path: str, weak: str) -> None:
    etag = ask(pages, path)[1]["ETag"]
    status, headers, body = ask(pages, path, If_None_Match=weak + etag)
    assert (status, body) == (304, b"")
    assert headers["ETag"] == etag
    assert ask(pages, path, If_None_Match='"another"')[0] == 200


def test_a_page_with_a_slash_behind_it_leads_to_the_one_without(pages: Pages) -> None:
    status, headers, _ = ask(pages, "/console/")
    assert (status, headers["Location"]) == (308, "../console")


@pytest.mark.parametrize("path", ["/console/app-2.js", "/console/../index.json", "/docs/x", "/index.json"])
def test_what_the_index_does_not_name_is_not_served(pages: Pages, path: str) -> None:
    status, headers, body = ask(pages, path)
    assert status == 404
    assert headers["Cache-Control"] == "no-store"
    assert b"The console is at /console" in body


def test_the_built_pages_have_no_script_or_style_in_their_markup() -> None:
    for name in ("console", "docs"):
        html = (ROOT / f"functions/console/assets/{name}.html").read_text(encoding="utf-8")
        assert "<style" not in html
        assert "style=" not in html
        assert html.count("<script") == html.count("<script src=")
        assert "//" not in html, "nothing comes from another host"


def test_the_consoles_first_page_has_less_than_100_kb_of_script() -> None:
    scripts = list((ROOT / "functions/console/assets").glob("app-*.js"))
    assert len(scripts) == 1
    assert scripts[0].stat().st_size < 100_000


def test_the_served_reference_is_the_documented_one_at_its_own_address() -> None:
    served = json.loads((ROOT / "functions/console/assets/openapi.json").read_text(encoding="utf-8"))
    documented = json.loads((ROOT / "docs/openapi.json").read_text(encoding="utf-8"))
    assert served["servers"].pop(0)["url"] == "."
    assert served == documented


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_what_is_there_is_read_and_nothing_else(pages: Pages, method: str) -> None:
    refused = pages.handler({**EVENT, "httpMethod": method}, Context())
    assert (refused["statusCode"], refused["headers"]["Allow"]) == (405, "GET, HEAD")
    nowhere = {**EVENT, "httpMethod": method, "path": "/console/nowhere.js", "resource": "/console/{proxy+}"}
    assert pages.handler(nowhere, Context())["statusCode"] == 404


def test_a_page_is_found_below_a_base_path_of_a_custom_domain(pages: Pages) -> None:
    asset = {**EVENT, "path": "/feedback/hearback/console/app-1.js", "resource": "/console/{proxy+}"}
    assert pages.handler(asset, Context())["statusCode"] == 200
