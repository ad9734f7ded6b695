"""AWS as it may be on a bad day, under the product that runs on this machine.

AWS is documented to do things that an emulator never does: it throttles, loses an answer, meets another
transaction, carries out half a batch, shows an index as it was a second ago, delivers a message twice, late and
out of order. A seed decides all of it (`plan`), so that the same seed does the same to the same calls, as far as
their order is the same. Requests of the product's functions are disturbed; those of a developer or a test, which
have credentials of their own (`test`), are not.

    plan         what happens to the n-th call of an operation
    refusals     the form in which each service refuses
    gate         lets the plan happen to the requests that come in
    lagging      tables and indexes as they were a moment ago
    events       messages and notifications, late, twice, in another order
    switch       when it begins: after the stack is deployed and seeded
"""
