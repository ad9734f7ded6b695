"""Amazon API Gateway on this machine: a REST API in front of Lambda functions, as strict as AWS.

MiniStack runs the functions; which of them a request reaches, and what becomes of its answer, is decided here:

    api.py        the deployed API: its methods, gateway responses and throttling, kept as one JSON file
    tree.py       which method of which resource a request reaches
    limits.py     what is too large, too long, or takes too much time
    throttling.py the stage's token bucket
    events.py     a request as the function sees it
    answers.py    the function's result as the client sees it
    responses.py  the gateway's own answers
    shell.py      all of these around a call of the function (ASGI)

Everything but the shell is values in, values out. `docs/fidelity.md` says where each rule comes from.
"""
