"""Somebody is told when something goes wrong, and finds out what: alarms, dashboard, logs, traces."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from local import cfn
from local.paths import ROOT

TEMPLATE = cfn.load(ROOT / "template.yaml")
RESOURCES = TEMPLATE["Resources"]
MONITORING = cfn.load(ROOT / "infra/monitoring.yaml")
NESTED = cfn.of_type(TEMPLATE, "AWS::CloudFormation::Stack")
FUNCTIONS = cfn.of_type(TEMPLATE, "AWS::Serverless::Function")
QUEUES = cfn.of_type(TEMPLATE, "AWS::SQS::Queue")
TABLES = cfn.of_type(TEMPLATE, "AWS::DynamoDB::Table")
SOURCES = [name for name, queue in QUEUES.items() if "RedrivePolicy" in queue["Properties"]]
FILES = sorted(path.name for path in (ROOT / "infra").glob("*.yaml"))
ENVIRONMENTS = ("dev", "staging", "prod")


@cache
def _template(url: str) -> dict[str, Any]:
    return cfn.load(ROOT / url)


def _instances(file: str) -> Iterator[dict[str, Any]]:
    """The parameters of each nested stack that is made from the file."""
    for stack in NESTED.values():
        if stack["Properties"]["TemplateURL"] == f"infra/{file}":
            yield stack["Properties"]["Parameters"]


def _alarms() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every alarm that infra/ describes, with the file that does."""
    for file in FILES:
        for name, alarm in cfn.of_type(_template(f"infra/{file}"), "AWS::CloudWatch::Alarm").items():
            yield f"{file}:{name}", alarm["Properties"]


ALARMS = dict(_alarms())
each_alarm = pytest.mark.parametrize("name", ALARMS)


def _watched(file: str, parameter: str) -> list[Any]:
    return [parameters[parameter] for parameters in _instances(file)]


# ── Alarms ──


PLACES = ("First", "Second", "Third", "Fourth", "Fifth")
"""Of a function in the parameters of function_alarms.yaml."""


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_functions_crashes_and_throttles_are_told(name: str) -> None:
    told = [given for group in _instances("function_alarms.yaml") for given in group.items()]
    assert [place in PLACES for place, value in told if value == {"Ref": name}] == [True]


@pytest.mark.parametrize(
    ("alarm", "metrics"), [("Errors", ("errors", "calls")), ("Throttles", ("throttles",))]
)
def test_an_alarm_of_functions_says_by_its_value_which_it_is(alarm: str, metrics: tuple[str, ...]) -> None:
    """The number of the function that is past its bound, which the alarm's description names."""
    properties = ALARMS[f"function_alarms.yaml:{alarm}"]
    asked = {one["Id"]: one for one in map(_with_all_places, properties["Metrics"])}
    for number, place in enumerate(PLACES, 1):
        for metric in metrics:
            (dimension,) = asked[f"{metric}{number}"]["MetricStat"]["Metric"]["Dimensions"]
            assert dimension == {"Name": "FunctionName", "Value": {"Ref": place}}
            filled = f"FILL({metric}{number}, "  # of a function that nobody calls there is no metric
            assert filled in asked[f"number{number}"]["Expression"]
        assert asked[f"number{number}"]["Expression"].endswith(f", {number}, 0)")
        assert f"number{number}" in str(asked["found"]["Expression"])
        assert f"{number} ${{{place}}}" in properties["AlarmDescription"]["Fn::Sub"]
    assert properties["Threshold"] == 0


def _with_all_places(metric: dict[str, Any]) -> dict[str, Any]:
    """The metric as it is where the group has five functions."""
    found: dict[str, Any] = metric["Fn::If"][1] if "Fn::If" in metric else metric
    return found


@each_alarm
def test_an_alarm_looks_at_no_more_metrics_than_cloudwatch_allows(name: str) -> None:
    """Ten metrics to an alarm, and of queries of the kind `SELECT` one."""
    asked = [_with_all_places(one) for one in ALARMS[name].get("Metrics", [])]
    assert len([one for one in asked if "MetricStat" in one]) <= 10
    assert len(asked) <= 20
    assert len([one for one in asked if "SELECT" in str(one.get("Expression"))]) <= 1


def _of_queue(name: str, metric: str) -> list[dict[str, Any]]:
    """The alarms on this metric of the queue, as the main template passes it to queue_alarms.yaml."""
    (passed,) = _instances("queue_alarms.yaml")
    parameters = [key for key, value in passed.items() if value == {"Fn::GetAtt": [name, "QueueName"]}]
    wanted = [[{"Name": "QueueName", "Value": {"Ref": parameter}}] for parameter in parameters]
    return [it for it in ALARMS.values() if it.get("MetricName") == metric and it["Dimensions"] in wanted]


