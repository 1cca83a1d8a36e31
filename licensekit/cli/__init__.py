"""The command line: files, terminals and exit codes around the library."""
