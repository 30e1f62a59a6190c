"""Why a measure moved, who carries it, and which cases should be read."""
