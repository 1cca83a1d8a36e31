"""Keys: what verifies, what signs, and the files that hold them. The one home of cryptography."""
