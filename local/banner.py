"""What `make run` says once the stack is ready, from the content of `.local/stack.json`."""

from __future__ import annotations

from typing import Any

LINES = """\
  curl -s {url}/api/v2/language-pairs -u {admin}:

  curl -s {url}/api/v2/feedback -u {user}: -d languagePairId={pair} \\
    -d 'sourceText=hello world' -d 'machineTranslation=bonjour monde' -d 'suggestedTranslation=bonjour le monde'

  curl -s {url}/api/v2/feedback/import -u {admin}: -F file=@tests/samples/garden.tmx

  curl -s {url}/data/submitfeedback.json -d PassKey={user} -d ApiVersion=5.4 -d ContentType=review \\
    -d ContentId={content} -d UserId=me -d FeedbackType=helpfulness -d Vote=Positive

  curl -s '{url}/api/v2/feedback?perPage=2' -u {admin}:

  ENTRY=$(curl -s {url}/api/v1/dataset/entries/next -u {annotator}: -H 'Content-Type: application/json' \\
    -d '{{"dataset_id":"{dataset}"}}' | sed 's/.*"dataset:entries","id":"\\([^"]*\\).*/\\1/')

  curl -s {url}/api/v1/dataset/annotations/_rpc -u {annotator}: -d '{{"jsonrpc":"2.0","id":1,"method":"create",
    "params":{{"entry_id":"'$ENTRY'","dimensions":{{"x":10,"y":20}},"annotation":"car"}}}}'

  curl -s -X POST {url}/api/v1/dataset/entries/$ENTRY/submit -u {annotator}:

  curl -sL {url}/api/v2/feedback/export -u {admin}:

  AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test aws --endpoint-url {endpoint} --region {region} \\
    s3 cp tests/samples/garden.tmx s3://{bucket}/imports/acme/
"""
"""Lines that work when pasted, from the project's folder."""


def banner(told: dict[str, Any]) -> str:
    """The base URL, the keys, and lines to paste."""
    keys = told["keys"]
    url = told["base_url"]
    lines = ["", f"Hearback is ready at {url}", ""]
    lines += [f"  console         {url}/console   (sign in with a key)", f"  API reference   {url}/docs", ""]
    lines += [f"  {name:<12} {key['key']}   {key['email']}" for name, key in keys.items()]
    pasted = LINES.format(
        url=url,
        admin=keys["admin"]["key"],
        user=keys["user"]["key"],
        annotator=keys["annotator"]["key"],
        pair=told["demo"]["language_pair_id"],
        content=told["demo"]["content_id"],
        dataset=told["demo"]["dataset_id"],
        endpoint=told["endpoint_url"],
        region=told["region"],
        bucket=told["outputs"]["TransferBucket"],
    )
    lines += ["", pasted, f"  AWS answers at {told['endpoint_url']} ({told['region']})"]
    lines += ["", "Ctrl-C stops it; the data stays.", ""]
    return "\n".join(lines)
