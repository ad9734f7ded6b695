"""What no linter says about template.yaml: numbers that must fit each other, data that must be safe."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hearback.callbacks.schedule import ATTEMPTS
from hearback.callbacks.sending import SECONDS
from hearback.organization import erasing
from hearback.storage import owed
from hearback.timestamps import SECOND

from local import cfn
from local.paths import ROOT

TEXT = (ROOT / "template.yaml").read_text(encoding="utf-8")
TEMPLATE = cfn.load(ROOT / "template.yaml")
MONITORING = cfn.load(ROOT / "infra/monitoring.yaml")
RESOURCES = TEMPLATE["Resources"]
SHARED = TEMPLATE["Globals"]["Function"]

FUNCTIONS = cfn.of_type(TEMPLATE, "AWS::Serverless::Function")
QUEUES = cfn.of_type(TEMPLATE, "AWS::SQS::Queue")
TABLES = cfn.of_type(TEMPLATE, "AWS::DynamoDB::Table")
BUCKETS = cfn.of_type(TEMPLATE, "AWS::S3::Bucket")
LONGEST_RETENTION = 1_209_600
SCANS = ("Lifecycle",)
"""Functions that read whole tables, in the background: no key tells all that is one organization's."""

each_function = pytest.mark.parametrize("name", FUNCTIONS)
each_table = pytest.mark.parametrize("name", TABLES)
each_bucket = pytest.mark.parametrize("name", BUCKETS)


def _dead_letters_of(queue: str) -> str | None:
    """The logical id of a queue's dead-letter queue."""
    redrive = QUEUES[queue]["Properties"].get("RedrivePolicy")
    return redrive["deadLetterTargetArn"]["Fn::GetAtt"][0] if redrive else None


ASYNCHRONOUS = {
    name: function["Properties"].get("DeadLetterQueue", {}).get("TargetArn", {}).get("Fn::GetAtt", [""])[0]
    for name, function in FUNCTIONS.items()
    if any(event["Type"] == "Schedule" for event in function["Properties"].get("Events", {}).values())
}
"""Functions that are called asynchronously: their dead-letter queue."""

DEAD_LETTER_QUEUES = {found for queue in QUEUES if (found := _dead_letters_of(queue))} | {
    *ASYNCHRONOUS.values()
}
SOURCES = [queue for queue in QUEUES if queue not in DEAD_LETTER_QUEUES]
each_source = pytest.mark.parametrize("queue", SOURCES)


