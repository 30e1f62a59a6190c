"""How far auditors and moderators agree: a declared scale, ratings, coefficients, intervals."""
