"""Output for customers and applications: license files, QR codes, pages to print, and the product's module."""
