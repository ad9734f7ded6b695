"""Callbacks: telling a project's own server what became of its tasks, at least once, at most five times.

targets     what a callback may be sent to: URLs, and addresses that lie outside
signing     how a request proves where it comes from
sending     one attempt over the network, bounded in time and size
schedule    when to try again, and the states of a delivery
redaction   secrets, out of everything that is logged or kept

owing       the writes that owe a callback, for the transaction of its cause
delivering  the worker: from a message of the queue to an attempt that has ended
slowness    endpoints that hold nobody else up
admission   how many callbacks of an endpoint wait in the queue; the others wait in the outbox
log         what was told to whom, and telling it again
receivers   a project's receivers as its owner sets them; their `secrets` are kept apart
"""
