"""Hearback: one serverless backend for human feedback."""

VERSION = "0.1.0"
