"""What commands print, as people and as programs read it."""
