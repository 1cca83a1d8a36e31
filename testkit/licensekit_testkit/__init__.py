"""Conformance kit of the license format `lk1`: cases, and a runner that asks any reader."""
