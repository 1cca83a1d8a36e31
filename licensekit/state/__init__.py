"""What an installation remembers: its documents, users, sites, events, time and audit log.

This floor reads: `home.open_installation` and `state.load`. What changes an installation is
`licensekit.installation`.
"""
