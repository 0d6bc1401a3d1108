"""The version, in a file of its own: the build and ``amcli --version`` read it without more."""

__version__ = "0.1.0"
