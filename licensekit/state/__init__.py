"""What an installation keeps: its documents, users, sites, events, seats, time and audit log.

`home.open_installation` opens one and `loading.load_state` reads it; every change by an administrator is in
`licensekit.installation`.
"""
