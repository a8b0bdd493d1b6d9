"""From env files to one resolved environment: parsing, schema, references, layering, dialects."""
