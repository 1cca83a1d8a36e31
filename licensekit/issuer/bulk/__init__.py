"""Orders in bulk: read line by line, signed in batches by a pool of processes."""
