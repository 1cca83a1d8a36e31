"""How commands show documents and values to people."""
