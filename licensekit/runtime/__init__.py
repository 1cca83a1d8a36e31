"""The questions of applications: about an installation (`Licensing`) or a single file (`Verifier`)."""