@pytest.mark.parametrize("name", SOURCES)
def test_work_that_waits_too_long_in_a_queue_is_told(name: str) -> None:
    (alarm,) = _of_queue(name, "ApproximateAgeOfOldestMessage")
    assert alarm["Threshold"] >= QUEUES[name]["Properties"]["VisibilityTimeout"], "a retry is no alarm"
    assert alarm["Threshold"] < QUEUES[name]["Properties"]["MessageRetentionPeriod"]


@pytest.mark.parametrize("name", [name for name in QUEUES if name not in SOURCES])
def test_somebody_is_told_of_a_dead_letter(name: str) -> None:
    """By an alarm for each queue: a dead letter stays for days, and would hide those of others."""
    (alarm,) = _of_queue(name, "ApproximateNumberOfMessagesVisible")
    assert alarm["Threshold"] == 0


@pytest.mark.parametrize("name", ["CallbackQueue", "SlowCallbackQueue"])
def test_messages_in_flight_are_told_long_before_the_queue_stops(name: str) -> None:
    (alarm,) = _of_queue(name, "ApproximateNumberOfMessagesNotVisible")
    assert alarm["Threshold"] == 60_000, "half of what SQS allows"


@pytest.mark.parametrize("metric", ["WriteThrottleEvents", "ReadThrottleEvents", "SystemErrors"])
def test_every_tables_throttles_are_told_by_its_name(metric: str) -> None:
    """A query that groups by table has a state for each, whatever tables there are."""
    (query,) = [
        one["Expression"]
        for name, alarm in ALARMS.items()
        if name.startswith("table_alarms.yaml:")
        for one in alarm["Metrics"]
        if f"SUM({metric})" in one["Expression"]
    ]
    assert query.partition(" FROM ")[2] == '"AWS/DynamoDB" GROUP BY TableName ORDER BY SUM() DESC'


MOST_ALARMS = 40
"""Of a whole stack: they are made one after the other, and cost by the month."""


def test_a_stack_has_few_alarms() -> None:
    made = [name for url in _alarm_stacks() for name in _chain(url)]
    assert len(made) <= MOST_ALARMS


def _alarm_stacks() -> list[str]:
    """The template of each nested stack that makes alarms, in the order in which they are made."""
    waits = {
        name: it.get("DependsOn") or _whose_topic(it)
        for name, it in NESTED.items()
        if _chain(it["Properties"]["TemplateURL"])
    }
    order: list[str | None] = [None]
    while following := [name for name, before in waits.items() if before == order[-1]]:
        (one,) = following
        order.append(one)
    assert len(order) == len(waits) + 1, "every nested stack of alarms waits for the one before"
    return [NESTED[name]["Properties"]["TemplateURL"] for name in order if name]


def _whose_topic(stack: dict[str, Any]) -> str | None:
    """The nested stack whose output it needs."""
    topic = stack["Properties"]["Parameters"].get("Topic")
    return topic["Fn::GetAtt"][0] if topic else None


def _chain(url: str) -> list[str]:
    return list(cfn.of_type(_template(url), "AWS::CloudWatch::Alarm"))


@pytest.mark.parametrize("file", FILES)
def test_alarms_are_made_one_after_the_other(file: str) -> None:
    """CloudWatch takes three new ones a second from an account, and one refusal rolls the whole stack back."""
    alarms = cfn.of_type(_template(f"infra/{file}"), "AWS::CloudWatch::Alarm")
    waits = [it.get("DependsOn") for it in alarms.values()]
    assert waits == [None, *alarms][: len(alarms)]


def test_nested_stacks_of_alarms_are_made_one_after_the_other() -> None:
    assert len(_alarm_stacks()) == len(set(NESTED) - {"Dashboard"})


def test_failing_and_slow_requests_are_told() -> None:
    of_api = [it for it in ALARMS.values() if it.get("Namespace") == "AWS/ApiGateway"]
    asked = {(it["MetricName"], it.get("Statistic") or it["ExtendedStatistic"]) for it in of_api}
    assert asked == {("5XXError", "Average"), ("Latency", "p99")}
    for alarm in of_api:
        assert [dimension["Name"] for dimension in alarm["Dimensions"]] == ["ApiName", "Stage"]


