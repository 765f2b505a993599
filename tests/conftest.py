"""What every test shares."""

pytest_plugins = ("tests.peers", "tests.databases")