def _events(kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every event of this type: the function's logical id and the event's properties."""
    for name, function in FUNCTIONS.items():
        for event in function["Properties"].get("Events", {}).values():
            if event["Type"] == kind:
                yield name, event["Properties"]


# ── Functions ──


@each_function
def test_a_function_says_how_much_memory_and_time_it_needs(name: str) -> None:
    properties = FUNCTIONS[name]["Properties"]
    assert 128 <= properties["MemorySize"] <= 10_240
    assert 1 <= properties["Timeout"] <= 900


@each_function
def test_a_function_behind_the_gateway_ends_before_the_gateway_gives_up(name: str) -> None:
    if name in dict(_events("Api")):
        assert FUNCTIONS[name]["Properties"]["Timeout"] <= 29


@each_function
def test_a_functions_log_is_kept_for_a_set_time(name: str) -> None:
    group = FUNCTIONS[name]["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]
    assert RESOURCES[group]["Type"] == "AWS::Logs::LogGroup"
    assert RESOURCES[group]["Properties"]["RetentionInDays"]


@each_function
def test_a_function_has_a_log_of_its_own(name: str) -> None:
    groups = [str(function["Properties"]["LoggingConfig"]["LogGroup"]) for function in FUNCTIONS.values()]
    assert groups.count(str(FUNCTIONS[name]["Properties"]["LoggingConfig"]["LogGroup"])) == 1


@each_function
def test_a_function_may_do_no_more_than_it_says(name: str) -> None:
    for policy in FUNCTIONS[name]["Properties"].get("Policies", []):
        assert "Statement" in policy, "an inline statement, not a canned policy"
        for statement in policy["Statement"]:
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            assert not [action for action in actions if "*" in action]
            assert "dynamodb:Scan" not in actions or name in SCANS
            assert statement["Resource"] != "*"


@each_function
def test_a_function_has_its_own_folder_and_events(name: str) -> None:
    folder = Path(FUNCTIONS[name]["Properties"]["CodeUri"])
    assert folder.parent == Path("functions")
    assert (ROOT / folder / "app.py").exists()
    assert list((ROOT / "events" / folder.name).glob("*.json")), f"events/{folder.name} has no event"


def test_every_folder_of_functions_is_deployed() -> None:
    folders = {path.parent.name for path in (ROOT / "functions").glob("*/app.py")}
    assert folders == {Path(function["Properties"]["CodeUri"]).name for function in FUNCTIONS.values()}


def test_workers_that_continue_themselves_are_not_stopped_by_lambda() -> None:
    assert SHARED["RecursiveLoop"] == "Allow"


@pytest.mark.parametrize("name", ASYNCHRONOUS)
def test_what_an_asynchronous_function_gave_up_is_kept(name: str) -> None:
    assert ASYNCHRONOUS[name] in QUEUES


# ── Queues ──


@each_source
def test_a_queue_gives_up_after_five_attempts_and_keeps_what_it_gave_up(queue: str) -> None:
    dead_letters = _dead_letters_of(queue)
    assert dead_letters in QUEUES
    assert QUEUES[queue]["Properties"]["RedrivePolicy"]["maxReceiveCount"] == 5


@each_source
def test_dead_letters_are_kept_longer_than_their_source_keeps_messages(queue: str) -> None:
    source, dead_letters = QUEUES[queue]["Properties"], QUEUES[_dead_letters_of(queue) or ""]["Properties"]
    assert dead_letters["MessageRetentionPeriod"] > source["MessageRetentionPeriod"]
    assert dead_letters["MessageRetentionPeriod"] <= LONGEST_RETENTION


@each_source
def test_a_message_stays_hidden_for_six_times_its_workers_time_out(queue: str) -> None:
    consumers = [name for name, event in _events("SQS") if event["Queue"] == {"Fn::GetAtt": [queue, "Arn"]}]
    assert consumers, f"nobody reads {queue}"
    for name in consumers:
        time_out = FUNCTIONS[name]["Properties"]["Timeout"]
        assert QUEUES[queue]["Properties"]["VisibilityTimeout"] >= 6 * time_out


@pytest.mark.parametrize(("name", "event"), list(_events("SQS")))
def test_a_worker_reports_each_message_and_is_never_throttled(name: str, event: dict[str, Any]) -> None:
    assert event["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert event["ScalingConfig"]["MaximumConcurrency"] >= 2


def test_what_slow_receivers_hold_up_is_not_what_others_wait_for() -> None:
    """Two queues with one worker and one place for what is given up: the slow one takes the fewer workers."""
    limits = {
        event["Queue"]["Fn::GetAtt"][0]: event["ScalingConfig"]["MaximumConcurrency"]
        for name, event in _events("SQS")
        if name == "CallbackDelivery"
    }
    assert set(limits) == {"CallbackQueue", "SlowCallbackQueue"}
    assert limits["SlowCallbackQueue"] < limits["CallbackQueue"]
    assert _dead_letters_of("SlowCallbackQueue") == _dead_letters_of("CallbackQueue") == "CallbackDeadLetters"


def test_a_callback_has_as_many_attempts_as_its_message_has_receives() -> None:
    assert QUEUES["CallbackQueue"]["Properties"]["RedrivePolicy"]["maxReceiveCount"] == ATTEMPTS
    assert QUEUES["SlowCallbackQueue"]["Properties"]["RedrivePolicy"]["maxReceiveCount"] == ATTEMPTS


def test_an_attempt_ends_long_before_the_worker_does() -> None:
    assert FUNCTIONS["CallbackDelivery"]["Properties"]["Timeout"] >= SECONDS * 5


def test_between_two_searches_of_an_erasure_every_worker_ends() -> None:
    longest = max(function["Properties"]["Timeout"] for function in FUNCTIONS.values())
    assert longest < erasing.PAUSE <= 900  # SQS delays no message for longer
    assert erasing.PAUSE * SECOND < owed.HOLD  # or the sweep would wake it


def test_only_who_delivers_callbacks_reads_their_secrets() -> None:
    readers = {name for name in FUNCTIONS if "/callbacks/*" in str(_statements(name, "GetSecretValue"))}
    writers = {name for name in FUNCTIONS if _statements(name, "PutSecretValue")}
    assert writers == {"Projects"}
    assert readers == {"CallbackDelivery", "Projects"}


def test_who_takes_uploads_sees_which_are_there_and_reads_none() -> None:
    reads = [str(each["Resource"]) for each in _statements("TranslationFeedback", "s3:GetObject")]
    assert reads
    assert "/imports/" not in str(reads)
    (lists,) = _statements("TranslationFeedback", "s3:ListBucket")
    assert lists["Condition"] == {"StringLike": {"s3:prefix": "imports/*"}}
    (parts,) = _statements("TranslationFeedback", "s3:ListMultipartUploadParts")
    assert "/imports/*" in str(parts["Resource"])
    assert not _statements("TranslationFeedback", "s3:DeleteObject")


def _statements(function: str, action: str) -> list[Any]:
    """The function's statements that allow it."""
    return [
        statement
        for policy in FUNCTIONS[function]["Properties"].get("Policies", [])
        for statement in policy["Statement"]
        if action in str(statement["Action"])
    ]


@pytest.mark.parametrize(
    ("function", "table"),
    [("TaskCreation", "TaskTable"), ("CallbackDelivery", "TaskTable"), ("Tasks", "DatasetTable")],
)
def test_what_only_adds_or_looks_up_deletes_nothing(function: str, table: str) -> None:
    allowed = [
        statement["Action"]
        for statement in _statements(function, "dynamodb:")
        if f"{table}.Arn" in str(statement["Resource"]) or f"'{table}', 'Arn'" in str(statement["Resource"])
    ]
    assert allowed
    assert "DeleteItem" not in str(allowed)


@pytest.mark.parametrize("queue", sorted(DEAD_LETTER_QUEUES))
def test_somebody_is_told_of_a_dead_letter(queue: str) -> None:
    passed = RESOURCES["Monitoring"]["Properties"]["Parameters"]
    parameters = [name for name, value in passed.items() if value == {"Fn::GetAtt": [queue, "QueueName"]}]
    watched = [
        dimension["Value"].get("Ref")
        for alarm in cfn.of_type(MONITORING, "AWS::CloudWatch::Alarm").values()
        if alarm["Properties"].get("MetricName") == "ApproximateNumberOfMessagesVisible"
        and alarm["Properties"]["Threshold"] == 0
        for dimension in alarm["Properties"]["Dimensions"]
    ]
    assert set(parameters) & set(watched)


# ── Data ──


@each_table
def test_a_table_can_be_restored_and_is_not_deleted_by_mistake(name: str) -> None:
    properties = TABLES[name]["Properties"]
    assert properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert properties["DeletionProtectionEnabled"] is True
    assert properties["SSESpecification"]["SSEEnabled"] is True
    assert TABLES[name]["DeletionPolicy"] == TABLES[name]["UpdateReplacePolicy"] == "Retain"


@each_bucket
def test_a_bucket_is_private_encrypted_and_kept(name: str) -> None:
    properties = BUCKETS[name]["Properties"]
    assert all(properties["PublicAccessBlockConfiguration"].values())
    assert len(properties["PublicAccessBlockConfiguration"]) == 4
    assert properties["BucketEncryption"]
    assert BUCKETS[name]["DeletionPolicy"] == "RetainExceptOnCreate"
    assert BUCKETS[name]["UpdateReplacePolicy"] == "Retain"


@each_bucket
def test_a_bucket_speaks_tls_only(name: str) -> None:
    policies = cfn.of_type(TEMPLATE, "AWS::S3::BucketPolicy").values()
    statements = [
        statement
        for policy in policies
        if policy["Properties"]["Bucket"] == {"Ref": name}
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]
    denied = [str(one["Condition"]) for one in statements if one["Effect"] == "Deny"]
    assert any("aws:SecureTransport" in condition for condition in denied)


# ── Routes ──


def test_every_path_is_written_out_once_for_all_methods() -> None:
    """One event and one permission for a path: which methods there are, the function knows."""
    routes = [(event["Method"], event["Path"]) for _, event in _events("Api")]
    assert len(routes) == len(set(routes))
    assert {method for method, _ in routes} == {"any"}


def test_the_template_is_one_rest_api_written_out() -> None:
    assert len(cfn.of_type(TEMPLATE, "AWS::Serverless::Api")) == 1
    assert not cfn.of_type(TEMPLATE, "AWS::Serverless::HttpApi")
    assert not list(_events("HttpApi"))
    assert "Fn::ForEach" not in TEXT
    assert "AWS::LanguageExtensions" not in TEXT