def test_an_error_that_nobody_foresaw_is_told_whatever_its_status() -> None:
    (query,) = ALARMS["monitoring.yaml:FailuresAlarm"]["Metrics"]
    assert query["Expression"] == {"Fn::Sub": 'SELECT SUM(Failures) FROM SCHEMA("${Namespace}", service)'}


def test_the_functions_metrics_are_of_their_own_stack() -> None:
    namespace = {"Fn::Sub": "Hearback/${AWS::StackName}"}
    variables = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]
    assert variables["POWERTOOLS_METRICS_NAMESPACE"] == namespace
    assert _watched("monitoring.yaml", "Namespace") == _watched("dashboard.yaml", "Namespace") == [namespace]
    assert ALARMS["monitoring.yaml:GivenUpAlarm"]["Namespace"] == {"Ref": "Namespace"}


SCHEDULED = [
    name
    for name, it in FUNCTIONS.items()
    if any(event["Type"] == "Schedule" for event in it["Properties"].get("Events", {}).values())
]


@pytest.mark.parametrize("name", SCHEDULED)
def test_a_schedule_that_stops_or_fails_is_told(name: str) -> None:
    silent = ALARMS[f"monitoring.yaml:{name}SilentAlarm"]
    assert silent["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": name}}]
    assert silent["TreatMissingData"] == "breaching"
    letters = FUNCTIONS[name]["Properties"]["DeadLetterQueue"]["TargetArn"]
    assert letters == {"Fn::GetAtt": ["ScheduleDeadLetters", "Arn"]}, "SQS cannot move them back to a queue"


@each_alarm
def test_an_alarm_says_what_it_means_and_tells_somebody(name: str) -> None:
    alarm = ALARMS[name]
    assert alarm["AlarmDescription"]
    assert alarm["TreatMissingData"] in ("notBreaching", "breaching")
    assert alarm["AlarmActions"] in ([{"Ref": "Topic"}], [{"Ref": "AlarmTopic"}])


@each_alarm
def test_an_alarm_that_sends_to_the_manual_finds_its_chapter(name: str) -> None:
    text = str(ALARMS[name]["AlarmDescription"])
    manual = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    for chapter in re.findall(r"see docs/operations\.md, ([a-z ]+)", text):
        assert f"\n## {chapter.capitalize()}\n" in manual


def test_every_nested_stack_tells_the_one_topic() -> None:
    topic = {"Fn::GetAtt": ["Monitoring", "Outputs.AlarmTopic"]}
    for file in ("function_alarms.yaml", "queue_alarms.yaml", "table_alarms.yaml"):
        assert {str(found) for found in _watched(file, "Topic")} == {str(topic)}


def test_alarms_and_budgets_may_use_the_topic_and_its_key() -> None:
    """SNS's own key (alias/aws/sns) lets nobody but people in: alarms would be lost in silence."""
    resources = MONITORING["Resources"]
    assert resources["AlarmTopic"]["Properties"]["KmsMasterKeyId"] == {"Ref": "AlarmKey"}
    for name, document in (("AlarmKey", "KeyPolicy"), ("AlarmTopicPolicy", "PolicyDocument")):
        statements = resources[name]["Properties"][document]["Statement"]
        services = [one["Principal"].get("Service", []) for one in statements]
        assert ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"] in services


def test_a_budget_is_there_when_somebody_wants_one() -> None:
    budget = MONITORING["Resources"]["Budget"]
    assert TEMPLATE["Parameters"]["MonthlyBudget"]["Default"] == 0
    assert MONITORING["Conditions"][budget["Condition"]] == {
        "Fn::Not": [{"Fn::Equals": [{"Ref": "MonthlyBudget"}, 0]}]
    }
    told = [one["Subscribers"][0]["Address"] for one in budget["Properties"]["NotificationsWithSubscribers"]]
    assert told == [{"Ref": "AlarmTopic"}, {"Ref": "AlarmTopic"}]


# ── Dashboard ──


def _board() -> dict[str, Any]:
    """The dashboard as CloudWatch gets it, with `<parameter>-1` and `<parameter>-2` for the names."""
    text = _template("infra/dashboard.yaml")["Resources"]["Dashboard"]["Properties"]["DashboardBody"][
        "Fn::Sub"
    ]
    (passed,) = _instances("dashboard.yaml")

    def filled(match: re.Match[str]) -> str:
        value = passed.get(match[1])
        if isinstance(value, dict) and "Fn::Join" in value:
            return str(value["Fn::Join"][0]).join(f"{match[1]}-{number}" for number in (1, 2))
        return match[1]

    board: dict[str, Any] = json.loads(re.sub(r"\$\{([\w:]+)\}", filled, text))
    return board


