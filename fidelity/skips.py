"""checkov's checks that do not apply here, each with its reason. A skip that no longer skips anything is told."""

from __future__ import annotations

SKIPS = {
    "CKV_AWS_158": "CloudWatch encrypts logs with its own key; a key of ours costs and adds a way to lose them",
    "CKV_AWS_119": "DynamoDB encrypts every table; the AWS-owned key needs no calls of KMS on a request's path",
    "CKV_AWS_27": "SQS encrypts queues by SSE-SQS unless told otherwise; the check knows SSE-KMS alone",
    "CKV_AWS_149": "Secrets Manager encrypts with the account's own key, which this account alone can use",
    "CKV_AWS_173": "the environment holds names, never a secret; Lambda encrypts it with its own key",
    "CKV_AWS_18": "the bucket is reached by presigned addresses that the API hands out and logs",
    "CKV_AWS_21": "files in the bucket live for days; older versions would keep what an erasure must remove",
    "CKV_AWS_117": "functions speak to AWS's public endpoints and to receivers; a VPC would need a NAT gateway",
    "CKV_AWS_115": "reserving takes concurrency from the account; workers are bounded by MaximumConcurrency",
    "CKV_AWS_116": "behind the gateway or a queue Lambda keeps no dead letters: the queue's own redrive does; "
    "tests/template asserts a dead-letter queue for each function that is called asynchronously",
    "CKV_AWS_120": "answers depend on who asks and must be current: nothing may be cached",
}
