"""The keys of a workspace: key files, trust documents, ceremonies, revocation lists."""
