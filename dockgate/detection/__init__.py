"""Does this text hold a secret? Key formats, placeholders, decodings and masking; pure."""
