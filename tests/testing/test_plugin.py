"""The plugin: a fixture that opens licenses and closes them, and nothing loaded before it is asked for."""

import pytest

pytest_plugins = ["pytester"]

TESTS = """
    import pytest
    from licensekit.product import Product
    from tests import homes

    kept = []

    def test_licenses_of_the_test_alone(licenses):
        licensing = licenses(system=["server"], expiry=30)
        assert licensing.allows("server")
        kept.append(licensing)

    def test_licenses_of_a_product(licenses):
        product = Product("demo-crm", root=homes.PIN, pack=homes.pack())
        licensing = licenses(product, system=["server"], assigned={"anna": []})
        assert product.open().allows("server")
        kept.append(licensing)

    def test_they_are_closed_after_their_test():
        for licensing in kept:
            with pytest.raises(Exception, match="closed"):
                licensing.allows("server")
"""


def test_it_opens_and_closes_them(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(TESTS)
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=3)


def test_pytest_shows_the_fixture(pytester: pytest.Pytester) -> None:
    pytester.runpytest_inprocess("--fixtures").stdout.fnmatch_lines(["*licenses -- *", "*Open licenses for the rest*"])


@pytest.mark.process
def test_a_run_that_tests_no_licenses_loads_nothing_of_them(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_none():
            loaded = {one for one in sys.modules if one.startswith("licensekit")}
            plugin = {"licensekit.testing", "licensekit.testing.pytest_plugin"}
            assert loaded == {"licensekit", "licensekit.lazy"} | plugin
        """
    )
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)
