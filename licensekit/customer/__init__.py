"""Every change of an installation: preview, activate, users, sites, events, requests, returns."""
