"""Exchange files: requests and their answers, resets, returned bundles, statements of use."""
