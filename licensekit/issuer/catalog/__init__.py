"""The catalog of a workspace: reading its file, comparing it with the signed one, and signing it into the pack."""
