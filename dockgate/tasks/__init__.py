"""Invoke tasks: arguments in, text or JSON out; the only package that knows Invoke."""
