"""From env files to one resolved environment: parsing, schema, references, providers, layering, dialects."""
