"""Delivers callbacks in five attempts: ten messages at a time, sent at once."""

from hearback.tasks import tasks
from hearback.wire.deliveries import Deliveries

deliveries = Deliveries("callback_delivery", tasks.acknowledge)
handler = deliveries.handler
