"""What an installation keeps: its documents, users, sites, events, seats, time and audit log.

`home.open_installation` opens its database and `loading.read_installation` reads it. Changes by administrators are in
`licensekit.installation`.
"""
