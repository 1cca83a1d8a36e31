"""Who may see and change what: a request passes `guard`; `authorize` says who asks; a change needs role and token."""
