"""Who may see and change what, and how no other page makes a browser do it.

Every request passes `guard` (the name it was sent to, the page it comes from, the headers of its answer); then
`authorize` says who asks; then a change needs a role and the token of its form.
"""
