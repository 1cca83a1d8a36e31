"""The catalog of a workspace: read from its file, compared, signed into the pack."""
