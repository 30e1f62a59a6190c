"""Why a published figure of an authority moved."""
