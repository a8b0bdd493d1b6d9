"""What a release is: image layout, manifest, attestations, verification, loading."""
