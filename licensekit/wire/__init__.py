"""The `lk1` format: text to bytes, bytes to signatures and payload, payload to documents."""
