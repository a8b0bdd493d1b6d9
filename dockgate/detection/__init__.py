"""Pure: does this text hold a secret? The one home of key formats, placeholders, decodings and masking."""
