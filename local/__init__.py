"""The whole product on this machine: `template.yaml`, deployed by CloudFormation onto MiniStack."""
