"""The template held against more than the local stack: `make fidelity`.

localstack  a second emulator, started for the time of the check
gateway     the API's paths made one by one, as API Gateway checks them
creating    everything else that LocalStack can create without a download
auditing    parliament, checkov and cfn-lint
doubting    each of them shown something broken first
skips       which of checkov's checks do not apply, and why
"""