@pytest.mark.parametrize(
    ("parameter", "wanted"),
    [
        ("Functions", [{"Ref": name} for name in FUNCTIONS]),
        ("Tables", [{"Ref": name} for name in TABLES]),
        ("Queues", [{"Fn::GetAtt": [name, "QueueName"]} for name in SOURCES]),
        ("DeadLetters", [{"Fn::GetAtt": [name, "QueueName"]} for name in QUEUES if name not in SOURCES]),
    ],
)
def test_the_dashboard_shows_everything_there_is(parameter: str, wanted: list[Any]) -> None:
    (passed,) = _instances("dashboard.yaml")
    shown = passed[parameter]["Fn::Join"][1]
    assert sorted(map(str, shown)) == sorted(map(str, wanted))


def test_a_list_of_names_becomes_a_line_of_the_dashboard_for_each() -> None:
    lines = [widget["properties"]["metrics"] for widget in _board()["widgets"]]
    assert [["AWS/Lambda", "Errors", "FunctionName", "Functions-1"], [".", ".", ".", "Functions-2"]] in lines


def test_no_widget_covers_another() -> None:
    places = [
        (x, y)
        for widget in _board()["widgets"]
        for x in range(widget["x"], widget["x"] + widget["width"])
        for y in range(widget["y"], widget["y"] + widget["height"])
    ]
    assert len(places) == len(set(places))
    assert max(x for x, _ in places) == 23


# ── Logs and traces ──


def test_the_access_log_has_no_place_where_keys_travel() -> None:
    settings = RESOURCES["Api"]["Properties"]["AccessLogSetting"]
    assert RESOURCES["ApiLog"]["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    assert settings["DestinationArn"] == {"Fn::GetAtt": ["ApiLog", "Arn"]}
    line = json.loads(settings["Format"])
    asked = {value.removeprefix("$context.") for value in line.values()}
    assert {"requestId", "httpMethod", "path", "status", "responseLatency"} <= asked
    assert not [
        value for value in asked if re.search(r"header|query|body|apiKey|authorizer|userAgent", value)
    ]


def test_the_gateway_may_write_logs_as_long_as_any_stack_is_there() -> None:
    """Also where a first deployment fails: the account's setting names the role from then on."""
    for name in ("GatewayAccount", "GatewayLogRole"):
        assert RESOURCES[name]["DeletionPolicy"] == "Retain"
        assert RESOURCES[name]["UpdateReplacePolicy"] == "Retain"
    assert RESOURCES["Api"]["DependsOn"] == "GatewayAccount"


def test_a_request_is_traced_from_the_gateway_into_its_function() -> None:
    assert RESOURCES["Api"]["Properties"]["TracingEnabled"] is True
    assert TEMPLATE["Globals"]["Function"]["Tracing"] == "Active"


# ── Templates ──


@pytest.mark.parametrize("file", FILES)
def test_a_nested_template_is_used_and_small(file: str) -> None:
    assert list(_instances(file))
    assert (ROOT / "infra" / file).stat().st_size < 51_200


@pytest.mark.parametrize("name", NESTED)
def test_a_nested_stack_gets_the_parameters_that_it_declares(name: str) -> None:
    properties = NESTED[name]["Properties"]
    declared = _template(properties["TemplateURL"])["Parameters"]
    assert set(properties["Parameters"]) <= set(declared)
    needed = {parameter for parameter, it in declared.items() if "Default" not in it}
    assert needed <= set(properties["Parameters"])


def test_the_template_stays_below_the_resources_that_a_stack_may_have() -> None:
    """SAM makes a role for each function, and a permission for each route: 500 are one stack's limit."""
    events = [event for it in FUNCTIONS.values() for event in it["Properties"].get("Events", {}).values()]
    beside_the_api = 4  # its stage, deployment, and what SAM adds for them
    assert len(RESOURCES) + len(FUNCTIONS) + len(events) + beside_the_api < 480


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_an_environment_deploys_a_stack_of_its_own(name: str) -> None:
    wanted = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))[name]["deploy"][
        "parameters"
    ]
    given = dict(pair.split("=") for pair in wanted["parameter_overrides"].split())
    assert wanted["stack_name"] == wanted["s3_prefix"] == f"hearback-{name}"
    assert given["Environment"] == name
    assert set(given) <= set(TEMPLATE["Parameters"])
    assert wanted["confirm_changeset"] is (name != "dev")
