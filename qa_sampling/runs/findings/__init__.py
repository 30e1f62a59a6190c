"""From the register to the findings of the audits."""
