"""`python -m licensekit_testkit`."""

from licensekit_testkit.cli import main

if __name__ == "__main__":
    main()
