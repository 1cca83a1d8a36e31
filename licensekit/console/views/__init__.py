"""What the screens show: pure functions from the installation's facts to what templates take."""
