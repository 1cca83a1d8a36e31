"""Exchange files: requests and their answers, resets, receipts for returned bundles, statements of use."""
