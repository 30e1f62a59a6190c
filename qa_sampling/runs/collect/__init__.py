"""From returned forms to the register, and who still owes an audit."""
