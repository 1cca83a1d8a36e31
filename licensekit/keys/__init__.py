"""Keys, signatures and key files. No other package uses cryptography."""
