"""Vulnerability verdicts and bills of materials of images."""
