"""Orders: read, checked against the catalog, issued, renewed, amended and signed again."""
