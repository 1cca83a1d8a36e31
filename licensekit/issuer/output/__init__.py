"""What is written beside a license file: a QR code, and a page to print."""
