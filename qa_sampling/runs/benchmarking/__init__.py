"""How an authority compares with its neighbours and England."""
